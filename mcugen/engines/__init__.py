# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Graph -> SourceTree. The engines that every platform may take; a platform may bring its own."""

from __future__ import annotations

from collections.abc import Mapping

from mcugen.engines.aot.engine import AOT
from mcugen.engines.contract import Engine
from mcugen.engines.tflm import TFLM

ENGINES: Mapping[str, Engine] = {engine.name: engine for engine in (AOT, TFLM)}
"""`--engine` -> engine."""
