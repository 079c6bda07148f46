// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "self_test_stream.h"

#include <string.h>

#include "model.h"

#define PIECE_SAMPLES 16u

typedef struct {
  uint32_t hash;
  uint32_t output_bytes;
} seen_t;

static void see(void *context, const mcugen_event_t *event) {
  seen_t *const seen = context;
  mcugen_self_test_hash(&seen->hash, &event->score, sizeof event->score);
  mcugen_self_test_hash(&seen->hash, &event->mean_score, sizeof event->mean_score);
  mcugen_self_test_hash(&seen->hash, event->output, seen->output_bytes);
}

// Noise; vector 0 is loud, the others are quieter.
static void make_samples(uint8_t piece[], uint32_t count, uint32_t sample_bytes, uint32_t vector,
                         uint32_t *seed) {
  for (uint32_t i = 0; i < count; ++i) {
    const int16_t wide = (int16_t)((int32_t)(mcugen_self_test_random(seed) & 0xFFFFu) - 32768);
    const int16_t sample = (int16_t)(wide / (1 << 4 * vector));
    const float value = (float)sample / 8192.0f;
    piece[i] = (uint8_t)sample;
    if (sample_bytes == 2) {
      memcpy(piece + 2 * i, &sample, 2);
    } else if (sample_bytes == 4) {
      memcpy(piece + 4 * i, &value, 4);
    }
  }
}

mcugen_result_t mcugen_self_test_stream(mcugen_stream_t *stream, uint32_t samples,
                                        uint32_t sample_bytes, mcugen_expected_t expected,
                                        uint32_t *told) {
  uint32_t seed = 1;
  seen_t seen = {mcugen_self_test_start(seed), stream->instance.model->info.output[0].bytes};
  mcugen_result_t result = mcugen_stream_reset(stream);
  for (uint32_t vector = 0; vector < MCUGEN_SELF_TEST_VECTORS; ++vector) {
    for (uint32_t done = 0; result == MCUGEN_OK && done < samples; done += PIECE_SAMPLES) {
      const uint32_t left = samples - done;
      const uint32_t count = left < PIECE_SAMPLES ? left : PIECE_SAMPLES;
      uint8_t piece[PIECE_SAMPLES * sizeof(float)];
      make_samples(piece, count, sample_bytes, vector, &seed);
      result = mcugen_stream_push(stream, piece, (size_t)count * sample_bytes, see, &seen);
    }
    if (result == MCUGEN_OK) {
      result = mcugen_stream_end(stream, see, &seen);
    }
  }
  if (result == MCUGEN_OK) {
    result = mcugen_stream_reset(stream);
  }
  return result == MCUGEN_OK ? mcugen_self_test_verdict(seen.hash, expected, told) : result;
}
