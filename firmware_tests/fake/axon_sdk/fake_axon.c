// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// An "NPU" whose models give, for each output, the input's planes with the number of the plane
// added.
#include "drivers/axon/nrf_axon_nn_infer.h"

nrf_axon_result_e nrf_axon_platform_init(void) { return NRF_AXON_RESULT_SUCCESS; }

nrf_axon_result_e nrf_axon_nn_model_validate(const nrf_axon_nn_compiled_model_s *model) {
  (void)model;
  return NRF_AXON_RESULT_SUCCESS;
}

int nrf_axon_nn_model_init_vars(const nrf_axon_nn_compiled_model_s *model) {
  (void)model;
  return 0;
}

nrf_axon_result_e nrf_axon_nn_model_infer_sync(const nrf_axon_nn_compiled_model_s *model,
                                               const int8_t *input, int8_t *output) {
  const nrf_axon_nn_model_layer_dimensions_s *size =
      &model->inputs[model->external_input_ndx].dimensions;
  const uint32_t plane = (uint32_t)size->height * size->width;
  const uint32_t bytes = plane * size->channel_cnt;
  for (uint32_t number = 0; number <= model->extra_output_cnt; ++number) {
    for (uint32_t i = 0; i < bytes; ++i) {
      output[i] = (int8_t)(input[i] + (int8_t)(i / plane));
    }
    output += (bytes + 3u) & ~3u;
  }
  return NRF_AXON_RESULT_SUCCESS;
}
