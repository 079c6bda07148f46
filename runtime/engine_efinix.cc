// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// engine.h on the TFLite Micro of Efinix's TinyML platform (the interface of 2022, C++11), whose
// kernels call the accelerator.
#include "efinix_model.h"
#include "engine.h"
#include "platform/tinyml/accel_settings.h"
#include "riscv.h"
#include "tensorflow/lite/micro/micro_error_reporter.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/schema/schema_generated.h"
#if MCUGEN_EFINIX_PROFILE
#include "platform/tinyml/profiler.h"
#endif

namespace {

constexpr uint32_t kMaxTensors = 8;

alignas(16) uint8_t arena[MCUGEN_EFINIX_ARENA_BYTES];
tflite::MicroInterpreter *interpreter = nullptr;

mcugen_tensor_t inputs[kMaxTensors];
mcugen_tensor_t outputs[kMaxTensors];
mcugen_engine_info_t info = {"efinix", "double", 0, 0, inputs, outputs, sizeof(arena)};

bool DescribeTensor(const TfLiteTensor *tensor, mcugen_tensor_t *described) {
  switch (tensor->type) {
    case kTfLiteInt8:
      described->dtype = MCUGEN_INT8;
      break;
    case kTfLiteInt16:
      described->dtype = MCUGEN_INT16;
      break;
    case kTfLiteInt32:
      described->dtype = MCUGEN_INT32;
      break;
    case kTfLiteFloat32:
      described->dtype = MCUGEN_FLOAT32;
      break;
    default:
      return false;
  }
  described->bytes = static_cast<uint32_t>(tensor->bytes);
  described->scale = tensor->params.scale;
  described->zero_point = tensor->params.zero_point;
  return true;
}

bool DescribeTensors() {
  if (interpreter->inputs_size() > kMaxTensors || interpreter->outputs_size() > kMaxTensors) {
    return false;
  }
  info.inputs = static_cast<uint32_t>(interpreter->inputs_size());
  info.outputs = static_cast<uint32_t>(interpreter->outputs_size());
  bool known = true;
  for (uint32_t i = 0; i < info.inputs; ++i) {
    known = DescribeTensor(interpreter->input(i), &inputs[i]) && known;
  }
  for (uint32_t i = 0; i < info.outputs; ++i) {
    known = DescribeTensor(interpreter->output(i), &outputs[i]) && known;
  }
  return known;
}

}  // namespace

extern "C" const mcugen_engine_info_t *mcugen_engine_info(void) { return &info; }

// Static objects: the platform is compiled without guards and never leaves this function's caller.
extern "C" mcugen_status_t mcugen_engine_init(void) {
  static tflite::MicroErrorReporter reporter;
  static tflite::MicroMutableOpResolver<MCUGEN_EFINIX_OPERATORS> resolver;
  const tflite::Model *model = tflite::GetModel(MCUGEN_EFINIX_MODEL);
  if (model->version() != TFLITE_SCHEMA_VERSION) {
    return MCUGEN_STATUS_ENGINE;
  }
  MCUGEN_EFINIX_ADD_OPERATORS(resolver)
  init_accel(csr_read(mhartid));
#if MCUGEN_EFINIX_PROFILE
  static FullProfiler profiler;
  static tflite::MicroInterpreter instance(model, resolver, arena, sizeof(arena), &reporter,
                                           &profiler);
  profiler.setInterpreter(&instance);
  profiler.setDump(false);
#else
  static tflite::MicroInterpreter instance(model, resolver, arena, sizeof(arena), &reporter);
#endif
  interpreter = &instance;
  if (interpreter->AllocateTensors() != kTfLiteOk || !DescribeTensors()) {
    return MCUGEN_STATUS_ENGINE;
  }
  return MCUGEN_STATUS_OK;
}

extern "C" void mcugen_engine_reset(void) { (void)interpreter->ResetVariableTensors(); }

extern "C" void *mcugen_engine_input(uint32_t index) { return interpreter->input(index)->data.raw; }

extern "C" mcugen_status_t mcugen_engine_invoke(void) {
  return interpreter->Invoke() == kTfLiteOk ? MCUGEN_STATUS_OK : MCUGEN_STATUS_ENGINE;
}

extern "C" const void *mcugen_engine_output(uint32_t index) {
  return interpreter->output(index)->data.raw;
}

extern "C" uint32_t mcugen_engine_arena_used_bytes(void) {
  return static_cast<uint32_t>(interpreter->arena_used_bytes());
}

// The interpreter keeps no output of a layer once the next one has run.
extern "C" mcugen_status_t mcugen_engine_invoke_until(uint32_t layer) {
  (void)layer;
  return MCUGEN_STATUS_UNSUPPORTED;
}

extern "C" const void *mcugen_engine_layer_output(uint32_t index, uint32_t *bytes) {
  (void)index;
  *bytes = 0;
  return nullptr;
}
