// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Engine tflm: the interpreter of the TensorFlow Lite Micro that the project is linked with.
// Placement new instead of static objects: no guards, no destructors, nothing runs before main.
#include <stdarg.h>

#include <new>

#include "tensorflow/lite/micro/debug_log.h"
#include "tensorflow/lite/micro/micro_allocator.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_resource_variable.h"
#include "tensorflow/lite/schema/schema_generated.h"
#include "tflm_interpreter.h"
#include "tflm_model.h"

alignas(tflite::MicroInterpreter) static uint8_t memory[sizeof(tflite::MicroInterpreter)];

// TFLM reports through these two. Nothing may be sent unasked over the only UART, so they are
// silent.
extern "C" void DebugLog(const char *, va_list) {}

extern "C" int DebugVsnprintf(char *buffer, size_t capacity, const char *, va_list) {
  if (capacity > 0) {
    buffer[0] = '\0';
  }
  return 0;
}

static tflite::MicroInterpreter *make_interpreter() {
  const tflite::Model *model = tflite::GetModel(mcugen_tflm_model);
  const tflite::MicroOpResolver *resolver = mcugen_tflm_resolver();
  if (model->version() != TFLITE_SCHEMA_VERSION || resolver == nullptr) {
    return nullptr;
  }
  tflite::MicroAllocator *allocator =
      tflite::MicroAllocator::Create(mcugen_tflm_arena, mcugen_tflm_arena_bytes);
  if (allocator == nullptr) {
    return nullptr;
  }
  tflite::MicroResourceVariables *variables = nullptr;
  if (mcugen_tflm_resource_variables > 0) {
    variables = tflite::MicroResourceVariables::Create(
        allocator, static_cast<int>(mcugen_tflm_resource_variables));
  }
  return new (memory) tflite::MicroInterpreter(model, *resolver, allocator, variables);
}

tflite::MicroInterpreter *mcugen_make_interpreter(mcugen_engine_info_t *info) {
  info->name = "tflm";
  info->arena_bytes = static_cast<uint32_t>(mcugen_tflm_arena_bytes);
  info->streams = mcugen_tflm_resource_variables > 0;
  return make_interpreter();
}

// Reset does not run CALL_ONCE again, so variables that it gives values need another interpreter.
// It lies where the old one did.
void mcugen_reset_interpreter(tflite::MicroInterpreter *interpreter) {
  if (mcugen_tflm_resource_variables == 0) {
    (void)interpreter->Reset();
    return;
  }
  interpreter->~MicroInterpreter();
  (void)make_interpreter()->AllocateTensors();  // which it could before
}
