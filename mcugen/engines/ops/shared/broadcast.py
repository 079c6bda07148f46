# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Two operands that broadcast to one shape; either may be a constant."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from mcugen.engines.aot.scales import quantize_multiplier
from mcugen.engines.aot.variants import (
    Call,
    Fields,
    Kernel,
    Layout,
    Operands,
    Table,
    Variant,
    is_activation,
)
from mcugen.engines.ops.shared.checks import Reason, int8_reasons
from mcugen.model.ir import Graph, Op, Tensor

_AXES = 5  # MCUGEN_BROADCAST_AXES
_ROW_COST = 75  # instructions per row besides its elements
NEEDS_TWO = "needs two inputs, at least one of them an activation, and one output"
_Axis = tuple[int, int, int]
"""Size, and the step of both operands."""


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """The operands of an op: `a` is an activation. `swapped` where `a` is the second input."""

    a: Tensor
    b: Tensor
    out: Tensor
    swapped: bool

    @property
    def scales(self) -> tuple[float, float, float]:
        """Scales of a, b and the output, once `pair_reasons` has none."""
        return self.a.scale, self.b.scale, self.out.scale

    @property
    def zero_points(self) -> tuple[int, int, int]:
        """Zero points of a, b and the output, once `pair_reasons` has none."""
        return self.a.zero_point, self.b.zero_point, self.out.zero_point

    @property
    def in_place(self) -> tuple[tuple[int, int], ...]:
        """Variant.in_place: activations that are not broadcast."""
        read = [t for t in (self.a, self.b) if is_activation(t)]
        return tuple((0, i) for i, t in enumerate(read) if t.elements == self.out.elements)


def pair_of(graph: Graph, op: Op) -> Pair | None:
    """The operands, a constant second; None where there are not two or both are constants."""
    given, made = graph.input_tensors(op), graph.output_tensors(op)
    if len(given) != 2 or len(made) != 1:
        return None
    first, second = given
    if first is None or second is None or first.is_variable or second.is_variable:
        return None
    swapped = not is_activation(first)
    a, b = (second, first) if swapped else (first, second)
    return Pair(a, b, made[0], swapped) if is_activation(a) else None


def pair_reasons(pair: Pair) -> Iterator[Reason]:
    """Types, quantisation and shapes that no int8 kernel with two operands takes."""
    yield from int8_reasons(pair.a, pair.b, pair.out)
    yield from broadcast_reasons(pair)


def broadcast_reasons(pair: Pair) -> Iterator[Reason]:
    """Shapes that no kernel with two operands takes."""
    shapes = f"{list(pair.a.shape)} and {list(pair.b.shape)}"
    try:
        shape = np.broadcast_shapes(pair.a.shape, pair.b.shape)
    except ValueError:
        yield f"shapes {shapes} cannot be broadcast", ""
        return
    if shape != pair.out.shape:
        yield f"output {list(pair.out.shape)} does not follow from {shapes}", ""
    elif len(_axes(pair)) > _AXES:
        yield f"shapes {shapes} broadcast along more than {_AXES} axes", ""


def pair_variant(pair: Pair, kernel: Kernel, fields: Fields, cost_per_element: int) -> Variant:
    """A kernel whose struct starts with `shape` and `constant`, before `fields`.

    Where operand b is a constant, the `_constant` variant of the function is called.
    """
    *rows, _ = _axes(pair)
    in_place = pair.in_place if pair.a.dtype.bytes == pair.out.dtype.bytes else ()
    if pair.b.data is not None:
        kernel = replace(kernel, function=f"{kernel.function}_constant")

    def build(operands: Operands) -> tuple[Call, ...]:
        constant = ("constant", constant_table(pair, operands.name))
        args = (*operands.inputs, *operands.outputs)
        return (Call(kernel, (*shape_fields(pair), constant, *fields), args),)

    return Variant(
        (Layout.NATIVE,) * (2 if pair.b.data is None else 1),
        (Layout.NATIVE,),
        cost_per_element * pair.out.elements + _ROW_COST * math.prod(n for n, _, _ in rows),
        build,
        in_place=in_place,
    )


def halfwords(value: int) -> int:
    """The value in both halves of a word."""
    return (value & 0xFFFF) * 0x10001


def requant_text(factor: float) -> str:
    """An initialiser of mcugen_requant_t."""
    return list_text(quantize_multiplier(factor))


def shape_fields(pair: Pair) -> Fields:
    """The members of mcugen_broadcast_t `shape`."""
    axes = [(1, 0, 0)] * _AXES + _axes(pair)
    sizes, a_steps, b_steps = zip(*axes[-_AXES:], strict=True)
    return (
        ("shape.sizes", list_text(sizes)),
        ("shape.a_steps", list_text(a_steps)),
        ("shape.b_steps", list_text(b_steps)),
    )


def constant_table(pair: Pair, name: str) -> Table | str:
    """Operand b as the kernel's table, NULL where it is an activation."""
    if pair.b.data is None:
        return "NULL"
    data = pair.b.data.view(np.int8) if pair.b.data.dtype == np.bool_ else pair.b.data
    return Table(f"{name}_constant", data, f'"{pair.b.name}" {list(pair.b.shape)}')


def _axes(pair: Pair) -> list[_Axis]:
    """Axes of the output, outermost first; neighbours contiguous in both operands are merged."""
    rank = len(pair.out.shape)
    axes: list[_Axis] = [(1, 1, 1)]  # innermost first
    a_step = b_step = 1
    for axis in reversed(range(rank)):
        size = pair.out.shape[axis]
        a_size, b_size = (_size(t, axis - rank) for t in (pair.a, pair.b))
        found = (size, a_step if a_size > 1 else 0, b_step if b_size > 1 else 0)
        if axes == [(1, 1, 1)]:
            axes = [found] if size > 1 else axes
        elif size > 1:
            merged = _merged(axes[-1], found)
            axes = [*axes[:-1], merged] if merged else [*axes, found]
        a_step, b_step = a_step * a_size, b_step * b_size
    return axes[::-1]


def _size(tensor: Tensor, axis: int) -> int:
    """A size by its negative axis; missing leading axes count as 1."""
    return tensor.shape[axis] if -axis <= len(tensor.shape) else 1


def _merged(inner: _Axis, outer: _Axis) -> _Axis | None:
    """Both axes as one, if every operand is contiguous across them."""
    size, *steps = inner
    if all(b == a * size for a, b in zip(steps, outer[1:], strict=True)):
        return size * outer[0], steps[0], steps[1]
    return None


def list_text(values: Iterable[int]) -> str:
    """An initialiser of an array or a struct of integers."""
    return f"{{{', '.join(map(str, values))}}}"
