# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""PAD and PADV2: the output is filled, then the input copied into it."""

from __future__ import annotations

from collections.abc import Iterator

from mcugen.engines.aot.variants import Call, Kernel, Layout, Operands, Operator, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.copy_call import (
    AXES,
    CALL_COST,
    Block,
    Side,
    copy_call,
    copy_cost,
    strides_of,
    window_of,
)
from mcugen.model.ir import DType, Graph, Op, Tensor

_FILL = Kernel("mcugen_fill", "mcugen_fill_t", "copy.h", "copy.c")
_CONSTANTS = {"PAD": 1, "PADV2": 2}


def reasons(graph: Graph, op: Op) -> Iterator[checks.Reason]:
    """int8; constant paddings of at least 0; all tensors of one quantisation."""
    needs = "needs one activation input, constant paddings and one output"
    x, out = checks.in_and_out(graph, op, _CONSTANTS[op.kind], needs)
    _, paddings, *fill = (graph.tensors[i] for i in op.inputs)
    unfit = [*checks.int8_reasons(x, out, *fill), *_shape_reasons(x, paddings, out)]
    yield from unfit or checks.same_quantisation_reasons(x, out, *fill)
    if any(t.elements != 1 for t in fill):
        yield "needs a single value to pad with", ""


def _shape_reasons(x: Tensor, paddings: Tensor, out: Tensor) -> Iterator[checks.Reason]:
    assert paddings.data is not None
    if paddings.dtype not in (DType.INT32, DType.INT64) or paddings.elements != 2 * len(x.shape):
        yield f"{paddings.elements} {paddings.dtype.value} paddings do not fit {list(x.shape)}", ""
        return
    if len(x.shape) > AXES:
        yield f"shape {list(x.shape)} has more than {AXES} axes", ""
    pairs = _pairs(paddings)
    padded = tuple(before + n + after for n, (before, after) in zip(x.shape, pairs, strict=True))
    if any(min(pair) < 0 for pair in pairs):
        yield "negative paddings are not supported", ""
    elif padded != out.shape:
        yield f"output {list(out.shape)} does not follow from {list(x.shape)} by {pairs}", ""


def _pairs(paddings: Tensor) -> list[tuple[int, int]]:
    """Elements before and after, per axis."""
    assert paddings.data is not None
    return [(int(before), int(after)) for before, after in paddings.data.reshape(-1, 2)]


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A fill and a copy."""
    x, paddings, *fill = (graph.tensors[i] for i in op.inputs)
    (out,) = graph.output_tensors(op)
    starts = [before for before, _ in _pairs(paddings)]
    block = Block(x.shape, Side(0, strides_of(x.shape)), window_of(out.shape, starts))
    value = out.zero_point
    for tensor in fill:
        assert tensor.data is not None
        value = int(tensor.data.reshape(-1)[0])
    fields = (("count", out.elements), ("value", value))

    def build(operands: Operands) -> tuple[Call, ...]:
        (target,) = operands.outputs
        return Call(_FILL, fields, (target,)), copy_call(block, 1, operands.inputs[0], target)

    cost = CALL_COST + out.elements + copy_cost(block, 1)
    return (Variant((Layout.NATIVE,), (Layout.NATIVE,), cost, build),)


OPERATOR = Operator(checks.as_problems(reasons), variants)
