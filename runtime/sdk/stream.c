// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "stream.h"

#include <string.h>

#include "phase.h"
#include "quantize.h"
#include "row_maker.h"

static float *work_of(const mcugen_stream_t *stream) {
  return stream->memory.work != NULL ? stream->memory.work : stream->instance.arena->bytes;
}

mcugen_result_t mcugen_stream_reset(mcugen_stream_t *stream) {
  const mcugen_result_t result = mcugen_instance_reset(&stream->instance);
  if (result != MCUGEN_OK) {
    return result;
  }
  stream->source_rows = 0;
  stream->rows = 0;
  stream->skip_rows = 0;
  stream->windows = 0;
  stream->ended = false;
  stream->mean = (mcugen_clip_score_t){0};
  stream->front_end->maker->reset(stream->front_end->tables, stream->memory.maker_state);
  return MCUGEN_OK;
}

// Makes room for the next row.
static void slide(mcugen_stream_t *stream) {
  const mcugen_front_end_info_t *const front_end = stream->front_end;
  if (front_end->stride_rows >= front_end->window_rows) {
    stream->rows = 0;
    stream->skip_rows = front_end->stride_rows - front_end->window_rows;
    return;
  }
  stream->rows = front_end->window_rows - front_end->stride_rows;
  const size_t row_bytes = stream->instance.input.bytes / front_end->window_rows;
  uint8_t *const window = stream->memory.window;
  memmove(window, window + front_end->stride_rows * row_bytes, stream->rows * row_bytes);
  float *const features = stream->memory.features;
  if (features != NULL) {
    const size_t values = front_end->row_values;
    memmove(features, features + front_end->stride_rows * values,
            stream->rows * values * sizeof features[0]);
  }
}

static void best_class(const mcugen_tensor_t *tensor, mcugen_event_t *event) {
  const size_t values = tensor->bytes / mcugen_element_bytes(tensor->dtype);
  mcugen_tensor_get(tensor, event->output, 0, 1, &event->score);
  for (size_t i = 1; i < values; ++i) {
    float value;
    mcugen_tensor_get(tensor, event->output, i, 1, &value);
    if (value > event->score) {
      event->score = value;
      event->class_index = (uint32_t)i;
    }
  }
}

static void score_window(const mcugen_stream_t *stream, mcugen_event_t *event) {
  const mcugen_tensor_t *const tensor = &stream->instance.output;
  if (stream->memory.features != NULL) {
    const size_t values = tensor->bytes / mcugen_element_bytes(tensor->dtype);
    event->score =
        mcugen_reconstruction_error(tensor, event->output, stream->memory.features, values);
  } else {
    best_class(tensor, event);
  }
}

// `counts`: for the mean.
static mcugen_result_t run_window(mcugen_stream_t *stream, bool counts, mcugen_on_event_t on_event,
                                  void *context) {
  mcugen_instance_t *const instance = &stream->instance;
  mcugen_result_t result = MCUGEN_OK;
  if (!instance->model->info.streams) {
    result = mcugen_instance_reset(instance);
  }
  if (result != MCUGEN_OK) {
    return result;
  }
  memcpy(mcugen_instance_input(instance, 0), stream->memory.window, instance->input.bytes);
  result = mcugen_instance_invoke(instance);
  if (result != MCUGEN_OK) {
    return result;
  }
  mcugen_event_t event = {.window = stream->windows++};
  event.output = mcugen_instance_output(instance, 0);
  score_window(stream, &event);
  if (counts) {
    mcugen_clip_score_add(&stream->mean, event.score);
  }
  event.mean_score = mcugen_clip_score_mean(&stream->mean);
  if (on_event != NULL) {
    instance->arena->phase = MCUGEN_PHASE_RUNNING;  // the handler must not use the instance
    on_event(context, &event);
    instance->arena->phase = MCUGEN_PHASE_OUTPUT;
  }
  return MCUGEN_OK;
}

// A row of the front-end. Those before the first one that counts are dropped. A clip has a last one
// as well, after which its score does not change; but a stream may go on for ever, and is scored as
// long.
static mcugen_result_t take_row(mcugen_stream_t *stream, const float row[],
                                mcugen_on_event_t on_event, void *context) {
  const mcugen_front_end_info_t *const front_end = stream->front_end;
  const uint32_t index = stream->source_rows;
  stream->source_rows += index < UINT32_MAX - 1 ? 1u : 0u;
  if (index < front_end->first_row) {
    return MCUGEN_OK;
  }
  if (stream->rows == front_end->window_rows) {
    slide(stream);
  }
  if (stream->skip_rows > 0) {
    --stream->skip_rows;
    return MCUGEN_OK;
  }
  const mcugen_tensor_t *const tensor = &stream->instance.input;
  const size_t row_bytes = tensor->bytes / front_end->window_rows;
  const size_t values = front_end->row_values;
  mcugen_tensor_put(tensor, row, values, stream->memory.window + stream->rows * row_bytes);
  if (stream->memory.features != NULL) {
    memcpy(stream->memory.features + stream->rows * values, row, values * sizeof row[0]);
  }
  ++stream->rows;
  const bool counts = index < front_end->last_row && stream->mean.windows < UINT32_MAX;
  return stream->rows == front_end->window_rows ? run_window(stream, counts, on_event, context)
                                                : MCUGEN_OK;
}

mcugen_result_t mcugen_stream_push(mcugen_stream_t *stream, const void *samples, size_t count,
                                   mcugen_on_event_t on_event, void *context) {
  mcugen_result_t result = mcugen_instance_check(&stream->instance);
  if (result == MCUGEN_OK && samples == NULL && count > 0) {
    result = MCUGEN_BAD_ARGUMENT;
  }
  if (result == MCUGEN_OK && stream->ended) {
    result = mcugen_stream_reset(stream);
  }
  const uint8_t *bytes = samples;
  while (result == MCUGEN_OK && count > 0) {
    mcugen_instance_claim(&stream->instance);
    const float *row = NULL;
    const size_t taken = stream->front_end->maker->push(
        stream->front_end->tables, stream->memory.maker_state, work_of(stream), bytes, count, &row);
    bytes += taken;
    count -= taken;
    result = row != NULL ? take_row(stream, row, on_event, context) : MCUGEN_OK;
  }
  return result;
}

mcugen_result_t mcugen_stream_end(mcugen_stream_t *stream, mcugen_on_event_t on_event,
                                  void *context) {
  mcugen_result_t result = mcugen_instance_check(&stream->instance);
  while (result == MCUGEN_OK && !stream->ended) {
    mcugen_instance_claim(&stream->instance);
    const float *const row = stream->front_end->maker->finish(
        stream->front_end->tables, stream->memory.maker_state, work_of(stream));
    stream->ended = row == NULL;
    result = row != NULL ? take_row(stream, row, on_event, context) : MCUGEN_OK;
  }
  return result;
}
