// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// A stand-in: see axon/nrf_axon_platform.h.
