# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Generated sources + Board -> a project, by one of the EXPORTERS."""

from __future__ import annotations

from collections.abc import Mapping

from mcugen.export.axon import export_axon, zephyr_compile_flags
from mcugen.export.cmake import compile_flags, export_cmake
from mcugen.export.efinix import efinix_compile_flags, export_efinix
from mcugen.export.exporter import Exporter
from mcugen.export.linux_bundle import export_linux
from mcugen.export.mcuxpresso import export_mcuxpresso, sdk_compile_flags

EXPORTERS: Mapping[str, Exporter] = {
    "axon": Exporter(export_axon, zephyr_compile_flags),
    "cmake": Exporter(export_cmake, compile_flags),
    "efinix": Exporter(export_efinix, efinix_compile_flags),
    "linux-bundle": Exporter(export_linux, compile_flags),
    "mcuxpresso": Exporter(export_mcuxpresso, sdk_compile_flags),
}
"""`exporter` of a board.toml -> exporter."""
