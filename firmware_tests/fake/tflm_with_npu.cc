// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// A stand-in of TFLite Micro that runs one model: RELU on a stand-in of the NPU, then RELU6 on the
// CPU, on four int8 values with scale 0.5 and zero point 0. The NPU's third value is wrong by what
// the environment variable NPU_LIES_BY says.
#include <algorithm>
#include <cstdlib>

#include "tensorflow/lite/micro/kernels/neutron/neutron.h"
#include "tensorflow/lite/micro/micro_allocator.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/micro/micro_resource_variable.h"
#include "tensorflow/lite/schema/schema_generated.h"

namespace {

constexpr int kValues = 4;
constexpr int kSix = 12;

// The two activations share memory, as TFLM's planner would have it: what the NPU left is gone once
// the CPU has run.
int8_t values[2][kValues];
TfLiteIntArray shape = {2, {1, kValues}};
TfLiteEvalTensor tensors[] = {
    {{values[0]}, &shape, kTfLiteInt8},
    {{values[1]}, &shape, kTfLiteInt8},
    {{values[1]}, &shape, kTfLiteInt8},
};
TfLiteTensor ends[] = {
    {{values[0]}, {0.5f, 0}, kValues, kTfLiteInt8},
    {{values[1]}, {0.5f, 0}, kValues, kTfLiteInt8},
};

TfLiteEvalTensor *GetEvalTensor(const TfLiteContext *, int index) { return &tensors[index]; }
TfLiteContext context = {&GetEvalTensor};
TfLiteIntArray first_input = {1, {0}}, between = {1, {1}}, last_output = {1, {2}};
TfLiteNode nodes[] = {{&first_input, &between}, {&between, &last_output}};

TfLiteStatus Npu(TfLiteContext *, TfLiteNode *) {
  for (int i = 0; i < kValues; ++i) {
    values[1][i] = std::max<int8_t>(values[0][i], 0);
  }
  const char *const lie = std::getenv("NPU_LIES_BY");
  values[1][2] = static_cast<int8_t>(std::min(values[1][2] + (lie ? std::atoi(lie) : 0), 127));
  return kTfLiteOk;
}

TfLiteStatus Cpu(TfLiteContext *, TfLiteNode *) {
  for (int8_t &value : values[1]) {
    value = std::min<int8_t>(value, kSix);
  }
  return kTfLiteOk;
}

TFLMRegistration npu = {&Npu};
const TFLMRegistration cpu = {&Cpu};
const tflite::MicroOpResolver *resolver;

}  // namespace

namespace tflite {

uint32_t Model::version() const { return TFLITE_SCHEMA_VERSION; }
const Model *GetModel(const void *bytes) { return static_cast<const Model *>(bytes); }
MicroAllocator *MicroAllocator::Create(uint8_t *arena, size_t) {
  return reinterpret_cast<MicroAllocator *>(arena);
}
MicroResourceVariables *MicroResourceVariables::Create(MicroAllocator *, int) { return nullptr; }

MicroInterpreter::MicroInterpreter(const Model *, const MicroOpResolver &given, MicroAllocator *,
                                   MicroResourceVariables *)
    : state_(nullptr) {
  resolver = &given;
}
TfLiteStatus MicroInterpreter::AllocateTensors() { return kTfLiteOk; }
TfLiteStatus MicroInterpreter::Invoke() {
  const TFLMRegistration *const ops[] = {resolver->FindOp("NeutronGraph"),
                                         resolver->FindOp(BuiltinOperator_ADD)};
  for (int i = 0; i < 2; ++i) {
    if (ops[i]->invoke(&context, &nodes[i]) != kTfLiteOk) {
      return kTfLiteError;
    }
  }
  return kTfLiteOk;
}
TfLiteStatus MicroInterpreter::Reset() { return kTfLiteOk; }
TfLiteTensor *MicroInterpreter::input(size_t) { return &ends[0]; }
TfLiteTensor *MicroInterpreter::output(size_t) { return &ends[1]; }
size_t MicroInterpreter::inputs_size() const { return 1; }
size_t MicroInterpreter::outputs_size() const { return 1; }
size_t MicroInterpreter::arena_used_bytes() const { return sizeof values; }

using Resolver = MicroMutableOpResolver<2>;
template <>
const TFLMRegistration *Resolver::FindOp(BuiltinOperator) const {
  return &cpu;
}
template <>
const TFLMRegistration *Resolver::FindOp(const char *) const {
  return &npu;
}
template <>
TfLiteBridgeBuiltinParseFunction Resolver::GetOpDataParser(BuiltinOperator) const {
  return nullptr;
}
template <>
TfLiteStatus Resolver::AddCustom(const char *, const TFLMRegistration *) {
  return kTfLiteOk;
}
template <>
TfLiteStatus Resolver::AddRelu6() {
  return kTfLiteOk;
}

TFLMRegistration *Register_NEUTRON_GRAPH() { return &npu; }
const char *GetString_NEUTRON_GRAPH() { return "NeutronGraph"; }

}  // namespace tflite
