// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// The request READ: inputs, outputs, features, layers and stages, as they are after an inference.
#ifndef MCUGEN_DEVICE_READ_H
#define MCUGEN_DEVICE_READ_H

#include <stddef.h>
#include <stdint.h>

#include "device.h"

// Copies the bytes that the payload names; `reply_bytes` becomes how many there are.
mcugen_status_t mcugen_device_read(const mcugen_device_t *device, const uint8_t payload[],
                                   size_t payload_bytes, uint8_t reply[MCUGEN_MAX_PAYLOAD],
                                   size_t *reply_bytes);

#endif
