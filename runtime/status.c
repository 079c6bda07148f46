// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "status.h"

const char *mcugen_status_text(mcugen_status_t status) {
  switch (status) {
#define MCUGEN_STATUS_CASE(name, value, text) \
  case MCUGEN_STATUS_##name:                  \
    return text;
    MCUGEN_STATUS_LIST(MCUGEN_STATUS_CASE)
#undef MCUGEN_STATUS_CASE
  }
  return "unknown status";
}
