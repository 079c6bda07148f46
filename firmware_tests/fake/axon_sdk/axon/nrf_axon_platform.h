// SPDX-FileCopyrightText: 2026 the mcugen authors
// SPDX-License-Identifier: Apache-2.0
// A stand-in with the names that engine_axon.c uses of Nordic's driver, to their documented
// meaning.
#ifndef FAKE_NRF_AXON_PLATFORM_H
#define FAKE_NRF_AXON_PLATFORM_H

typedef int nrf_axon_result_e;
#define NRF_AXON_RESULT_SUCCESS 0

nrf_axon_result_e nrf_axon_platform_init(void);

#endif
