# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""board.toml -> Board: a board is a folder of data, never a name that Python compares with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class MemoryRegion:
    """One memory of a board; `reserved_bytes` of it are taken by stack, heap and buffers of the runtime."""

    name: str
    bytes: int
    reserved_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Board:
    """All that mcugen knows of a board. `folder` holds board.toml and the files named in `sources`."""

    name: str
    title: str
    folder: Path
    exporter: str  # "cmake", "mcuxpresso", "linux-bundle": a key of export.EXPORTERS
    isa: frozenset[str]  # capabilities that choose kernels: "dsp"
    compiler_prefix: str  # "arm-none-eabi-", "" for the native compiler
    cpu_flags: tuple[str, ...]
    link_flags: tuple[str, ...]
    defines: tuple[str, ...]
    sources: tuple[str, ...]
    flash: MemoryRegion | None
    ram: MemoryRegion | None
    tick_unit: str  # "cycles", "instructions", "nanoseconds"
    run_command: tuple[str, ...]  # how to start an emulated or native device; empty: a port is needed
    run_link: str  # "stdio", "tcp" (run_command holds {port}), "serial"
    baud: int
    packages: tuple[str, ...]  # Debian packages that bring compiler and emulator
