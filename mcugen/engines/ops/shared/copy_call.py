# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Calls of mcugen_copy: a block of elements from one tensor to another, both seen with strides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mcugen.engines.aot.variants import Call, Kernel, Table, Value
from mcugen.engines.ops.shared.broadcast import list_text
from mcugen.model.ir import Tensor

AXES = 5
"""Most axes a block can have (MCUGEN_COPY_AXES)."""

CALL_COST = 60
_RUN_COST = 12  # instructions per run of elements that lie together
_BYTE_COST = 0.9

_KERNEL = Kernel("mcugen_copy", "mcugen_copy_t", "copy.h", "copy.c")
_CONSTANT_KERNEL = Kernel("mcugen_copy_constant", "mcugen_copy_t", "copy.h", "copy.c")


@dataclass(frozen=True, slots=True)
class Side:
    """Where a block lies in a tensor, in elements: its first one, and a stride per axis."""

    start: int
    strides: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """What is copied: its shape of at most AXES axes, and where it lies on both sides."""

    shape: tuple[int, ...]
    source: Side
    target: Side


def strides_of(shape: Sequence[int]) -> tuple[int, ...]:
    """Row-major strides in elements."""
    strides = [1]
    for size in reversed(shape[1:]):
        strides.append(strides[-1] * size)
    return tuple(reversed(strides[: len(shape)]))


def window_of(shape: Sequence[int], starts: Sequence[int]) -> Side:
    """A block that begins at index `starts` of a dense tensor."""
    strides = strides_of(shape)
    return Side(sum(i * s for i, s in zip(starts, strides, strict=True)), strides)


def whole_of(tensor: Tensor) -> Block:
    """A tensor copied to one of its shape."""
    side = Side(0, (1,))
    return Block((tensor.elements,), side, side)


def copy_call(block: Block, element_bytes: int, source: Value, target: Value) -> Call:
    """Copies between two values."""
    return Call(_KERNEL, _fields(block, element_bytes, "NULL"), (source, target))


def copy_constant_call(block: Block, source: Tensor, name: str, target: Value) -> Call:
    """Copies a constant tensor, which becomes a table called `name`."""
    assert source.data is not None
    table = Table(name, source.data, f'"{source.name}" {list(source.shape)}')
    return Call(_CONSTANT_KERNEL, _fields(block, source.dtype.bytes, table), (target,))


def is_one_run(block: Block, element_bytes: int) -> bool:
    """Whether all of it lies together on both sides, in one order."""
    return not _runs(block, element_bytes)[1]


def copy_cost(block: Block, element_bytes: int) -> int:
    """About how many instructions a copy takes."""
    run, axes = _runs(block, element_bytes)
    count = 1
    for size, _, _ in axes:
        count *= size
    return CALL_COST + int(count * (_RUN_COST + _BYTE_COST * run))


def _fields(
    block: Block, element_bytes: int, constant: Table | str
) -> tuple[tuple[str, int | str | Table], ...]:
    run, axes = _runs(block, element_bytes)
    sizes, in_steps, out_steps = zip(*([(1, 0, 0)] * (AXES - len(axes)) + axes), strict=True)
    return (
        ("constant", constant),
        ("run", run),
        ("in_start", block.source.start * element_bytes),
        ("out_start", block.target.start * element_bytes),
        ("sizes", list_text(sizes)),
        ("in_steps", list_text(in_steps)),
        ("out_steps", list_text(out_steps)),
    )


def _runs(block: Block, element_bytes: int) -> tuple[int, list[tuple[int, int, int]]]:
    """(bytes of a run, axes as (size, step in, step out) in bytes), neighbours merged if possible."""
    axes: list[tuple[int, int, int]] = [(1, element_bytes, element_bytes)]  # innermost first
    all_axes = zip(block.shape, block.source.strides, block.target.strides, strict=True)
    for size, *strides in reversed([*all_axes]):
        if size == 1:
            continue
        steps = [stride * element_bytes for stride in strides]
        inner, *inner_steps = axes[-1]
        if steps == [step * inner for step in inner_steps]:
            axes[-1] = (inner * size, inner_steps[0], inner_steps[1])
        else:
            axes.append((size, steps[0], steps[1]))
    run = axes[0][0] * element_bytes
    return run, axes[:0:-1]
