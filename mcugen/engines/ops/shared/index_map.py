# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""An array that says of each output element which input element it is -> few strided copies."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mcugen.engines.ops.shared.copy_call import AXES, Block, Side, strides_of
from mcugen.model.moves import FILL

Map = NDArray[np.int64]


def numbered(shape: tuple[int, ...]) -> Map:
    """The numbers of the elements of a dense tensor."""
    return np.arange(np.prod(shape, dtype=np.int64)).reshape(shape)


def blocks_of(index: Map) -> list[Block]:
    """Copies that together do what a map says; elements that are FILL are left out."""
    return [*_blocks(index, 0, strides_of(index.shape))]


def _blocks(index: Map, start: int, strides: tuple[int, ...]) -> Iterator[Block]:
    """The same for a part of the output that starts at `start` and has `strides`."""
    if not index.size or (index == FILL).all():
        return
    steps = _affine(index)
    inner = sum(size > 1 for size in index.shape)
    if steps is not None and inner <= AXES:
        first = int(index.reshape(-1)[0])
        yield Block(index.shape, Side(first, steps), Side(start, strides))
        return
    axis, cuts = _best_cut(index) if steps is None else _outermost(index)
    for begin, end in zip(cuts[:-1], cuts[1:], strict=True):
        part = index[(slice(None),) * axis + (slice(begin, end),)]
        yield from _blocks(part, start + begin * strides[axis], strides)


def _affine(index: Map) -> tuple[int, ...] | None:
    """Input elements from one index to the next, per axis, None if that is not a constant."""
    if (index == FILL).any():
        return None
    steps = []
    for axis in range(index.ndim):
        if index.shape[axis] == 1:
            steps.append(0)
            continue
        found = np.diff(index, axis=axis)
        step = int(found.reshape(-1)[0])
        if not (found == step).all():
            return None
        steps.append(step)
    return tuple(steps)


def _outermost(index: Map) -> tuple[int, list[int]]:
    """Every index of the first axis by itself."""
    axis = next(axis for axis, size in enumerate(index.shape) if size > 1)
    return axis, [*range(index.shape[axis] + 1)]


def _best_cut(index: Map) -> tuple[int, list[int]]:
    """The axis that falls into the fewest parts, at least two, and where they begin and end."""
    found = [(axis, _cuts(index, axis)) for axis, size in enumerate(index.shape) if size > 1]
    several = [(axis, cuts) for axis, cuts in found if len(cuts) > 2]
    return min(several, key=lambda pair: len(pair[1])) if several else _outermost(index)


def _cuts(index: Map, axis: int) -> list[int]:
    """Where a part ends along an axis: parts go on by one step everywhere, or are FILL throughout."""
    rows = np.moveaxis(index, axis, 0).reshape(index.shape[axis], -1)
    steps = np.diff(rows, axis=0)
    empty = (rows == FILL).all(axis=1)
    partly = (rows == FILL).any(axis=1) & ~empty
    even = (steps == steps[:, :1]).all(axis=1)
    cuts, step = [0], None
    for at in range(1, len(rows)):
        one_kind = empty[at] == empty[at - 1]
        same_holes = not partly[at] or bool(((rows[at] == FILL) == (rows[at - 1] == FILL)).all())
        step_here = None if empty[at] else _step(rows, at, bool(even[at - 1]))
        goes_on = one_kind and same_holes and (empty[at] or step_here is not None)
        if not goes_on or (step is not None and step_here != step):
            cuts.append(at)
            step = None
        else:
            step = step_here
    return [*cuts, len(rows)]


def _step(rows: Map, at: int, even: bool) -> int | None:
    """The step from row at - 1 to row `at` where neither is FILL, None if it is not one."""
    if even and rows[at, 0] != FILL:
        return int(rows[at, 0] - rows[at - 1, 0])
    there = (rows[at] != FILL) & (rows[at - 1] != FILL)
    found = (rows[at] - rows[at - 1])[there]
    return int(found[0]) if found.size and (found == found[0]).all() else None


def run_length(index: Map) -> int:
    """Elements of the longest runs that all of the map is made of and that lie together."""
    flat = index.reshape(-1)
    breaks = np.flatnonzero(np.diff(flat) != 1) + 1
    return int(np.gcd.reduce(np.append(breaks, flat.size)))
