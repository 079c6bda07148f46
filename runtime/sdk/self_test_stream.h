// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The self-test of a model with a front-end. Private to the generated code.
#ifndef MCUGEN_SELF_TEST_STREAM_H
#define MCUGEN_SELF_TEST_STREAM_H

#include "self_test.h"
#include "stream.h"

// Pseudo-random clips of `samples` samples through front-end, model and score. Samples are uint8_t,
// int16_t or float, told by their size. The stream is reset.
mcugen_result_t mcugen_self_test_stream(mcugen_stream_t *stream, uint32_t samples,
                                        uint32_t sample_bytes, mcugen_expected_t expected,
                                        uint32_t *told);

#endif
