// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
#include "../../../boards/mcxn947-bare/fsl_port.h"
