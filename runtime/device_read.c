// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "device_read.h"

#include <string.h>

#include "engine.h"
#include "front_end.h"
#include "little_endian.h"

// What a READ can name.
typedef enum {
  READ_INPUT = 0,
  READ_OUTPUT = 1,
  READ_FEATURES = 2,
  READ_LAYER = 3,
  READ_STAGE = 4,
} read_what_t;

// Bytes that can be read. NULL content: `status` is the reason.
typedef struct {
  const void *content;
  size_t bytes;
  mcugen_status_t status;
} readable_t;

static readable_t refused(mcugen_status_t status) { return (readable_t){NULL, 0, status}; }

static readable_t if_there(const void *content, size_t bytes, mcugen_status_t otherwise) {
  return (readable_t){content, bytes, content != NULL ? MCUGEN_STATUS_OK : otherwise};
}

static readable_t if_ready(bool ready, const void *content, size_t bytes) {
  return ready ? (readable_t){content, bytes, MCUGEN_STATUS_OK} : refused(MCUGEN_STATUS_NOT_READY);
}

static readable_t readable_output(const mcugen_device_t *device, uint8_t index) {
  const mcugen_engine_info_t *info = mcugen_engine_info();
  if (index >= info->outputs) {
    return refused(MCUGEN_STATUS_BAD_ARGUMENT);
  }
  // The end of a clip brings back the outputs of its last window, whatever rows came after it.
  const bool is_clips_last = device->has_output && !device->clip.open;
  return if_ready(is_clips_last || mcugen_device_output_is_current(device),
                  mcugen_engine_output(index), info->output[index].bytes);
}

static readable_t readable_features(const mcugen_device_t *device) {
#if MCUGEN_SCORE_RECONSTRUCTION
  const mcugen_window_t *window = &device->window;
  return if_ready(mcugen_window_is_full(window), window->features, sizeof(window->features));
#else
  (void)device;
  return refused(MCUGEN_STATUS_UNSUPPORTED);
#endif
}

static readable_t readable_layer(const mcugen_device_t *device, uint8_t index) {
  if (!device->has_layer || !mcugen_window_is_full(&device->window)) {
    return refused(MCUGEN_STATUS_NOT_READY);
  }
  uint32_t bytes = 0;
  const void *content = mcugen_engine_layer_output(index, &bytes);
  return if_there(content, bytes, MCUGEN_STATUS_BAD_ARGUMENT);
}

static readable_t readable_stage(uint8_t index) {
  if (mcugen_front_end_stage == NULL) {
    return refused(MCUGEN_STATUS_UNSUPPORTED);
  }
  size_t bytes = 0;
  const void *content = mcugen_front_end_stage(index, &bytes);
  return if_there(content, bytes, MCUGEN_STATUS_BAD_ARGUMENT);
}

static readable_t readable(const mcugen_device_t *device, uint8_t what, uint8_t index) {
  const mcugen_window_t *window = &device->window;
  if (index != 0 && (what == READ_INPUT || what == READ_FEATURES)) {
    return refused(MCUGEN_STATUS_BAD_ARGUMENT);
  }
  switch (what) {
    case READ_INPUT:
      return if_ready(mcugen_window_is_full(window), window->input, sizeof(window->input));
    case READ_OUTPUT:
      return readable_output(device, index);
    case READ_FEATURES:
      return readable_features(device);
    case READ_LAYER:
      return readable_layer(device, index);
    case READ_STAGE:
      return readable_stage(index);
    default:
      return refused(MCUGEN_STATUS_BAD_ARGUMENT);
  }
}

mcugen_status_t mcugen_device_read(const mcugen_device_t *device, const uint8_t payload[],
                                   size_t payload_bytes, uint8_t reply[MCUGEN_MAX_PAYLOAD],
                                   size_t *reply_bytes) {
  if (payload_bytes != 8) {
    return MCUGEN_STATUS_BAD_LENGTH;
  }
  const readable_t source = readable(device, payload[0], payload[1]);
  if (source.content == NULL) {
    return source.status;
  }
  const uint32_t offset = mcugen_get_u32(payload + 2);
  size_t count = mcugen_get_u16(payload + 6);
  if (count > MCUGEN_MAX_PAYLOAD) {
    return MCUGEN_STATUS_BAD_ARGUMENT;
  }
  const size_t there = offset < source.bytes ? source.bytes - offset : 0;
  count = count < there ? count : there;
  if (count > 0) {
    memcpy(reply, (const uint8_t *)source.content + offset, count);
  }
  *reply_bytes = count;
  return MCUGEN_STATUS_OK;
}
