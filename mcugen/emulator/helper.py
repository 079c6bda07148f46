# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The C files in core/, compiled for this computer and loaded beside Unicorn's library."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

from mcugen.toolchain.host_library import load_sources

SOURCES = Path(__file__).with_name("core")
(SLICE, IDLE, SPINS, LOCKUP, UNCLOCKED_STACK, LOST_REGISTERS, ASKED, SURPRISE) = range(8)
"""Why emu_run returned: reason_t of core.h."""

READ = ctypes.CFUNCTYPE(
    ctypes.c_uint64, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint, ctypes.c_void_p
)
WRITE = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint, ctypes.c_uint64, ctypes.c_void_p
)


class CoreState(ctypes.Structure):
    """state_t of core.h."""

    _fields_ = [
        (name, ctypes.c_uint64) for name in "instructions slept interrupts overruns".split()
    ] + [
        (name, ctypes.c_uint32)
        for name in (
            "reason pc address value exception faults fault_cfsr fault_address fault_pc fault_lr "
            "ticks_per_byte fifo_bytes ring_bytes irq_is_enabled overrun_pc uart_is_known"
        ).split()
    ]


def load_core(unicorn_library: str) -> Any:
    """The library of core/; EnvironmentError_ without a C compiler."""
    ctypes.CDLL(unicorn_library, mode=ctypes.RTLD_GLOBAL)  # core/ calls it
    core: Any = load_sources(sorted(SOURCES.glob("*.c")), calls=unicorn_library)
    core.emu_open.restype = ctypes.POINTER(CoreState)
    core.emu_run.argtypes = [ctypes.c_uint64]
    return core
