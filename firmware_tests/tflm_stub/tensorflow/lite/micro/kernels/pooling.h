// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "tflm_stub.h"
namespace tflite {
TFLMRegistration Register_AVERAGE_POOL_2D_INT8();
TFLMRegistration Register_MAX_POOL_2D_INT8();
}  // namespace tflite
