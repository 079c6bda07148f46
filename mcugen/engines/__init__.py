# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Graph -> SourceTree, by one of the ENGINES."""

from __future__ import annotations

from collections.abc import Mapping

from mcugen.engines import axon, efinix, tflm
from mcugen.engines.aot import engine as aot
from mcugen.engines.contract import Engine

ENGINES: Mapping[str, Engine] = {
    "aot": Engine("aot", aot.supports, aot.plan, aot.emit),
    "axon": Engine("axon", axon.supports, axon.plan, axon.emit),
    "efinix": Engine("efinix", efinix.supports, efinix.plan, efinix.emit),
    "tflm": Engine("tflm", tflm.supports, tflm.plan, tflm.emit),
}
"""`--engine` -> engine."""
