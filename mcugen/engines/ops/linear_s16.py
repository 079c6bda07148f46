# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Operators of int16 activations with int8 weights (int16x8): convolutions and FULLY_CONNECTED."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from mcugen.engines.aot.scales import INT16_RANGE, activation_range
from mcugen.engines.aot.variants import Kernel, Operator, Table, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks, convolution
from mcugen.engines.ops.shared.convolution import Convolution
from mcugen.engines.ops.shared.one_call import one_call
from mcugen.engines.ops.shared.portable_convolution import requant_table
from mcugen.model.ir import DType, Graph, Op, Tensor

_KERNEL = Kernel("mcugen_linear_s16", "mcugen_linear_s16_t", "linear_s16.h", "linear_s16.c")
_COST = 8  # instructions per product
_OUTPUT_COST = 60
CHANNEL_AXES = {"CONV_2D": 0, "DEPTHWISE_CONV_2D": 3, "TRANSPOSE_CONV": 0, "FULLY_CONNECTED": 0}
_PLACES = {"TRANSPOSE_CONV": (2, 1, 3)}
_BIASES = (DType.INT32, DType.INT64)
_SMALLEST_SHIFT, _LARGEST_SHIFT = -31, 7  # that TFLite takes with sums of 64 bits


def _places(op: Op) -> tuple[int, int, int]:
    """Where input, weights and bias stand among the op's inputs."""
    return _PLACES.get(op.kind, (0, 1, 2))


def parts(graph: Graph, op: Op) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
    """Input, weights and bias."""
    given = (*graph.input_tensors(op), None, None, None)
    x, weights, bias = (given[place] for place in _places(op))
    return x, weights, bias


def weighted(graph: Graph, op: Op) -> tuple[Tensor, Tensor, Tensor | None, Tensor]:
    """Input, weights, bias and output; OperandsError where one is missing that is needed."""
    x, weights, bias = parts(graph, op)
    made = graph.output_tensors(op)
    if x is None or weights is None or len(made) != 1:
        raise checks.OperandsError("needs an activation input, weights and one output")
    return x, weights, bias, made[0]


def rank_reasons(op: Op, weights: Tensor) -> Iterator[checks.Reason]:
    """Weights of FULLY_CONNECTED that are no matrix."""
    if op.kind == "FULLY_CONNECTED" and len(weights.shape) != 2:
        yield f"weights have {len(weights.shape)} dimensions, {op.kind} needs 2", ""


def reasons(graph: Graph, op: Op) -> Iterable[checks.Reason]:
    """int16 with constant int8 weights, zero points 0, a bias of int32 or int64."""
    x, weights, bias, out = weighted(graph, op)
    found = [*_type_reasons(x, out, bias), *rank_reasons(op, weights)]
    if not found:
        twin, as_conv = as_convolution(graph, op)
        found += convolution.reasons(twin, as_conv, CHANNEL_AXES[op.kind])
        found += group_reasons(op, x, weights)
    return found or _shift_reasons(graph, op)


def _type_reasons(x: Tensor, out: Tensor, bias: Tensor | None) -> Iterator[checks.Reason]:
    if x.dtype is not DType.INT16 or out.dtype is not DType.INT16:
        yield f"{x.dtype.value} to {out.dtype.value} is not supported", ""
        return
    yield from checks.scale_reasons(x, out)
    if any(t.quant is not None and any(t.quant.zero_points) for t in (x, out)):
        yield "int16 with a zero point other than 0 is not supported", ""
    if bias is not None and (bias.data is None or bias.dtype not in _BIASES):
        yield "the bias must be a constant int32 or int64 tensor", ""


def group_reasons(op: Op, x: Tensor, weights: Tensor) -> Iterator[checks.Reason]:
    """Input channels that filters do not divide into groups."""
    if op.kind == "FULLY_CONNECTED" or len(x.shape) != 4 or len(weights.shape) != 4:
        return
    channels, depth = x.shape[3], weights.shape[3]
    outputs = weights.shape[CHANNEL_AXES[op.kind]]
    groups = channels if op.kind == "DEPTHWISE_CONV_2D" else channels // max(depth, 1)
    if op.kind == "TRANSPOSE_CONV" and groups != 1:
        yield f"{channels} input channels, {depth} per filter: groups are not supported", ""
    elif groups < 1 or outputs % groups or (op.kind == "CONV_2D" and channels % depth):
        yield f"{channels} input channels do not fit {list(weights.shape)}", ""


def _shift_reasons(graph: Graph, op: Op) -> Iterator[checks.Reason]:
    shifts = _read(graph, op).requant[:, 1]
    if shifts.min() < _SMALLEST_SHIFT or shifts.max() > _LARGEST_SHIFT:
        yield "the output's scale does not fit those of input and weights", ""


def as_convolution(graph: Graph, op: Op) -> tuple[Graph, Op]:
    """The op with int8 in the place of int16 and no bias, as what convolutions share reads it."""
    tensors = [*graph.tensors]
    x, weights, _ = parts(graph, op)
    assert x is not None and weights is not None
    (out,) = graph.output_tensors(op)
    options = dict(op.options)
    shapes = {t.index: t.shape for t in (x, weights, out)}
    if op.kind == "FULLY_CONNECTED":
        depth = weights.shape[-1] if weights.shape else 1
        rows = x.elements // max(depth, 1)
        shapes[x.index] = (rows, 1, 1, depth)
        shapes[weights.index] = (weights.shape[0] if weights.shape else 0, 1, 1, depth)
        shapes[out.index] = (rows, 1, 1, out.elements // max(rows, 1))
        options |= {"stride_h": 1, "stride_w": 1, "padding": "VALID"}
    for tensor in (x, out):
        tensors[tensor.index] = replace(tensor, dtype=DType.INT8, shape=shapes[tensor.index])
    data = None if weights.data is None else weights.data.reshape(shapes[weights.index])
    tensors[weights.index] = replace(weights, shape=shapes[weights.index], data=data)
    bias_place = _places(op)[2]
    inputs = tuple(-1 if place == bias_place else i for place, i in enumerate(op.inputs))
    return replace(graph, tensors=tuple(tensors)), replace(op, inputs=inputs, options=options)


def _read(graph: Graph, op: Op) -> Convolution:
    return convolution.read_convolution(*as_convolution(graph, op), CHANNEL_AXES[op.kind])


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A portable kernel."""
    layer = _read(graph, op)
    _, _, bias = parts(graph, op)
    (out,) = graph.output_tensors(op)
    low, high = activation_range(op.fused_activation, out.known_quant, INT16_RANGE)
    f = layer.filter
    depth = layer.weights.shape[3]
    groups = f.in_channels // depth
    wide = bias is None or bias.dtype is DType.INT64 or op.kind == "TRANSPOSE_CONV"
    biases = np.zeros(f.out_channels, np.int64) if bias is None or bias.data is None else bias.data
    fields = (
        ("weights", Table("weights", layer.weights, layer.comment)),
        ("bias", Table("bias", biases.astype(np.int64), "per output channel")),
        ("requant", requant_table(layer)),
        *f.fields(),
        ("groups", groups),
        ("transposed", int(op.kind == "TRANSPOSE_CONV")),
        ("wide", int(wide)),
        ("low", low),
        ("high", high),
    )
    cost = (_COST * layer.taps + _OUTPUT_COST) * math.prod(out.shape)
    return (one_call(_KERNEL, fields, cost),)


OPERATOR = Operator(checks.as_problems(reasons), variants)
