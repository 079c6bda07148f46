// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "mlperf.h"

#include <string.h>

#include "engine.h"
#include "front_end.h"
#include "identity.h"
#include "port.h"
#include "quantize.h"
#include "text.h"

#define MICROSECONDS_PER_SECOND 1000000u
#define PULSES_PER_SECOND 10000u  // one takes 100 us

#define DEFAULT_ITERATIONS 1
#define DEFAULT_WARMUP 10
#define BYTES_PER_PRINTED_LINE 8u
#define LARGEST_COUNT 1000000000

// What an upload consists of: float features where the score is computed from them, else the input
// tensor as it is.
#define UPLOAD_BYTES (MCUGEN_SCORE_RECONSTRUCTION ? MCUGEN_WINDOW_VALUES * 4u : MCUGEN_INPUT_BYTES)

// A word of a command.
typedef struct {
  const char *text;
  size_t length;
} word_t;

// The next word of `rest`, which shrinks; empty at the end.
static word_t next_word(word_t *rest) {
  while (rest->length > 0 && rest->text[0] == ' ') {
    ++rest->text;
    --rest->length;
  }
  word_t word = {rest->text, 0};
  while (word.length < rest->length && word.text[word.length] != ' ') {
    ++word.length;
  }
  rest->text += word.length;
  rest->length -= word.length;
  return word;
}

static bool is(word_t word, const char expected[]) {
  return word.length == strlen(expected) && memcmp(word.text, expected, word.length) == 0;
}

// As atoi, but saturating at LARGEST_COUNT.
static int32_t to_number(word_t word) {
  const bool negative = word.length > 0 && word.text[0] == '-';
  int32_t number = 0;
  for (size_t i = negative ? 1 : 0; i < word.length; ++i) {
    const char digit = word.text[i];
    if (digit < '0' || digit > '9') {
      break;
    }
    number = number < LARGEST_COUNT / 10 ? number * 10 + (digit - '0') : LARGEST_COUNT;
  }
  return negative ? -number : number;
}

static int32_t hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') {
    return digit - '0';
  }
  if (digit >= 'a' && digit <= 'f') {
    return digit - 'a' + 10;
  }
  return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

#ifdef MCUGEN_MLPERF_ENERGY
// A falling edge on the pin where the performance mode prints a time. The reference firmware asks
// for 1 us at least; monitors sample the pin a million times a second.
static void lap(const mcugen_mlperf_t *mlperf, mcugen_text_t *text) {
  (void)mlperf;
  mcugen_text_flush(text);
  const uint64_t pulse_ticks = mcugen_device_tick_rate() / PULSES_PER_SECOND;
  mcugen_port_mark(false);
  const uint64_t start = mcugen_port_ticks();
  while (mcugen_port_ticks() - start <= pulse_ticks) {
  }
  mcugen_port_mark(true);
}
#else
static uint64_t microseconds(const mcugen_mlperf_t *mlperf) {
  const uint64_t rate = mcugen_device_tick_rate();
  const uint64_t ticks = mcugen_port_ticks() - mlperf->start_ticks;
  // In two parts, because ticks * 10^6 would overflow within hours.
  return ticks / rate * MICROSECONDS_PER_SECOND + ticks % rate * MICROSECONDS_PER_SECOND / rate;
}

static void lap(const mcugen_mlperf_t *mlperf, mcugen_text_t *text) {
  mcugen_text_put(text, "m-lap-us-");
  mcugen_text_put_number(text, microseconds(mlperf));
  mcugen_text_put(text, "\r\n");
}
#endif

// Value of a line `key=value` of the identity; empty when there is none.
static word_t identity_value(const char key[]) {
  const size_t key_length = strlen(key);
  const char *line = mcugen_identity_text;
  const char *end = line + mcugen_identity_bytes;
  while (line < end) {
    const char *line_end = memchr(line, '\n', (size_t)(end - line));
    const size_t length = (size_t)((line_end != NULL ? line_end : end) - line);
    if (length > key_length && memcmp(line, key, key_length) == 0 && line[key_length] == '=') {
      return (word_t){line + key_length + 1, length - key_length - 1};
    }
    line += length + 1;
  }
  return (word_t){"", 0};
}

static void put_profile(mcugen_text_t *text) {
  const word_t id = identity_value("mlperf_id");
  mcugen_text_put(text, "m-profile-[ULPMark for tinyML Firmware V0.0.1]\r\nm-model-[");
  mcugen_text_put_bytes(text, id.text, id.length);
  mcugen_text_put(text, "]\r\n");
}

// Uploads of images are unsigned pixels, which the reference firmware shifts by 128.
static uint8_t pixel_shift(void) {
  const bool image = strcmp(mcugen_front_end_info.name, "image") == 0;
  return image && !MCUGEN_SCORE_RECONSTRUCTION ? 0x80u : 0u;
}

static void load(mcugen_device_t *device, word_t size, mcugen_text_t *text) {
  const int32_t bytes = to_number(size);
  if (size.length == 0) {
    mcugen_text_put(text, "e-[Command 'db load' requires the # of bytes]\r\n");
  } else if (bytes <= 0) {
    mcugen_text_put(text, "e-[Command 'db load' must be >0 bytes]\r\n");
  } else if ((uint32_t)bytes > UPLOAD_BYTES) {
    mcugen_text_put(text, "Supplied buffer size ");
    mcugen_text_put_number(text, (uint64_t)bytes);
    mcugen_text_put(text, " exceeds maximum of ");
    mcugen_text_put_number(text, UPLOAD_BYTES);
    mcugen_text_put(text, "\r\n");
  } else {
    mcugen_device_reset(device);
    device->upload.expected_bytes = (size_t)bytes;
    mcugen_text_put(text, "m-[Expecting ");
    mcugen_text_put_number(text, (uint64_t)bytes);
    mcugen_text_put(text, " bytes]\r\n");
  }
}

static void take_upload(mcugen_device_t *device, uint8_t byte) {
  size_t taken;
  const uint8_t value = byte ^ pixel_shift();
#if MCUGEN_SCORE_RECONSTRUCTION
  (void)mcugen_window_push_floats(&device->window, &value, 1, &taken);
#else
  (void)mcugen_window_push_bytes(&device->window, &value, 1, &taken);
#endif
}

static void load_digits(mcugen_device_t *device, word_t digits, mcugen_text_t *text) {
  mcugen_upload_t *upload = &device->upload;
  if (digits.length % 2 != 0) {
    mcugen_text_put(text, "e-[Insufficent number of hex digits]\r\n");
    return;
  }
  for (size_t i = 0; i < digits.length && upload->loaded_bytes < upload->expected_bytes; i += 2) {
    const int32_t high = hex_digit(digits.text[i]);
    const int32_t low = hex_digit(digits.text[i + 1]);
    if (high < 0 || low < 0) {
      mcugen_text_put(text, "e-[Invalid hex digit '");
      mcugen_text_put_bytes(text, digits.text + i, 2);
      mcugen_text_put(text, "']\r\n");
      return;
    }
    take_upload(device, (uint8_t)(high << 4 | low));
    if (++upload->loaded_bytes == upload->expected_bytes) {
      mcugen_text_put(text, "m-load-done\r\n");
    }
  }
}

// Byte `index` of the upload, as it came.
static uint8_t uploaded_byte(const mcugen_device_t *device, size_t index) {
  const mcugen_window_t *window = &device->window;
#if MCUGEN_SCORE_RECONSTRUCTION
  const size_t whole = device->upload.loaded_bytes - window->cut_bytes;  // those of complete floats
  return index < whole ? ((const uint8_t *)window->features)[index] : window->cut[index - whole];
#else
  return (uint8_t)window->input[index] ^ pixel_shift();
#endif
}

static void put_upload(const mcugen_device_t *device, mcugen_text_t *text) {
  for (size_t i = 0; i < device->upload.loaded_bytes; ++i) {
    mcugen_text_put(text, i % BYTES_PER_PRINTED_LINE == 0 ? "m-buffer-" : "-");
    mcugen_text_put_hex(text, uploaded_byte(device, i));
    const bool last = i + 1 == device->upload.loaded_bytes;
    if (last || (i + 1) % BYTES_PER_PRINTED_LINE == 0) {
      mcugen_text_put(text, "\r\n");
    }
  }
}

static void buffer_command(mcugen_device_t *device, word_t rest, mcugen_text_t *text) {
  const word_t what = next_word(&rest);
  if (what.length == 0) {
    mcugen_text_put(text, "e-[Command 'db' requires a subcommand]\r\n");
  } else if (is(what, "load")) {
    load(device, next_word(&rest), text);
  } else if (is(what, "print")) {
    put_upload(device, text);
  } else {
    load_digits(device, what, text);
  }
}

#if !MCUGEN_SCORE_RECONSTRUCTION
// How the reference firmware of a benchmark prints the outputs of its model.
typedef struct {
  const char *id;
  void (*put_value)(mcugen_text_t *text, float value);
  const char *end;
} result_style_t;

static const result_style_t STYLES[] = {
    {"kws01", mcugen_text_put_float_cut, ""},
    {"vww01", mcugen_text_put_float, ","},
};
static const result_style_t COMMON_STYLE = {"", mcugen_text_put_float, ""};

static const result_style_t *result_style(void) {
  const word_t id = identity_value("mlperf_id");
  for (size_t i = 0; i < sizeof(STYLES) / sizeof(STYLES[0]); ++i) {
    if (is(id, STYLES[i].id)) {
      return &STYLES[i];
    }
  }
  return &COMMON_STYLE;
}

static void put_outputs(const mcugen_tensor_t *tensor, mcugen_text_t *text) {
  const result_style_t *style = result_style();
  const size_t values = MCUGEN_OUTPUT_BYTES / mcugen_element_bytes(tensor->dtype);
  for (size_t i = 0; i < values; ++i) {
    float value;
    mcugen_tensor_get(tensor, mcugen_engine_output(0), i, 1, &value);
    mcugen_text_put(text, i > 0 ? "," : "");
    style->put_value(text, value);
  }
  mcugen_text_put(text, style->end);
}
#endif

static void put_results(const mcugen_device_t *device, mcugen_text_t *text) {
  if (!mcugen_device_output_is_current(device)) {
    mcugen_text_put(text, "e-[No inference has run]\r\n");
    return;
  }
  const mcugen_tensor_t *tensor = &mcugen_engine_info()->output[0];
  if (tensor->dtype != MCUGEN_INT8) {
    mcugen_text_put(text, "e-[The output is not int8]\r\n");
    return;
  }
  mcugen_text_put(text, "m-results-[");
#if MCUGEN_SCORE_RECONSTRUCTION
  mcugen_text_put_float(text, mcugen_window_score(&device->window, mcugen_engine_output(0)));
#else
  put_outputs(tensor, text);
#endif
  mcugen_text_put(text, "]\r\n");
}

static void put_count(mcugen_text_t *text, const char before[], uint32_t count) {
  mcugen_text_put(text, before);
  mcugen_text_put_number(text, count);
  mcugen_text_put(text, "\r\n");
}

// Between the warm-up and the timed inferences.
static void put_infer_start(const mcugen_mlperf_t *mlperf, const mcugen_device_t *device,
                            mcugen_text_t *text) {
  mcugen_text_put(text, "m-warmup-done\r\n");
  put_count(text, "m-infer-start-", device->work.timed);
  lap(mlperf, text);
}

static void infer(const mcugen_mlperf_t *mlperf, mcugen_device_t *device, word_t rest,
                  mcugen_text_t *text) {
  const word_t iterations_word = next_word(&rest);
  const word_t warmup_word = next_word(&rest);
  const int32_t iterations =
      iterations_word.length > 0 ? to_number(iterations_word) : DEFAULT_ITERATIONS;
  const int32_t warmup = warmup_word.length > 0 ? to_number(warmup_word) : DEFAULT_WARMUP;
  if (iterations <= 0) {
    mcugen_text_put(text, "e-[Inference iterations must be >0]\r\n");
    return;
  }
  if (warmup < 0) {
    mcugen_text_put(text, "e-[Inference warmup must be >=0]\r\n");
    return;
  }
  if (mcugen_device_begin_work(device, MCUGEN_WORK_TEXT, (uint32_t)warmup, (uint32_t)iterations) !=
      MCUGEN_STATUS_OK) {
    put_count(text, "e-[The input is not complete]\r\nm-expected-bytes-", UPLOAD_BYTES);
    return;
  }
  put_count(text, "m-warmup-start-", (uint32_t)warmup);
  if (warmup == 0) {
    put_infer_start(mlperf, device, text);
  }
}

static void put_ready(mcugen_text_t *text) {
  mcugen_text_put(text, "m-ready\r\n");
  mcugen_text_flush(text);
}

void mcugen_mlperf_work(const mcugen_mlperf_t *mlperf, mcugen_device_t *device) {
  const mcugen_work_t *work = &device->work;
  uint64_t ticks;
  const mcugen_status_t status = mcugen_device_work(device, &ticks);
  const bool goes_on = work->owner != MCUGEN_WORK_NONE;
  if (goes_on && work->done != work->warmup) {
    return;
  }
  mcugen_text_t text = {.count = 0};
  if (goes_on) {
    put_infer_start(mlperf, device, &text);
    mcugen_text_flush(&text);  // the runner wants a line within 30 s
    return;
  }
  if (status == MCUGEN_STATUS_OK) {
    lap(mlperf, &text);
    mcugen_text_put(&text, "m-infer-done\r\n");
    put_results(device, &text);
  } else {
    mcugen_text_put(&text, "e-[Inference failed]\r\n");
  }
  put_ready(&text);
}

void mcugen_mlperf_init(mcugen_mlperf_t *mlperf) {
  *mlperf = (mcugen_mlperf_t){.start_ticks = mcugen_port_ticks()};
#ifdef MCUGEN_MLPERF_ENERGY
  // The power monitor starts the device, so the runner waits for this.
  mcugen_text_t text = {.count = 0};
  mcugen_text_put(&text, "m-timestamp-mode-energy\r\n");
  lap(mlperf, &text);
  mcugen_text_put(&text, "m-init-done\r\n");
  put_ready(&text);
#endif
}

void mcugen_mlperf_command(mcugen_mlperf_t *mlperf, mcugen_device_t *device, const char command[],
                           size_t length) {
  mcugen_text_t text = {.count = 0};
  word_t rest = {command, length};
  const word_t name = next_word(&rest);
  if (is(name, "name")) {
    mcugen_text_put(&text, "m-name-dut-[mcugen]\r\n");
  } else if (is(name, "profile")) {
    put_profile(&text);
  } else if (is(name, "timestamp")) {
    lap(mlperf, &text);
  } else if (is(name, "db")) {
    buffer_command(device, rest, &text);
  } else if (is(name, "infer")) {
    infer(mlperf, device, rest, &text);
  } else if (is(name, "results")) {
    put_results(device, &text);
  } else if (is(name, "help")) {
    mcugen_text_put(&text, "name profile timestamp db infer results help\r\n");
  } else if (name.length > 0) {
    mcugen_text_put(&text, "e-[Unknown command: ");
    mcugen_text_put_bytes(&text, name.text, name.length);
    mcugen_text_put(&text, "]\r\n");
  }
  if (device->work.owner == MCUGEN_WORK_NONE) {
    put_ready(&text);
  } else {
    mcugen_text_flush(&text);
  }
}
