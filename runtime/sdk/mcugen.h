// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// What all models of an SDK share. No heap, no globals, nothing printed, nothing waited for.
// C11 and C++17. API.md says what may be called from where.
#ifndef MCUGEN_H
#define MCUGEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#define MCUGEN_ALIGNED alignas(16)
#else
#define MCUGEN_ALIGNED _Alignas(16)
#endif

// X(name, value, text): the one list of results. 0 is success, negatives are errors.
#define MCUGEN_RESULT_LIST(X)                                                       \
  X(OK, 0, "ok")                                                                    \
  X(BAD_ARGUMENT, -1, "a pointer is NULL or a value is out of range")               \
  X(NOT_INITIALISED, -2, "the instance has not been initialised, or it was copied") \
  X(BAD_ARENA, -3, "the arena is too small, not aligned to 16, or taken")           \
  X(NOT_READY, -4, "no input has been written since the last invoke")               \
  X(BUSY, -5, "the arena is in use by a call that has not returned")                \
  X(SELF_TEST, -6, "this build computes other values than the generator did")       \
  X(BAD_WEIGHTS, -7, "the weights are cut, damaged or not signed as they must be")  \
  X(OTHER_MODEL, -8, "the weights are for a model of another architecture")         \
  X(OLD_WEIGHTS, -9, "the weights are not newer than those that are there")         \
  X(FLASH, -10, "the flash did not do what was asked")

typedef enum {
#define MCUGEN_RESULT_ENUM(name, value, text) MCUGEN_##name = (value),
  MCUGEN_RESULT_LIST(MCUGEN_RESULT_ENUM)
#undef MCUGEN_RESULT_ENUM
} mcugen_result_t;

const char *mcugen_result_text(mcugen_result_t result);

// An int8 value q stands for scale * (q - zero_point).
typedef struct {
  float scale;
  int32_t zero_point;
} mcugen_quant_t;

// --- memory -------------------------------------------------------------------------------------

// Memory for activations. Instances that never run at the same time may share one that is as large
// as the largest needs; whoever uses it takes it over, and the others' inputs and outputs are gone.
// Set up by MCUGEN_ARENA or mcugen_arena_init; the members after `size` are private.
typedef struct {
  void *bytes;  // aligned to 16
  size_t size;
  const void *owner;   // the instance whose tensors are in it
  const void *keeper;  // the one instance that may use it, if that has recurrent state
  uint8_t phase;
  bool shared;
} mcugen_arena_t;

// Where arenas and weights lie: define these (on the command line) as section attributes.
#ifndef MCUGEN_ARENA_SECTION
#define MCUGEN_ARENA_SECTION
#endif

// Defines a static arena: MCUGEN_ARENA(arena, AD01_ARENA_BYTES);
#define MCUGEN_ARENA(name, bytes)                                         \
  MCUGEN_ALIGNED MCUGEN_ARENA_SECTION static uint8_t name##_bytes[bytes]; \
  static mcugen_arena_t name = {name##_bytes, sizeof name##_bytes, NULL, NULL, 0, false}

void mcugen_arena_init(mcugen_arena_t *arena, void *bytes, size_t size);

// --- events -------------------------------------------------------------------------------------

// A window that has been scored; valid during the call of mcugen_on_event_t.
typedef struct {
  uint32_t window;       // its number since the last reset, from 0
  float score;           // reconstruction error, or the value of the best class; 0 without a score
  uint32_t class_index;  // of the best class; 0 where there are no classes
  float mean_score;      // over the windows since the last reset (up to <MODEL>_LAST_ROW)
  const void *output;    // output 0 of the model
} mcugen_event_t;

// `context` is what was given with the samples. Must not call functions of the same instance.
typedef void (*mcugen_on_event_t)(void *context, const mcugen_event_t *event);

// --- from scores to decisions -------------------------------------------------------------------

#define MCUGEN_MOST_WINDOWS 32u

// An alarm for anomaly scores: on as soon as `needed` of the last `windows` scores are above
// `threshold`; off as soon as fewer than `needed` of them are above `release`.
typedef struct {
  float threshold;
  float release;
  uint8_t needed;
  uint8_t windows;
  bool on;
  uint32_t above_threshold;  // one bit a window, the last one lowest
  uint32_t above_release;
} mcugen_alarm_t;

// release <= threshold, 1 <= needed <= windows <= MCUGEN_MOST_WINDOWS.
mcugen_result_t mcugen_alarm_init(mcugen_alarm_t *alarm, float threshold, float release,
                                  uint8_t needed, uint8_t windows);
// Returns whether the alarm is on. A score that is not a number counts as above.
bool mcugen_alarm_add(mcugen_alarm_t *alarm, float score);

// A detector for wake words: fires when the mean of the last `windows` probabilities is above
// `cutoff`, and not again during the `refractory` windows after that.
typedef struct {
  float cutoff;
  uint8_t windows;
  uint16_t refractory;
  uint8_t count;   // probabilities in `history`
  uint8_t next;    // where the next one goes
  uint16_t quiet;  // windows that are left of the refractory time
  float history[MCUGEN_MOST_WINDOWS];
} mcugen_wake_word_t;

// 1 <= windows <= MCUGEN_MOST_WINDOWS.
mcugen_result_t mcugen_wake_word_init(mcugen_wake_word_t *wake_word, float cutoff, uint8_t windows,
                                      uint16_t refractory);
// Returns whether the word has been detected with this window.
bool mcugen_wake_word_add(mcugen_wake_word_t *wake_word, float probability);

#ifdef __cplusplus
}
#endif

#endif
