// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// What the harness needs of an inference engine: one model, one arena. The generated
// <model>_engine.c (aot), tflm_interpreter.cc and engine_axon.c each implement all of it; the one
// that is linked runs.
#ifndef MCUGEN_ENGINE_H
#define MCUGEN_ENGINE_H

#include <stddef.h>
#include <stdint.h>

#include "model.h"
#include "status.h"

#ifdef __cplusplus
extern "C" {
#endif

const mcugen_engine_info_t *mcugen_engine_info(void);

// Once, before anything else.
mcugen_status_t mcugen_engine_init(void);

// Forgets the state of recurrent operators: variables get their first values. Called before every
// independent window, of a model that streams before the first one of a clip.
void mcugen_engine_reset(void);

// Where input `index` is written, aligned to 4 bytes at least. Its content is valid until invoke.
void *mcugen_engine_input(uint32_t index);

// One inference over the inputs. The inputs may be overwritten.
mcugen_status_t mcugen_engine_invoke(void);

// Where output `index` is read, until the next write to an input or invoke.
const void *mcugen_engine_output(uint32_t index);

// MCUGEN_BATCH windows at once, of an engine that was generated for it (config.h): their inputs lie
// one after the other from batch_input on, valid until invoke_batch. So do their outputs then;
// those of the last window are where mcugen_engine_output says.
void *mcugen_engine_batch_input(void);
mcugen_status_t mcugen_engine_invoke_batch(void);

// For comparing layer by layer; MCUGEN_STATUS_UNSUPPORTED unless the engine was generated for it.
// Runs the inputs up to and including layer `layer` (index of the operator in the model); they stay
// intact, so that the next layer can follow. MCUGEN_STATUS_BAD_ARGUMENT if there is no such layer.
mcugen_status_t mcugen_engine_invoke_until(uint32_t layer);

// Output `index` of the layer that invoke_until ran last, dense and row-major; its size goes to
// *bytes. NULL if there is none. Valid until the next write to an input or invoke.
const void *mcugen_engine_layer_output(uint32_t index, uint32_t *bytes);

// For the cost of each layer: invoke that calls `mark` after every one. An engine without it, and
// one that was not generated for it, cannot tell its layers apart.
__attribute__((weak)) mcugen_status_t mcugen_engine_invoke_marked(mcugen_mark_t mark,
                                                                  void *context);

// High-water mark of the engine's arena in bytes; equals arena_bytes for a static plan.
uint32_t mcugen_engine_arena_used_bytes(void);

#ifdef __cplusplus
}
#endif

#endif
