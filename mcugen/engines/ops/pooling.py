# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""AVERAGE_POOL_2D and MAX_POOL_2D: portable, for DSP cores with four channels at a time, for Helium with
sixteen.

Like TFLite they take input and output as equally quantised, so nothing is rescaled.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mcugen.engines.aot.scales import INT8_RANGE, INT16_RANGE, activation_range
from mcugen.engines.aot.variants import Kernel, Operator, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.one_call import one_call
from mcugen.model.ir import DType, Graph, Op, Tensor

_PORTABLE_COST = 7.0  # instructions per value that a window sees
_DSP_COST = 1.6
_MVE_COST = 0.4
_OUTPUT_COST = 18
_DSP_CHANNELS = 4
_MVE_CHANNELS = 16
_MOST_POSITIONS = 256  # sums are held in 16 bits
_SCALE_TOLERANCE = 1e-6  # PoolingPrepare of TFLite Micro
_LARGEST_STEP = 2**31 - 1


@dataclass(frozen=True, slots=True)
class _Axis:
    """A window sliding along one axis."""

    in_size: int
    out_size: int
    window: int
    stride: int
    pad: int  # before the first element


def reasons(graph: Graph, op: Op) -> Iterator[checks.Reason]:
    """int8, int16 images [batch, height, width, channels]; input and output of one quantisation."""
    x, out = checks.in_and_out(graph, op)
    is_int16 = x.dtype is DType.INT16 and out.dtype is DType.INT16
    unfit = checks.scale_reasons(x, out) if is_int16 else checks.int8_reasons(x, out)
    found = [*unfit, *checks.activation_reasons(op.fused_activation, out)]
    yield from found or _quantisation_reasons(x, out)
    yield from _shape_reasons(op, x, out)


def _quantisation_reasons(x: Tensor, out: Tensor) -> Iterator[checks.Reason]:
    apart = abs(x.scale - out.scale)
    if apart > _SCALE_TOLERANCE or x.zero_point != out.zero_point:
        yield "input and output are quantised differently", ""


def _shape_reasons(op: Op, x: Tensor, out: Tensor) -> Iterator[checks.Reason]:
    if len(x.shape) != 4 or len(out.shape) != 4:
        yield f"shapes {list(x.shape)} and {list(out.shape)} are not images", ""
        return
    padding = op.options.get("padding")
    sizes = [op.options.get(key, 0) for key in ("filter_height", "filter_width")]
    strides = [op.options.get(key, 0) for key in ("stride_h", "stride_w")]
    if padding not in ("SAME", "VALID"):
        yield f"padding {padding} is not supported", ""
    elif not all(0 < value <= _LARGEST_STEP for value in (*sizes, *strides)):
        yield f"a window of {sizes} with strides {strides} is not supported", ""
    elif (x.shape[0], x.shape[3]) != (out.shape[0], out.shape[3]) or any(
        axis.out_size != _windows(axis, padding) or axis.out_size < 1 for axis in _axes(op, x, out)
    ):
        what = f"windows of {sizes} with strides {strides}, {padding}"
        yield f"output {list(out.shape)} does not follow from {list(x.shape)} by {what}", ""


def _windows(axis: _Axis, padding: str) -> int:
    """How many windows there are along an axis (ComputeOutSize of TFLite)."""
    room = axis.in_size if padding == "SAME" else axis.in_size - axis.window + 1
    return -(-room // axis.stride)


def _axes(op: Op, x: Tensor, out: Tensor) -> tuple[_Axis, _Axis]:
    """Rows and columns; padding as TFLite's ComputePaddingWithOffset, the odd one at the end."""
    keys = (("filter_height", "stride_h"), ("filter_width", "stride_w"))
    axes = []
    for (window_key, stride_key), size, count in zip(
        keys, x.shape[1:3], out.shape[1:3], strict=True
    ):
        window, stride = op.options[window_key], op.options[stride_key]
        pad = max(0, (count - 1) * stride + window - size) // 2
        axes.append(_Axis(size, count, window, stride, pad))
    return axes[0], axes[1]


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A portable kernel.

    MAX_POOL_2D: and a DSP kernel from 4 channels on, one for Helium from 16 on.

    AVERAGE_POOL_2D: and a DSP kernel from 4 channels on, one for Helium from 16 on, for windows of at most
    256 pixels.
    """
    x, out = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
    rows, columns = _axes(op, x, out)
    positions = min(rows.window, rows.in_size) * min(columns.window, columns.in_size)
    seen = out.elements * positions
    portable = _variant(op, x, out, "", _PORTABLE_COST * seen)
    narrow_sums = op.kind == "MAX_POOL_2D" or positions <= _MOST_POSITIONS
    if x.dtype is DType.INT16:
        return (_variant(op, x, out, "_s16", _PORTABLE_COST * seen),)
    if "mve" in options.isa and x.shape[3] >= _MVE_CHANNELS and narrow_sums:
        return (portable, _variant(op, x, out, "_mve", _MVE_COST * seen))
    if "dsp" not in options.isa or x.shape[3] < _DSP_CHANNELS or not narrow_sums:
        return (portable,)
    return (portable, _variant(op, x, out, "_dsp", _DSP_COST * seen))


def _variant(op: Op, x: Tensor, out: Tensor, suffix: str, cost: float) -> Variant:
    kernel = Kernel(
        f"mcugen_{op.kind.lower()}{suffix}",
        "mcugen_pool_2d_t",
        "pooling.h",
        f"pooling{suffix}.c",
    )
    fields = _fields(op, x, out)

    return one_call(kernel, fields, int(cost) + _OUTPUT_COST * out.elements)


def _fields(op: Op, x: Tensor, out: Tensor) -> tuple[tuple[str, int], ...]:
    rows, columns = _axes(op, x, out)
    limits = INT16_RANGE if out.dtype is DType.INT16 else INT8_RANGE
    low, high = activation_range(op.fused_activation, out.known_quant, limits)
    return (
        ("batches", x.shape[0]),
        ("in_height", rows.in_size),
        ("in_width", columns.in_size),
        ("out_height", rows.out_size),
        ("out_width", columns.out_size),
        ("channels", x.shape[3]),
        ("height", rows.window),
        ("width", columns.window),
        ("stride_y", rows.stride),
        ("stride_x", columns.stride),
        ("pad_top", rows.pad),
        ("pad_left", columns.pad),
        ("low", low),
        ("high", high),
    )


OPERATOR = Operator(checks.as_problems(reasons), variants)
