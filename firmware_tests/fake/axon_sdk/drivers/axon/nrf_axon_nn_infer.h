// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// A stand-in: see axon/nrf_axon_platform.h. Of the structures, only the members that are used.
#ifndef FAKE_NRF_AXON_NN_INFER_H
#define FAKE_NRF_AXON_NN_INFER_H

#include <stdbool.h>
#include <stdint.h>

#include "axon/nrf_axon_platform.h"

typedef struct {
  uint16_t height;
  uint16_t width;
  uint16_t channel_cnt;
  uint8_t byte_width;
} nrf_axon_nn_model_layer_dimensions_s;

typedef struct {
  nrf_axon_nn_model_layer_dimensions_s dimensions;
  int8_t quant_zp;
} nrf_axon_nn_compiled_model_input_s;

typedef struct {
  nrf_axon_nn_model_layer_dimensions_s dimensions;
} nrf_axon_compiled_model_output_s;

typedef struct {
  nrf_axon_nn_compiled_model_input_s inputs[2];
  int8_t external_input_ndx;
  nrf_axon_nn_model_layer_dimensions_s output_dimensions;
  int8_t output_dequant_zp;
  uint16_t extra_output_cnt;
  const nrf_axon_compiled_model_output_s *extra_outputs;
} nrf_axon_nn_compiled_model_s;

nrf_axon_result_e nrf_axon_nn_model_validate(const nrf_axon_nn_compiled_model_s *model);
int nrf_axon_nn_model_init_vars(const nrf_axon_nn_compiled_model_s *model);
nrf_axon_result_e nrf_axon_nn_model_infer_sync(const nrf_axon_nn_compiled_model_s *model,
                                               const int8_t *input, int8_t *output);

#endif
