// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// engine.h on Nordic's Axon NPU: the driver and the compiled model come from the user's SDK. The
// NPU works channels first, [C][H][W]; everything outside this file has channels last.
#include "engine.h"

#include <assert.h>
#include <axon/nrf_axon_platform.h>
#include <drivers/axon/nrf_axon_driver.h>
#include <drivers/axon/nrf_axon_nn_infer.h>
#include <stdalign.h>
#include <string.h>

#include "axon_model.h"  // the compiled model: it may be included once

typedef struct {
  uint32_t height;
  uint32_t width;
  uint32_t channels;
} shape_t;

static const shape_t INPUT_SHAPE = MCUGEN_AXON_INPUT_SHAPE;
static const shape_t OUTPUT_SHAPES[MCUGEN_AXON_OUTPUTS] = {MCUGEN_AXON_OUTPUT_SHAPES};
static const mcugen_tensor_t INPUT = MCUGEN_AXON_INPUT;
static const mcugen_tensor_t OUTPUTS[MCUGEN_AXON_OUTPUTS] = {MCUGEN_AXON_OUTPUT_TENSORS};
static const nrf_axon_nn_compiled_model_s *const MODEL = &MCUGEN_AXON_MODEL;

static alignas(4) int8_t input[MCUGEN_AXON_INPUT_BYTES];
static alignas(4) int8_t input_planes[MCUGEN_AXON_INPUT_BYTES];
static alignas(4) int8_t outputs[MCUGEN_AXON_OUTPUT_BYTES];
static alignas(4) int8_t output_planes[MCUGEN_AXON_OUTPUT_BYTES];

static const mcugen_engine_info_t INFO = {
    .name = "axon",
    .rounding = "double",  // of the reference: the NPU is near it, not equal
    .inputs = 1,
    .outputs = MCUGEN_AXON_OUTPUTS,
    .input = &INPUT,
    .output = OUTPUTS,
    .arena_bytes = 2u * (sizeof(input) + sizeof(outputs)),
};

// The compiled model's own dimensions say what is a channel there: after a RESHAPE that comes
// first, or for a recurrent layer, they are others than the tensor's.
typedef nrf_axon_nn_model_layer_dimensions_s layout_t;

static const layout_t *input_layout(void) {
  return &MODEL->inputs[MODEL->external_input_ndx].dimensions;
}

static const layout_t *output_layout(uint32_t index) {
  return index == 0 ? &MODEL->output_dimensions : &MODEL->extra_outputs[index - 1u].dimensions;
}

static void to_planes(const int8_t from[], int8_t to[], const layout_t *layout) {
  const uint32_t plane = (uint32_t)layout->height * layout->width;
  for (uint32_t i = 0; i < plane; ++i) {
    for (uint32_t channel = 0; channel < layout->channel_cnt; ++channel) {
      to[channel * plane + i] = from[i * layout->channel_cnt + channel];
    }
  }
}

static void from_planes(const int8_t from[], int8_t to[], const layout_t *layout) {
  const uint32_t plane = (uint32_t)layout->height * layout->width;
  for (uint32_t i = 0; i < plane; ++i) {
    for (uint32_t channel = 0; channel < layout->channel_cnt; ++channel) {
      to[i * layout->channel_cnt + channel] = from[channel * plane + i];
    }
  }
}

// Whether the compiler was told to turn the image (transpose_kernel), which nobody here does.
static bool is_turned(const layout_t *given, const shape_t *shape) {
  return shape->height > 1u && shape->width > 1u && shape->height != shape->width &&
         given->height == shape->width && given->width == shape->height;
}

static bool fits(const layout_t *given, const shape_t *shape, const mcugen_tensor_t *wanted) {
  const uint32_t values = (uint32_t)given->height * given->width * given->channel_cnt;
  return given->byte_width == 1u && values == wanted->bytes && !is_turned(given, shape);
}

// Whether the header that Nordic's compiler wrote is of this model: sizes and zero points.
static bool is_our_model(void) {
  bool ours = fits(input_layout(), &INPUT_SHAPE, &INPUT) &&
              MODEL->inputs[MODEL->external_input_ndx].quant_zp == INPUT.zero_point &&
              MODEL->output_dequant_zp == OUTPUTS[0].zero_point &&
              MODEL->extra_output_cnt == MCUGEN_AXON_OUTPUTS - 1u;
  for (uint32_t i = 0; ours && i < MCUGEN_AXON_OUTPUTS; ++i) {
    ours = fits(output_layout(i), &OUTPUT_SHAPES[i], &OUTPUTS[i]);
  }
  return ours;
}

const mcugen_engine_info_t *mcugen_engine_info(void) { return &INFO; }

mcugen_status_t mcugen_engine_init(void) {
  const bool ready = is_our_model() && nrf_axon_platform_init() == NRF_AXON_RESULT_SUCCESS &&
                     nrf_axon_nn_model_validate(MODEL) == NRF_AXON_RESULT_SUCCESS;
  return ready ? MCUGEN_STATUS_OK : MCUGEN_STATUS_ENGINE;
}

void mcugen_engine_reset(void) { (void)nrf_axon_nn_model_init_vars(MODEL); }

void *mcugen_engine_input(uint32_t index) {
  (void)index;
  return input;
}

mcugen_status_t mcugen_engine_invoke(void) {
  to_planes(input, input_planes, input_layout());
  if (nrf_axon_nn_model_infer_sync(MODEL, input_planes, output_planes) != NRF_AXON_RESULT_SUCCESS) {
    return MCUGEN_STATUS_ENGINE;
  }
  uint32_t offset = 0;
  for (uint32_t i = 0; i < MCUGEN_AXON_OUTPUTS; ++i) {
    from_planes(output_planes + offset, outputs + offset, output_layout(i));
    offset += (OUTPUTS[i].bytes + 3u) & ~3u;  // each output starts on 32 bits
  }
  return MCUGEN_STATUS_OK;
}

const void *mcugen_engine_output(uint32_t index) {
  uint32_t offset = 0;
  for (uint32_t i = 0; i < index; ++i) {
    offset += (OUTPUTS[i].bytes + 3u) & ~3u;
  }
  return outputs + offset;
}

// The NPU runs a model as a whole.
mcugen_status_t mcugen_engine_invoke_until(uint32_t layer) {
  (void)layer;
  return MCUGEN_STATUS_UNSUPPORTED;
}

const void *mcugen_engine_layer_output(uint32_t index, uint32_t *bytes) {
  (void)index;
  *bytes = 0;
  return NULL;
}

uint32_t mcugen_engine_arena_used_bytes(void) { return INFO.arena_bytes; }
