# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The variant that most operators have: one call of a kernel on the tensors as they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mcugen.engines.aot.variants import Call, Fields, Kernel, Layout, Operands, Table, Variant


def one_call(
    kernel: Kernel,
    fields: Fields | Callable[[], Fields],
    cost: int,
    *,
    reads: int = 1,
    in_place: bool = False,
    scratch_bytes: int = 0,
) -> Variant:
    """`kernel` on `reads` activations and the op's states, with one output.

    The layer's name in C is put before the names of tables. `fields` may be a function where packing
    its tables takes long. `in_place`: the output may take the place of the first input.
    """

    def build(operands: Operands) -> tuple[Call, ...]:
        own = fields() if callable(fields) else fields
        scratch = () if operands.scratch is None else (operands.scratch,)
        args = (*operands.inputs, *operands.states, *operands.outputs, *scratch)
        return (Call(kernel, tuple((member, named(operands, v)) for member, v in own), args),)

    def named(operands: Operands, value: int | str | Table) -> int | str | Table:
        if isinstance(value, Table):
            return replace(value, name=f"{operands.name}_{value.name}")
        return value

    native = (Layout.NATIVE,)
    places = ((0, 0),) if in_place else ()
    return Variant(native * reads, native, cost, build, scratch_bytes, places)
