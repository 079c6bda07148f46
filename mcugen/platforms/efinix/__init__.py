# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Efinix FPGAs: an application for the TinyML platform, whose TFLite Micro drives an accelerator."""

from __future__ import annotations

from mcugen.export.exporter import Exporter
from mcugen.platforms.efinix.engine import ENGINE
from mcugen.platforms.efinix.project import efinix_compile_flags, export_efinix, read_accelerator
from mcugen.platforms.efinix.uart_log import log_records
from mcugen.platforms.platform import Platform, ResultReader

EFINIX = Platform(
    Exporter(export_efinix, efinix_compile_flags),
    engines={ENGINE.name: ENGINE},
    options=frozenset({"test_data"}),
    tables={"efinix": read_accelerator},
    results=ResultReader(log=log_records),
)
