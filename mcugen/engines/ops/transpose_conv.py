# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""TRANSPOSE_CONV: a convolution's way back from small images to large ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.checks import (
    INT8_HINT,
    Reason,
    activation_reasons,
    fused_activation,
    int8_reasons,
    to_problems,
)
from mcugen.engines.quantize import LARGEST_FACTOR, activation_range, quantize_multiplier
from mcugen.engines.steps import (
    Call,
    Form,
    Kernel,
    Operands,
    Operator,
    Table,
    Variant,
    is_activation,
)
from mcugen.model.ir import DType, Graph, Op, Problem, Tensor

_COST = 8.0  # instructions per multiplication
_TAP_COST = 20
_LARGEST_SIDE = 2**15 - 1


def problems(graph: Graph, op: Op) -> Iterable[Problem]:
    """Everything but int8 with constant symmetric weights and a constant output shape."""
    shape, weights, x, bias = (*graph.input_tensors(op), None, None, None, None)[:4]
    outputs = graph.output_tensors(op)
    if shape is None or weights is None or x is None or len(outputs) != 1:
        return to_problems(op, [("needs an output shape, weights, an input and one output", "")])
    out = outputs[0]
    reasons = [
        *int8_reasons(x, out),
        *activation_reasons(fused_activation(op), out),
        *_constant_reasons(shape, weights, x, bias),
        *_shape_reasons(op, x, weights, bias, out),
    ]
    if not reasons and max(_factors(x, weights, out)) >= LARGEST_FACTOR:
        reasons.append(("the output's scale is too small for those of input and weights", ""))
    return to_problems(op, reasons)


def _constant_reasons(
    shape: Tensor, weights: Tensor, x: Tensor, bias: Tensor | None
) -> Iterator[Reason]:
    if shape.data is None or not is_activation(x):
        yield "needs a constant output shape and a computed input", ""
    if weights.data is None or weights.dtype is not DType.INT8:
        yield "weights must be a constant int8 tensor", INT8_HINT
    if bias is not None and (bias.data is None or bias.dtype is not DType.INT32):
        yield "the bias must be a constant int32 tensor", ""
    if weights.quant is None or weights.quant.axis not in (None, 0):
        yield "weights must be quantised per tensor or per output channel", ""
    elif any(weights.quant.zero_points):
        yield "weights with a zero point other than 0 are not supported", ""


def _shape_reasons(
    op: Op, x: Tensor, weights: Tensor, bias: Tensor | None, out: Tensor
) -> Iterator[Reason]:
    shapes = f"input {list(x.shape)}, weights {list(weights.shape)}, output {list(out.shape)}"
    if not len(x.shape) == len(weights.shape) == len(out.shape) == 4:
        yield f"{shapes}: all must have 4 dimensions", ""
        return
    strides = _strides(op)
    if min(strides) < 1 or op.options.get("padding") not in ("SAME", "VALID"):
        yield f"strides {list(strides)}, padding {op.options.get('padding')} are not supported", ""
    if (x.shape[0], weights.shape[3], weights.shape[0]) != (out.shape[0], x.shape[3], out.shape[3]):
        yield f"{shapes} do not fit", ""
    if max(*x.shape, *weights.shape, *out.shape, *strides) > _LARGEST_SIDE or not weights.elements:
        yield f"{shapes}: a dimension is 0 or larger than {_LARGEST_SIDE}", ""
    if bias is not None and bias.elements != weights.shape[0]:
        yield f"{bias.elements} biases for {weights.shape[0]} channels", ""


def _strides(op: Op) -> tuple[int, int]:
    """Vertical, horizontal."""
    return int(op.options.get("stride_h", 0)), int(op.options.get("stride_w", 0))


def _factors(x: Tensor, weights: Tensor, out: Tensor) -> list[float]:
    """From sum to output per channel, in double (PopulateConvolutionQuantizationParams)."""
    assert x.quant is not None and weights.quant is not None and out.quant is not None
    scales = weights.quant.scales
    if weights.quant.axis is None:
        scales = scales[:1] * weights.shape[0]
    return [x.quant.scale * scale / out.quant.scale for scale in scales]


def _pad(size: int, window: int, stride: int, padding: str) -> int:
    """Rows of the output image before the first one: those of the convolution that this undoes."""
    room = size if padding == "SAME" else size - window + 1
    count = -(-room // stride)
    return max(0, (count - 1) * stride + window - size) // 2


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """The portable kernel."""
    x, weights = graph.tensors[op.inputs[2]], graph.tensors[op.inputs[1]]
    (out,) = graph.output_tensors(op)
    macs = x.elements * weights.elements // weights.shape[3]
    taps = out.elements * weights.shape[1] * weights.shape[2]
    return (
        Variant(
            (Form.DENSE,),
            (Form.DENSE,),
            int(_COST * macs) + _TAP_COST * taps,
            lambda operands: _build(graph, op, operands, options),
        ),
    )


OPERATOR = Operator(problems, variants)


def _build(graph: Graph, op: Op, operands: Operands, options: EngineOptions) -> tuple[Call, ...]:
    _, weights, x, bias = (*graph.input_tensors(op), None)[:4]
    (out,) = graph.output_tensors(op)
    assert weights is not None and weights.data is not None
    assert x is not None and x.quant is not None and out.quant is not None
    name = operands.name
    function = f"mcugen_transpose_conv_{options.rounding}"
    kernel = Kernel(function, "mcugen_transpose_conv_t", "transpose_conv.h", "transpose_conv.c")
    biases = np.zeros(weights.shape[0], np.int32) if bias is None else bias.data
    requant = np.array([quantize_multiplier(f) for f in _factors(x, weights, out)], np.int32)
    low, high = activation_range(op.options.get("fused_activation_function", "NONE"), out.quant)
    assert biases is not None
    sides = zip(out.shape[1:3], weights.shape[1:3], _strides(op), strict=True)
    pad_top, pad_left = (_pad(*side, op.options["padding"]) for side in sides)
    comment = f'"{weights.name}" {list(weights.shape)}'
    fields: tuple[tuple[str, int | str | Table], ...] = (
        ("weights", Table(f"{name}_weights", weights.data, comment)),
        ("bias", Table(f"{name}_bias", biases.reshape(-1), "per output channel")),
        ("requant", Table(f"{name}_requant", requant, "multiplier, shift", "mcugen_requant_t")),
        ("batches", x.shape[0]),
        *zip(("in_height", "in_width", "in_channels"), x.shape[1:], strict=True),
        *zip(("out_height", "out_width", "out_channels"), out.shape[1:], strict=True),
        *zip(("height", "width"), weights.shape[1:3], strict=True),
        *zip(("stride_y", "stride_x"), _strides(op), strict=True),
        ("pad_top", pad_top),
        ("pad_left", pad_left),
        ("in_zero_point", x.quant.zero_point),
        ("zero_point", out.quant.zero_point),
        ("low", low),
        ("high", high),
    )
    return (Call(kernel, fields, (*operands.inputs, *operands.outputs)),)
