// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// An SDK of three models: machine_sound_int8 (samples to scores), image (pixels to classes) and
// dense (tensors). tests/sdk/sdks.py makes it.
#include <string.h>

#include "check.h"
#include "dense.h"
#include "image.h"
#include "machine_sound_int8.h"

#define CLIP_SAMPLES 40000u  // 79 rows of which those from 50 on count: 25 windows
#define MOST_SCORES 32u
#define HOP_SAMPLES 512u
#define CLIP_WINDOWS (MACHINE_SOUND_INT8_LAST_ROW - 50u - 4u)  // that count for its score
#define LIVE_ROWS (2u * MACHINE_SOUND_INT8_LAST_ROW)

MCUGEN_ARENA(own, MACHINE_SOUND_INT8_ARENA_BYTES);
MCUGEN_ARENA(shared, MACHINE_SOUND_INT8_ARENA_BYTES);
static int16_t clip[CLIP_SAMPLES];
static machine_sound_int8_t sound, sound_2;
static image_t picture;
static dense_t dense;

typedef struct {
  uint32_t count;
  float scores[MOST_SCORES];
  float mean;
} scores_t;

// CHECK_EQUAL evaluates what it is given twice.
static void gives(mcugen_result_t result, mcugen_result_t expected) {
  CHECK_EQUAL(result, expected);
}

static void is_on(bool on, bool expected) { CHECK_EQUAL(on, expected); }

static uint32_t next_random(uint32_t *state) {
  *state = *state * 1664525u + 1013904223u;  // Numerical Recipes, 7.1
  return *state >> 16;
}

static void make_clip(uint32_t seed) {
  for (uint32_t i = 0; i < CLIP_SAMPLES; ++i) {
    clip[i] = (int16_t)((int32_t)(next_random(&seed) % 8192u) - 4096);
  }
}

static void note(void *context, const mcugen_event_t *event) {
  scores_t *const scores = context;
  CHECK_EQUAL(event->window, scores->count);
  CHECK(event->output != NULL);
  if (scores->count < MOST_SCORES) {
    scores->scores[scores->count++] = event->score;
  }
  scores->mean = event->mean_score;
}

// The whole clip in pieces of `most` samples, or of 1 to `most` where `random` is not 0.
static scores_t scores_of(machine_sound_int8_t *model, size_t most, uint32_t random) {
  scores_t scores = {0};
  gives(machine_sound_int8_reset(model), MCUGEN_OK);
  for (size_t done = 0; done < CLIP_SAMPLES;) {
    const size_t wanted = random != 0 ? 1u + next_random(&random) % most : most;
    const size_t count = wanted < CLIP_SAMPLES - done ? wanted : CLIP_SAMPLES - done;
    gives(machine_sound_int8_push_samples(model, &clip[done], count, note, &scores), MCUGEN_OK);
    done += count;
  }
  gives(machine_sound_int8_end(model, note, &scores), MCUGEN_OK);
  return scores;
}

static void check_equal(const scores_t *a, const scores_t *b) {
  CHECK_EQUAL(a->count, b->count);
  CHECK(memcmp(a->scores, b->scores, a->count * sizeof a->scores[0]) == 0);
  CHECK(memcmp(&a->mean, &b->mean, sizeof a->mean) == 0);
}

static void test_any_pieces_give_the_same_scores(void) {
  gives(machine_sound_int8_init(&sound, &own), MCUGEN_OK);
  const scores_t whole = scores_of(&sound, CLIP_SAMPLES, 0);
  CHECK_EQUAL(whole.count, 25);
  static const size_t pieces[] = {7, 511, 512, 513, 1024, 4099};
  for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; ++i) {
    const scores_t again = scores_of(&sound, pieces[i], 0);
    check_equal(&again, &whole);
  }
  const scores_t random = scores_of(&sound, 2000, 99);
  check_equal(&random, &whole);
}

static void test_a_new_clip_begins_behind_the_end(void) {
  gives(machine_sound_int8_init(&sound, &own), MCUGEN_OK);
  const scores_t first = scores_of(&sound, CLIP_SAMPLES, 0);
  scores_t second = {0};
  gives(machine_sound_int8_push_samples(&sound, clip, CLIP_SAMPLES, note, &second), MCUGEN_OK);
  gives(machine_sound_int8_end(&sound, note, &second), MCUGEN_OK);
  check_equal(&first, &second);
}

// Keeps the first window of all, the last one of the clip, and the last one of all.
static void note_live(void *context, const mcugen_event_t *event) {
  mcugen_event_t *const kept = context;
  kept[2] = *event;
  if (event->window == 0 || event->window == CLIP_WINDOWS - 1) {
    kept[event->window == 0 ? 0 : 1] = *event;
  }
}

// A sound that never ends and, where a clip would, becomes another: that is heard, and does not
// count for the clip's mean. Before, all rows are the same, and so are their scores.
static void test_a_live_stream_goes_on(void) {
  mcugen_event_t kept[3] = {{0}};
  gives(machine_sound_int8_init(&sound, &own), MCUGEN_OK);
  for (uint32_t row = 0; row < LIVE_ROWS; ++row) {
    const int16_t *const samples = row < MACHINE_SOUND_INT8_LAST_ROW ? clip : &clip[HOP_SAMPLES];
    gives(machine_sound_int8_push_samples(&sound, samples, HOP_SAMPLES, note_live, kept),
          MCUGEN_OK);
  }
  CHECK_EQUAL(kept[2].window, LIVE_ROWS - 50u - 5u);
  CHECK(kept[1].score == kept[0].score && kept[2].score != kept[0].score);
  CHECK_NEAR(kept[1].mean_score, kept[0].score, 1e-6f * kept[0].score);
  CHECK(kept[2].mean_score == kept[1].mean_score);
}

// Two instances of one model, one sample of each in turn, in one arena and in two.
static void test_instances_interleaved(mcugen_arena_t *first, mcugen_arena_t *second) {
  gives(machine_sound_int8_init(&sound, first), MCUGEN_OK);
  const scores_t alone = scores_of(&sound, CLIP_SAMPLES, 0);
  gives(machine_sound_int8_init(&sound, first), MCUGEN_OK);
  gives(machine_sound_int8_init(&sound_2, second), MCUGEN_OK);
  scores_t a = {0}, b = {0};
  for (size_t done = 0; done < CLIP_SAMPLES; done += 100) {
    machine_sound_int8_push_samples(&sound, &clip[done], 100, note, &a);
    machine_sound_int8_push_samples(&sound_2, &clip[done], 100, note, &b);
  }
  machine_sound_int8_end(&sound, note, &a);
  machine_sound_int8_end(&sound_2, note, &b);
  check_equal(&a, &alone);
  check_equal(&b, &alone);
}

static void fill_dense(uint32_t seed) {
  int8_t *const input = dense_input(&dense);
  CHECK(input != NULL);
  for (uint32_t i = 0; input != NULL && i < 4; ++i) {
    input[i] = (int8_t)next_random(&seed);
  }
}

static void test_two_models_share_an_arena(void) {
  int8_t alone[3], together[3];
  gives(dense_init(&dense, &own), MCUGEN_OK);
  fill_dense(3);
  gives(dense_invoke(&dense), MCUGEN_OK);
  memcpy(alone, dense_output(&dense), sizeof alone);

  gives(machine_sound_int8_init(&sound, &own), MCUGEN_OK);
  const scores_t before = scores_of(&sound, CLIP_SAMPLES, 0);
  gives(dense_init(&dense, &shared), MCUGEN_OK);
  gives(machine_sound_int8_init(&sound, &shared), MCUGEN_OK);
  scores_t scores = {0};
  for (size_t done = 0; done < CLIP_SAMPLES; done += 1000) {
    machine_sound_int8_push_samples(&sound, &clip[done], 1000, note, &scores);
    fill_dense(3);
    gives(dense_invoke(&dense), MCUGEN_OK);
    memcpy(together, dense_output(&dense), sizeof together);
    CHECK(memcmp(alone, together, sizeof alone) == 0);
  }
  machine_sound_int8_end(&sound, note, &scores);
  check_equal(&scores, &before);
}

static void note_class(void *context, const mcugen_event_t *event) {
  const int8_t *const output = event->output;
  uint32_t *const events = context;
  for (uint32_t i = 0; i < 5; ++i) {
    CHECK(output[i] <= output[event->class_index]);
  }
  const mcugen_quant_t quant = image_output_quant(&picture);
  CHECK_EQUAL(event->score, quant.scale * (float)(output[event->class_index] - quant.zero_point));
  ++*events;
}

static void test_classes(void) {
  static const uint8_t pixels[36] = {1, 2, 250, 4, 5, 0, 17, 200};
  uint32_t events = 0;
  gives(image_init(&picture, &own), MCUGEN_OK);
  for (uint32_t i = 0; i < 36; ++i) {
    gives(image_push_samples(&picture, &pixels[i], 1, note_class, &events), MCUGEN_OK);
    CHECK_EQUAL(events, (uint32_t)(i == 35));
  }
}

static void misuse(void *context, const mcugen_event_t *event) {
  (void)event;
  *(mcugen_result_t *)context = machine_sound_int8_push_samples(&sound, clip, 1, NULL, NULL);
  CHECK(machine_sound_int8_input(&sound) == NULL);
}

static void test_misuse_is_noticed(void) {
  static dense_t never, copy;
  uint8_t raw[64];
  mcugen_arena_t arena;
  gives(dense_invoke(&never), MCUGEN_NOT_INITIALISED);
  gives(dense_reset(NULL), MCUGEN_BAD_ARGUMENT);
  gives(dense_init(NULL, &own), MCUGEN_BAD_ARGUMENT);
  gives(dense_init(&dense, NULL), MCUGEN_BAD_ARGUMENT);
  CHECK(dense_input(&never) == NULL && dense_output(&never) == NULL && dense_input(NULL) == NULL);

  mcugen_arena_init(&arena, own.bytes, DENSE_ARENA_BYTES - 1);
  gives(dense_init(&dense, &arena), MCUGEN_BAD_ARENA);
  gives(dense_invoke(&dense), MCUGEN_NOT_INITIALISED);
  mcugen_arena_init(&arena, raw + ((uintptr_t)raw % 16 == 0), sizeof raw - 1);
  gives(dense_init(&dense, &arena), MCUGEN_BAD_ARENA);

  gives(dense_init(&dense, &own), MCUGEN_OK);
  gives(dense_invoke(&dense), MCUGEN_NOT_READY);
  fill_dense(1);
  CHECK(dense_output(&dense) == NULL);
  gives(dense_invoke(&dense), MCUGEN_OK);
  CHECK(dense_output(&dense) != NULL);
  gives(dense_invoke(&dense), MCUGEN_NOT_READY);  // its input may be overwritten
  copy = dense;
  gives(dense_invoke(&copy), MCUGEN_NOT_INITIALISED);

  gives(machine_sound_int8_init(&sound, &own), MCUGEN_OK);
  CHECK(dense_output(&dense) == NULL);  // the arena is another's now
  gives(machine_sound_int8_push_samples(&sound, NULL, 1, NULL, NULL), MCUGEN_BAD_ARGUMENT);
  gives(machine_sound_int8_push_samples(&sound, clip, SIZE_MAX, NULL, NULL), MCUGEN_BAD_ARGUMENT);
  mcugen_result_t inner = MCUGEN_OK;
  gives(machine_sound_int8_push_samples(&sound, clip, CLIP_SAMPLES, misuse, &inner), MCUGEN_OK);
  CHECK_EQUAL(inner, MCUGEN_BUSY);
}

static void test_self_tests(void) {
  gives(machine_sound_int8_init(&sound, &own), MCUGEN_OK);
  gives(machine_sound_int8_self_test(&sound), MCUGEN_OK);
  gives(image_init(&picture, &own), MCUGEN_OK);
  gives(image_self_test(&picture), MCUGEN_OK);
  gives(dense_init(&dense, &own), MCUGEN_OK);
  gives(dense_self_test(&dense), MCUGEN_OK);
}

static void test_the_alarm(void) {
  mcugen_alarm_t alarm;
  gives(mcugen_alarm_init(&alarm, 1.0f, 2.0f, 1, 1), MCUGEN_BAD_ARGUMENT);
  gives(mcugen_alarm_init(&alarm, 1.0f, 1.0f, 3, 2), MCUGEN_BAD_ARGUMENT);
  gives(mcugen_alarm_init(&alarm, 1.0f, 1.0f, 1, 33), MCUGEN_BAD_ARGUMENT);
  gives(mcugen_alarm_init(&alarm, 10.0f, 8.0f, 2, 3), MCUGEN_OK);
  static const struct {
    float score;
    bool on;
  } steps[] = {{11, false}, {0, false}, {11, true},  // 2 of the last 3 are above 10
               {9, true},   {9, true},  {9, true},   // above the release of 8
               {0, true},   {0, false}, {9, false}, {9, false}, {10, false}};
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; ++i) {
    is_on(mcugen_alarm_add(&alarm, steps[i].score), steps[i].on);
  }
  gives(mcugen_alarm_init(&alarm, 10.0f, 10.0f, 32, 32), MCUGEN_OK);
  for (int i = 1; i <= 32; ++i) {
    is_on(mcugen_alarm_add(&alarm, NAN), i == 32);
  }
}

static void test_the_wake_word(void) {
  mcugen_wake_word_t word;
  gives(mcugen_wake_word_init(&word, 0.5f, 0, 0), MCUGEN_BAD_ARGUMENT);
  gives(mcugen_wake_word_init(&word, 0.5f, 33, 0), MCUGEN_BAD_ARGUMENT);
  gives(mcugen_wake_word_init(&word, 0.5f, 2, 3), MCUGEN_OK);
  static const struct {
    float probability;
    bool fires;
  } steps[] = {{1.0f, false},                                // one window is not two
               {0.0f, false},                                // the mean is 0.5, not above
               {1.5f, true},                                 // now it is
               {1.0f, false}, {1.0f, false}, {1.0f, false},  // refractory
               {1.0f, true},  {0.0f, false}, {0.0f, false},
               {0.0f, false}, {0.9f, false}, {0.2f, true}};
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; ++i) {
    is_on(mcugen_wake_word_add(&word, steps[i].probability), steps[i].fires);
  }
}

int main(void) {
  make_clip(5);
  test_any_pieces_give_the_same_scores();
  test_a_new_clip_begins_behind_the_end();
  test_a_live_stream_goes_on();
  test_instances_interleaved(&own, &shared);
  test_instances_interleaved(&shared, &shared);
  test_two_models_share_an_arena();
  test_classes();
  test_misuse_is_noticed();
  test_self_tests();
  test_the_alarm();
  test_the_wake_word();
  return check_report();
}
