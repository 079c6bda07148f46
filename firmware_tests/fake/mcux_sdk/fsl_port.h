// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#ifndef FAKE_FSL_PORT_H
#define FAKE_FSL_PORT_H

#include "fsl_common.h"

typedef struct {
  uint16_t pullSelect, pullValueSelect, slewRate, passiveFilterEnable, openDrainEnable;
  uint16_t driveStrength, mux, inputBuffer, invertInput, lockRegister;
} port_pin_config_t;
enum {
  kPORT_PullDisable = 0,
  kPORT_LowPullResistor = 0,
  kPORT_FastSlewRate = 0,
  kPORT_PassiveFilterDisable = 0,
  kPORT_OpenDrainDisable = 0,
  kPORT_LowDriveStrength = 0,
  kPORT_MuxAlt2 = 2,
  kPORT_InputBufferEnable = 1,
  kPORT_InputNormal = 0,
  kPORT_UnlockRegister = 0,
};

void PORT_SetPinConfig(PORT_Type *port, uint32_t pin, const port_pin_config_t *config);

#endif
