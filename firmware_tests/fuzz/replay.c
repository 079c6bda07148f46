// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// replay SEED RUNS: seeded random inputs for a libFuzzer target, without libFuzzer.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

#define LARGEST_INPUT 2048u

static uint64_t state;

// xorshift64*, Vigna 2016.
static uint32_t random_u32(void) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return (uint32_t)(state * 0x2545F4914F6CDD1Du >> 32);
}

// Wild bytes hit little: half of them are small or mean something to the protocol.
static uint8_t random_byte(void) {
  static const uint8_t TELLING[] = {0x00, 0x01, 0x02, 0x03, 0x25, 0x41, 0x7F, 0x80, 0xA5, 0xFF};
  const uint32_t random = random_u32();
  return random % 2 == 0 ? (uint8_t)(random >> 8) : TELLING[(random >> 8) % sizeof(TELLING)];
}

int main(int argc, char *argv[]) {
  static uint8_t data[LARGEST_INPUT];
  if (argc != 3) {
    (void)fprintf(stderr, "usage: replay SEED RUNS\n");
    return EXIT_FAILURE;
  }
  state = strtoull(argv[1], NULL, 0) * 2u + 1u;
  const unsigned long runs = strtoul(argv[2], NULL, 0);
  for (unsigned long run = 0; run < runs; ++run) {
    const size_t size = random_u32() % LARGEST_INPUT;
    for (size_t i = 0; i < size; ++i) {
      data[i] = random_byte();
    }
    (void)LLVMFuzzerTestOneInput(data, size);
  }
  (void)printf("seed %s: %lu inputs, ", argv[1], runs);
  fuzz_print_counts();
  return EXIT_SUCCESS;
}
