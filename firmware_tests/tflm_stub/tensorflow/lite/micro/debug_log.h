// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdarg.h>
#include <stddef.h>
extern "C" void DebugLog(const char *format, va_list args);
extern "C" int DebugVsnprintf(char *buffer, size_t capacity, const char *format, va_list args);
