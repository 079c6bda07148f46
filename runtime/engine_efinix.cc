// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Engine efinix: the TFLite Micro of Efinix's TinyML platform (the interface of 2022, C++11), whose
// kernels call the accelerator.
#include "efinix_model.h"
#include "platform/tinyml/accel_settings.h"
#include "riscv.h"
#include "tensorflow/lite/micro/micro_error_reporter.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/schema/schema_generated.h"
#include "tflm_interpreter.h"
#if MCUGEN_EFINIX_PROFILE
#include "platform/tinyml/profiler.h"
#endif

alignas(16) static uint8_t arena[MCUGEN_EFINIX_ARENA_BYTES];

// Static objects: the platform is compiled without guards and never leaves this function's caller.
tflite::MicroInterpreter *mcugen_make_interpreter(mcugen_engine_info_t *info) {
  static tflite::MicroErrorReporter reporter;
  static tflite::MicroMutableOpResolver<MCUGEN_EFINIX_OPERATORS> resolver;
  info->name = "efinix";
  info->arena_bytes = sizeof(arena);
  const tflite::Model *model = tflite::GetModel(MCUGEN_EFINIX_MODEL);
  if (model->version() != TFLITE_SCHEMA_VERSION) {
    return nullptr;
  }
  MCUGEN_EFINIX_ADD_OPERATORS(resolver)
  init_accel(csr_read(mhartid));
#if MCUGEN_EFINIX_PROFILE
  static FullProfiler profiler;
  static tflite::MicroInterpreter interpreter(model, resolver, arena, sizeof(arena), &reporter,
                                              &profiler);
  profiler.setInterpreter(&interpreter);
  profiler.setDump(false);
#else
  static tflite::MicroInterpreter interpreter(model, resolver, arena, sizeof(arena), &reporter);
#endif
  return &interpreter;
}

void mcugen_reset_interpreter(tflite::MicroInterpreter *interpreter) {
  (void)interpreter->ResetVariableTensors();
}
