// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// What an arena holds: mcugen_arena_t.phase.
#ifndef MCUGEN_PHASE_H
#define MCUGEN_PHASE_H

enum {
  MCUGEN_PHASE_FREE = 0,     // nothing that anybody may read
  MCUGEN_PHASE_INPUT = 1,    // inputs of its owner
  MCUGEN_PHASE_RUNNING = 2,  // an inference of its owner, or the handler of its event
  MCUGEN_PHASE_OUTPUT = 3,   // outputs of its owner
};

#endif
