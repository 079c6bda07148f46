# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Shapes: integer arithmetic on them is folded, and what the operators imply is compared.

A converter that does not know the batch computes shapes at run time (SHAPE, STRIDED_SLICE, PACK),
writes 1 for what it does not know, and sometimes writes shapes that cannot be: SPACE_TO_BATCH_ND
multiplies the batch, the file says 1. TFLite Micro believes the file and computes nonsense.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.model.ir import DType, Graph, Op, Problem, Tensor
from mcugen.model.moves import MOVES, Array

FIXED_SHAPE_HINT = "convert with a fixed input shape: name the batch size, 1, when converting"

_INTEGERS = frozenset({DType.INT32, DType.INT64, DType.BOOL})
_MOST_FOLDED = 4096  # elements of a folded constant: shapes and indices, not tables
_MOST_INFERRED = 2**24  # elements of an output whose shape NumPy finds by moving


# --- folding ------------------------------------------------------------------------------------


def _constants(graph: Graph, op: Op) -> list[Array] | None:
    """The op's inputs if all are small integer constants."""
    tensors = [graph.tensors[i] for i in op.inputs if i >= 0]
    known = all(
        t.data is not None and t.dtype in _INTEGERS and t.elements <= _MOST_FOLDED for t in tensors
    )
    return [t.data for t in tensors if t.data is not None] if known and tensors else None


def _reduced(op: Op, given: Sequence[Array], function: Callable[..., Any]) -> Array:
    axes = tuple(int(axis) for axis in given[1].reshape(-1))
    return np.asarray(function(given[0], axis=axes, keepdims=op.options.get("keep_dims", False)))


_ARITHMETIC: Mapping[str, Callable[[Op, Sequence[Array]], Any]] = {
    "ADD": lambda op, given: given[0] + given[1],
    "CAST": lambda op, given: given[0],
    "FLOOR_DIV": lambda op, given: given[0] // given[1],
    "MAXIMUM": lambda op, given: np.maximum(given[0], given[1]),
    "MINIMUM": lambda op, given: np.minimum(given[0], given[1]),
    "MUL": lambda op, given: given[0] * given[1],
    "REDUCE_PROD": lambda op, given: _reduced(op, given, np.prod),
    "RESHAPE": lambda op, given: given[0].reshape(_new_shape(op, given[1:])),
    "SUB": lambda op, given: given[0] - given[1],
    "SUM": lambda op, given: _reduced(op, given, np.sum),
}
"""What is done with shapes besides moving their elements."""

_NEVER_GROW = frozenset(
    "BATCH_TO_SPACE_ND CONCATENATION DEPTH_TO_SPACE EXPAND_DIMS PACK REVERSE_V2 SLICE "
    "SPACE_TO_DEPTH SPLIT SPLIT_V SQUEEZE STRIDED_SLICE TRANSPOSE UNPACK".split()
)
"""MOVES whose outputs are no larger than their inputs, whatever a damaged file says."""


def _new_shape(op: Op, given: Sequence[Array]) -> list[int]:
    """RESHAPE's shape argument: an input, or an option in old files."""
    numbers = given[0].reshape(-1) if given else op.options.get("new_shape", ())
    return [int(number) for number in numbers]


_MOST_FILLED = 2**16  # elements of a folded FILL or ZEROS_LIKE


def _known(graph: Graph, op: Op) -> Array | None:
    """The output of an operator that has the same value in every inference, None for others."""
    (out, *_), tensors = graph.output_tensors(op), graph.input_tensors(op)
    if not out.dtype.is_dense or not tensors or tensors[0] is None:
        return None
    first = tensors[0]
    if op.kind in _GROWING and out.elements > _MOST_FILLED:
        return None
    if op.kind == "ZEROS_LIKE":
        return np.zeros(out.shape, out.dtype.value)
    if op.kind == "FILL":
        value = tensors[-1].data if tensors[-1] is not None else None
        filled = value is not None and value.size == 1
        return np.full(out.shape, value, out.dtype.value) if filled else None
    if first.data is None or first.data.size != out.elements:
        return None
    if op.kind in _RESHAPED:
        return np.reshape(first.data, out.shape) if first.dtype is out.dtype else None
    if op.kind == "QUANTIZE":
        return _quantised(first.data, out)
    return _dequantised(first, first.data, out)


def _quantised(data: Array, out: Tensor) -> Array | None:
    """AffineQuantize of float32: half away from zero."""
    quant = out.quant
    if quant is None or quant.axis is not None or data.dtype != np.float32 or quant.scale <= 0:
        return None
    scaled = data / np.float32(quant.scale)
    whole = np.trunc(scaled)
    rounded = whole + np.where(np.abs(scaled - whole) >= 0.5, np.sign(scaled), np.float32(0))
    limits = np.iinfo(out.dtype.value)
    steps = np.nan_to_num(rounded) + quant.zero_point
    return np.asarray(np.clip(steps, limits.min, limits.max))


def _dequantised(x: Tensor, data: Array, out: Tensor) -> Array | None:
    """float32 of float16 or of integers with one scale."""
    if out.dtype is not DType.FLOAT32:
        return None
    if x.dtype is DType.FLOAT16:
        return data.astype(np.float32)
    if x.quant is None or x.quant.axis is not None:
        return None
    steps = data.astype(np.int32) - x.quant.zero_point
    return np.asarray(np.float32(x.quant.scale) * steps.astype(np.float32))


_RESHAPED = frozenset(("EXPAND_DIMS", "RESHAPE", "SQUEEZE"))
_GROWING = frozenset(("FILL", "ZEROS_LIKE"))
_KNOWN = _RESHAPED | _GROWING | {"DEQUANTIZE", "QUANTIZE"}


def known_outputs(graph: Graph, op: Op) -> list[Array] | None:
    """The op's outputs where shape arithmetic or its constants tell; None for others and misfits."""
    try:
        with np.errstate(all="ignore"):
            found = _folded(graph, op)
    except (*MISFITS, MemoryError):
        return None  # whoever compiles the operator says what is wrong with it
    return found if found is not None and len(found) == len(op.outputs) else None


def _folded(graph: Graph, op: Op) -> list[Array] | None:
    """The op's outputs, None where they depend on the model's inputs."""
    outputs = [graph.tensors[i] for i in op.outputs]
    if op.kind in _KNOWN and len(outputs) == 1:
        known = _known(graph, op)
        if known is not None:
            return [known]
    if any(t.dtype not in _INTEGERS or t.elements > _MOST_FOLDED for t in outputs):
        return None
    if op.kind == "SHAPE":
        return [np.array(graph.tensors[op.inputs[0]].shape)]
    given = _constants(graph, op)
    if given is None or op.fused_activation != "NONE":
        return None
    if op.kind in _ARITHMETIC:
        return [np.asarray(_ARITHMETIC[op.kind](op, given))]
    return MOVES[op.kind](op, given) if op.kind in _NEVER_GROW else None


def fold_shapes(graph: Graph) -> Graph:
    """The graph without the operators that compute shapes: their outputs become constants."""
    kept: list[Op] = []
    for op in graph.ops:
        results = known_outputs(graph, op)
        if results is None or set(op.outputs) & set(graph.outputs):
            kept.append(op)
            continue
        tensors = list(graph.tensors)
        for index, result in zip(op.outputs, results, strict=True):
            tensors[index] = as_constant(tensors[index], result)
        graph = replace(graph, tensors=tuple(tensors))
    gone = tuple(op for op in graph.ops if op not in kept)
    return replace(graph, ops=tuple(kept), folded=graph.folded + gone)


def as_constant(tensor: Tensor, value: NDArray[Any]) -> Tensor:
    """The tensor with a value, and its shape."""
    data = np.array(value, tensor.dtype.value, order="C")
    data.flags.writeable = False
    return replace(tensor, data=data, shape=data.shape)


# --- inference ----------------------------------------------------------------------------------

Shape = tuple[int, ...]

MISFITS = (ValueError, IndexError, ZeroDivisionError, KeyError, TypeError)
"""What arguments that do not fit an operator raise here and in moves.py."""


def shape_problems(graph: Graph) -> Iterator[Problem]:
    """Operators whose output cannot have the shape that the file gives it."""
    for op in graph.ops:
        try:
            shapes = implied_shapes(graph, op)
        except MISFITS:
            continue  # whoever compiles the operator says what is wrong with it
        for shape, tensor in zip(shapes or (), graph.output_tensors(op), strict=False):
            if _without_ones(shape) != _without_ones(tensor.shape):
                what = f"its output has the shape {list(tensor.shape)} in the file, but computes"
                yield Problem(f"op {op.index} {op.kind}", f"{what} {list(shape)}", FIXED_SHAPE_HINT)


def multiplier_problems(graph: Graph) -> Iterator[Problem]:
    """DEPTHWISE_CONV_2D with another depth_multiplier than its shapes have.

    TFLite Micro computes by the option and would write past the output or leave some of it out; TFLite
    ignores the option.
    """
    for op in graph.ops:
        found = op.options.get("depth_multiplier")
        shapes = [
            t.shape for t in graph.input_tensors(op)[:2] if t is not None and len(t.shape) == 4
        ]
        if op.kind != "DEPTHWISE_CONV_2D" or found is None or len(shapes) < 2:
            continue  # what is missing is named elsewhere
        channels, outputs = (shape[3] for shape in shapes)
        if channels * int(found) != outputs:
            what = (
                f"has depth_multiplier {found} and {outputs} outputs for {channels} input channels"
            )
            yield Problem(f"op {op.index} {op.kind}", what, "make one follow the other")


def _without_ones(shape: Shape) -> Shape:
    """Axes of one element come and go without changing what a kernel computes."""
    return tuple(size for size in shape if size != 1)


def implied_shapes(graph: Graph, op: Op) -> list[Shape] | None:
    """The shapes that the op's outputs must have, None where it is not known.

    ValueError, IndexError, KeyError, TypeError, ZeroDivisionError for arguments that do not fit.
    """
    tensors = graph.input_tensors(op)
    if not tensors or tensors[0] is None or 0 in tensors[0].shape:
        return None
    if op.kind in _SHAPES:
        return [_SHAPES[op.kind](op, [t for t in tensors if t is not None])]
    total = sum(t.elements for t in (*tensors, *graph.output_tensors(op)) if t is not None)
    if op.kind not in _NEVER_GROW or total > _MOST_INFERRED:
        return None
    given = [_stand_in(t) for t in tensors if t is not None]
    return [moved.shape for moved in MOVES[op.kind](op, given)]


def _stand_in(tensor: Tensor) -> Array:
    """Constants as they are; an activation as an array of its shape that takes no memory."""
    if tensor.data is not None:
        return tensor.data
    if tensor.dtype in (DType.INT32, DType.INT64) and len(tensor.shape) < 2:
        raise ValueError("may be an argument that is computed at run time")
    return np.broadcast_to(np.int8(0), tensor.shape)


def _windows(op: Op, size: Sequence[int], kernel: Sequence[int]) -> tuple[int, int]:
    """Height and width that a sliding kernel leaves."""
    found = []
    for axis, (n, k) in zip("hw", zip(size, kernel, strict=True), strict=True):
        stride = op.options[f"stride_{axis}"]
        reach = (k - 1) * op.options.get(f"dilation_{axis}_factor", 1) + 1
        spare = n if op.options["padding"] == "SAME" else n - reach + 1
        found.append(-(-spare // stride))
    return found[0], found[1]


def _conv(op: Op, given: Sequence[Tensor], *, outputs_axis: int = 0) -> Shape:
    x, weights = given[0].shape, given[1].shape
    return (x[0], *_windows(op, x[1:3], weights[1:3]), weights[outputs_axis])


def _pool(op: Op, given: Sequence[Tensor]) -> Shape:
    n, h, w, c = given[0].shape
    kernel = (op.options["filter_height"], op.options["filter_width"])
    return (n, *_windows(op, (h, w), kernel), c)


def _reduce(op: Op, given: Sequence[Tensor]) -> Shape:
    x = given[0].shape
    gone = {axis % len(x) for axis in _argument(given, 1)}
    if op.options.get("keep_dims", False):
        return tuple(1 if axis in gone else size for axis, size in enumerate(x))
    return tuple(size for axis, size in enumerate(x) if axis not in gone)


def _argument(given: Sequence[Tensor], position: int) -> list[int]:
    """The numbers of a constant argument."""
    data = given[position].data
    if data is None:
        raise ValueError("an argument is computed at run time")
    return [int(number) for number in data.reshape(-1)]


def _padded(op: Op, given: Sequence[Tensor]) -> Shape:
    pairs = np.reshape(_argument(given, 1), (-1, 2))
    return tuple(int(n + pair.sum()) for n, pair in zip(given[0].shape, pairs, strict=True))


def _space_to_batch(op: Op, given: Sequence[Tensor]) -> Shape:
    x, blocks = given[0].shape, _argument(given, 1)
    pairs = np.reshape(_argument(given, 2), (-1, 2))
    space = x[1 : 1 + len(blocks)]
    cut = ((n + int(p.sum())) // b for n, p, b in zip(space, pairs, blocks, strict=True))
    return (x[0] * math.prod(blocks), *cut, *x[1 + len(blocks) :])


def _gather(op: Op, given: Sequence[Tensor]) -> Shape:
    x, indices = given[0].shape, given[1].shape
    axis, skipped = op.options.get("axis", 0) % len(x), op.options.get("batch_dims", 0)
    return (*x[:axis], *indices[skipped:], *x[axis + 1 :])


def _reshape(op: Op, given: Sequence[Tensor]) -> Shape:
    shape = _new_shape(op, [np.array(_argument(given, 1))] if len(given) > 1 else [])
    if not shape and given[0].elements != 1:
        raise ValueError("an option that is absent reads as the shape []")
    rest = given[0].elements // math.prod(n for n in shape if n != -1)
    return tuple(rest if n == -1 else n for n in shape)


def _resize(op: Op, given: Sequence[Tensor]) -> Shape:
    n, _, _, c = given[0].shape
    return (n, *_argument(given, 1), c)


def _kinds(kinds: str, function: Callable[[Op, Sequence[Tensor]], Shape]) -> dict[str, Any]:
    return dict.fromkeys(kinds.split(), function)


_SHAPES: Mapping[str, Callable[[Op, Sequence[Tensor]], Shape]] = {
    **_kinds(
        "ABS CEIL COS DEQUANTIZE ELU EXP FLOOR HARD_SWISH L2_NORMALIZATION LEAKY_RELU LOG "
        "LOGICAL_NOT LOGISTIC LOG_SOFTMAX NEG QUANTIZE RELU RELU6 RELU_N1_TO_1 ROUND RSQRT SIN "
        "SOFTMAX SQRT SQUARE TANH ZEROS_LIKE",
        lambda op, given: given[0].shape,
    ),
    **_kinds(
        "ADD SUB MUL DIV MAXIMUM MINIMUM SQUARED_DIFFERENCE EQUAL NOT_EQUAL GREATER GREATER_EQUAL "
        "LESS LESS_EQUAL LOGICAL_AND LOGICAL_OR FLOOR_DIV FLOOR_MOD",
        lambda op, given: np.broadcast_shapes(*(t.shape for t in given)),
    ),
    **_kinds("AVERAGE_POOL_2D MAX_POOL_2D", _pool),
    **_kinds("MEAN SUM REDUCE_MAX REDUCE_MIN", _reduce),
    **_kinds("RESIZE_BILINEAR RESIZE_NEAREST_NEIGHBOR", _resize),
    **_kinds("MIRROR_PAD PAD PADV2", _padded),
    "BROADCAST_TO": lambda op, given: tuple(_argument(given, 1)),
    "CONV_2D": _conv,
    "DEPTHWISE_CONV_2D": lambda op, given: _conv(op, given, outputs_axis=3),
    "GATHER": _gather,
    "RESHAPE": _reshape,
    "SPACE_TO_BATCH_ND": _space_to_batch,
    "TILE": lambda op, given: tuple(
        n * m for n, m in zip(given[0].shape, _argument(given, 1), strict=True)
    ),
}
