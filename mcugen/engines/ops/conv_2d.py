# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""CONV_2D: portable."""

from __future__ import annotations

from collections.abc import Iterable

from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops import convolution
from mcugen.engines.ops.convolution import Convolution
from mcugen.engines.steps import Call, Form, Kernel, Operands, Operator, Table, Variant
from mcugen.model.check import where
from mcugen.model.ir import Graph, Op, Problem

_CHANNEL_AXIS = 0
_PORTABLE_COST = 8.0  # instructions per multiplication
_OUTPUT_COST = 40


def problems(graph: Graph, op: Op) -> Iterable[Problem]:
    """What no convolution takes, and groups that do not come out even."""
    found = [*convolution.problems(graph, op, _CHANNEL_AXIS)]
    yield from found
    if not found:
        x, weights = graph.tensors[op.inputs[0]], graph.tensors[op.inputs[1]]
        depth, channels = weights.shape[3], weights.shape[0]
        if x.shape[3] % depth != 0 or channels % (x.shape[3] // depth) != 0:
            what = f"{x.shape[3]} input channels, {depth} per group, {channels} outputs"
            yield Problem(where(op), f"{what}: groups must come out even")


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
        f"mcugen_conv_2d_{options.rounding}", "mcugen_conv_2d_t", "conv_2d.h", "conv_2d.c"
    )
    fields = (
        ("weights", Table(f"{name}_weights", layer.weights, layer.comment)),
        ("bias", convolution.bias_table(layer, name)),
        ("requant", convolution.requant_table(layer, name)),
        *layer.filter.fields(),
        ("groups", layer.filter.in_channels // layer.weights.shape[3]),
        *convolution.range_fields(layer),
    )
    return (Call(kernel, fields, (*operands.inputs, *operands.outputs)),)
