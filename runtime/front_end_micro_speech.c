// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "front_end_micro_speech.h"

#include <string.h>

#define NOISE_BITS 14u
#define WINDOW_BITS 12
#define SNR_BITS 12u
#define GAIN_OUTPUT_BITS 6u
#define LOG_BITS 16u
#define SEGMENT_BITS 9u  // 128 segments of log2
#define LN_2 45426u      // of 2^16
#define HALF 16383       // of 32767
#define QUARTER 8191
#define FEATURE_SCALE 0.0390625f  // 1 / 25.6

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "samples are copied as they come");

typedef struct {
  int16_t re;
  int16_t im;
} complex_t;

static uint32_t bits_of(uint32_t x) { return x == 0 ? 0u : 32u - (uint32_t)__builtin_clz(x); }

// --- the transform ------------------------------------------------------------------------------

static int16_t scaled(int32_t product) { return (int16_t)((product + (1 << 14)) >> 15); }

static complex_t divided(complex_t a, int32_t by) {
  return (complex_t){scaled(a.re * by), scaled(a.im * by)};
}

static complex_t times(complex_t a, const int16_t turn[2]) {
  return (complex_t){scaled(a.re * turn[0] - a.im * turn[1]),
                     scaled(a.re * turn[1] + a.im * turn[0])};
}

static complex_t plus(complex_t a, complex_t b) {
  return (complex_t){(int16_t)(a.re + b.re), (int16_t)(a.im + b.im)};
}

static complex_t minus(complex_t a, complex_t b) {
  return (complex_t){(int16_t)(a.re - b.re), (int16_t)(a.im - b.im)};
}

// One stage of radix 2: `parts` transforms of one point become half as many of two.
static void stage_of_two(complex_t x[], uint32_t count, const int16_t twiddles[]) {
  for (complex_t *pair = x; pair < x + count; pair += 2) {
    const complex_t a = divided(pair[0], HALF);
    const complex_t b = times(divided(pair[1], HALF), twiddles);
    pair[0] = plus(a, b);
    pair[1] = minus(a, b);
  }
}

static void stage_of_four(complex_t x[], uint32_t count, uint32_t done, const int16_t twiddles[]) {
  const uint32_t step = count / (4u * done);
  for (complex_t *part = x; part < x + count; part += 4u * done) {
    for (uint32_t i = 0; i < done; ++i) {
      complex_t *const at = &part[i];
      const int16_t *const turn = &twiddles[2u * step * i];
      const complex_t a = divided(at[0], QUARTER);
      const complex_t b = times(divided(at[done], QUARTER), turn);
      const complex_t c = times(divided(at[2u * done], QUARTER), &twiddles[4u * step * i]);
      const complex_t d = times(divided(at[3u * done], QUARTER), &twiddles[6u * step * i]);
      const complex_t inner = minus(a, c);
      const complex_t outer = plus(a, c);
      const complex_t total = plus(b, d);
      const complex_t between = minus(b, d);
      at[0] = plus(outer, total);
      at[2u * done] = minus(outer, total);
      at[done] = (complex_t){(int16_t)(inner.re + between.im), (int16_t)(inner.im - between.re)};
      at[3u * done] =
          (complex_t){(int16_t)(inner.re - between.im), (int16_t)(inner.im + between.re)};
    }
  }
}

// Bins 0 to `count` of the real signal whose neighbouring samples were taken as `count` complex
// ones.
static void split(complex_t x[], uint32_t count, const int16_t twiddles[]) {
  const complex_t zero = divided(x[0], HALF);
  x[0] = (complex_t){(int16_t)(zero.re + zero.im), 0};
  x[count] = (complex_t){(int16_t)(zero.re - zero.im), 0};
  for (uint32_t k = 1; k <= count / 2u; ++k) {
    complex_t mirrored = x[count - k];
    mirrored.im = (int16_t)-mirrored.im;
    const complex_t first = divided(x[k], HALF);
    const complex_t second = divided(mirrored, HALF);
    const complex_t even = plus(first, second);
    const complex_t odd = times(minus(first, second), &twiddles[2u * (k - 1u)]);
    x[k] = (complex_t){(int16_t)((even.re + odd.re) >> 1), (int16_t)((even.im + odd.im) >> 1)};
    x[count - k] =
        (complex_t){(int16_t)((even.re - odd.re) >> 1), (int16_t)((odd.im - even.im) >> 1)};
  }
}

// The windowed frame, raised by as many bits as fit, to its spectrum; returns the bits.
static uint32_t transform(const mcugen_micro_speech_t *tables, const int16_t samples[],
                          complex_t x[]) {
  int16_t largest = 0;
  for (uint32_t i = 0; i < tables->frame_samples; ++i) {
    const int16_t value = (int16_t)((samples[i] * tables->window[i]) >> WINDOW_BITS);
    const int16_t size = (int16_t)(value < 0 ? -value : value);
    largest = size > largest ? size : largest;
  }
  const uint32_t shift = 15u - bits_of((uint32_t)largest);
  const uint32_t count = tables->points / 2u;
  for (uint32_t leaf = 0; leaf < count; ++leaf) {
    int16_t pair[2] = {0, 0};
    for (uint32_t i = 0; i < 2; ++i) {
      const uint32_t at = 2u * tables->order[leaf] + i;
      if (at < tables->frame_samples) {
        const int32_t value = (samples[at] * tables->window[at]) >> WINDOW_BITS;
        pair[i] = (int16_t)((uint32_t)value << shift);
      }
    }
    x[leaf] = (complex_t){pair[0], pair[1]};
  }
  uint32_t done = 1;
  if (bits_of(count) % 2u == 0) {
    stage_of_two(x, count, tables->twiddles);
    done = 2;
  }
  for (; done < count; done *= 4u) {
    stage_of_four(x, count, done, tables->twiddles);
  }
  split(x, count, tables->split_twiddles);
  return shift;
}

// --- channels -----------------------------------------------------------------------------------

// The nearest whole root.
static uint32_t rounded_root(uint64_t x) {
  uint64_t root = 0;
  uint64_t rest = x;
  const uint32_t high = (uint32_t)(x >> 32);
  const uint32_t bits = high != 0 ? 32u + bits_of(high) : bits_of((uint32_t)x);
  for (uint64_t bit = 1ull << ((bits + 1u) / 2u * 2u); bit != 0; bit >>= 2) {
    const bool fits = rest >= root + bit;
    rest -= fits ? root + bit : 0;
    root = (root >> 1) + (fits ? bit : 0);
  }
  const uint32_t limit =
      high == 0 ? 0xFFFFu : 0xFFFFFFFFu;  // the original's roots of 16 and 32 bits
  return (uint32_t)root + (rest > root && root != limit ? 1u : 0u);
}

static int32_t energy_of(complex_t x) {
  return (int32_t)((uint32_t)(x.re * x.re) + (uint32_t)(x.im * x.im));
}

// The slow mean of a channel follows the signal, which is returned without it.
static uint32_t without_noise(const mcugen_micro_speech_t *tables, uint32_t channel,
                              uint32_t signal, uint32_t *noise) {
  const uint64_t smoothing = tables->smoothing[channel % 2u];
  const uint32_t raised = signal << tables->smoothing_bits;
  *noise =
      (uint32_t)((raised * smoothing + *noise * ((1u << NOISE_BITS) - smoothing)) >> NOISE_BITS);
  const uint32_t known = *noise < raised ? *noise : raised;
  const uint32_t left = (raised - known) >> tables->smoothing_bits;
  const uint32_t floor = (uint32_t)(((uint64_t)signal * tables->least) >> NOISE_BITS);
  return left > floor ? left : floor;
}

// A parabola between powers of two.
static int16_t gain_of(const int16_t gains[], uint32_t x) {
  if (x <= 2) {
    return gains[x];
  }
  const uint32_t interval = bits_of(x);
  const int16_t *const piece = &gains[4u * interval - 6u];
  const int32_t fraction =
      (int32_t)((interval < 11u ? x << (11u - interval) : x >> (interval - 11u)) & 0x3FFu);
  const int32_t slope = ((piece[2] * fraction) >> 5) + piece[1] * 32;
  return (int16_t)(((slope * fraction + (1 << 14)) >> 15) + piece[0]);
}

static uint32_t with_gain(const mcugen_micro_speech_t *tables, uint32_t signal, uint32_t noise) {
  const uint32_t gain = (uint32_t)gain_of(tables->gains, noise);
  const uint32_t snr = (uint32_t)(((uint64_t)signal * gain) >> tables->gain_shift);
  return snr < (2u << SNR_BITS) ? (snr * snr) >> (2u + 2u * SNR_BITS - GAIN_OUTPUT_BITS)
                                : (snr >> (SNR_BITS - GAIN_OUTPUT_BITS)) - (1u << GAIN_OUTPUT_BITS);
}

static uint32_t logarithm(const mcugen_micro_speech_t *tables, uint32_t signal) {
  const uint32_t x = signal << tables->correction_bits;
  if (x <= 1) {
    return 0;
  }
  const uint32_t whole = bits_of(x) - 1u;
  const uint32_t rest = x - (1u << whole);
  const uint32_t fraction =
      whole < LOG_BITS ? rest << (LOG_BITS - whole) : rest >> (whole - LOG_BITS);
  const uint32_t segment = fraction >> SEGMENT_BITS;
  const int32_t low = tables->logs[segment];
  const int32_t position = (int32_t)(fraction - (segment << SEGMENT_BITS));
  const int32_t part = ((tables->logs[segment + 1u] - low) * position) >> LOG_BITS;
  const uint32_t log2 = (whole << LOG_BITS) + fraction + (uint32_t)(low + part);
  const uint32_t half = 1u << (LOG_BITS - 1u);
  const uint32_t natural = (uint32_t)(((uint64_t)LN_2 * log2 + half) >> LOG_BITS);
  const uint32_t made = ((natural << tables->log_shift) + half) >> LOG_BITS;
  return made < 0xFFFFu ? made : 0xFFFFu;
}

static void compute_row(const mcugen_micro_speech_t *tables,
                        const mcugen_micro_speech_state_t *state) {
  complex_t *const spectrum = (void *)state->spectrum;
  const uint32_t shift = transform(tables, state->samples, spectrum);
  int64_t sum = 0;  // of the channel whose rising side comes
  uint32_t bin = tables->first_bin;
  for (uint32_t channel = 0; channel <= tables->channels; ++channel) {
    int64_t next = 0;
    for (; bin < tables->ends[channel]; ++bin) {
      const int32_t energy = energy_of(spectrum[bin]);
      sum += (int64_t)tables->weights[bin - tables->first_bin] * energy;
      next += (int64_t)tables->unweights[bin - tables->first_bin] * energy;
    }
    if (channel > 0) {  // the first sum is of what lies below all channels
      uint32_t *const noise = &state->noise[channel - 1u];
      uint32_t signal = rounded_root((uint64_t)sum) >> shift;
      signal = without_noise(tables, channel - 1u, signal, noise);
      signal = tables->gains == NULL ? signal : with_gain(tables, signal, *noise);
      state->row[channel - 1u] = (float)logarithm(tables, signal) * FEATURE_SCALE;
    }
    sum = next;
  }
}

// --- the row maker ------------------------------------------------------------------------------

static void reset(const void *tables, void *its_state) {
  mcugen_micro_speech_state_t *const state = its_state;
  const mcugen_micro_speech_t *const speech = tables;
  memset(state->noise, 0, speech->channels * sizeof state->noise[0]);
  state->filled_bytes = 0;
}

static size_t push(const void *tables, void *its_state, float work[], const uint8_t bytes[],
                   size_t count, const float **row) {
  (void)work;
  const mcugen_micro_speech_t *const speech = tables;
  mcugen_micro_speech_state_t *const state = its_state;
  const size_t room = speech->frame_samples * sizeof(int16_t) - state->filled_bytes;
  const size_t taken = count < room ? count : room;
  memcpy((uint8_t *)state->samples + state->filled_bytes, bytes, taken);
  state->filled_bytes += (uint32_t)taken;
  *row = NULL;
  if (taken == room) {
    compute_row(speech, state);
    state->filled_bytes -= speech->hop_samples * (uint32_t)sizeof(int16_t);
    memmove(state->samples, &state->samples[speech->hop_samples], state->filled_bytes);
    *row = state->row;
  }
  return taken;
}

static const float *finish(const void *tables, void *its_state, float work[]) {
  (void)tables;
  (void)its_state;
  (void)work;
  return NULL;  // a frame that is not full gives no row
}

const mcugen_row_maker_t mcugen_micro_speech_maker = {reset, push, finish};
