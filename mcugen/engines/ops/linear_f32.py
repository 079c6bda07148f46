# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""float32 layers after an int8 network: CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mcugen.codegen.c_text import c_float
from mcugen.engines.aot.scales import ACTIVATIONS
from mcugen.engines.aot.variants import Kernel, Operator, Table, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.linear_s16 import (
    CHANNEL_AXES,
    as_convolution,
    group_reasons,
    parts,
    rank_reasons,
    weighted,
)
from mcugen.engines.ops.shared import checks, convolution
from mcugen.engines.ops.shared.convolution import Convolution
from mcugen.engines.ops.shared.one_call import one_call
from mcugen.model.ir import DType, Graph, Op, Quant, Tensor

_KERNEL = Kernel("mcugen_linear_f32", "mcugen_linear_f32_t", "linear_f32.h", "linear_f32.c")
_COST = 12  # instructions per product
_ONE = Quant((1.0,), (0,))
_LARGEST = float(np.finfo(np.float32).max)


def reasons(graph: Graph, op: Op) -> Iterable[checks.Reason]:
    """float32 with constant weights and bias."""
    x, weights, bias, out = weighted(graph, op)
    found = [*_type_reasons(op, x, weights, bias, out), *rank_reasons(op, weights)]
    if not found:
        twin, as_conv = _twin(graph, op)
        found += convolution.reasons(twin, as_conv, CHANNEL_AXES[op.kind])
        found += group_reasons(op, x, weights)
    return found


def _type_reasons(
    op: Op, x: Tensor, weights: Tensor, bias: Tensor | None, out: Tensor
) -> Iterator[checks.Reason]:
    if op.kind == "TRANSPOSE_CONV" or x.dtype is not DType.FLOAT32 or out.dtype is not x.dtype:
        yield f"{x.dtype.value} to {out.dtype.value} is not supported", ""
    elif weights.data is None or weights.dtype is not DType.FLOAT32:
        yield "the weights must be a constant float32 tensor", ""
    elif bias is not None and (bias.data is None or bias.dtype is not DType.FLOAT32):
        yield "the bias must be a constant float32 tensor", ""


def _twin(graph: Graph, op: Op) -> tuple[Graph, Op]:
    """The op as one of int8, whose shapes and steps are checked and read as those of all convolutions."""
    x, weights, _ = parts(graph, op)
    assert x is not None and weights is not None and weights.data is not None
    (out,) = graph.output_tensors(op)
    tensors = [*graph.tensors]
    for tensor in (x, out):
        tensors[tensor.index] = replace(tensor, dtype=DType.INT8, quant=_ONE)
    zeros = np.zeros(weights.shape, np.int8)
    tensors[weights.index] = replace(weights, dtype=DType.INT8, quant=_ONE, data=zeros)
    return as_convolution(replace(graph, tensors=tuple(tensors)), op)


def _read(graph: Graph, op: Op) -> Convolution:
    return convolution.read_convolution(*_twin(graph, op), CHANNEL_AXES[op.kind])


def _weights(op: Op, weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """[channels, ky, kx, depth of a group]."""
    if op.kind == "DEPTHWISE_CONV_2D":
        return np.ascontiguousarray(weights[0].transpose(2, 0, 1)[..., None])
    return weights


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A portable kernel."""
    layer = _read(graph, op)
    x, weights, bias = parts(graph, op)
    assert weights is not None and weights.data is not None
    f = layer.filter
    groups = f.in_channels // (1 if op.kind == "DEPTHWISE_CONV_2D" else weights.shape[-1])
    low, high = ACTIVATIONS[op.fused_activation]
    added = np.zeros(f.out_channels) if bias is None or bias.data is None else bias.data
    values = _weights(op, np.asarray(weights.data, np.float32))
    fields = (
        ("weights", Table("weights", values, layer.comment)),
        ("bias", Table("bias", added.astype(np.float32), "per output channel")),
        *f.fields(),
        ("groups", groups),
        ("low", c_float(-_LARGEST if low is None else low)),
        ("high", c_float(_LARGEST if high is None else high)),
    )
    return (one_call(_KERNEL, fields, _COST * layer.macs),)


OPERATOR = Operator(checks.as_problems(reasons), variants)
