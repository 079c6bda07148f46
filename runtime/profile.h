// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The cost of each layer: the ticks between the marks that the engine sets.
#ifndef MCUGEN_PROFILE_H
#define MCUGEN_PROFILE_H

#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "status.h"
#include "window.h"

// One inference on a full window; the reply to PROFILE (docs/PROTOCOL.md, section 9) with the
// intervals from number `first` on. MCUGEN_STATUS_UNSUPPORTED where the engine sets no marks.
mcugen_status_t mcugen_profile(const mcugen_window_t *window, uint32_t first,
                               uint8_t reply[MCUGEN_MAX_PAYLOAD], size_t *reply_bytes);

#endif
