# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Graphs in NumPy with either rounding: the named reference of `--rounding single`.

FULLY_CONNECTED and convolutions follow TFLite's MultiplyByQuantizedMultiplier with and without
TFLITE_SINGLE_ROUNDING; numpy_layers.py has what rounds in one way only.

Nothing on PyPI answers so throughout. LiteRT 2.3 with XNNPACK, its default, multiplies in float32:
about two of a million values of a convolution are one step off. Its own reference kernels
(BUILTIN_REF) round FULLY_CONNECTED once, convolutions twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import ModelError
from mcugen.model import numpy_layers
from mcugen.model.ir import DType, Graph, Op, Tensor
from mcugen.model.moves import MOVES
from mcugen.model.numpy_layers import (
    Int64s,
    activation_range,
    quantize_multiplier,
    requantize_double,
)


def requantize_single(acc: Int64s, multiplier: Int64s, shift: Int64s) -> Int64s:
    """One 64-bit multiply and one right shift that rounds half up."""
    total = 31 - shift
    return np.asarray((acc * multiplier + (np.int64(1) << (total - 1))) >> total, np.int64)


ROUNDINGS: Mapping[str, Callable[[Int64s, Int64s, Int64s], Int64s]] = {
    "double": requantize_double,
    "single": requantize_single,
}
"""Value of `--rounding` -> requantisation of int32 accumulators."""


State = dict[int, NDArray[Any]]
"""Variables [*shape] by tensor index."""


def clean_state(graph: Graph) -> State:
    """What variables start with."""
    return {t.index: t.initial for t in graph.tensors if t.initial is not None}


def run_graph(
    graph: Graph, inputs: Sequence[NDArray[Any]], rounding: str, state: State | None = None
) -> dict[int, NDArray[Any]]:
    """All activations, by tensor index, of a graph of operators that this module knows.

    `inputs` holds one array [N, *shape] per graph input; so do the results per tensor. With variables
    N is 1, and `state` (None: a clean one) is changed.
    """
    check_known(graph, rounding)
    state = clean_state(graph) if state is None else state
    values: dict[int, NDArray[Any]] = constants(graph)
    values |= zip(graph.inputs, inputs, strict=True)
    for op in graph.ops:
        if op.kind == "ASSIGN_VARIABLE":
            variable, value = (graph.tensors[index] for index in op.inputs)
            given = values[value.index] if value.data is None else value.data
            state[variable.index] = given.reshape(variable.shape)
        elif op.kind == "READ_VARIABLE":
            shape = graph.tensors[op.outputs[0]].shape
            values[op.outputs[0]] = state[op.inputs[0]].reshape(1, *shape)
        else:
            values.update(zip(op.outputs, run_op(graph, op, values, rounding), strict=True))
    return values


def constants(graph: Graph) -> dict[int, NDArray[Any]]:
    """Constant tensors as values [1, *shape]."""
    return {t.index: t.data[np.newaxis] for t in graph.tensors if t.data is not None}


def run_op(
    graph: Graph, op: Op, values: Mapping[int, NDArray[Any]], rounding: str
) -> list[NDArray[Any]]:
    """The outputs [N, *shape] of an operator without state that `check_known` has nothing against."""
    if op.kind in _MOVES:
        return _moved(graph, op, values)
    if op.kind in _WEIGHTS_RANK:
        return [_weighted_sums(graph, op, values[op.inputs[0]], rounding)]
    return [numpy_layers.run_layer(graph, op, values)]


_STATE = ("ASSIGN_VARIABLE", "READ_VARIABLE")
_MOVES = MOVES.keys() - {"EXPAND_DIMS", "PAD", "SPACE_TO_BATCH_ND", "SQUEEZE"}
"""Operators of MOVES that make no values of their own; numpy_layers.py has those that keep the order."""


def _moved(graph: Graph, op: Op, values: Mapping[int, NDArray[Any]]) -> list[NDArray[Any]]:
    """The outputs [N, *shape] of an operator that moves elements, sample by sample."""
    given = [values[index] for index in op.inputs]
    samples = [
        MOVES[op.kind](op, [value[n % len(value)] for value in given])
        for n in range(max(map(len, given)))
    ]
    shapes = [tensor.shape for tensor in graph.output_tensors(op)]
    made = zip(zip(*samples, strict=True), shapes, strict=True)
    return [np.stack(parts).reshape(-1, *shape) for parts, shape in made]


def run_layer(graph: Graph, op: Op, value: NDArray[Any], rounding: str) -> NDArray[Any] | None:
    """The output [N, *shape] of one operator for its input [N, *shape].

    None for those that have no roundings to choose from.
    """
    if op.kind in _WEIGHTS_RANK and _is_plain(graph, op):
        return _weighted_sums(graph, op, value, rounding)
    return None


def knows(graph: Graph, op: Op) -> bool:
    """Whether run_op takes an operator."""
    return op.kind in _MOVES or _is_plain(graph, op) or numpy_layers.knows(graph, op)


def check_known(graph: Graph, rounding: str, hint: str = "") -> None:
    """ModelError that names every operator run_graph does not know."""
    others = [
        f"op {op.index} {op.kind}"
        for op in graph.ops
        if op.kind not in _STATE and not knows(graph, op)
    ]
    if others:
        raise ModelError(
            f"{graph.name}: no reference with {rounding} rounding for {', '.join(others)}",
            hint=hint,
        )


_WEIGHTS_RANK = {"FULLY_CONNECTED": 2, "CONV_2D": 4, "DEPTHWISE_CONV_2D": 4}


def _is_plain(graph: Graph, op: Op) -> bool:
    """Whether an operator has an int8 input and constant int8 weights of the rank of its kind."""
    if op.kind not in _WEIGHTS_RANK or len(op.inputs) not in (2, 3) or len(op.outputs) != 1:
        return False
    source, weights, *bias = graph.input_tensors(op)
    tensors = (source, weights, graph.tensors[op.outputs[0]])
    return (
        all(t is not None and t.dtype is DType.INT8 and t.quant is not None for t in tensors)
        and weights is not None
        and weights.data is not None
        and len(weights.shape) == _WEIGHTS_RANK[op.kind]
        and all(b is None or b.data is not None for b in bias)
    )


def _weighted_sums(graph: Graph, op: Op, value: NDArray[Any], rounding: str) -> NDArray[Any]:
    """The int8 output [N, *shape] of one operator."""
    source, weights, *rest = graph.input_tensors(op)
    output = graph.tensors[op.outputs[0]]
    assert source is not None and weights is not None and weights.data is not None
    values = value.astype(np.int64) - source.zero_point
    kernel = weights.data.astype(np.int64) - weights.known_quant.zero_points[0]
    if op.kind == "FULLY_CONNECTED":
        acc = values.reshape(-1, weights.shape[1]) @ kernel.T
    else:
        acc = _convolved(op, values.reshape(-1, *source.shape[1:]), kernel, output.shape)
    if rest and rest[0] is not None and rest[0].data is not None:
        acc = acc + rest[0].data
    pairs = [quantize_multiplier(s) for s in _effective_scales(source, weights, output)]
    multiplier, shift = np.array(pairs, np.int64).T
    scaled = ROUNDINGS[rounding](acc, multiplier, shift) + output.zero_point
    low, high = activation_range(output, op.fused_activation)
    return np.clip(scaled, low, high).astype(np.int8).reshape(-1, *output.shape)


def _convolved(op: Op, values: Int64s, kernel: Int64s, out_shape: Sequence[int]) -> Int64s:
    """Sums [N, height, width, channels] of images; a depthwise filter is one group per channel."""
    if op.kind == "DEPTHWISE_CONV_2D":
        kernel = kernel.transpose(3, 1, 2, 0)
    outputs, *_, depth = kernel.shape
    groups = values.shape[3] // depth
    steps = (op.options["stride_h"], op.options["stride_w"])
    spread = (op.options["dilation_h_factor"], op.options["dilation_w_factor"])
    reach = [(out - 1) * step + 1 for out, step in zip(out_shape[1:3], steps, strict=True)]
    short = [
        max(0, reach[axis] + (kernel.shape[1 + axis] - 1) * spread[axis] - values.shape[1 + axis])
        for axis in (0, 1)
    ]
    padded = np.pad(values, ((0, 0), *((n // 2, n - n // 2) for n in short), (0, 0)))
    acc = np.zeros((len(values), *out_shape[1:3], groups, outputs // groups))
    for y, x in np.ndindex(*kernel.shape[1:3]):
        top, left = y * spread[0], x * spread[1]
        seen = padded[:, top : top + reach[0] : steps[0], left : left + reach[1] : steps[1]]
        seen = seen.reshape(*acc.shape[:4], depth).astype(np.float64)
        taps = kernel[:, y, x].reshape(groups, -1, depth).astype(np.float64)
        acc += np.einsum("nyxgd,god->nyxgo", seen, taps)  # far below 2^53: exact
    return acc.reshape(*acc.shape[:3], outputs).astype(np.int64)


def _effective_scales(source: Tensor, weights: Tensor, output: Tensor) -> list[float]:
    """input * weight / output scale, one or one per channel, in double as the tflite-micro wheel."""
    return [source.scale * s / output.scale for s in weights.known_quant.scales]
