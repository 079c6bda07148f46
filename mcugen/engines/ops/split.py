# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""SPLIT, SPLIT_V and UNPACK: one tensor into several along an axis; PACK: the reverse of UNPACK."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

from mcugen.engines.aot.variants import (
    Call,
    Kernel,
    Layout,
    Operands,
    Operator,
    Value,
    Variant,
    is_activation,
)
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.moving import element_reasons, numbers, renamings
from mcugen.model.ir import Graph, Op, Tensor

_X_PLACE = {"SPLIT": 1, "SPLIT_V": 0, "UNPACK": 0}
_AXIS_PLACE = {"SPLIT": 0, "SPLIT_V": 2}
_INPUTS = {"SPLIT": 2, "SPLIT_V": 3, "UNPACK": 1}

_CALL_COST = 30
_BLOCK_COST = 20
_BYTE_COST = 1.5  # instructions, for short blocks


@dataclass(frozen=True, slots=True)
class _Seam:
    """The whole tensor is `count` rows, each of which has a block of bytes for every part."""

    count: int
    blocks: tuple[int, ...]

    @property
    def starts(self) -> tuple[int, ...]:
        """Where parts begin that are one block each; empty for several rows."""
        return tuple(accumulate(self.blocks[:-1], initial=0)) if self.count == 1 else ()


def split_reasons(graph: Graph, op: Op) -> Iterator[checks.Reason]:
    """int8, int16, int32 and float32; constant axis and sizes."""
    given, parts = graph.input_tensors(op), graph.output_tensors(op)
    x = given[_X_PLACE[op.kind]] if len(given) == _INPUTS[op.kind] else None
    if x is None or not is_activation(x) or not parts:
        raise checks.OperandsError("needs one activation input and an output")
    axis = _axis(graph, op, x)
    if axis is None:
        raise checks.OperandsError("the axis must be constant and one of the input's")
    yield from element_reasons(x, *parts)
    yield from _size_reasons(graph, op, x, axis)
    yield from _part_reasons(x, parts, axis, op.kind == "UNPACK")


def pack_reasons(graph: Graph, op: Op) -> Iterator[checks.Reason]:
    """int8, int16, int32 and float32; all parts activations."""
    parts, made = graph.input_tensors(op), graph.output_tensors(op)
    present = [t for t in parts if t is not None and is_activation(t)]
    if not present or len(present) != len(parts) or len(made) != 1:
        raise checks.OperandsError("needs inputs that are all activations, and one output")
    axis = _axis(graph, op, made[0])
    if axis is None:
        raise checks.OperandsError("the axis must be one of the output's")
    yield from element_reasons(made[0], *present)
    yield from _part_reasons(made[0], tuple(present), axis, True)


def _axis(graph: Graph, op: Op, whole: Tensor) -> int | None:
    """The axis counted from the first one, None where it is not known or not there."""
    place = _AXIS_PLACE.get(op.kind)
    found = numbers(graph.input_tensors(op)[place]) if place is not None else None
    axis = op.options.get("axis", 0) if place is None else (found or (None,))[0]
    rank = len(whole.shape)
    return axis % rank if axis is not None and -rank <= axis < rank else None


def _size_reasons(graph: Graph, op: Op, x: Tensor, axis: int) -> Iterator[checks.Reason]:
    """Sizes stated by the op that its parts do not have."""
    parts = graph.output_tensors(op)
    if op.kind == "SPLIT_V":
        sizes = numbers(graph.input_tensors(op)[1])
        given = [part.shape[axis] for part in parts if axis < len(part.shape)]
        if sizes is None or len(sizes) != len(given):
            yield "the sizes must be constant, one per output", ""
        elif any(size not in (-1, part) for size, part in zip(sizes, given, strict=True)):
            yield f"outputs of {given} do not have the sizes {list(sizes)}", ""
    elif op.kind == "SPLIT" and len({part.shape for part in parts}) > 1:
        yield "outputs differ in shape", ""


def _part_reasons(
    whole: Tensor, parts: tuple[Tensor, ...], axis: int, drops_axis: bool
) -> Iterator[checks.Reason]:
    before, size, after = whole.shape[:axis], whole.shape[axis], whole.shape[axis + 1 :]
    shapes = [(*p.shape[:axis], 1, *p.shape[axis:]) if drops_axis else p.shape for p in parts]
    fit = all((s[:axis], s[axis + 1 :]) == (before, after) for s in shapes if len(s) > axis)
    if not fit or any(len(s) != len(whole.shape) for s in shapes):
        yield f"{list(parts[0].shape)} is not a part of {list(whole.shape)} along axis {axis}", ""
    elif sum(shape[axis] for shape in shapes) != size:
        yield f"{len(parts)} parts do not make up {size} along axis {axis}", ""


def _seam(graph: Graph, op: Op, whole: Tensor, parts: tuple[Tensor, ...]) -> _Seam:
    axis = _axis(graph, op, whole)
    assert axis is not None
    count = math.prod(whole.shape[:axis])
    return _Seam(count, tuple(part.bytes // count for part in parts))


def split_variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A copy per output; none for one output, and for outputs that may lie in the input."""
    x = graph.tensors[op.inputs[_X_PLACE[op.kind]]]
    parts = graph.output_tensors(op)
    if len(parts) == 1:
        return renamings(x)
    seam = _seam(graph, op, x, parts)

    def build(operands: Operands) -> tuple[Call, ...]:
        row = sum(seam.blocks)
        return tuple(
            _copy_blocks(
                operands.inputs[0], part, seam.count, block, (sum(seam.blocks[:i]), row, 0, block)
            )
            for i, (part, block) in enumerate(zip(operands.outputs, seam.blocks, strict=True))
        )

    layouts = (Layout.NATIVE,) * len(parts)
    return (Variant((Layout.NATIVE,), layouts, _cost(seam), build, splits=seam.starts),)


def pack_variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A copy per input; none for one input, and for inputs that may lie in the output."""
    (whole,) = graph.output_tensors(op)
    parts = tuple(graph.tensors[i] for i in op.inputs)
    if len(parts) == 1:
        return renamings(whole)
    seam = _seam(graph, op, whole, parts)

    def build(operands: Operands) -> tuple[Call, ...]:
        row = sum(seam.blocks)
        return tuple(
            _copy_blocks(
                part, operands.outputs[0], seam.count, block, (0, block, sum(seam.blocks[:i]), row)
            )
            for i, (part, block) in enumerate(zip(operands.inputs, seam.blocks, strict=True))
        )

    layouts = (Layout.NATIVE,) * len(parts)
    return (Variant(layouts, (Layout.NATIVE,), _cost(seam), build, joins=seam.starts),)


def _cost(seam: _Seam) -> int:
    calls, row = len(seam.blocks), sum(seam.blocks)
    return _CALL_COST * calls + seam.count * (_BLOCK_COST * calls + int(_BYTE_COST * row))


def _copy_blocks(
    source: Value, target: Value, count: int, size: int, places: tuple[int, int, int, int]
) -> Call:
    """`count` blocks of `size` bytes; `places` are in_offset, in_step, out_offset, out_step."""
    kernel = Kernel("mcugen_copy_blocks", "mcugen_copy_blocks_t", "blocks.h", "blocks.c")
    keys = ("in_offset", "in_step", "out_offset", "out_step")
    fields = (("count", count), ("bytes", size), *zip(keys, places, strict=True))
    return Call(kernel, fields, (source, target))


SPLIT = Operator(checks.as_problems(split_reasons), split_variants)
PACK = Operator(checks.as_problems(pack_reasons), pack_variants)
