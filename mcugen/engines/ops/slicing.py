# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""SLICE and STRIDED_SLICE: a part of a tensor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from mcugen.engines.aot.variants import Call, Layout, Operands, Operator, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.copy_call import (
    AXES,
    Block,
    Side,
    copy_call,
    copy_cost,
    is_one_run,
    strides_of,
    window_of,
)
from mcugen.engines.ops.shared.moving import element_reasons, numbers, renamings
from mcugen.model.ir import Graph, Op, Tensor

_CONSTANTS = {"SLICE": 2, "STRIDED_SLICE": 3}
_MAX_AXES = {"SLICE": AXES, "STRIDED_SLICE": 4}


@dataclass(frozen=True, slots=True)
class _Axis:
    """`count` elements from `start` on at distances of `step`; no output axis where `dropped`."""

    start: int
    count: int
    step: int
    dropped: bool = False


def reasons(graph: Graph, op: Op) -> Iterable[checks.Reason]:
    """int8, int16, int32 and float32; constant arguments.

    STRIDED_SLICE: without ellipsis_mask and new_axis_mask.
    """
    needs = "needs one activation input, constant arguments, one output"
    x, out = checks.in_and_out(graph, op, _CONSTANTS[op.kind], needs)
    found = [*element_reasons(x, out), *_argument_reasons(graph, op, x)]
    return found or _range_reasons(_AXES[op.kind](graph, op), x, out)


def _argument_reasons(graph: Graph, op: Op, x: Tensor) -> Iterator[checks.Reason]:
    if not 1 <= len(x.shape) <= _MAX_AXES[op.kind]:
        yield f"a tensor of {len(x.shape)} axes is not supported", ""
    arguments = [numbers(tensor) for tensor in graph.input_tensors(op)[1:]]
    if any(argument is None or len(argument) != len(x.shape) for argument in arguments):
        yield "arguments must be integers, one per axis", ""
    elif op.kind == "STRIDED_SLICE" and 0 in (arguments[2] or ()):
        yield "a step of 0 is not possible", ""
    for mask in ("ellipsis_mask", "new_axis_mask", "offset"):
        if op.options.get(mask):
            yield f"{mask} is not supported", "index every axis by itself"


def _range_reasons(axes: tuple[_Axis, ...], x: Tensor, out: Tensor) -> Iterator[checks.Reason]:
    for axis, size in zip(axes, x.shape, strict=True):
        last = axis.start + (axis.count - 1) * axis.step
        if axis.count < 1 or not (0 <= axis.start < size and 0 <= last < size):
            yield f"{axis.count} elements from {axis.start} by {axis.step} do not fit {size}", ""
    shape = tuple(axis.count for axis in axes if not axis.dropped)
    if shape != out.shape:
        yield f"the output has shape {list(out.shape)} instead of {list(shape)}", ""


def _slice_axes(graph: Graph, op: Op) -> tuple[_Axis, ...]:
    """SLICE: begin and size; a size of -1 takes the rest."""
    x, begin, size = graph.input_tensors(op)
    begins, sizes = numbers(begin), numbers(size)
    assert x is not None and begins is not None and sizes is not None
    return tuple(
        _Axis(start, end - start if count == -1 else count, 1)
        for start, count, end in zip(begins, sizes, x.shape, strict=True)
    )


def _strided_axes(graph: Graph, op: Op) -> tuple[_Axis, ...]:
    """STRIDED_SLICE: as Python slices, apart from masks (StartForAxis, StopForAxis of TFLite)."""
    x, *rest = graph.input_tensors(op)
    begins, ends, steps = (numbers(tensor) for tensor in rest)
    assert x is not None and begins is not None and ends is not None and steps is not None
    axes = []
    for axis, size in enumerate(x.shape):
        open_begin, open_end, shrinks = (
            bool(op.options.get(f"{mask}_mask", 0) >> axis & 1)
            for mask in ("begin", "end", "shrink_axis")
        )
        begin = None if open_begin else begins[axis]
        end = None if open_end else ends[axis]
        start, stop, step = slice(begin, end, steps[axis]).indices(size)
        count = 1 if shrinks else len(range(start, stop, step))
        axes.append(_Axis(start, count, step, dropped=shrinks))
    return tuple(axes)


_AXES: Mapping[str, Callable[[Graph, Op], tuple[_Axis, ...]]] = {
    "SLICE": _slice_axes,
    "STRIDED_SLICE": _strided_axes,
}


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A copy; none where the slice is the whole tensor or may lie in it."""
    x = graph.tensors[op.inputs[0]]
    axes = _AXES[op.kind](graph, op)
    if all((a.start, a.count, a.step) == (0, n, 1) for a, n in zip(axes, x.shape, strict=True)):
        return renamings(x)
    block = _block(axes, x)

    def build(operands: Operands) -> tuple[Call, ...]:
        (source,), (target,) = operands.inputs, operands.outputs
        return (copy_call(block, x.dtype.bytes, source, target),)

    native, size = (Layout.NATIVE,), x.dtype.bytes
    splits = (size * block.source.start,) if is_one_run(block, size) else ()
    return (Variant(native, native, copy_cost(block, size), build, splits=splits),)


def _block(axes: tuple[_Axis, ...], x: Tensor) -> Block:
    counts = tuple(axis.count for axis in axes)
    first = window_of(x.shape, [axis.start for axis in axes])
    strides = tuple(s * axis.step for s, axis in zip(first.strides, axes, strict=True))
    return Block(counts, Side(first.start, strides), Side(0, strides_of(counts)))


OPERATOR = Operator(checks.as_problems(reasons), variants)
