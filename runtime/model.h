// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// A generated model as a constant value. Its functions keep nothing: the arena is given with every
// call, so any number of inferences may run at once, each in an arena of its own.
#ifndef MCUGEN_MODEL_H
#define MCUGEN_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "status.h"

// Version of this header and of the kernels' parameter structs. Generated code refuses another one.
#define MCUGEN_ENGINE_VERSION 1

typedef enum {
  MCUGEN_INT8 = 0,
  MCUGEN_INT16 = 1,
  MCUGEN_INT32 = 2,
  MCUGEN_FLOAT32 = 3,
  MCUGEN_UINT8 = 4,
  MCUGEN_INT64 = 5,
  MCUGEN_BOOL = 6,
} mcugen_dtype_t;

// A model input or output as the outside sees it: dense, row-major (NHWC), quantised per tensor. An
// end that the file has as uint8 and that a QUANTIZE only moves by 128 is int8 here: 128 less.
typedef struct {
  mcugen_dtype_t dtype;
  uint32_t bytes;
  float scale;  // 0 when not quantised
  int32_t zero_point;
} mcugen_tensor_t;

typedef struct {
  const char *name;      // "aot", "tflm", "efinix", "axon"
  const char *rounding;  // "double", "single"
  uint32_t inputs;
  uint32_t outputs;
  const mcugen_tensor_t *input;   // [inputs]
  const mcugen_tensor_t *output;  // [outputs]
  uint32_t arena_bytes;           // RAM for activations, state and scratch
  bool streams;  // windows of a clip follow one another: a reset comes before the first one only
} mcugen_engine_info_t;

// An output of a layer, dense and row-major; NULL: none.
typedef struct {
  const void *data;
  uint32_t bytes;
} mcugen_seen_t;

// Called after the code of layer `layer` (index of the operator in the model), perhaps several
// times for one layer: all that has run since the call before belongs to it.
typedef void (*mcugen_mark_t)(void *context, uint32_t layer);

// `arena` is info.arena_bytes long and aligned to 16.
typedef struct mcugen_model {
  mcugen_engine_info_t info;
  const uint32_t *input_offsets;   // [info.inputs]: where they lie in the arena
  const uint32_t *output_offsets;  // [info.outputs]
  void (*reset)(uint8_t arena[]);  // the state of recurrent operators; NULL: there is none
  void (*invoke)(uint8_t arena[]);
  // Instead of invoke, where the weights come from a slot: they are aligned to 16.
  void (*invoke_with)(uint8_t arena[], const uint8_t weights[]);
  // The layers up to and including `layer`; its outputs go to seen[], NULL after the last one.
  // NULL unless the model was generated for it.
  mcugen_status_t (*invoke_until)(uint8_t arena[], uint32_t layer, mcugen_seen_t seen[]);
  // invoke with marks; NULL unless the model was generated for it.
  void (*invoke_marked)(uint8_t arena[], mcugen_mark_t mark, void *context);
} mcugen_model_t;

#endif
