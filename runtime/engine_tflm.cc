// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// engine.h on TensorFlow Lite Micro's interpreter. Placement new instead of static objects: no guards,
// no destructors, nothing runs before main.
#include <stdarg.h>

#include <new>

#include "engine.h"
#include "tensorflow/lite/micro/debug_log.h"
#include "tensorflow/lite/micro/micro_allocator.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_resource_variable.h"
#include "tensorflow/lite/schema/schema_generated.h"
#include "tflm_model.h"

namespace {

constexpr uint32_t kMaxTensors = 8;

alignas(tflite::MicroInterpreter) uint8_t interpreter_memory[sizeof(tflite::MicroInterpreter)];
tflite::MicroInterpreter *interpreter = nullptr;

mcugen_tensor_t inputs[kMaxTensors];
mcugen_tensor_t outputs[kMaxTensors];
mcugen_engine_info_t info = {"tflm", "double", 0, 0, inputs, outputs, 0};

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

// TFLM reports through these two. Nothing may be sent unasked over the only UART, so they are silent.
extern "C" void DebugLog(const char *, va_list) {}

extern "C" int DebugVsnprintf(char *buffer, size_t capacity, const char *, va_list) {
  if (capacity > 0) {
    buffer[0] = '\0';
  }
  return 0;
}

extern "C" const mcugen_engine_info_t *mcugen_engine_info(void) { return &info; }

extern "C" mcugen_status_t mcugen_engine_init(void) {
  const tflite::Model *model = tflite::GetModel(mcugen_tflm_model);
  const tflite::MicroOpResolver *resolver = mcugen_tflm_resolver();
  if (model->version() != TFLITE_SCHEMA_VERSION || resolver == nullptr) {
    return MCUGEN_STATUS_ENGINE;
  }
  tflite::MicroAllocator *allocator =
      tflite::MicroAllocator::Create(mcugen_tflm_arena, mcugen_tflm_arena_bytes);
  if (allocator == nullptr) {
    return MCUGEN_STATUS_ENGINE;
  }
  tflite::MicroResourceVariables *variables = nullptr;
  if (mcugen_tflm_resource_variables > 0) {
    variables = tflite::MicroResourceVariables::Create(
        allocator, static_cast<int>(mcugen_tflm_resource_variables));
  }
  interpreter =
      new (interpreter_memory) tflite::MicroInterpreter(model, *resolver, allocator, variables);
  info.arena_bytes = static_cast<uint32_t>(mcugen_tflm_arena_bytes);
  if (interpreter->AllocateTensors() != kTfLiteOk || !DescribeTensors()) {
    return MCUGEN_STATUS_ENGINE;
  }
  return MCUGEN_STATUS_OK;
}

extern "C" void mcugen_engine_reset(void) { (void)interpreter->Reset(); }

extern "C" void *mcugen_engine_input(uint32_t index) {
  return interpreter->input(index)->data.raw;
}

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
