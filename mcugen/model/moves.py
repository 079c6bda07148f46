# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Operators that only move elements, as NumPy functions of any array.

Given constants they fold them; given arrays of element numbers they say where each output element
comes from, which is all that code generation needs. Where an output element comes from nowhere
(padding) it is FILL.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.model.ir import Op

FILL = -1
"""What padding writes into an array of element numbers."""

Array = NDArray[Any]
Move = Callable[[Op, Sequence[Array]], list[Array]]
"""(op, its inputs) -> its outputs. ValueError or IndexError when the arguments do not fit."""


def _numbers(array: Array) -> list[int]:
    return [int(value) for value in array.reshape(-1)]


def slices_of(op: Op, shape: Sequence[int], arguments: Sequence[Array]) -> tuple[slice | int, ...]:
    """STRIDED_SLICE's index as Python's; an int where the axis is dropped. ValueError if unknown."""
    begins, ends, steps = (_numbers(argument) for argument in arguments)
    masked = ("ellipsis_mask", "new_axis_mask", "offset")
    if any(op.options.get(mask) for mask in masked) or 0 in steps:
        raise ValueError(f"{', '.join(masked)} and steps of 0 are not supported")
    index: list[slice | int] = []
    for axis, (begin, end, step) in enumerate(zip(begins, ends, steps, strict=True)):
        is_open = {m: op.options.get(f"{m}_mask", 0) >> axis & 1 for m in ("begin", "end")}
        first, last = None if is_open["begin"] else begin, None if is_open["end"] else end
        if op.options.get("shrink_axis_mask", 0) >> axis & 1:
            index.append(slice(first, None, step).indices(shape[axis])[0])
        else:
            index.append(slice(first, last, step))
    return tuple(index)


def _strided_slice(op: Op, given: Sequence[Array]) -> list[Array]:
    x, *arguments = given
    return [np.asarray(x[slices_of(op, x.shape, arguments)])]


def _slice(op: Op, given: Sequence[Array]) -> list[Array]:
    x, begin, size = given
    pairs = [*zip(_numbers(begin), _numbers(size), strict=True)]
    if len(pairs) != x.ndim or any(
        b < 0 or s < -1 or b + max(s, 0) > n for (b, s), n in zip(pairs, x.shape, strict=True)
    ):
        raise ValueError(f"{pairs} are no (begin, size) of {list(x.shape)}")
    return [x[tuple(slice(b, None if s == -1 else b + s) for b, s in pairs)]]


def _expand_dims(op: Op, given: Sequence[Array]) -> list[Array]:
    (axis,) = _numbers(given[1])
    return [np.expand_dims(given[0], axis)]


def _squeeze(op: Op, given: Sequence[Array]) -> list[Array]:
    axes = tuple(op.options.get("squeeze_dims", ()))
    return [given[0].squeeze(axes or None)]


def _split(op: Op, given: Sequence[Array]) -> list[Array]:
    (axis,) = _numbers(given[0])
    return np.split(given[1], len(op.outputs), axis)


def _split_v(op: Op, given: Sequence[Array]) -> list[Array]:
    x, sizes, axes = given[0], _numbers(given[1]), _numbers(given[2])
    if sizes.count(-1) > 1 or min(sizes) < -1 or sum(s for s in sizes if s > 0) > x.shape[axes[0]]:
        raise ValueError(f"{sizes} are no sizes of parts")
    rest = x.shape[axes[0]] - sum(size for size in sizes if size >= 0)
    filled = [rest if size == -1 else size for size in sizes]
    if sum(filled) != x.shape[axes[0]]:
        raise ValueError(f"parts of {sizes} are not all of {x.shape[axes[0]]}")
    return np.split(x, np.cumsum(filled)[:-1].tolist(), axes[0])


def _gather(op: Op, given: Sequence[Array]) -> list[Array]:
    x, indices = given[0], given[1]
    if op.options.get("batch_dims", 0) != 0:
        raise ValueError("batch_dims is not supported")
    if (
        indices.size
        and not 0 <= indices.min() <= indices.max() < x.shape[op.options.get("axis", 0)]
    ):
        raise ValueError("an index is outside of the input")
    return [np.take(x, indices, op.options.get("axis", 0))]


def _gather_nd(op: Op, given: Sequence[Array]) -> list[Array]:
    x, indices = given
    if indices.size and indices.min() < 0:
        raise ValueError("an index is outside of the input")
    return [x[tuple(np.moveaxis(indices, -1, 0))]]


def _pairs(array: Array) -> list[tuple[int, int]]:
    """Paddings or crops, before and after, per axis."""
    return [(int(before), int(after)) for before, after in array.reshape(-1, 2)]


def _mirror_pad(op: Op, given: Sequence[Array]) -> list[Array]:
    mode = "reflect" if op.options.get("mode", "REFLECT") == "REFLECT" else "symmetric"
    most = [n - (mode == "reflect") for n in given[0].shape]
    pairs = _pairs(given[1])
    if any(max(pair) > limit for pair, limit in zip(pairs, most, strict=True)):
        raise ValueError(f"paddings {pairs} are longer than the input")
    return [np.pad(given[0], pairs, mode)]  # type: ignore[call-overload]


def _space_to_batch(op: Op, given: Sequence[Array]) -> list[Array]:
    x, blocks, paddings = given[0], _numbers(given[1]), _pairs(given[2])
    spare = x.ndim - 1 - len(blocks)
    x = np.pad(x, [(0, 0), *paddings, *[(0, 0)] * spare], constant_values=FILL)
    batch, space, rest = x.shape[0], x.shape[1 : 1 + len(blocks)], x.shape[1 + len(blocks) :]
    cut = [
        part for size, block in zip(space, blocks, strict=True) for part in (size // block, block)
    ]
    count = len(blocks)
    inner = [2 + 2 * axis for axis in range(count)]
    outer = [1 + 2 * axis for axis in range(count)]
    last = range(1 + 2 * count, 1 + 2 * count + len(rest))
    moved = x.reshape(batch, *cut, *rest).transpose(*inner, 0, *outer, *last)
    sizes = [size // block for size, block in zip(space, blocks, strict=True)]
    return [moved.reshape(batch * int(np.prod(blocks)), *sizes, *rest)]


def _batch_to_space(op: Op, given: Sequence[Array]) -> list[Array]:
    x, blocks, crops = given[0], _numbers(given[1]), _pairs(given[2])
    count = len(blocks)
    space, rest = x.shape[1 : 1 + count], x.shape[1 + count :]
    batch = x.shape[0] // int(np.prod(blocks))
    order = [part for axis in range(count) for part in (1 + count + axis, axis)]
    last = range(1 + 2 * count, 1 + 2 * count + len(rest))
    moved = x.reshape(*blocks, batch, *space, *rest).transpose(count, *order, *last)
    sizes = [size * block for size, block in zip(space, blocks, strict=True)]
    cut = (slice(before, size - after) for (before, after), size in zip(crops, sizes, strict=True))
    return [moved.reshape(batch, *sizes, *rest)[(slice(None), *cut)]]


def _space_to_depth(op: Op, given: Sequence[Array]) -> list[Array]:
    block, (n, h, w, c) = op.options["block_size"], given[0].shape
    cut = given[0].reshape(n, h // block, block, w // block, block, c).transpose(0, 1, 3, 2, 4, 5)
    return [cut.reshape(n, h // block, w // block, block * block * c)]


def _depth_to_space(op: Op, given: Sequence[Array]) -> list[Array]:
    block, (n, h, w, c) = op.options["block_size"], given[0].shape
    depth = c // (block * block)
    cut = given[0].reshape(n, h, w, block, block, depth).transpose(0, 1, 3, 2, 4, 5)
    return [cut.reshape(n, h * block, w * block, depth)]


MOVES: Mapping[str, Move] = {
    "BATCH_TO_SPACE_ND": _batch_to_space,
    "BROADCAST_TO": lambda op, given: [np.broadcast_to(given[0], _numbers(given[1]))],
    "CONCATENATION": lambda op, given: [np.concatenate(given, op.options.get("axis", 0))],
    "DEPTH_TO_SPACE": _depth_to_space,
    "EXPAND_DIMS": _expand_dims,
    "GATHER": _gather,
    "GATHER_ND": _gather_nd,
    "MIRROR_PAD": _mirror_pad,
    "PACK": lambda op, given: [np.stack(given, op.options.get("axis", 0))],
    "PAD": lambda op, given: [np.pad(given[0], _pairs(given[1]), constant_values=FILL)],
    "REVERSE_V2": lambda op, given: [np.flip(given[0], tuple(_numbers(given[1])))],
    "SLICE": _slice,
    "SPACE_TO_BATCH_ND": _space_to_batch,
    "SPACE_TO_DEPTH": _space_to_depth,
    "SPLIT": _split,
    "SPLIT_V": _split_v,
    "SQUEEZE": _squeeze,
    "STRIDED_SLICE": _strided_slice,
    "TILE": lambda op, given: [np.tile(given[0], _numbers(given[1]))],
    "TRANSPOSE": lambda op, given: [given[0].transpose(_numbers(given[1]))],
    "UNPACK": lambda op, given: [*np.moveaxis(given[0], op.options.get("axis", 0), 0)],
}
"""The schema's name -> its function. Inputs are all of the op's inputs, constants too."""
