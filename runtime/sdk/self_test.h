// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Whether this build computes what the generator computed. Private to the generated code.
#ifndef MCUGEN_SELF_TEST_H
#define MCUGEN_SELF_TEST_H

#include "instance.h"

// Hashes of all outputs and scores: for cores that multiply and add floats in one rounding
// (__FP_FAST_FMAF), and for all others.
typedef struct {
  uint32_t fused;
  uint32_t unfused;
} mcugen_expected_t;

// Pseudo-random inputs through the model; *told, unless it is NULL, gets the hash. The instance is
// reset.
mcugen_result_t mcugen_self_test_instance(mcugen_instance_t *instance, mcugen_expected_t expected,
                                          uint32_t *told);

// What mcugen_self_test_stream shares: FNV-1a, vectors, and a hash that has seen some arithmetic.
#define MCUGEN_SELF_TEST_VECTORS 3u
uint32_t mcugen_self_test_random(uint32_t *seed);  // Numerical Recipes, 7.1: 16 bits
void mcugen_self_test_hash(uint32_t *hash, const void *bytes, size_t count);
uint32_t mcugen_self_test_start(uint32_t seed);
mcugen_result_t mcugen_self_test_verdict(uint32_t hash, mcugen_expected_t expected, uint32_t *told);

#endif
