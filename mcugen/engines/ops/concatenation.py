# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""CONCATENATION: any number of equally quantised int8 inputs, constants among them, copied."""

from __future__ import annotations

from collections.abc import Iterator

from mcugen.engines.aot.variants import (
    Call,
    Layout,
    Operands,
    Operator,
    Variant,
    activations,
    is_activation,
)
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.copy_call import (
    AXES,
    Block,
    Side,
    copy_call,
    copy_constant_call,
    copy_cost,
    is_one_run,
    strides_of,
    window_of,
)
from mcugen.engines.ops.shared.moving import element_reasons
from mcugen.model.ir import DType, Graph, Op, Tensor


def reasons(graph: Graph, op: Op) -> Iterator[checks.Reason]:
    """int8, int16, int32, int64, float32, bool; all tensors of one quantisation and, as in TFLite
    Micro, no fused activation.
    """
    inputs = [t for t in graph.input_tensors(op) if t is not None and not t.is_variable]
    outputs = graph.output_tensors(op)
    if len(inputs) != len(op.inputs) or len(outputs) != 1 or not any(map(is_activation, inputs)):
        raise checks.OperandsError(
            "needs inputs, at least one of them an activation, and one output"
        )
    out = outputs[0]
    quantised = checks.scale_reasons(*inputs, out) if out.dtype in (DType.INT8, DType.INT16) else ()
    unfit = [*element_reasons(*inputs, out), *quantised, *_shape_reasons(op, inputs, out)]
    yield from unfit or checks.same_quantisation_reasons(*inputs, out)
    if op.fused_activation != "NONE":
        yield "a fused activation is not supported", ""


def _shape_reasons(op: Op, inputs: list[Tensor], out: Tensor) -> Iterator[checks.Reason]:
    rank, axis = len(out.shape), op.options.get("axis", 0)
    shapes = ", ".join(str(list(t.shape)) for t in inputs)
    if not -rank <= axis < rank or rank > AXES:
        yield f"axis {axis} of {rank} is not supported", ""
        return
    axis %= rank
    total = 0
    for tensor in inputs:
        if len(tensor.shape) == rank:
            total += tensor.shape[axis]
        if _without(tensor.shape, axis) != _without(out.shape, axis) or len(tensor.shape) != rank:
            yield f"{shapes} cannot be joined along axis {axis}", ""
    if total != out.shape[axis]:
        yield f"output {list(out.shape)} does not follow from {shapes} along axis {axis}", ""


def _without(shape: tuple[int, ...], axis: int) -> tuple[int, ...]:
    return shape[:axis] + shape[axis + 1 :]


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """One copy per input; none for inputs that may lie in the output."""
    blocks = [*_blocks(graph, op)]
    reads = (Layout.NATIVE,) * len(activations(graph, op))
    size = graph.tensors[op.outputs[0]].dtype.bytes
    cost = sum(copy_cost(block, size) for _, block in blocks)

    def build(operands: Operands) -> tuple[Call, ...]:
        values = iter(operands.inputs)
        (out,) = operands.outputs
        return tuple(
            copy_call(block, size, next(values), out)
            if is_activation(tensor)
            else copy_constant_call(block, tensor, f"{operands.name}_input{number}", out)
            for number, (tensor, block) in enumerate(blocks)
        )

    dense = all(is_one_run(block, size) for _, block in blocks)
    joins = tuple(size * block.target.start for _, block in blocks) if dense else ()
    return (Variant(reads, (Layout.NATIVE,), cost, build, joins=joins),)


def _blocks(graph: Graph, op: Op) -> Iterator[tuple[Tensor, Block]]:
    """Each input with its place in the output."""
    (out,) = graph.output_tensors(op)
    rank = len(out.shape)
    axis, start = op.options.get("axis", 0) % rank, 0
    for tensor in graph.input_tensors(op):
        assert tensor is not None
        starts = [start if i == axis else 0 for i in range(rank)]
        source = Side(0, strides_of(tensor.shape))
        yield tensor, Block(tensor.shape, source, window_of(out.shape, starts))
        start += tensor.shape[axis]


OPERATOR = Operator(
    checks.as_problems(reasons), variants, "equals TFLite Micro, which takes at most 10 inputs"
)
