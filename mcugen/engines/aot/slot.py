# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Weights apart from code: what of a lowered model may come from a slot, and what must be the same.

Two models have one architecture if they differ in the contents of tables and in the numbers of
ARITHMETIC only. Those numbers and tables make up a slot's data: int32 constants in the order of the
calls, then the tables, each aligned to 16.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from mcugen.engines.aot.lowering import Lowered
from mcugen.engines.aot.variants import ALIGNMENT_BYTES, Call, Table

ARITHMETIC = frozenset(
    "a above addend alpha b below by coarse_offset fine_half fine_multiplier fine_offset fine_shift "
    "hidden high in_zero_point input left_shift low lowest multiplier offset_a offset_b product "
    "requant shift zero_point zero_point_a zero_point_alpha zero_point_b zero_point_x".split()
)
"""Fields of kernels' parameters that only enter arithmetic: no size, stride or index among them."""

_INTEGER = re.compile(r"(?<![\w.])-?\d+(?![\w.])")


@dataclass(frozen=True, slots=True)
class Slot:
    """`skeleton` describes the architecture; `data` is what differs between models of it.

    `fields` has, per call and field, the C text that reads the field from `weights`.
    """

    skeleton: str
    data: bytes
    fields: tuple[tuple[tuple[str, str], ...], ...]


def make_slot(lowered: Lowered) -> Slot:
    """The slot of a model: the same for the same architecture, apart from `data`."""
    calls = [call for step in lowered.steps for call in step.calls]
    constants = [value for call in calls for value in _constants(call)]
    tables = [value for call in calls for _, value in call.fields if isinstance(value, Table)]
    offsets, data = _lay_out(constants, [*dict.fromkeys(tables)])
    places = dict(zip(dict.fromkeys(tables), offsets, strict=True))
    numbers = iter(range(len(constants)))

    def constant(_: re.Match[str]) -> str:
        return f"constants[{next(numbers)}]"

    fields = tuple(
        tuple((name, _text(name, value, constant, places)) for name, value in call.fields)
        for call in calls
    )
    skeleton = [_skeleton(call, lowered) for call in calls]
    skeleton += [f"{s.value.name}={s.initial.tobytes().hex()}" for s in lowered.states]
    return Slot("\n".join(skeleton), data, fields)


def _constants(call: Call) -> list[int]:
    """The numbers of a call that come from the slot, in order."""
    texts = [str(value) for name, value in call.fields if _is_arithmetic(name, value)]
    return [int(number) for text in texts for number in _INTEGER.findall(text)]


def _is_arithmetic(name: str, value: object) -> bool:
    return name in ARITHMETIC and not isinstance(value, Table)


def _lay_out(constants: list[int], tables: list[Table]) -> tuple[list[int], bytes]:
    """Where each table begins, and all bytes."""
    wrapped = np.array([c & 0xFFFFFFFF for c in constants], "<u4")
    data = bytearray(wrapped.tobytes())
    offsets = []
    for table in tables:
        data.extend(bytes(-len(data) % ALIGNMENT_BYTES))
        offsets.append(len(data))
        data.extend(table.values.astype(table.values.dtype.newbyteorder("<")).tobytes())
    data.extend(bytes(-len(data) % ALIGNMENT_BYTES))
    return offsets, bytes(data)


def _text(
    name: str,
    value: int | str | Table,
    constant: Callable[[re.Match[str]], str],
    places: Mapping[Table, int],
) -> str:
    if isinstance(value, Table):
        return f"(const void *)(weights + {places[value]})"
    return _INTEGER.sub(constant, str(value)) if name in ARITHMETIC else str(value)


def _skeleton(call: Call, lowered: Lowered) -> str:
    """A call without what a slot brings: kernel, sizes, shapes of tables, places in the arena."""
    fields = " ".join(f"{name}={_shape(name, value)}" for name, value in call.fields)
    args = " ".join(f"{a.c_type}*{a.elements}@{lowered.offsets[a.name]}" for a in call.args)
    return f"{call.kernel.function} {fields} {args}"


def _shape(name: str, value: int | str | Table) -> str:
    if isinstance(value, Table):
        return f"{value.values.dtype.str}{list(value.values.shape)}{value.struct}"
    return _INTEGER.sub("#", str(value)) if name in ARITHMETIC else str(value)
