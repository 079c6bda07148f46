# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Platforms: one folder and one row of PLATFORMS each."""

from __future__ import annotations

from collections.abc import Mapping

from mcugen.platforms.axon import AXON
from mcugen.platforms.cmake import CMAKE
from mcugen.platforms.efinix import EFINIX
from mcugen.platforms.linux import LINUX
from mcugen.platforms.mcuxpresso import MCUXPRESSO
from mcugen.platforms.platform import Platform
from mcugen.platforms.zephyr import ZEPHYR

PLATFORMS: Mapping[str, Platform] = {
    "axon": AXON,
    "cmake": CMAKE,
    "efinix": EFINIX,
    "linux-bundle": LINUX,
    "mcuxpresso": MCUXPRESSO,
    "zephyr": ZEPHYR,
}
"""`exporter` of a board.toml -> platform."""
