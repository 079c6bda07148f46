// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// What an engine on TensorFlow Lite Micro gives to tflm_interpreter.cc, which is the rest of
// engine.h.
#ifndef MCUGEN_TFLM_INTERPRETER_H
#define MCUGEN_TFLM_INTERPRETER_H

#include "engine.h"

namespace tflite {
class MicroInterpreter;
}

// The model's interpreter, which has yet to allocate its tensors; null when this TFLite Micro
// refuses the model. Sets name and arena_bytes of `info`. Called once.
tflite::MicroInterpreter *mcugen_make_interpreter(mcugen_engine_info_t *info);

// Variables of the model back to their first values.
void mcugen_reset_interpreter(tflite::MicroInterpreter *interpreter);

#endif
