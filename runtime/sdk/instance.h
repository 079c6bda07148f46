// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// One running model. Private to the generated <model>.h, whose functions call these with an
// instance that is not NULL.
#ifndef MCUGEN_INSTANCE_H
#define MCUGEN_INSTANCE_H

#include "mcugen.h"
#include "model.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  const void *self;  // its own address, once it is initialised
  const mcugen_model_t *model;
  mcugen_arena_t *arena;
  const uint8_t *weights;  // those of a slot; NULL: they are linked
  mcugen_tensor_t input;   // 0: with the quantisation of the weights in use
  mcugen_tensor_t output;  // 0
} mcugen_instance_t;

// Takes `arena_bytes` of the arena at least; a model with recurrent state keeps it for itself.
mcugen_result_t mcugen_instance_init(mcugen_instance_t *instance, const mcugen_model_t *model,
                                     uint32_t arena_bytes, mcugen_arena_t *arena);

// OK if the instance can be used now.
mcugen_result_t mcugen_instance_check(const mcugen_instance_t *instance);

// Makes the instance the owner of its arena; what another one had there is gone.
void mcugen_instance_claim(mcugen_instance_t *instance);

// Forgets recurrent state, inputs and outputs.
mcugen_result_t mcugen_instance_reset(mcugen_instance_t *instance);

// Where input `index` is written; NULL if the instance cannot be used now.
void *mcugen_instance_input(mcugen_instance_t *instance, uint32_t index);

mcugen_result_t mcugen_instance_invoke(mcugen_instance_t *instance);

// Where output `index` is read; NULL unless the last use of the arena was this instance's invoke.
const void *mcugen_instance_output(const mcugen_instance_t *instance, uint32_t index);

#ifdef __cplusplus
}
#endif

#endif
