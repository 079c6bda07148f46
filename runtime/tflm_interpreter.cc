// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// engine.h on an interpreter of TensorFlow Lite Micro, of 2022 (C++11) or later.
#include "tflm_interpreter.h"

#include "tensorflow/lite/micro/micro_interpreter.h"

namespace {

constexpr uint32_t kMaxTensors = 8;

tflite::MicroInterpreter *interpreter = nullptr;

mcugen_tensor_t inputs[kMaxTensors];
mcugen_tensor_t outputs[kMaxTensors];
constexpr uint8_t kShift = 128;  // what a uint8 value is more than the int8 that stands for it
mcugen_engine_info_t info = {nullptr, "double", 0, 0, inputs, outputs, 0, false};

bool DescribeTensor(const TfLiteTensor *tensor, mcugen_tensor_t *described) {
  switch (tensor->type) {
    case kTfLiteInt8:
    case kTfLiteUInt8:
      described->dtype = MCUGEN_INT8;
      break;
    case kTfLiteInt64:
      described->dtype = MCUGEN_INT64;
      break;
    case kTfLiteBool:
      described->dtype = MCUGEN_BOOL;
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
  described->zero_point = tensor->params.zero_point - (tensor->type == kTfLiteUInt8 ? kShift : 0);
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

// Between uint8 and the int8 that engine.h has in its place.
void Shift(TfLiteTensor *tensor) {
  if (tensor->type == kTfLiteUInt8) {
    for (size_t i = 0; i < tensor->bytes; ++i) {
      tensor->data.uint8[i] ^= kShift;
    }
  }
}

}  // namespace

extern "C" const mcugen_engine_info_t *mcugen_engine_info(void) { return &info; }

extern "C" mcugen_status_t mcugen_engine_init(void) {
  interpreter = mcugen_make_interpreter(&info);
  if (interpreter == nullptr || interpreter->AllocateTensors() != kTfLiteOk || !DescribeTensors()) {
    return MCUGEN_STATUS_ENGINE;
  }
  return MCUGEN_STATUS_OK;
}

extern "C" void mcugen_engine_reset(void) { mcugen_reset_interpreter(interpreter); }

extern "C" void *mcugen_engine_input(uint32_t index) { return interpreter->input(index)->data.raw; }

extern "C" mcugen_status_t mcugen_engine_invoke(void) {
  for (uint32_t i = 0; i < info.inputs; ++i) {
    Shift(interpreter->input(i));
  }
  if (interpreter->Invoke() != kTfLiteOk) {
    return MCUGEN_STATUS_ENGINE;
  }
  for (uint32_t i = 0; i < info.outputs; ++i) {
    Shift(interpreter->output(i));
  }
  return MCUGEN_STATUS_OK;
}

extern "C" const void *mcugen_engine_output(uint32_t index) {
  return interpreter->output(index)->data.raw;
}

extern "C" uint32_t mcugen_engine_arena_used_bytes(void) {
  return static_cast<uint32_t>(interpreter->arena_used_bytes());
}

// The interpreter keeps no output of a layer once the next one has run: a resolver that stops there
// has these two in place of the following (tflm_marks.h).
extern "C" __attribute__((weak)) mcugen_status_t mcugen_engine_invoke_until(uint32_t layer) {
  (void)layer;
  return MCUGEN_STATUS_UNSUPPORTED;
}

extern "C" __attribute__((weak)) const void *mcugen_engine_layer_output(uint32_t index,
                                                                        uint32_t *bytes) {
  (void)index;
  *bytes = 0;
  return nullptr;
}
