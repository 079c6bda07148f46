# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""GATHER: by constant indices a rearrangement, by computed ones a copy for each index."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from mcugen.engines.aot.variants import (
    Call,
    Kernel,
    Layout,
    Operands,
    Operator,
    Table,
    Variant,
    activations,
    is_activation,
)
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops import rearrange
from mcugen.engines.ops.shared.checks import Reason, same_quantisation_reasons, to_problems
from mcugen.engines.ops.shared.moving import element_reasons
from mcugen.model.ir import DType, Graph, Op, Problem, Tensor

_KERNEL = Kernel("mcugen_gather", "mcugen_gather_t", "gather.h", "gather.c")
_CONSTANT_KERNEL = Kernel("mcugen_gather_constant", "mcugen_gather_t", "gather.h", "gather.c")
_COST = 25  # instructions per index


def problems(graph: Graph, op: Op) -> Iterable[Problem]:
    """int8, int16, int32, int64, float32, bool; int32 indices; no batch dimensions."""
    given, made = graph.input_tensors(op), graph.output_tensors(op)
    if len(given) != 2 or len(made) != 1 or None in given or not activations(graph, op):
        what = "needs an input and indices, one of them an activation, and one output"
        return to_problems(op, [(what, "")])
    if _is_constant(graph, op):
        return rearrange.problems(graph, op)
    x, indices = (t for t in given if t is not None)
    return to_problems(op, _reasons(op, x, indices, made[0]))


def _is_constant(graph: Graph, op: Op) -> bool:
    return graph.tensors[op.inputs[1]].data is not None


def _reasons(op: Op, x: Tensor, indices: Tensor, out: Tensor) -> Iterator[Reason]:
    yield from element_reasons(x, out)
    yield from same_quantisation_reasons(x, out)
    axis, rank = op.options.get("axis", 0), len(x.shape)
    if indices.dtype is not DType.INT32:
        yield f"{indices.dtype.value} indices are not supported", ""
    if op.options.get("batch_dims", 0) != 0:
        yield "batch dimensions are not supported", ""
    elif not -rank <= axis < rank:
        yield f"axis {axis} is none of {list(x.shape)}", ""
    else:
        axis %= rank
        shape = (*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :])
        if shape != out.shape:
            yield f"output {list(out.shape)} does not follow: it is {list(shape)}", ""


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A rearrangement, or a copy for each index."""
    if _is_constant(graph, op):
        return rearrange.variants(graph, op, options)
    x, indices = graph.tensors[op.inputs[0]], graph.tensors[op.inputs[1]]
    axis = op.options.get("axis", 0) % len(x.shape)
    outer, block = math.prod(x.shape[:axis]), math.prod(x.shape[axis + 1 :]) * x.dtype.bytes
    kernel = _KERNEL if is_activation(x) else _CONSTANT_KERNEL

    def build(operands: Operands) -> tuple[Call, ...]:
        constant: Table | str = "NULL"
        if x.data is not None:
            constant = Table(f"{operands.name}_input", x.data, f'"{x.name}" {list(x.shape)}')
        fields = (
            ("constant", constant),
            ("outer", outer),
            ("size", x.shape[axis]),
            ("count", indices.elements),
            ("block", block),
        )
        return (Call(kernel, fields, (*operands.inputs, *operands.outputs)),)

    reads = (Layout.NATIVE,) * len(activations(graph, op))
    cost = outer * indices.elements * (_COST + block)
    return (Variant(reads, (Layout.NATIVE,), cost, build),)


OPERATOR = Operator(problems, variants, "equals TFLite Micro where that takes the type")
