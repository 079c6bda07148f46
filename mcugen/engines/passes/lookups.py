# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Functions of one int8 value as what they have in common: a table of 256 outputs, the kernel's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from mcugen.engines.contract import EngineOptions, Rounding
from mcugen.engines.ops import OPS
from mcugen.model.ir import Graph, Op

LOOKUPS = (
    *("ABS", "ELU", "HARD_SWISH", "LEAKY_RELU", "LOGISTIC", "QUANTIZE"),
    *("RELU", "RELU6", "RELU_N1_TO_1", "RSQRT", "TANH"),
)
"""Operators that are such functions where their input is int8."""


def lookups_of(graph: Graph, op: Op) -> Mapping[Rounding, NDArray[np.int8]]:
    """The outputs for -128..127 by rounding; empty for other operators and those that the engine refuses."""
    if op.kind not in LOOKUPS or any(OPS[op.kind].problems(graph, op)):
        return {}
    offered = {
        rounding: OPS[op.kind].variants(graph, op, EngineOptions(rounding=rounding))[0]
        for rounding in get_args(Rounding)
    }
    return {rounding: v.lookup for rounding, v in offered.items() if v.lookup is not None}
