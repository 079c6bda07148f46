// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "instance.h"

#include "phase.h"

void mcugen_arena_init(mcugen_arena_t *arena, void *bytes, size_t size) {
  *arena = (mcugen_arena_t){.bytes = bytes, .size = size};
}

// An arena with recurrent state in it belongs to one instance.
static bool may_use(const mcugen_instance_t *instance, const mcugen_arena_t *arena) {
  const bool keeps = instance->model->reset != NULL;
  return keeps ? !arena->shared && (arena->keeper == NULL || arena->keeper == instance)
               : arena->keeper == NULL;
}

mcugen_result_t mcugen_instance_init(mcugen_instance_t *instance, const mcugen_model_t *model,
                                     uint32_t arena_bytes, mcugen_arena_t *arena) {
  if (arena == NULL) {
    return MCUGEN_BAD_ARGUMENT;
  }
  *instance = (mcugen_instance_t){.model = model, .arena = arena};
  instance->input = model->info.input[0];
  instance->output = model->info.output[0];
  if (arena->phase == MCUGEN_PHASE_RUNNING) {
    return MCUGEN_BUSY;
  }
  if (arena->bytes == NULL || arena->size < arena_bytes || (uintptr_t)arena->bytes % 16 != 0 ||
      !may_use(instance, arena)) {
    return MCUGEN_BAD_ARENA;
  }
  if (model->reset != NULL) {
    arena->keeper = instance;
  } else {
    arena->shared = true;
  }
  instance->self = instance;
  return mcugen_instance_reset(instance);
}

mcugen_result_t mcugen_instance_check(const mcugen_instance_t *instance) {
  if (instance->self != instance) {
    return MCUGEN_NOT_INITIALISED;
  }
  return instance->arena->phase == MCUGEN_PHASE_RUNNING ? MCUGEN_BUSY : MCUGEN_OK;
}

void mcugen_instance_claim(mcugen_instance_t *instance) {
  instance->arena->owner = instance;
  instance->arena->phase = MCUGEN_PHASE_FREE;
}

mcugen_result_t mcugen_instance_reset(mcugen_instance_t *instance) {
  const mcugen_result_t result = mcugen_instance_check(instance);
  if (result != MCUGEN_OK) {
    return result;
  }
  mcugen_instance_claim(instance);
  if (instance->model->reset != NULL) {
    instance->model->reset(instance->arena->bytes);
  }
  return MCUGEN_OK;
}

void *mcugen_instance_input(mcugen_instance_t *instance, uint32_t index) {
  if (mcugen_instance_check(instance) != MCUGEN_OK || index >= instance->model->info.inputs) {
    return NULL;
  }
  mcugen_instance_claim(instance);
  instance->arena->phase = MCUGEN_PHASE_INPUT;
  return (uint8_t *)instance->arena->bytes + instance->model->input_offsets[index];
}

mcugen_result_t mcugen_instance_invoke(mcugen_instance_t *instance) {
  const mcugen_result_t result = mcugen_instance_check(instance);
  if (result != MCUGEN_OK) {
    return result;
  }
  mcugen_arena_t *const arena = instance->arena;
  if (arena->owner != instance || arena->phase != MCUGEN_PHASE_INPUT) {
    return MCUGEN_NOT_READY;
  }
  arena->phase = MCUGEN_PHASE_RUNNING;
  if (instance->model->invoke != NULL) {
    instance->model->invoke(arena->bytes);
  } else {
    instance->model->invoke_with(arena->bytes, instance->weights);
  }
  arena->phase = MCUGEN_PHASE_OUTPUT;
  return MCUGEN_OK;
}

const void *mcugen_instance_output(const mcugen_instance_t *instance, uint32_t index) {
  if (mcugen_instance_check(instance) != MCUGEN_OK || index >= instance->model->info.outputs ||
      instance->arena->owner != instance || instance->arena->phase != MCUGEN_PHASE_OUTPUT) {
    return NULL;
  }
  return (const uint8_t *)instance->arena->bytes + instance->model->output_offsets[index];
}
