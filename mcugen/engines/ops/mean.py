# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""MEAN of int8 values over any axes: portable, and for Helium where neighbours are kept."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mcugen.engines.aot.scales import quantize_multiplier
from mcugen.engines.aot.variants import Kernel, Operator, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.broadcast import list_text
from mcugen.engines.ops.shared.copy_call import strides_of
from mcugen.engines.ops.shared.one_call import one_call
from mcugen.model.ir import DType, Graph, Op, Tensor

NEEDS_AXES = "needs one activation input, constant axes and one output"
_AXES = 3  # MCUGEN_MEAN_AXES
_MOST_RANK = 5
_COST = 7  # instructions per input
_OUTPUT_COST = 40
_KERNEL = Kernel("mcugen_mean", "mcugen_mean_t", "mean.h", "mean.c")
_MVE = Kernel("mcugen_mean_mve", "mcugen_mean_t", "mean.h", "mean_mve.c")
_MVE_COST = 0.7
_MVE_LANES = 16


@dataclass(frozen=True, slots=True)
class _Axis:
    """Neighbouring axes that are all kept, or all summed over."""

    size: int
    step: int
    kept: bool


def reasons(graph: Graph, op: Op) -> Iterable[checks.Reason]:
    """int8 of up to 5 axes; constant axes."""
    x, out = checks.in_and_out(graph, op, 1, NEEDS_AXES)
    axes = graph.tensors[op.inputs[1]]
    found = [*checks.int8_reasons(x, out), *shape_reasons(op, x, axes, out)]
    if not found:
        summed = summed_axes(x, axes)
        bits = (255 * count_of(x, summed)).bit_length() - divided_bits(x, out, summed)
        found += checks.factor_reasons(factor_of(x, out), bits=bits)
    return found


def shape_reasons(op: Op, x: Tensor, axes: Tensor, out: Tensor) -> Iterator[checks.Reason]:
    """Axes that are not those of the input, an output that does not follow from them."""
    assert axes.data is not None
    rank, given = len(x.shape), axes.data.reshape(-1).tolist()
    if rank > _MOST_RANK:
        yield f"shape {list(x.shape)} has more than {_MOST_RANK} axes", ""
    elif axes.dtype is not DType.INT32 or any(not -rank <= axis < rank for axis in given):
        yield f"{given} are no int32 axes of {list(x.shape)}", ""
    else:
        summed = summed_axes(x, axes)
        ones = tuple(1 if axis in summed else size for axis, size in enumerate(x.shape))
        without = tuple(size for axis, size in enumerate(x.shape) if axis not in summed)
        if out.shape != (ones if op.options.get("keep_dims", False) else without):
            yield f"output {list(out.shape)} does not follow from {list(x.shape)} over {given}", ""


def summed_axes(x: Tensor, axes: Tensor) -> set[int]:
    """The axes to sum over, counted from the first one."""
    assert axes.data is not None
    return {int(axis) % len(x.shape) for axis in axes.data.reshape(-1)}


def factor_of(x: Tensor, out: Tensor) -> float:
    """In double (PrepareMeanOrSumHelper)."""
    return x.scale / out.scale


def count_of(x: Tensor, summed: Iterable[int]) -> int:
    """How many elements a sum has."""
    return math.prod(x.shape[axis] for axis in summed)


def divided_bits(x: Tensor, out: Tensor, summed: set[int]) -> int:
    """How many bits of its factor TFLite takes to divide by the number of values
    (QuantizedMeanOrSum)."""
    shift = quantize_multiplier(factor_of(x, out))[1]
    return min(count_of(x, summed).bit_length() - 1, 32, 31 + shift)


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A portable kernel; one for Helium where the last axis is kept, such as the channels of an image, and
    has at least 16 values."""
    x, axes = graph.tensors[op.inputs[0]], graph.tensors[op.inputs[1]]
    (out,) = graph.output_tensors(op)
    summed = summed_axes(x, axes)
    merged = merged_axes(x, summed)
    multiplier, shift = requantisation(x, out, summed)
    fields = (
        ("kept", axes_text([axis for axis in merged if axis.kept])),
        ("summed", axes_text([axis for axis in merged if not axis.kept])),
        ("offset", -x.zero_point * count_of(x, summed)),
        ("by", f"{{{multiplier}, {shift}}}"),
        ("zero_point", out.zero_point),
    )

    def variant(kernel: Kernel, cost: float) -> Variant:
        return one_call(kernel, fields, int(cost * x.elements) + _OUTPUT_COST * out.elements)

    portable = variant(_KERNEL, _COST)
    beside = merged[-1].size if merged and merged[-1].kept else 0
    if "mve" not in options.isa or beside < _MVE_LANES or shift > -1:
        return (portable,)
    return (portable, variant(_MVE, _MVE_COST))


def requantisation(x: Tensor, out: Tensor, summed: set[int]) -> tuple[int, int]:
    """(multiplier, shift) from a sum of differences from the zero point to the output: the factor by
    the number of values."""
    multiplier, shift = quantize_multiplier(factor_of(x, out))
    bits = divided_bits(x, out, summed)
    return (multiplier << bits) // count_of(x, summed), shift - bits


def merged_axes(x: Tensor, summed: set[int]) -> list[_Axis]:
    """Outermost first."""
    merged: list[_Axis] = []
    for axis, (size, step) in enumerate(zip(x.shape, strides_of(x.shape), strict=True)):
        kept = axis not in summed
        if size > 1 and merged and merged[-1].kept is kept:
            merged[-1] = _Axis(merged[-1].size * size, step, kept)
        elif size > 1:
            merged.append(_Axis(size, step, kept))
    return merged


def axes_text(axes: list[_Axis]) -> str:
    """An initialiser of mcugen_mean_axes_t."""
    filled = [_Axis(1, 0, True)] * (_AXES - len(axes)) + axes
    sizes, steps = list_text(a.size for a in filled), list_text(a.step for a in filled)
    return f"{{{sizes}, {steps}}}"


OPERATOR = Operator(checks.as_problems(reasons), variants)
