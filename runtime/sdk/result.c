// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "mcugen.h"

const char *mcugen_result_text(mcugen_result_t result) {
  switch (result) {
#define MCUGEN_RESULT_CASE(name, value, text) \
  case MCUGEN_##name:                         \
    return text;
    MCUGEN_RESULT_LIST(MCUGEN_RESULT_CASE)
#undef MCUGEN_RESULT_CASE
  }
  return "unknown result";
}
