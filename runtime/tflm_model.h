// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// What the generated files of the tflm engine give to engine_tflm.cc.
#ifndef MCUGEN_TFLM_MODEL_H
#define MCUGEN_TFLM_MODEL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

extern const uint8_t mcugen_tflm_model[];  // the flatbuffer, aligned to 16 bytes
extern uint8_t mcugen_tflm_arena[];        // aligned to 16 bytes
extern const size_t mcugen_tflm_arena_bytes;
extern const uint32_t mcugen_tflm_resource_variables;  // VAR_HANDLE operators in the model

#ifdef __cplusplus
}  // extern "C"

namespace tflite {
class MicroOpResolver;
}

// A resolver with the model's operators and no others; null when TFLM refuses one.
const tflite::MicroOpResolver *mcugen_tflm_resolver();
#endif

#endif
