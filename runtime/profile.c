// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "profile.h"

#include "little_endian.h"
#include "port.h"

#define HEAD_BYTES 8u
#define INTERVAL_BYTES 8u
#define MAX_INTERVALS ((MCUGEN_MAX_PAYLOAD - HEAD_BYTES) / INTERVAL_BYTES)
#define CALIBRATION_MARKS 16u
_Static_assert(CALIBRATION_MARKS <= MAX_INTERVALS, "these marks take the path that layers take");

// A mark ends the interval that the mark before has begun, so that their sum leaves nothing out.
typedef struct {
  uint8_t *reply;
  uint32_t first;
  uint32_t marks;
  uint64_t begun_at;
} profile_t;

static void mark_layer(void *context, uint32_t layer) {
  profile_t *profile = context;
  const uint64_t now = mcugen_port_ticks();
  if (layer != MCUGEN_MARK_BEGIN) {
    const uint32_t place = profile->marks++ - profile->first;  // huge before `first`
    if (place < MAX_INTERVALS) {
      uint8_t *entry = profile->reply + HEAD_BYTES + INTERVAL_BYTES * place;
      mcugen_put_u32(layer, entry);
      mcugen_put_ticks(now - profile->begun_at, entry + 4);
    }
  }
  profile->begun_at = now;
}

static uint64_t ticks_of_marks(uint8_t reply[MCUGEN_MAX_PAYLOAD]) {
  profile_t empty = {.reply = reply};
  mark_layer(&empty, MCUGEN_MARK_BEGIN);
  const uint64_t start = empty.begun_at;
  for (uint32_t i = 0; i < CALIBRATION_MARKS; ++i) {
    mark_layer(&empty, i);
  }
  return empty.begun_at - start;
}

mcugen_status_t mcugen_profile(const mcugen_window_t *window, uint32_t first,
                               uint8_t reply[MCUGEN_MAX_PAYLOAD], size_t *reply_bytes) {
  const uint64_t marks_ticks = ticks_of_marks(reply);
  profile_t profile = {.reply = reply, .first = first};
  const mcugen_status_t status = mcugen_window_infer_marked(window, mark_layer, &profile);
  const uint32_t left = first < profile.marks ? profile.marks - first : 0;
  mcugen_put_u32(profile.marks, reply);
  mcugen_put_ticks(marks_ticks, reply + 4);
  *reply_bytes = HEAD_BYTES + INTERVAL_BYTES * (left < MAX_INTERVALS ? left : MAX_INTERVALS);
  return status;
}
