# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""FULLY_CONNECTED: portable, and for DSP cores with two rows packed into one multiply."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import product

import numpy as np
from numpy.typing import NDArray

from mcugen.engines.aot.scales import (
    LARGEST_FACTOR,
    activation_range,
    dsp_requant,
    quantize_multiplier,
)
from mcugen.engines.aot.variants import (
    Fields,
    Kernel,
    Layout,
    Operator,
    Table,
    Variant,
    is_activation,
)
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks, vectors
from mcugen.engines.ops.shared.convolution import Convolution, Filter
from mcugen.engines.ops.shared.one_call import late_call, one_call
from mcugen.model.ir import DType, Graph, Op, Tensor

_PORTABLE_COST = 6.0  # instructions per multiplication
_DSP_COST = {Layout.INT16: 0.94, Layout.NATIVE: 1.06}
_ROW_COST = 15
_DEPTH_STEP = 8  # inputs the DSP kernel takes per turn
_UINT16_MAX = 65535


@dataclass(frozen=True, slots=True, eq=False)
class _Layer:
    """The op as integers: out = clamp(zero_point + requantize(bias + weights @ in))."""

    weights: NDArray[np.int8]  # [rows, depth]
    bias: NDArray[np.int32]  # [rows], the input's zero point folded in
    requant: NDArray[np.int32]  # [rows or 1, 2]: multiplier, shift
    batches: int
    zero_point: int
    low: int
    high: int
    comment: str

    @property
    def rows(self) -> int:
        return int(self.weights.shape[0])

    @property
    def depth(self) -> int:
        return int(self.weights.shape[1])


def reasons(graph: Graph, op: Op) -> Iterator[checks.Reason]:
    """int8; constant weights with zero point 0, per tensor or per output row."""
    x, weights, bias = _inputs(graph, op)
    outputs = graph.output_tensors(op)
    if x is None or not is_activation(x) or weights is None or len(outputs) != 1:
        raise checks.OperandsError("needs an activation input, weights and one output")
    yield from _type_reasons(x, weights, bias, outputs[0])
    yield from _quantisation_reasons(op, x, weights, outputs[0])
    yield from _shape_reasons(x, weights, bias, outputs[0])


_INT8_HINT = "convert the model with int8 inputs, weights and outputs"


def _type_reasons(
    x: Tensor, weights: Tensor, bias: Tensor | None, out: Tensor
) -> Iterator[checks.Reason]:
    if x.dtype is not DType.INT8 or out.dtype is not DType.INT8:
        yield f"{x.dtype.value} to {out.dtype.value} is not supported", _INT8_HINT
    if weights.data is None:
        yield "weights computed at run time are not supported", ""
    if weights.dtype is not DType.INT8:
        yield f"{weights.dtype.value} weights are not supported", _INT8_HINT
    if bias is not None and (bias.data is None or bias.dtype is not DType.INT32):
        yield "the bias must be a constant int32 tensor", ""


def _quantisation_reasons(
    op: Op, x: Tensor, weights: Tensor, out: Tensor
) -> Iterator[checks.Reason]:
    """Scales that are missing or of another kind than the kernels compute."""
    yield from checks.activation_reasons(op.fused_activation, out)
    if op.options.get("weights_format", "DEFAULT") != "DEFAULT":
        yield "shuffled weights are not supported", ""
    if any(t.quant is None or t.quant.axis is not None for t in (x, out)):
        yield "input and output must be quantised per tensor", ""
    elif weights.quant is None or weights.quant.axis not in (None, 0):
        yield "weights must be quantised per tensor or per output row", ""
    elif any(weights.quant.zero_points):
        yield "weights with a zero point other than 0 are not supported", ""
    elif any(factor >= LARGEST_FACTOR for factor in _factors(x, weights, out)):
        yield "the output's scale is too small for those of input and weights", ""


def _shape_reasons(
    x: Tensor, weights: Tensor, bias: Tensor | None, out: Tensor
) -> Iterator[checks.Reason]:
    if len(weights.shape) != 2 or not weights.elements or not x.elements:
        yield f"weights {list(weights.shape)} and input {list(x.shape)} are not supported", ""
        return
    rows, depth = weights.shape
    if x.elements % depth or out.elements * depth != x.elements * rows:
        shapes = f"{list(x.shape)} times {list(weights.shape)}"
        yield f"output {list(out.shape)} does not follow from {shapes}", ""
    if bias is not None and bias.elements != rows:
        yield f"{bias.elements} biases do not fit {rows} rows of weights", ""


def _inputs(graph: Graph, op: Op) -> tuple[Tensor | None, Tensor | None, Tensor | None]:
    """Input, weights, bias; the bias may be absent in two ways."""
    x, weights, bias = (*graph.input_tensors(op), None, None, None)[:3]
    return x, weights, bias


def _layer(graph: Graph, op: Op) -> _Layer:
    """The integers of an op that has no problems."""
    x, weights, bias = _inputs(graph, op)
    (out,) = graph.output_tensors(op)
    assert x is not None and weights is not None and weights.data is not None
    table = weights.data.reshape(-1, weights.shape[-1])
    sums = table.astype(np.int64).sum(axis=1)
    offsets = 0 if bias is None or bias.data is None else bias.data.astype(np.int64).reshape(-1)
    folded = offsets - x.zero_point * sums
    low, high = activation_range(op.fused_activation, out.known_quant)
    return _Layer(
        weights=table,
        bias=folded.astype(np.uint32).view(np.int32),  # sums are modulo 2^32, here as in C
        requant=np.array([quantize_multiplier(f) for f in _factors(x, weights, out)], np.int32),
        batches=x.elements // weights.shape[-1],
        zero_point=out.zero_point,
        low=low,
        high=high,
        comment=f'"{weights.name}" {list(weights.shape)}, {_scale_text(weights)}',
    )


def _factors(x: Tensor, weights: Tensor, out: Tensor) -> list[float]:
    """Real factors from accumulator to output, one or one per row.

    In double, as the tflite-micro wheel computes them. TensorFlow up to 2.19 multiplies the scales
    of a per-tensor layer in float32, which moves about one output in 150,000 by one.
    """
    return [x.scale * scale / out.scale for scale in weights.known_quant.scales]


def _scale_text(weights: Tensor) -> str:
    quant = weights.known_quant
    return f"scale {quant.scale:.9g}" if quant.axis is None else "one scale per row"


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A portable kernel, that of CONV_2D with vectors, and DSP kernels that read and write int8 or int16."""
    layer = _layer(graph, op)
    macs = layer.batches * layer.rows * layer.depth
    rows = layer.batches * layer.rows
    portable = one_call(
        *_portable(layer, options), int(_PORTABLE_COST * macs) + 2 * _ROW_COST * rows
    )
    plain = (portable, *vectors.conv_2d_variants(_as_convolution(layer), options))
    if "dsp" not in options.isa or not _fits_dsp(layer):
        return plain
    layouts = (Layout.NATIVE, Layout.INT16) if options.optimize != "size" else (Layout.NATIVE,)
    packed = []
    for read, write in product(layouts, layouts):
        cost = int(_DSP_COST[read] * macs) + _ROW_COST * rows
        native = late_call(partial(_packed, layer, options, read, write), cost)
        packed.append(replace(native, reads=(read,), writes=(write,)))
    return (*plain, *packed)


def _as_convolution(layer: _Layer) -> Convolution:
    """The same as CONV_2D of 1x1 over images of one pixel; the zero point stays in the bias."""
    return Convolution(
        weights=layer.weights.reshape(layer.rows, 1, 1, layer.depth),
        bias=layer.bias,
        requant=np.broadcast_to(layer.requant, (layer.rows, 2)),
        filter=Filter(layer.batches, 1, 1, layer.depth, 1, 1, layer.rows, 1, 1, 1, 1, 1, 1, 0, 0),
        in_zero_point=0,
        zero_point=layer.zero_point,
        low=layer.low,
        high=layer.high,
        comment=layer.comment,
    )


def _fits_dsp(layer: _Layer) -> bool:
    """Sizes fit the parameter struct, and no row of a batch starts or ends within a step."""
    sizes_fit = max(layer.rows, 2 * layer.depth, layer.batches) <= _UINT16_MAX
    return sizes_fit and (layer.batches == 1 or layer.depth % _DEPTH_STEP == 0)


OPERATOR = Operator(checks.as_problems(reasons), variants)

# --- portable -----------------------------------------------------------------------------------


def _portable(layer: _Layer, options: EngineOptions) -> tuple[Kernel, Fields]:
    kernel = Kernel(
        f"mcugen_fully_connected_{options.rounding}",
        "mcugen_fully_connected_t",
        "fully_connected.h",
        "fully_connected.c",
    )
    return kernel, (
        ("weights", Table("weights", layer.weights, layer.comment)),
        ("bias", _bias_table(layer)),
        ("requant", _requant_table(layer.requant)),
        ("requant_step", int(len(layer.requant) > 1)),
        ("batches", layer.batches),
        ("rows", layer.rows),
        ("depth", layer.depth),
        ("zero_point", layer.zero_point),
        ("low", layer.low),
        ("high", layer.high),
    )


def _bias_table(layer: _Layer) -> Table:
    return Table("bias", layer.bias, "the input's zero point is folded in")


def _requant_table(requant: NDArray[np.int32]) -> Table:
    return Table("requant", requant, "multiplier, shift", struct="mcugen_requant_t")


# --- DSP ----------------------------------------------------------------------------------------

_BYTES = {Layout.NATIVE: 1, Layout.INT16: 2}
_SUFFIX = {Layout.NATIVE: "s8", Layout.INT16: "s16"}
_ORDER = {Layout.NATIVE: (0, 2, 1, 3), Layout.INT16: (0, 1, 2, 3)}
"""Inputs A, B, C, D of fully_connected.h among four."""


def _packed(
    layer: _Layer, options: EngineOptions, read: Layout, write: Layout
) -> tuple[Kernel, Fields]:
    paired_rows = _paired_rows(layer.weights)
    uniform = _uniform_requant(layer, options)
    multiplier, addend, shift = uniform or (0, 0, 0)
    requant = np.broadcast_to(layer.requant, (layer.rows, 2))
    kernel = Kernel(
        f"mcugen_fully_connected_{_SUFFIX[read]}_dsp_{options.rounding}",
        "mcugen_fully_connected_dsp_t",
        "fully_connected.h",
        "fully_connected_dsp.c",
    )
    packed = pack_rows(layer.weights, paired_rows, read)
    return kernel, (
        ("weights", Table("weights", packed, f"{layer.comment}, packed")),
        ("bias", _bias_table(layer)),
        ("requant", "NULL" if uniform else _requant_table(requant)),
        ("multiplier", multiplier),
        ("addend", addend),
        ("batches", layer.batches),
        ("rows", layer.rows),
        ("quads", paired_rows // 4),
        ("pairs", paired_rows % 4 // 2),
        ("depth", -(-layer.depth // _DEPTH_STEP) * _DEPTH_STEP),
        ("in_stride", layer.depth * _BYTES[read]),
        ("shift", shift),
        ("wide_output", int(write is Layout.INT16)),
        ("zero_point", layer.zero_point),
        ("low", layer.low),
        ("high", layer.high),
    )


def _paired_rows(weights: NDArray[np.int8]) -> int:
    """How many rows, from the first on, may be packed in pairs (see fully_connected_dsp.c)."""
    rows = weights.shape[0] // 2 * 2
    wide = weights[:rows].astype(np.int64)
    upper_fits = 128 * np.abs(wide[1::2]).sum(axis=1) < 2**23
    halfword_fits = (wide[0::2].min(axis=1) > -128) & (wide[1::2].min(axis=1) > -128)
    return 2 * int(np.logical_and.accumulate(upper_fits & halfword_fits).sum())


def _uniform_requant(layer: _Layer, options: EngineOptions) -> tuple[int, int, int] | None:
    """(multiplier, addend, shift) of the kernel's fast path, None where it is not exact."""
    if len(layer.requant) > 1 or (layer.low, layer.high) != (-128, 127):
        return None
    sums = 128 * np.abs(layer.weights.astype(np.int64)).sum(axis=1)
    largest = int((sums + np.abs(layer.bias.astype(np.int64))).max())
    multiplier, shift = (int(value) for value in layer.requant[0])
    return dsp_requant(multiplier, shift, layer.zero_point, largest, options.rounding)


def pack_rows(weights: NDArray[np.int8], paired_rows: int, read: Layout) -> NDArray[np.uint32]:
    """The weight words that fully_connected.h describes: quads, at most one pair, single rows."""
    rows, depth = weights.shape
    padded = np.zeros((rows, -(-depth // _DEPTH_STEP) * _DEPTH_STEP), np.int64)
    padded[:, :depth] = weights
    fours = padded.reshape(rows, -1, 4)[:, :, _ORDER[read]]  # [rows, depth / 4, (A, B, C, D)]
    quad_rows = paired_rows // 4 * 4
    pairs = 256 * fours[1:paired_rows:2] + fours[0:paired_rows:2]
    words = _words(pairs, 16)  # [pairs, depth / 4, (AB, CD)]
    quads = words[: quad_rows // 2].reshape(-1, 2, *words.shape[1:])
    single = fours[paired_rows:, :, (0, 2, 1, 3)]  # bytes A, C, B, D
    parts = (quads.transpose(0, 2, 3, 1), words[quad_rows // 2 :], _words(single, 8))
    return np.concatenate([part.reshape(-1) for part in parts])


def _words(values: NDArray[np.int64], bits: int) -> NDArray[np.uint32]:
    """Groups of 32 / bits values along the last axis as words, the first one lowest."""
    count = 32 // bits
    groups = (values & ((1 << bits) - 1)).reshape(
        *values.shape[:-1], values.shape[-1] // count, count
    )
    return np.asarray((groups << (bits * np.arange(count))).sum(axis=-1), np.uint32)
