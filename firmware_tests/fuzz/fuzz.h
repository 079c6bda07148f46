// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// What a fuzz target offers to replay.c.
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

// libFuzzer's entry: takes one input; stops the program when something is wrong.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Prints how much the inputs so far amounted to.
void fuzz_print_counts(void);

#endif
