// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// What generated code does with checked weights.
#ifndef MCUGEN_WEIGHTS_USE_H
#define MCUGEN_WEIGHTS_USE_H

#include "instance.h"
#include "mcugen_weights.h"
#include "self_test.h"

// The instance computes with these weights from now on.
void mcugen_weights_use(const void *weights, mcugen_instance_t *instance);

mcugen_expected_t mcugen_weights_expected(const mcugen_instance_t *instance);

// As mcugen_weights_check, with the header apart from its data.
mcugen_result_t mcugen_weights_check_parts(const mcugen_weights_header_t *header,
                                           const uint8_t data[], size_t data_bytes,
                                           const uint8_t architecture[MCUGEN_DIGEST_BYTES],
                                           const mcugen_verify_t *verify);

#endif
