# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR: source pixels per row and column are tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcugen.engines.aot.scales import round_half_away
from mcugen.engines.aot.variants import Kernel, Operator, Table, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.moving import numbers
from mcugen.engines.ops.shared.one_call import one_call
from mcugen.model.ir import DType, Graph, Op, Tensor

_TYPES = {
    "RESIZE_NEAREST_NEIGHBOR": (DType.INT8, DType.INT16, DType.FLOAT32),
    "RESIZE_BILINEAR": (DType.INT8,),
}
_LARGEST_SIDE = 2**15 - 1  # indices are 16 bits
_PIXEL_COST = 25
_BLEND_COST = 22  # instructions per value
_COPY_COST = 1.5  # instructions per byte


@dataclass(frozen=True, slots=True)
class _Side:
    """Rows or columns: `given` become `made`."""

    given: int
    made: int
    align_corners: bool
    half_pixel_centers: bool


def reasons(graph: Graph, op: Op) -> Iterable[checks.Reason]:
    """RESIZE_NEAREST_NEIGHBOR: int8, int16 and float32; constant size.

    RESIZE_BILINEAR: int8; constant size; not align_corners with half_pixel_centers.
    """
    x, out = checks.in_and_out(
        graph, op, 1, "needs one activation input, a constant size and one output"
    )
    found = [*_type_reasons(op, x, out)]
    if len(x.shape) != 4 or len(out.shape) != 4:
        return [*found, (f"shapes {list(x.shape)} and {list(out.shape)} are not images", "")]
    found += _shape_reasons(x, out, numbers(graph.input_tensors(op)[1]))
    if not found and op.kind == "RESIZE_BILINEAR":
        found += _index_reasons(op, x, out)
    return found


def _type_reasons(op: Op, x: Tensor, out: Tensor) -> Iterator[checks.Reason]:
    if x.dtype not in _TYPES[op.kind] or x.dtype is not out.dtype:
        yield f"{x.dtype.value} to {out.dtype.value} is not supported", checks.INT8_HINT
    both = op.options.get("align_corners") and op.options.get("half_pixel_centers")
    if op.kind == "RESIZE_BILINEAR" and both:
        yield "align_corners with half_pixel_centers is not supported", "choose one of them"


def _shape_reasons(x: Tensor, out: Tensor, size: tuple[int, ...] | None) -> Iterator[checks.Reason]:
    if size != out.shape[1:3]:
        yield f"size {size} is not that of the output, {list(out.shape)}", ""
    if (x.shape[0], x.shape[3]) != (out.shape[0], out.shape[3]):
        yield f"{list(x.shape)} and {list(out.shape)} differ in batches or channels", ""
    if not x.elements or not out.elements:
        yield "an image has no pixels", ""
    if max(*x.shape[1:3], *out.shape[1:3]) > _LARGEST_SIDE:
        yield f"images of more than {_LARGEST_SIDE} rows or columns are not supported", ""


def _index_reasons(op: Op, x: Tensor, out: Tensor) -> Iterator[checks.Reason]:
    """TFLite's step has 10 fraction bits, so many small steps may lead out of the image."""
    for side in _sides(op, x, out):
        if between(side)[:, 0].max() >= side.given:
            yield f"TFLite reads beyond the image when {side.given} become {side.made}", ""


def _sides(op: Op, x: Tensor, out: Tensor) -> tuple[_Side, _Side]:
    """Rows, columns."""
    align = bool(op.options.get("align_corners"))
    half = bool(op.options.get("half_pixel_centers"))
    sizes = zip(x.shape[1:3], out.shape[1:3], strict=True)
    rows, columns = (_Side(given, made, align, half) for given, made in sizes)
    return rows, columns


def nearest(side: _Side) -> NDArray[np.uint16]:
    """GetNearestNeighbor of TFLite, in its float32: for each output the input that is copied."""
    scale = np.float32(side.given) / np.float32(side.made)
    if side.align_corners and side.made > 1:
        scale = np.float32(side.given - 1) / np.float32(side.made - 1)
    places = (np.arange(side.made, dtype=np.float32) + np.float32(side.half_pixel_centers / 2)) * (
        scale
    )
    if side.align_corners:
        found = np.array([round_half_away(float(place)) for place in places])
    else:
        found = np.floor(places).astype(np.int64)
    return np.clip(found, 0, side.given - 1).astype(np.uint16)


def between(side: _Side) -> NDArray[np.int16]:
    """ComputeInterpolationValuesInteger of TFLite: lower, upper, 1024ths from lower; [made, 3]."""
    given, made = side.given, side.made
    if side.align_corners and made > 1:
        given, made = given - 1, made - 1
    step = (1024 * given + made // 2) // made
    places = np.arange(side.made) * step
    if side.half_pixel_centers:
        places += step // 2 - 512
    lower = np.maximum(places // 1024, 0)
    upper = np.minimum(_divide(places + 1023), side.given - 1)
    return np.asarray(np.stack([lower, upper, places - 1024 * lower], axis=1), np.int16)


def _divide(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """C's values / 1024, towards zero."""
    return np.asarray(np.sign(values) * (np.abs(values) // 1024))


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A portable kernel over tables of source rows and columns."""
    x, out = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
    pixels = out.elements // out.shape[3]
    is_nearest = op.kind == "RESIZE_NEAREST_NEIGHBOR"
    work = _COPY_COST * out.bytes if is_nearest else _BLEND_COST * out.elements

    rows, columns = _sides(op, x, out)
    kernel, last, make = (
        (_NEAREST, ("pixel_bytes", x.shape[3] * x.dtype.bytes), nearest)
        if is_nearest
        else (_bilinear(options), ("channels", x.shape[3]), between)
    )
    fields = (
        ("batches", x.shape[0]),
        ("in_height", x.shape[1]),
        ("in_width", x.shape[2]),
        ("out_height", out.shape[1]),
        ("out_width", out.shape[2]),
        last,
        ("rows", Table("rows", make(rows), "source rows")),
        ("columns", Table("columns", make(columns), "source columns")),
    )
    return (one_call(kernel, fields, int(work) + _PIXEL_COST * pixels),)


_NEAREST = Kernel(
    "mcugen_resize_nearest_neighbor", "mcugen_resize_nearest_neighbor_t", "resize.h", "resize.c"
)


def _bilinear(options: EngineOptions) -> Kernel:
    function = f"mcugen_resize_bilinear_{options.rounding}"
    return Kernel(function, "mcugen_resize_bilinear_t", "resize.h", "resize.c")


OPERATOR = Operator(checks.as_problems(reasons), variants)
