// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "mcugen.h"

mcugen_result_t mcugen_alarm_init(mcugen_alarm_t *alarm, float threshold, float release,
                                  uint8_t needed, uint8_t windows) {
  if (alarm == NULL || !(release <= threshold) || needed == 0 || needed > windows ||
      windows > MCUGEN_MOST_WINDOWS) {
    return MCUGEN_BAD_ARGUMENT;
  }
  *alarm = (mcugen_alarm_t){
      .threshold = threshold, .release = release, .needed = needed, .windows = windows};
  return MCUGEN_OK;
}

static uint8_t ones(uint32_t bits) {
  uint8_t count = 0;
  for (; bits != 0; bits &= bits - 1) {
    ++count;
  }
  return count;
}

bool mcugen_alarm_add(mcugen_alarm_t *alarm, float score) {
  const uint32_t kept = UINT32_MAX >> (MCUGEN_MOST_WINDOWS - alarm->windows);
  alarm->above_threshold = (alarm->above_threshold << 1 | !(score <= alarm->threshold)) & kept;
  alarm->above_release = (alarm->above_release << 1 | !(score <= alarm->release)) & kept;
  alarm->on = ones(alarm->on ? alarm->above_release : alarm->above_threshold) >= alarm->needed;
  return alarm->on;
}

mcugen_result_t mcugen_wake_word_init(mcugen_wake_word_t *wake_word, float cutoff, uint8_t windows,
                                      uint16_t refractory) {
  if (wake_word == NULL || windows == 0 || windows > MCUGEN_MOST_WINDOWS || !(cutoff == cutoff)) {
    return MCUGEN_BAD_ARGUMENT;
  }
  memset(wake_word, 0, sizeof *wake_word);
  wake_word->cutoff = cutoff;
  wake_word->windows = windows;
  wake_word->refractory = refractory;
  return MCUGEN_OK;
}

bool mcugen_wake_word_add(mcugen_wake_word_t *wake_word, float probability) {
  wake_word->history[wake_word->next] = probability;
  wake_word->next = (uint8_t)((wake_word->next + 1u) % wake_word->windows);
  wake_word->count = (uint8_t)(wake_word->count + (wake_word->count < wake_word->windows));
  float sum = 0.0f;
  for (uint8_t i = 0; i < wake_word->count; ++i) {
    sum += wake_word->history[i];
  }
  if (wake_word->quiet > 0) {
    --wake_word->quiet;
    return false;
  }
  if (wake_word->count < wake_word->windows ||
      !(sum / (float)wake_word->windows > wake_word->cutoff)) {
    return false;
  }
  wake_word->quiet = wake_word->refractory;
  return true;
}
