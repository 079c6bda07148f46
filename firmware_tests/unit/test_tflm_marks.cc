// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The marking resolver on kernels that only note their calls: each operator is marked once, in
// order.
#include <cassert>
#include <new>
#include <vector>

#include "tflm_marks.h"

static std::vector<int> called;
static std::vector<uint32_t> marked;

template <int kName>
static TfLiteStatus Note(TfLiteContext *, TfLiteNode *) {
  called.push_back(kName);
  return kName == 9 ? kTfLiteError : kTfLiteOk;
}

static const TFLMRegistration ADD = {&Note<1>};
static const TFLMRegistration CONV = {&Note<2>};
static const TFLMRegistration FAILS = {&Note<9>};

static TfLiteStatus Parse() { return kTfLiteOk; }

class Resolver : public tflite::MicroOpResolver {
 public:
  const TFLMRegistration *FindOp(tflite::BuiltinOperator op) const override {
    return op == tflite::BuiltinOperator_ADD ? &ADD : &CONV;
  }
  const TFLMRegistration *FindOp(const char *op) const override {
    return op[0] == 'F' ? &FAILS : nullptr;
  }
  TfLiteBridgeBuiltinParseFunction GetOpDataParser(tflite::BuiltinOperator) const override {
    return &Parse;
  }
};

static void Mark(void *context, uint32_t layer) {
  assert(context == &marked);
  marked.push_back(layer);
}

// Two tensors: 2 x 3 int16 and 4 int8.
static int16_t halfwords[6];
static int8_t bytes[4];
static TfLiteIntArray dims[] = {{2, {2, 3}}, {1, {4}}};
static TfLiteEvalTensor tensors[] = {{{halfwords}, &dims[0], kTfLiteInt16},
                                     {{bytes}, &dims[1], kTfLiteInt8}};

static TfLiteEvalTensor *Find(const TfLiteContext *, int index) { return &tensors[index]; }

static void StopsAfterAnOperator(const TFLMRegistration *const ops[4]) {
  TfLiteContext context = {&Find};
  TfLiteIntArray outputs = {2, {1, 0}};
  TfLiteNode node = {nullptr, &outputs};
  mcugen::marks = {nullptr, nullptr, 0};
  mcugen::stop = {};
  mcugen::stop.is_wanted = true;
  mcugen::stop.layer = 1;
  assert(ops[0]->invoke(&context, &node) == kTfLiteOk && !mcugen::stop.is_reached);
  assert(ops[1]->invoke(&context, &node) == kTfLiteError && mcugen::stop.is_reached);
  assert(mcugen::stop.outputs[0] == bytes && mcugen::stop.bytes[0] == 4);
  assert(mcugen::stop.outputs[1] == halfwords && mcugen::stop.bytes[1] == 12);
  mcugen::stop = {};
  mcugen::stop.is_wanted = true;
  mcugen::stop.layer = 3;
  mcugen::marks.layer = 3;
  assert(ops[3]->invoke(&context, &node) == kTfLiteError && !mcugen::stop.is_reached);
}

int main() {
  using Marking = mcugen::MarkingResolver<3>;
  const Resolver resolver;
  alignas(Marking) static unsigned char memory[sizeof(Marking)];
  const auto *marking = new (memory) Marking(resolver);
  assert(marking->FindOp("unknown") == nullptr);
  assert(marking->GetOpDataParser(tflite::BuiltinOperator_ADD) == &Parse);
  const TFLMRegistration *ops[] = {
      marking->FindOp(tflite::BuiltinOperator_CONV_2D),
      marking->FindOp(tflite::BuiltinOperator_ADD),
      marking->FindOp(tflite::BuiltinOperator_CONV_2D),
      marking->FindOp("F"),
  };
  assert(ops[0] == ops[2] && ops[0] != &CONV && ops[0] != ops[1]);
  for (const TFLMRegistration *op : ops) {
    op->invoke(nullptr, nullptr);  // no marks are wanted yet
  }
  assert(marked.empty());
  mcugen::marks = {&Mark, &marked, 0};
  for (const TFLMRegistration *op : ops) {
    assert(op->invoke(nullptr, nullptr) == (op == ops[3] ? kTfLiteError : kTfLiteOk));
  }
  assert((called == std::vector<int>{2, 1, 2, 9, 2, 1, 2, 9}));
  assert((marked == std::vector<uint32_t>{0, 1, 2, 3}));
  StopsAfterAnOperator(ops);
  return 0;
}
