// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Sizes of the fake model: small enough to check by eye, or as large as a test asks for.
#ifndef MCUGEN_CONFIG_H
#define MCUGEN_CONFIG_H

#ifndef MCUGEN_MAX_PAYLOAD
#define MCUGEN_MAX_PAYLOAD 512u
#endif
#ifndef MCUGEN_ROW_VALUES
#define MCUGEN_ROW_VALUES 4u
#endif
#ifndef MCUGEN_WINDOW_ROWS
#define MCUGEN_WINDOW_ROWS 3u
#endif
#ifndef MCUGEN_WAKE_WORD_WINDOWS
#define MCUGEN_WAKE_WORD_WINDOWS 0u
#endif
#ifndef MCUGEN_SCORE_RECONSTRUCTION
#define MCUGEN_SCORE_RECONSTRUCTION 1
#endif
#ifndef FAKE_STRIDE_ROWS
#define FAKE_STRIDE_ROWS 1u
#endif
#ifndef FAKE_FIRST_ROW
#define FAKE_FIRST_ROW 1u
#endif
#ifndef FAKE_NAME
#define FAKE_NAME "fake"
#endif
#ifndef FAKE_MLPERF_ID
#define FAKE_MLPERF_ID FAKE_NAME
#endif
#define MCUGEN_INPUT_BYTES (MCUGEN_ROW_VALUES * MCUGEN_WINDOW_ROWS)
#define MCUGEN_OUTPUT_BYTES MCUGEN_INPUT_BYTES
#define MCUGEN_TICK_UNIT "nanoseconds"

#endif
