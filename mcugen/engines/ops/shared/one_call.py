# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The variant that most operators have: one call of a kernel on the tensors as they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mcugen.engines.aot.variants import Call, Fields, Kernel, Layout, Operands, Table, Variant


def one_call(
    kernel: Kernel,
    fields: Fields,
    cost: int,
    *,
    reads: int = 1,
    in_place: bool = False,
    scratch_bytes: int = 0,
) -> Variant:
    """`kernel` on `reads` activations and the op's states, with one output.

    The layer's name in C is put before the names of tables. `in_place`: the output may take the place
    of the first input.
    """
    return late_call(
        lambda: (kernel, fields),
        cost,
        reads=reads,
        in_place=in_place,
        scratch_bytes=scratch_bytes,
    )


def late_call(
    packed: Callable[[], tuple[Kernel, Fields]],
    cost: int,
    *,
    reads: int = 1,
    in_place: bool = False,
    scratch_bytes: int = 0,
) -> Variant:
    """The same, of a kernel whose tables take long to pack: `packed` is called once it is chosen."""

    def build(operands: Operands) -> tuple[Call, ...]:
        kernel, fields = packed()
        scratch = () if operands.scratch is None else (operands.scratch,)
        args = (*operands.inputs, *operands.states, *operands.outputs, *scratch)
        return (Call(kernel, tuple((member, named(operands, v)) for member, v in fields), args),)

    def named(operands: Operands, value: int | str | Table) -> int | str | Table:
        if isinstance(value, Table):
            return replace(value, name=f"{operands.name}_{value.name}")
        return value

    native = (Layout.NATIVE,)
    places = ((0, 0),) if in_place else ()
    return Variant(native * reads, native, cost, build, scratch_bytes, places)
