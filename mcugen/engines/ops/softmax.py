# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""SOFTMAX: int8 to int8 or int16, int16 to int16, in integers; models end in it, so it is never
hot."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from mcugen.engines.aot.scales import quantize_multiplier
from mcugen.engines.aot.variants import Kernel, Operator, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.broadcast import list_text
from mcugen.engines.ops.shared.one_call import one_call
from mcugen.engines.ops.shared.softmax_s16 import reasons_s16, variant_s16
from mcugen.model.ir import DType, Graph, Op, Tensor

_COST = 320  # instructions per value: two exponentials
_LARGEST_DEPTH = 4095  # sums of exponentials are held in Q12.19
_INPUT_INTEGER_BITS = 5
_INPUT_FRACTION_BITS = 31 - _INPUT_INTEGER_BITS
_KERNEL = Kernel("mcugen_softmax", "mcugen_softmax_t", "softmax.h", "softmax.c")
_INT16_KERNEL = Kernel("mcugen_softmax_s8_to_s16", "mcugen_softmax_t", "softmax.h", "softmax.c")
_LOG_KERNEL = Kernel("mcugen_log_softmax", "mcugen_log_softmax_t", "softmax.h", "softmax.c")
_LOG_OUTPUT = (1 / 16, 127)
_OUTPUTS = {DType.INT8: (2.0**-8, -(2**7)), DType.INT16: (2.0**-16, -(2**15))}
"""Scale and zero point that TFLite gives outputs of a type."""


def reasons(graph: Graph, op: Op) -> Iterable[checks.Reason]:
    """One row of the last axis at a time.

    SOFTMAX: int8 to int8, int16; the scale and zero point that TFLite prescribes for the output (1/256 and
    -128, 1/65536 and -32768); rows of at most 4095 values. int16 to int16 with zero points 0 and the scale
    1/32768 for the output.

    LOG_SOFTMAX: int8 to int8 with scale 1/16 and zero point 127.
    """
    x, out = checks.in_and_out(graph, op)
    if op.kind == "SOFTMAX" and x.dtype is DType.INT16 and out.dtype is DType.INT16:
        found = [*checks.scale_reasons(x, out), *_shape_reasons(x, out)]
        return found or reasons_s16(x, out, op.options.get("beta", 0.0))
    found = [*checks.int8_reasons(x), *_shape_reasons(x, out)]
    if out.dtype not in _OUTPUTS or (op.kind == "LOG_SOFTMAX" and out.dtype is not DType.INT8):
        found.append((f"an output of {out.dtype.value} is not supported", checks.INT8_HINT))
    return [*found, *checks.scale_reasons(out)] or _quantisation_reasons(op, x, out)


def _shape_reasons(x: Tensor, out: Tensor) -> Iterator[checks.Reason]:
    if not x.shape or x.shape != out.shape:
        yield f"output {list(out.shape)} does not follow from {list(x.shape)}", ""
    elif x.dtype is DType.INT8 and x.shape[-1] > _LARGEST_DEPTH:
        yield f"{x.shape[-1]} values in a row are more than {_LARGEST_DEPTH}", ""


def _quantisation_reasons(op: Op, x: Tensor, out: Tensor) -> Iterator[checks.Reason]:
    scale, zero_point = _LOG_OUTPUT if op.kind == "LOG_SOFTMAX" else _OUTPUTS[out.dtype]
    # As TFLite Micro: int16 by a thousandth.
    tolerance = 0.0 if out.dtype is DType.INT8 else scale / 1000
    if abs(out.scale - scale) > tolerance or out.zero_point != zero_point:
        what = f"the scale 1/{round(1 / scale)} and the zero point {zero_point}"
        yield f"the output must have {what}", ""
    beta = _beta(op)
    if not math.isfinite(beta) or _input_factor(beta, x) <= 1:
        yield f"beta {beta:g} is not supported with this scale", ""


def _input_factor(beta: float, x: Tensor) -> float:
    """From a difference of inputs to Q5.26, as TFLite's PreprocessSoftmaxScaling computes it."""
    return min(beta * x.scale * 2.0**_INPUT_FRACTION_BITS, 2.0**31 - 1)


def _beta(op: Op) -> float:
    return 1.0 if op.kind == "LOG_SOFTMAX" else op.options.get("beta", 0.0)


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A portable kernel."""
    if graph.tensors[op.inputs[0]].dtype is DType.INT16:
        x = graph.tensors[op.inputs[0]]
        return (variant_s16(x, _beta(op), options.rounding),)
    x, out = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
    kernel = _KERNEL if out.dtype is DType.INT8 else _INT16_KERNEL
    depth = x.shape[-1]
    multiplier, left_shift = quantize_multiplier(_input_factor(_beta(op), x))
    # CalculateInputRadius of TFLite
    reach = (2**_INPUT_INTEGER_BITS - 1) * 2**_INPUT_FRACTION_BITS // 2**left_shift
    fields: tuple[tuple[str, int | str], ...] = (
        ("rows", x.elements // depth),
        ("depth", depth),
        ("multiplier", multiplier),
        ("left_shift", left_shift),
        ("lowest", -reach),
    )

    if op.kind == "LOG_SOFTMAX":
        kernel, fields = _LOG_KERNEL, _log_fields(fields, multiplier, left_shift)

    return (one_call(kernel, fields, _COST * x.elements, in_place=out.dtype is DType.INT8),)


def _log_fields(
    rows: tuple[tuple[str, int | str], ...], multiplier: int, left_shift: int
) -> tuple[tuple[str, int | str], ...]:
    """Those of its rows, and PreprocessLogSoftmaxScalingExp's way back."""
    reverse = list_text(quantize_multiplier(2.0 ** (31 - left_shift) / multiplier))
    return (*((f"rows.{name}", value) for name, value in rows), ("reverse", reverse))


_EXACTNESS = "equals TFLite Micro, which stops where more than 511 values share the maximum"
OPERATOR = Operator(checks.as_problems(reasons), variants, _EXACTNESS)
