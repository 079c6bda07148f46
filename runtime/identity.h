// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// Who this firmware is: lines `key=value\n` (docs/PROTOCOL.md, section 5). Generated:
// app/identity.c.
#ifndef MCUGEN_IDENTITY_H
#define MCUGEN_IDENTITY_H

#include <stddef.h>

extern const char mcugen_identity_text[];
extern const size_t mcugen_identity_bytes;

#endif
