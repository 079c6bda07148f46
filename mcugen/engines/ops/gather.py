# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""GATHER, GATHER_ND: by constant indices a rearrangement, by computed ones a copy for each index."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from mcugen.engines.aot.variants import Kernel, Operator, Table, Variant, activations, is_activation
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops import rearrange
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.broadcast import list_text
from mcugen.engines.ops.shared.moving import element_reasons
from mcugen.engines.ops.shared.one_call import one_call
from mcugen.model.ir import DType, Graph, Op, Tensor

_KERNEL = Kernel("mcugen_gather", "mcugen_gather_t", "gather.h", "gather.c")
_ND_KERNEL = Kernel("mcugen_gather_nd", "mcugen_gather_nd_t", "gather.h", "gather.c")
_AXES = 5  # MCUGEN_GATHER_AXES
_COST = 25  # instructions per index


def reasons(graph: Graph, op: Op) -> Iterator[checks.Reason]:
    """int8, int16, int32, int64, float32, bool; int32 indices.

    GATHER: no batch dimensions.

    GATHER_ND: indices of up to five axes.
    """
    given, made = graph.input_tensors(op), graph.output_tensors(op)
    if len(given) != 2 or len(made) != 1 or None in given or not activations(graph, op):
        raise checks.OperandsError(
            "needs an input and indices, one of them an activation, and one output"
        )
    if _is_constant(graph, op):
        yield from rearrange.reasons(graph, op)
        return
    x, indices = (t for t in given if t is not None)
    (out,) = made
    yield from element_reasons(x, out)
    yield from checks.same_quantisation_reasons(x, out)
    if indices.dtype is not DType.INT32:
        yield f"{indices.dtype.value} indices are not supported", ""
    if op.kind == "GATHER_ND":
        yield from _nd_reasons(x, indices, out)
    else:
        yield from _axis_reasons(op, x, indices, out)


def _is_constant(graph: Graph, op: Op) -> bool:
    return graph.tensors[op.inputs[1]].data is not None


def _nd_reasons(x: Tensor, indices: Tensor, out: Tensor) -> Iterator[checks.Reason]:
    axes = indices.shape[-1] if indices.shape else 0
    if not 1 <= axes <= min(len(x.shape), _AXES):
        yield f"indices {list(indices.shape)} name no element of {list(x.shape)}", ""
    elif (shape := (*indices.shape[:-1], *x.shape[axes:])) != out.shape:
        yield f"output {list(out.shape)} does not follow: it is {list(shape)}", ""


def _axis_reasons(op: Op, x: Tensor, indices: Tensor, out: Tensor) -> Iterator[checks.Reason]:
    axis, rank = op.options.get("axis", 0), len(x.shape)
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
    kernel, own, copies, block = (_nd if op.kind == "GATHER_ND" else _along)(op, x, indices)
    if not is_activation(x):
        kernel = replace(kernel, function=f"{kernel.function}_constant")
    constant: Table | str = "NULL"
    if x.data is not None:
        constant = Table("input", x.data, f'"{x.name}" {list(x.shape)}')
    fields = (("constant", constant), *own, ("block", block))
    cost = copies * (_COST + block)
    return (one_call(kernel, fields, cost, reads=len(activations(graph, op))),)


_Parameters = tuple[Kernel, tuple[tuple[str, int | str], ...], int, int]
"""The kernel, its own fields, the number of copies and their bytes."""


def _along(op: Op, x: Tensor, indices: Tensor) -> _Parameters:
    axis = op.options.get("axis", 0) % len(x.shape)
    outer, block = math.prod(x.shape[:axis]), math.prod(x.shape[axis + 1 :]) * x.dtype.bytes
    fields = (("outer", outer), ("size", x.shape[axis]), ("count", indices.elements))
    return _KERNEL, fields, outer * indices.elements, block


def _nd(_op: Op, x: Tensor, indices: Tensor) -> _Parameters:
    axes = indices.shape[-1]
    steps = [math.prod(x.shape[axis + 1 :]) * x.dtype.bytes for axis in range(axes)]
    fields = (
        ("axes", axes),
        ("sizes", list_text(x.shape[:axes])),
        ("steps", list_text(steps)),
        ("count", indices.elements // axes),
    )
    return _ND_KERNEL, fields, indices.elements // axes, steps[-1]


OPERATOR = Operator(
    checks.as_problems(reasons), variants, "equals TFLite Micro where that takes the type"
)
