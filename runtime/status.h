// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Status of every call that can fail: 0 is success, negatives are errors.
#ifndef MCUGEN_STATUS_H
#define MCUGEN_STATUS_H

// X(name, value, text): the one list. mcugen/protocol.py is tested against it.
#define MCUGEN_STATUS_LIST(X)                          \
  X(OK, 0, "ok")                                       \
  X(BAD_COMMAND, -1, "unknown command")                \
  X(BAD_LENGTH, -2, "payload has the wrong length")    \
  X(BAD_ARGUMENT, -3, "argument out of range")         \
  X(OUT_OF_ORDER, -4, "sequence number out of order")  \
  X(NOT_READY, -5, "no inference has run yet")         \
  X(ENGINE, -6, "the engine failed")                   \
  X(UNSUPPORTED, -7, "not supported by this firmware") \
  X(ABORTED, -8, "ended by another request")

typedef enum {
#define MCUGEN_STATUS_ENUM(name, value, text) MCUGEN_STATUS_##name = (value),
  MCUGEN_STATUS_LIST(MCUGEN_STATUS_ENUM)
#undef MCUGEN_STATUS_ENUM
} mcugen_status_t;

// Text of a status; "unknown status" for a value that is not in the list.
const char *mcugen_status_text(mcugen_status_t status);

#endif
