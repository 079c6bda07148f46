# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Two operands that broadcast to one shape; either may be a constant."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from mcugen.engines.aot.scales import quantize_multiplier
from mcugen.engines.aot.variants import Fields, Kernel, Table, Variant, is_activation
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.one_call import one_call
from mcugen.model.ir import Graph, Op, Tensor

_AXES = 5  # MCUGEN_BROADCAST_AXES
_ROW_COST = 75  # instructions per row besides its elements
_NEEDS_TWO = "needs two inputs, at least one of them an activation, and one output"
_Axis = tuple[int, int, int]
"""Size, and the step of both operands."""


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """The operands of an op: `a` is an activation. `swapped` where `a` is the second input."""

    a: Tensor
    b: Tensor
    out: Tensor
    swapped: bool

    @classmethod
    def of(cls, graph: Graph, op: Op) -> Self:
        """The operands of `two_to_one`, a constant second."""
        first, second, out = two_to_one(graph, op)
        swapped = not is_activation(first)
        return cls(second, first, out, True) if swapped else cls(first, second, out, False)

    @property
    def scales(self) -> tuple[float, float, float]:
        """Scales of a, b and the output, once `reasons` has none."""
        return self.a.scale, self.b.scale, self.out.scale

    @property
    def zero_points(self) -> tuple[int, int, int]:
        """Zero points of a, b and the output, once `reasons` has none."""
        return self.a.zero_point, self.b.zero_point, self.out.zero_point

    def reasons(self) -> Iterator[checks.Reason]:
        """Types, quantisation and shapes that no int8 kernel with two operands takes."""
        yield from checks.int8_reasons(self.a, self.b, self.out)
        yield from self.shape_reasons()

    def shape_reasons(self) -> Iterator[checks.Reason]:
        """Shapes that no kernel with two operands takes."""
        shapes = f"{list(self.a.shape)} and {list(self.b.shape)}"
        try:
            shape = np.broadcast_shapes(self.a.shape, self.b.shape)
        except ValueError:
            yield f"shapes {shapes} cannot be broadcast", ""
            return
        if shape != self.out.shape:
            yield f"output {list(self.out.shape)} does not follow from {shapes}", ""
        elif len(_axes(self)) > _AXES:
            yield f"shapes {shapes} broadcast along more than {_AXES} axes", ""

    def variant(self, kernel: Kernel, fields: Fields, cost_per_element: int) -> Variant:
        """A kernel whose struct starts with `shape` and `constant`, before `fields`. The output may take
        the place of an activation that is not broadcast.

        Where operand b is a constant, the `_constant` variant of the function is called.
        """
        *rows, _ = _axes(self)
        constant: Table | str = "NULL"
        if (data := self.b.data) is not None:
            kernel = replace(kernel, function=f"{kernel.function}_constant")
            values = data.view(np.int8) if data.dtype == np.bool_ else data
            constant = Table("constant", values, f'"{self.b.name}" {list(self.b.shape)}')
        read = [t for t in (self.a, self.b) if is_activation(t)]
        in_place = tuple((0, i) for i, t in enumerate(read) if t.elements == self.out.elements)
        found = one_call(
            kernel,
            (*_shape_fields(self), ("constant", constant), *fields),
            cost_per_element * self.out.elements + _ROW_COST * math.prod(n for n, _, _ in rows),
            reads=len(read),
        )
        same_size = self.a.dtype.bytes == self.out.dtype.bytes
        return replace(found, in_place=in_place if same_size else ())


def two_to_one(graph: Graph, op: Op) -> tuple[Tensor, Tensor, Tensor]:
    """(first input, second input, output); OperandsError for others, and where both are constants."""
    given, made = graph.input_tensors(op), graph.output_tensors(op)
    known = [t for t in given if t is not None and not t.is_variable]
    if len(given) != 2 or len(known) != 2 or len(made) != 1 or not any(map(is_activation, known)):
        raise checks.OperandsError(_NEEDS_TWO)
    return known[0], known[1], made[0]


def halfwords(value: int) -> int:
    """The value in both halves of a word."""
    return (value & 0xFFFF) * 0x10001


def requant_text(factor: float) -> str:
    """An initialiser of mcugen_requant_t."""
    return list_text(quantize_multiplier(factor))


def _shape_fields(pair: Pair) -> Fields:
    """The members of mcugen_broadcast_t `shape`."""
    axes = [(1, 0, 0)] * _AXES + _axes(pair)
    sizes, a_steps, b_steps = zip(*axes[-_AXES:], strict=True)
    return (
        ("shape.sizes", list_text(sizes)),
        ("shape.a_steps", list_text(a_steps)),
        ("shape.b_steps", list_text(b_steps)),
    )


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
