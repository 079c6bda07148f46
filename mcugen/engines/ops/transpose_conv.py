# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""TRANSPOSE_CONV: portable."""

from __future__ import annotations

from collections.abc import Iterable

from mcugen.engines.aot.variants import Operator, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks, convolution
from mcugen.engines.ops.shared.portable_convolution import portable_variant
from mcugen.model.ir import Graph, Op

_CHANNEL_AXIS = 0
_COST = 8.0  # instructions per multiplication
_TAP_COST = 12
_OUTPUT_COST = 40
_BATCH_HINT = "convert with a fixed batch size, then the shape is known"


def reasons(graph: Graph, op: Op) -> Iterable[checks.Reason]:
    """int8; constant weights with zero point 0, per tensor or per channel; constant output shape."""
    found = [*convolution.reasons(graph, op, _CHANNEL_AXIS)]
    shape = graph.input_tensors(op)[0]
    if shape is None or shape.data is None:
        found.append(("the output's shape must be a constant", _BATCH_HINT))
    if not found:
        x, weights = graph.tensors[op.inputs[2]], graph.tensors[op.inputs[1]]
        if x.shape[3] != weights.shape[3]:
            what = f"{x.shape[3]} input channels, {weights.shape[3]} per filter"
            found.append((f"{what}: groups are not supported", ""))
    return found


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A portable kernel."""
    layer = convolution.read_convolution(graph, op, _CHANNEL_AXIS)
    f = layer.filter
    outputs = f.positions * f.out_channels
    macs = layer.macs // (f.stride_y * f.stride_x)
    cost = int(_COST * macs) + (_TAP_COST * f.height * f.width + _OUTPUT_COST) * outputs
    return (portable_variant(layer, "transpose_conv", options, lambda: layer.weights, cost),)


OPERATOR = Operator(checks.as_problems(reasons), variants)
