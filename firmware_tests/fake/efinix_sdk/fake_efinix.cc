// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// A Sapphire SoC on a PC, whose model of 16 values negates them: -x - 1.
#include <stdio.h>

#include "bsp.h"
#include "platform/tinyml/accel_settings.h"
#include "tensorflow/lite/micro/micro_interpreter.h"

static bool has_accelerator;

void init_accel(int32_t hart) { has_accelerator = hart == 0; }

extern "C" void IntcInitialize(void) {}

extern "C" u64 clint_getTime(u32 clint) {
  static u64 ticks;
  ticks += clint == BSP_CLINT ? 100u : 0u;
  return ticks;
}

extern "C" u32 uart_readOccupancy(u32 uart) { return uart == 0; }

extern "C" char uart_read(u32 uart) { return (char)uart; }

extern "C" void uart_write(u32 uart, char byte) {
  if (uart == BSP_UART_TERMINAL) {
    putchar(byte);
  }
}

namespace tflite {

const Model *GetModel(const void *bytes) {
  static const Model model;
  return bytes == nullptr ? nullptr : &model;
}

MicroInterpreter::MicroInterpreter(const Model *, const MicroOpResolver &, uint8_t *arena,
                                   size_t arena_bytes, ErrorReporter *, MicroProfiler *)
    : ends_() {
  for (size_t i = 0; i < 2 && arena_bytes >= 32; ++i) {
    ends_[i].type = kTfLiteInt8;
    ends_[i].bytes = 16;
    ends_[i].data.raw = arena + 16 * i;
  }
}

TfLiteStatus MicroInterpreter::AllocateTensors() {
  return has_accelerator && ends_[0].data.raw != nullptr ? kTfLiteOk : kTfLiteError;
}

TfLiteStatus MicroInterpreter::Invoke() {
  for (size_t i = 0; i < 16; ++i) {
    ends_[1].data.int8[i] = static_cast<int8_t>(-ends_[0].data.int8[i] - 1);
  }
  return kTfLiteOk;
}

TfLiteStatus MicroInterpreter::ResetVariableTensors() { return kTfLiteOk; }

TfLiteTensor *MicroInterpreter::input(size_t) { return &ends_[0]; }

TfLiteTensor *MicroInterpreter::output(size_t) { return &ends_[1]; }

}  // namespace tflite
