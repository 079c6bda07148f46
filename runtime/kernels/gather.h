// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Elements picked from anywhere: by a table that is known before, or by indices that are computed.
#ifndef MCUGEN_KERNELS_GATHER_H
#define MCUGEN_KERNELS_GATHER_H

#include <stdint.h>

// Where each run of `run` bytes begins in the input; one of both tables is there.
typedef struct {
  const uint16_t *places;       // [count]
  const uint32_t *wide_places;  // [count]
  uint32_t count;
  uint32_t run;
} mcugen_gather_runs_t;

void mcugen_gather_runs(const mcugen_gather_runs_t *layer, const void *in, void *out);

// GATHER: of each of `outer` parts of the input, the blocks of `block` bytes that `indices` name,
// out of `size`. An index outside is taken as the nearest one inside.
typedef struct {
  const void *constant;  // the input where it is a constant, else NULL
  uint32_t outer;
  uint32_t size;
  uint32_t count;  // of indices
  uint32_t block;
} mcugen_gather_t;

void mcugen_gather(const mcugen_gather_t *layer, const void *in, const int32_t *indices, void *out);
void mcugen_gather_constant(const mcugen_gather_t *layer, const int32_t *indices, void *out);

// GATHER_ND: for each row of `axes` indices the block that lies there. An index outside is taken as
// the nearest one inside.
enum { MCUGEN_GATHER_AXES = 5 };

typedef struct {
  const void *constant;  // the input where it is a constant, else NULL
  uint32_t axes;
  uint32_t sizes[MCUGEN_GATHER_AXES];
  uint32_t steps[MCUGEN_GATHER_AXES];  // in bytes
  uint32_t count;
  uint32_t block;
} mcugen_gather_nd_t;

void mcugen_gather_nd(const mcugen_gather_nd_t *layer, const void *in, const int32_t *indices,
                      void *out);
void mcugen_gather_nd_constant(const mcugen_gather_nd_t *layer, const int32_t *indices, void *out);

#endif
