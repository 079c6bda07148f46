# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Any Zephyr board with a UART: the measuring firmware as a Zephyr application."""

from __future__ import annotations

from mcugen.export.exporter import Exporter
from mcugen.platforms.platform import Platform
from mcugen.platforms.zephyr.application import compile_flags, export_zephyr, read_zephyr
from mcugen.platforms.zephyr.compile import compile_application

ZEPHYR = Platform(
    Exporter(export_zephyr, compile_flags),
    options=frozenset({"variant"}),
    tables={"zephyr": read_zephyr},
    compile=compile_application,
)
