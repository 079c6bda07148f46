# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""TRANSPOSE: a copy with permuted strides, or nothing where only axes of size 1 move."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mcugen.engines.aot.variants import Call, Layout, Operands, Operator, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared.checks import (
    Reason,
    int8_reasons,
    one_to_one,
    same_quantisation_reasons,
    to_problems,
)
from mcugen.engines.ops.shared.copy_call import AXES, Block, Side, copy_call, copy_cost, strides_of
from mcugen.engines.ops.shared.moving import renamings
from mcugen.model.ir import DType, Graph, Op, Problem, Tensor


def problems(graph: Graph, op: Op) -> Iterable[Problem]:
    """int8 of up to 5 axes; constant permutation."""
    tensors = one_to_one(graph, op, 1)
    if tensors is None:
        what = "needs one activation input, a constant permutation and one output"
        return to_problems(op, [(what, "")])
    x, out = tensors
    reasons = [*int8_reasons(x, out), *_shape_reasons(x, graph.tensors[op.inputs[1]], out)]
    if not reasons:
        reasons += same_quantisation_reasons(x, out)
    return to_problems(op, reasons)


def _shape_reasons(x: Tensor, permutation: Tensor, out: Tensor) -> Iterator[Reason]:
    order = _order(permutation)
    if permutation.dtype is not DType.INT32 or sorted(order) != [*range(len(x.shape))]:
        yield f"{order} is no int32 permutation of the axes of {list(x.shape)}", ""
    elif len(order) > AXES:
        yield f"shape {list(x.shape)} has more than {AXES} axes", ""
    elif out.shape != tuple(x.shape[axis] for axis in order):
        yield f"output {list(out.shape)} does not follow from {list(x.shape)} by {order}", ""


def _order(permutation: Tensor) -> list[int]:
    assert permutation.data is not None
    return [int(axis) for axis in permutation.data.reshape(-1)]


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A copy; no code where only axes of size 1 move."""
    x, out = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
    order = _order(graph.tensors[op.inputs[1]])
    moved = [axis for axis in order if x.shape[axis] > 1]
    if moved == sorted(moved):
        return renamings(x)
    strides = strides_of(x.shape)
    source = Side(0, tuple(strides[axis] for axis in order))
    block = Block(out.shape, source, Side(0, strides_of(out.shape)))

    def build(operands: Operands) -> tuple[Call, ...]:
        return (copy_call(block, 1, operands.inputs[0], operands.outputs[0]),)

    return (Variant((Layout.NATIVE,), (Layout.NATIVE,), copy_cost(block, 1), build),)


OPERATOR = Operator(problems, variants)
