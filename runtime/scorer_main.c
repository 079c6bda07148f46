// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The program of boards that run Linux. With files it scores them and prints one CSV line for each;
// without, it is a device: requests on standard input, replies on standard output
// (docs/PROTOCOL.md).
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "engine.h"
#include "harness.h"
#include "little_endian.h"
#include "port.h"
#include "quantize.h"

#define PUSH_HEADER_BYTES 2u
#define PUSH_END 1u
#define REPLY_ROWS_AT 16u
#define ROW_BYTES 4u
#define WINDOW_BYTES 16u
#define READ_REQUEST_BYTES 8u
#define READ_OUTPUT 1u

#define RIFF_BYTES 12u
#define CHUNK_BYTES 8u
#define FORMAT_BYTES 16u
#define FORMAT_PCM 1u
#define FORMAT_EXTENSIBLE 0xFFFEu  // says PCM further on; the sizes are the same
#define SAMPLE_BITS 16u
#define ANY_LENGTH UINT32_MAX  // also what programs write that do not know the length yet

// Costs of one file; those beyond the first MAX_COSTS are counted but not kept.
#define MAX_COSTS 65536u

typedef struct {
  uint32_t ns[MAX_COSTS];
  size_t count;
} costs_t;

static mcugen_harness_t harness;
static uint8_t request[MCUGEN_MAX_PAYLOAD];
static uint8_t reply[MCUGEN_MAX_PAYLOAD];
static costs_t inferences;
static costs_t rows;

static bool complain(const char *file, const char *what) {
  (void)fprintf(stderr, "scorer: %s: %s\n", file, what);
  return false;
}

static void add_cost(costs_t *costs, uint64_t ns) {
  if (costs->count < MAX_COSTS) {
    costs->ns[costs->count++] = ns > UINT32_MAX ? UINT32_MAX : (uint32_t)ns;
  }
}

static int compare_costs(const void *a, const void *b) {
  const uint32_t left = *(const uint32_t *)a;
  const uint32_t right = *(const uint32_t *)b;
  return (left > right) - (left < right);
}

// Prints minimum, median and maximum; sorts the costs.
static void print_costs(costs_t *costs) {
  if (costs->count == 0) {
    (void)printf(",,,");
    return;
  }
  qsort(costs->ns, costs->count, sizeof(costs->ns[0]), compare_costs);
  (void)printf(",%" PRIu32 ",%" PRIu32 ",%" PRIu32, costs->ns[0], costs->ns[costs->count / 2],
               costs->ns[costs->count - 1]);
}

// Finds the samples of a PCM16 mono WAV file and leaves the file there; *bytes is their length.
static bool open_wav(FILE *file, const char *name, uint32_t *bytes) {
  uint8_t head[FORMAT_BYTES];
  bool known = false;
  if (MCUGEN_SAMPLE_RATE_HZ == 0u) {
    return complain(name, "the front-end takes no sound");
  }
  if (fread(head, 1, RIFF_BYTES, file) != RIFF_BYTES || memcmp(head, "RIFF", 4) != 0 ||
      memcmp(head + 8, "WAVE", 4) != 0) {
    return complain(name, "not a WAV file");
  }
  while (fread(head, 1, CHUNK_BYTES, file) == CHUNK_BYTES) {
    uint32_t left = mcugen_get_u32(head + 4);
    if (memcmp(head, "data", 4) == 0) {
      *bytes = left;
      return known ? true : complain(name, "samples before their format");
    }
    if (memcmp(head, "fmt ", 4) == 0) {
      if (left < FORMAT_BYTES || fread(head, 1, FORMAT_BYTES, file) != FORMAT_BYTES) {
        break;
      }
      left -= FORMAT_BYTES;
      const uint16_t format = mcugen_get_u16(head);
      if ((format != FORMAT_PCM && format != FORMAT_EXTENSIBLE) ||
          mcugen_get_u16(head + 14) != SAMPLE_BITS || mcugen_get_u16(head + 2) != 1u) {
        return complain(name, "not 16-bit PCM with one channel");
      }
      if (mcugen_get_u32(head + 4) != MCUGEN_SAMPLE_RATE_HZ) {
        (void)fprintf(stderr, "scorer: %s: %" PRIu32 " Hz, the front-end takes %" PRIu32 " Hz\n",
                      name, mcugen_get_u32(head + 4), (uint32_t)MCUGEN_SAMPLE_RATE_HZ);
        return false;
      }
      known = true;
    }
    if (fseek(file, (long)left + (long)(left % 2u), SEEK_CUR) != 0) {  // chunks have even lengths
      break;
    }
  }
  return complain(name, "ends before its samples");
}

// The costs in the reply to a PUSH. Rows that come as features cost nothing.
static void take_costs(mcugen_source_t source) {
  const size_t row_count = mcugen_get_u16(reply);
  const size_t window_count = mcugen_get_u16(reply + 2);
  const uint8_t *row = reply + REPLY_ROWS_AT;
  const uint8_t *window = row + ROW_BYTES * row_count;
  for (size_t i = 0; i < row_count && source == MCUGEN_SOURCE_FRONT_END; ++i) {
    add_cost(&rows, mcugen_get_u32(row + ROW_BYTES * i));
  }
  for (size_t i = 0; i < window_count; ++i) {
    const uint8_t *ticks = window + WINDOW_BYTES * i + 8;
    add_cost(&inferences, (uint64_t)mcugen_get_u32(ticks + 4) << 32 | mcugen_get_u32(ticks));
  }
}

// Pushes `limit` bytes of the file as one clip, or all with ANY_LENGTH. The last reply stays.
static bool push_file(FILE *file, const char *name, mcugen_source_t source, uint32_t limit) {
  const bool any_length = limit == ANY_LENGTH;
  size_t waiting = 0;  // bytes in the request that the device has not taken yet
  bool at_end = false;
  mcugen_device_reset(&harness.device);
  for (;;) {
    uint8_t *data = request + PUSH_HEADER_BYTES;
    const size_t room = sizeof(request) - PUSH_HEADER_BYTES - waiting;
    const size_t wanted = room < limit ? room : limit;
    const size_t got = fread(data + waiting, 1, wanted, file);
    waiting += got;
    limit -= (uint32_t)got;
    at_end = at_end || got < wanted || limit == 0;
    if (at_end && limit > 0 && !any_length) {
      return complain(name, "ends before its samples do");
    }
    request[0] = (uint8_t)source;
    request[1] = at_end ? PUSH_END : 0u;
    size_t reply_bytes = 0;
    const mcugen_status_t status = mcugen_device_execute(
        &harness.device, MCUGEN_PUSH, request, PUSH_HEADER_BYTES + waiting, reply, &reply_bytes);
    if (status != MCUGEN_STATUS_OK) {
      return complain(name, mcugen_status_text(status));
    }
    take_costs(source);
    const size_t taken = mcugen_get_u16(reply + 4);
    waiting -= taken;
    memmove(data, data + taken, waiting);
    if ((mcugen_get_u16(reply + 6) & PUSH_END) != 0) {
      return ferror(file) ? complain(name, "cannot be read") : true;
    }
  }
}

// Index of the largest value of the last output: the class, for a model that classifies.
static uint32_t largest_output(void) {
  const mcugen_tensor_t *tensor = &mcugen_engine_info()->output[0];
  const uint32_t element = (uint32_t)mcugen_element_bytes(tensor->dtype);
  uint8_t read[READ_REQUEST_BYTES] = {READ_OUTPUT};
  uint32_t best = 0;
  float largest = -INFINITY;
  for (uint32_t i = 0; i < MCUGEN_OUTPUT_BYTES / element; ++i) {
    size_t bytes = 0;
    mcugen_put_u32(i * element, read + 2);
    mcugen_put_u16((uint16_t)element, read + 6);
    const mcugen_status_t status =
        mcugen_device_execute(&harness.device, MCUGEN_READ, read, sizeof(read), reply, &bytes);
    float value = -INFINITY;
    if (status == MCUGEN_STATUS_OK && bytes == element) {
      mcugen_tensor_get(tensor, reply, 0, 1, &value);
    }
    if (value > largest) {
      largest = value;
      best = i;
    }
  }
  return best;
}

static void print_result(const char *name) {
  const uint32_t windows = mcugen_get_u32(reply + 12);
  (void)printf("%s,%" PRIu32 ",", name, windows);
  if (MCUGEN_SCORE_RECONSTRUCTION) {
    (void)printf("%.9g", (double)mcugen_get_f32(reply + 8));
  } else {
    (void)printf("%" PRIu32, largest_output());
  }
  print_costs(&inferences);
  print_costs(&rows);
  (void)printf("\n");
}

static bool score_file(const char *name, mcugen_source_t source) {
  const size_t length = strlen(name);
  const bool is_wav = length >= 4 && memcmp(name + length - 4, ".wav", 4) == 0;
  uint32_t limit = ANY_LENGTH;
  FILE *file = fopen(name, "rb");
  if (file == NULL) {
    return complain(name, "cannot be opened");
  }
  inferences.count = rows.count = 0;
  bool good = !is_wav || open_wav(file, name, &limit);
  good = good && push_file(file, name, is_wav ? MCUGEN_SOURCE_FRONT_END : source, limit);
  (void)fclose(file);
  if (good && mcugen_get_u32(reply + 12) == 0) {
    return complain(name, "too short for one window");
  }
  if (good) {
    print_result(name);
  }
  return good;
}

static int usage(const char *program) {
  (void)fprintf(
      stderr,
      "usage: %s [--source | --features | --int8] FILE...\n"
      "A .wav file is PCM. Of other files: --source bytes for the front-end, --features\n"
      "float32 rows (the default), --int8 rows of input tensors; little endian, no header.\n"
      "Without files: a device on standard input and output.\n",
      program);
  return 2;
}

int main(int argc, char *argv[]) {
  static const char *const OPTIONS[] = {"--source", "--features", "--int8"};  // by mcugen_source_t
  mcugen_source_t source = MCUGEN_SOURCE_FEATURES;
  bool good = true;
  mcugen_port_init();
  mcugen_harness_init(&harness);
  if (argc == 1) {
    mcugen_harness_serve(&harness);
  }
  (void)printf("file,windows,%s,inference_min_ns,inference_median_ns,inference_max_ns,",
               MCUGEN_SCORE_RECONSTRUCTION ? "score" : "class");
  (void)printf("row_min_ns,row_median_ns,row_max_ns\n");
  for (int i = 1; i < argc; ++i) {
    if (argv[i][0] == '-') {
      size_t option = 0;
      while (option < 3 && strcmp(argv[i], OPTIONS[option]) != 0) {
        ++option;
      }
      if (option == 3) {
        return usage(argv[0]);
      }
      source = (mcugen_source_t)option;
    } else {
      good = score_file(argv[i], source) && good;
    }
  }
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
