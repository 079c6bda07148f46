# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""DEPTHWISE_CONV_2D: portable."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops import convolution
from mcugen.engines.ops.convolution import Convolution
from mcugen.engines.steps import Call, Form, Kernel, Operands, Operator, Table, Variant
from mcugen.model.check import where
from mcugen.model.ir import Graph, Op, Problem

_CHANNEL_AXIS = 3
_PORTABLE_COST = 14.0  # instructions per multiplication
_OUTPUT_COST = 40


def problems(graph: Graph, op: Op) -> Iterable[Problem]:
    """What no convolution takes, and weights of another layout than one filter per output."""
    found = [*convolution.problems(graph, op, _CHANNEL_AXIS)]
    yield from found
    if not found:
        x, weights = graph.tensors[op.inputs[0]], graph.tensors[op.inputs[1]]
        if weights.shape[0] != 1:
            yield Problem(where(op), f"weights {list(weights.shape)} must start with 1")
        if weights.shape[3] % x.shape[3] != 0:
            what = f"{weights.shape[3]} outputs for {x.shape[3]} input channels"
            yield Problem(where(op), f"{what}: must be the same number for each")


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """The portable kernel."""
    layer = convolution.read_convolution(graph, op, _CHANNEL_AXIS)
    outputs = layer.filter.positions * layer.filter.out_channels
    portable = Variant(
        (Form.DENSE,),
        (Form.DENSE,),
        int(_PORTABLE_COST * layer.macs) + _OUTPUT_COST * outputs,
        lambda operands: _build_portable(layer, operands, options),
    )
    return (portable,)


OPERATOR = Operator(problems, variants)

# --- portable -----------------------------------------------------------------------------------


def _build_portable(
    layer: Convolution, operands: Operands, options: EngineOptions
) -> tuple[Call, ...]:
    name = operands.name
    kernel = Kernel(
        f"mcugen_depthwise_conv_2d_{options.rounding}",
        "mcugen_depthwise_conv_2d_t",
        "depthwise_conv_2d.h",
        "depthwise_conv_2d.c",
    )
    weights = np.ascontiguousarray(layer.weights[..., 0].transpose(1, 2, 0))
    fields = (
        ("weights", Table(f"{name}_weights", weights, layer.comment)),
        ("bias", convolution.bias_table(layer, name)),
        ("requant", convolution.requant_table(layer, name)),
        *layer.filter.fields(),
        *convolution.range_fields(layer),
    )
    return (Call(kernel, fields, (*operands.inputs, *operands.outputs)),)
