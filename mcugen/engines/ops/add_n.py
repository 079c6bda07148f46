# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""ADD_N: sums in scratch memory, one input after the other."""

from __future__ import annotations

from collections.abc import Iterator

from mcugen.engines.aot.scales import quantize_multiplier
from mcugen.engines.aot.variants import (
    Call,
    Kernel,
    Layout,
    Operands,
    Operator,
    Variant,
    activations,
)
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.broadcast import list_text
from mcugen.model.ir import DType, Graph, Op, Tensor

_SUFFIXES = {DType.INT8: "s8", DType.FLOAT32: "f32"}
_SHIFT = 19
_MOST = 14  # inputs whose sum, shifted by 19, fits 32 bits
_COST = 8  # instructions per value of an input


def reasons(graph: Graph, op: Op) -> Iterator[checks.Reason]:
    """int8 of one scale and zero point, float32; two to 14 activations of one shape."""
    given, made = activations(graph, op), graph.output_tensors(op)
    if not 2 <= len(given) <= _MOST or len(given) != len(op.inputs) or len(made) != 1:
        raise checks.OperandsError(f"needs 2 to {_MOST} activations and one output")
    (out,) = made
    types = {tensor.dtype for tensor in (*given, out)}
    if len(types) > 1 or out.dtype not in _SUFFIXES:
        yield f"{' and '.join(sorted(t.value for t in types))} is not supported", ""
        return
    if any(tensor.shape != out.shape for tensor in given):
        yield f"shapes other than the output's {list(out.shape)} are not supported", ""
    if out.dtype is DType.INT8:
        unfit = [*checks.scale_reasons(*given, out), *checks.same_quantisation_reasons(*given)]
        yield from unfit or checks.factor_reasons(_factor(given[0], out), bits=31)


def _factor(x: Tensor, out: Tensor) -> float:
    """From sums shifted left by 19 to the output, as CalculateOpData: 2 * scale / (2^20 * scale)."""
    return 2 * x.scale / (2.0 ** (_SHIFT + 1) * out.scale)


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A portable kernel.

    It adds what TFLite Micro adds: its int8 sums begin with the negative zero point once more.
    """
    given, (out,) = activations(graph, op), graph.output_tensors(op)
    zero_point, by = 0, (0, 0)
    if out.dtype is DType.INT8:
        zero_point, by = given[0].zero_point, quantize_multiplier(_factor(given[0], out))
    fields = (
        ("count", out.elements),
        ("start", -(len(given) + 1) * zero_point),
        ("by", list_text(by)),
        ("zero_point", out.zero_point if out.quant is not None else 0),
    )

    def call(step: str, operands: Operands, number: int | None) -> Call:
        assert operands.scratch is not None
        name = f"mcugen_add_n_{_SUFFIXES[out.dtype]}_{step}"
        value = operands.outputs[0] if number is None else operands.inputs[number]
        kernel = Kernel(name, "mcugen_add_n_t", "add_n.h", "add_n.c")
        return Call(kernel, fields, (value, operands.scratch))

    def build(operands: Operands) -> tuple[Call, ...]:
        more = (call("more", operands, n) for n in range(1, len(given)))
        return (call("begin", operands, 0), *more, call("end", operands, None))

    reads = (Layout.NATIVE,) * len(given)
    cost = _COST * out.elements * (len(given) + 2)
    return (Variant(reads, (Layout.NATIVE,), cost, build, scratch_bytes=4 * out.elements),)


OPERATOR = Operator(checks.as_problems(reasons), variants)
