# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Steps that change the layout of an activation, where two operators cannot agree on one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mcugen.engines.aot.variants import Call, Kernel, Layout, Value


@dataclass(frozen=True, slots=True)
class LayoutConversion:
    """From one layout to another: instructions per element, and the call for (from, to)."""

    cost_per_element: float
    build: Callable[[Value, Value], Call]


def _widen(source: Value, target: Value) -> Call:
    kernel = Kernel("mcugen_widen", "mcugen_widen_t", "widen.h", "widen.c")
    return Call(kernel, (("count", source.elements),), (source, target))


def _narrow(source: Value, target: Value) -> Call:
    kernel = Kernel("mcugen_narrow", "mcugen_widen_t", "widen.h", "widen.c")
    return Call(kernel, (("count", source.elements),), (source, target))


CONVERSIONS: Mapping[tuple[Layout, Layout], LayoutConversion] = {
    (Layout.NATIVE, Layout.INT16): LayoutConversion(2.0, _widen),
    (Layout.INT16, Layout.NATIVE): LayoutConversion(4.0, _narrow),
}
"""Every conversion may run in place: its kernel allows the target to start where the source does."""

CALL_COST = 30
"""Instructions of a call: its fixed cost."""
