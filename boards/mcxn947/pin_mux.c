// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "pin_mux.h"

#include "fsl_clock.h"
#include "fsl_port.h"

static const uint32_t UART_PINS[] = {8u, 9u};  // FC4_P0 and FC4_P1 on port 1, alternative 2

void BOARD_InitPins(void) {
  const port_pin_config_t uart = {
      .pullSelect = kPORT_PullDisable,
      .pullValueSelect = kPORT_LowPullResistor,
      .slewRate = kPORT_FastSlewRate,
      .passiveFilterEnable = kPORT_PassiveFilterDisable,
      .openDrainEnable = kPORT_OpenDrainDisable,
      .driveStrength = kPORT_LowDriveStrength,
      .mux = kPORT_MuxAlt2,
      .inputBuffer = kPORT_InputBufferEnable,
      .invertInput = kPORT_InputNormal,
      .lockRegister = kPORT_UnlockRegister,
  };
  CLOCK_EnableClock(kCLOCK_Port1);
  for (uint32_t i = 0; i < sizeof UART_PINS / sizeof UART_PINS[0]; ++i) {
    PORT_SetPinConfig(PORT1, UART_PINS[i], &uart);
  }
}
