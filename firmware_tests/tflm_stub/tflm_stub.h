// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The part of TFLite Micro's API that engine_tflm.cc and the generated resolvers use, declared and
// not defined: enough to compile them where no TFLite Micro is to be had.
// tests/engines/test_tflm.py compiles the same files against real headers when TFLM_DIR names them,
// so the two cannot drift.
#ifndef MCUGEN_TFLM_STUB_H
#define MCUGEN_TFLM_STUB_H

#include "../tflite_types.h"

struct TfLiteNode {
  TfLiteIntArray *inputs;
  TfLiteIntArray *outputs;
};

struct TfLiteContext {
  TfLiteEvalTensor *(*GetEvalTensor)(const TfLiteContext *context, int index);
};

struct TFLMRegistration {
  TfLiteStatus (*invoke)(TfLiteContext *context, TfLiteNode *node);
};

typedef TfLiteStatus (*TfLiteBridgeBuiltinParseFunction)();

namespace tflite {

class Model {
 public:
  uint32_t version() const;
};

const Model *GetModel(const void *bytes);

enum BuiltinOperator {
  BuiltinOperator_ADD = 0,
  BuiltinOperator_CONV_2D = 3,
  BuiltinOperator_CUSTOM = 32
};

class MicroOpResolver {
 public:
  virtual const TFLMRegistration *FindOp(BuiltinOperator op) const = 0;
  virtual const TFLMRegistration *FindOp(const char *op) const = 0;
  virtual TfLiteBridgeBuiltinParseFunction GetOpDataParser(BuiltinOperator op) const = 0;
  virtual ~MicroOpResolver() {}
};

class MicroAllocator {
 public:
  static MicroAllocator *Create(uint8_t *arena, size_t bytes);
};

class MicroResourceVariables {
 public:
  static MicroResourceVariables *Create(MicroAllocator *allocator, int count);
};

class MicroInterpreter {
 public:
  MicroInterpreter(const Model *model, const MicroOpResolver &resolver, MicroAllocator *allocator,
                   MicroResourceVariables *variables = nullptr);
  TfLiteStatus AllocateTensors();
  TfLiteStatus Invoke();
  TfLiteStatus Reset();
  TfLiteTensor *input(size_t index);
  TfLiteTensor *output(size_t index);
  size_t inputs_size() const;
  size_t outputs_size() const;
  size_t arena_used_bytes() const;

 private:
  void *state_;
};

}  // namespace tflite

#endif
