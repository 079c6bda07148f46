# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""BATCH_MATMUL: products of matrices, one or several, either of which may be a constant."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mcugen.engines.aot.scales import quantize_multiplier
from mcugen.engines.aot.variants import Kernel, Operator, Table, Variant, activations
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.broadcast import list_text, two_to_one
from mcugen.engines.ops.shared.copy_call import strides_of
from mcugen.engines.ops.shared.one_call import one_call
from mcugen.model.ir import DType, Graph, Op, Tensor

_AXES = 5  # TFLite Micro's: MCUGEN_BATCH_AXES and those of the matrices
_COST = 8  # instructions per product
_SUFFIXES = {DType.INT8: "s8", DType.INT16: "s16", DType.FLOAT32: "f32"}
_SHIFTS = range(-31, 8)
"""Of the factor of a 64-bit sum, that TFLite takes."""


def reasons(graph: Graph, op: Op) -> Iterator[checks.Reason]:
    """int8, int16 with zero points 0, float32; up to five axes, batches that broadcast; one operand may be
    a constant.
    """
    a, b, out = two_to_one(graph, op)
    dtype = a.dtype
    if dtype not in _SUFFIXES or b.dtype is not dtype or out.dtype is not dtype:
        yield f"{a.dtype.value} by {b.dtype.value} to {out.dtype.value} is not supported", ""
        return
    shapes = f"{list(a.shape)} by {list(b.shape)}"
    if not all(2 <= len(t.shape) <= _AXES for t in (a, b)):
        yield f"shapes {shapes} are not supported", ""
        return
    rows, depth, depth_b, columns = _sizes(op, a, b)
    try:
        batches = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    except ValueError:
        batches = (-1,)
    if depth != depth_b or (*batches, rows, columns) != out.shape or not out.elements:
        yield f"output {list(out.shape)} does not follow from {shapes}", ""
    if dtype is DType.INT8:
        bits = (2**16 * depth).bit_length()
        yield from [*checks.scale_reasons(a, b, out)] or checks.factor_reasons(
            _factor(a, b, out), bits=bits
        )
    if dtype is DType.INT16:
        yield from [*checks.scale_reasons(a, b, out)] or _int16_reasons(a, b, out)


def _int16_reasons(*tensors: Tensor) -> Iterator[checks.Reason]:
    if any(t.quant is not None and t.zero_point for t in tensors):
        yield "int16 with a zero point other than 0 is not supported", ""
    if quantize_multiplier(_factor(*tensors))[1] not in _SHIFTS:
        yield "the output's scale does not fit those of the inputs", ""


def _sizes(op: Op, a: Tensor, b: Tensor) -> tuple[int, int, int, int]:
    """Rows, depth of a, depth of b, columns."""
    rows, depth = a.shape[-2:][::-1] if op.options.get("adj_x") else a.shape[-2:]
    depth_b, columns = b.shape[-2:][::-1] if op.options.get("adj_y") else b.shape[-2:]
    return rows, depth, depth_b, columns


def _factor(a: Tensor, b: Tensor, out: Tensor) -> float:
    """In double (GetQuantizedConvolutionMultipler)."""
    return a.scale * b.scale / out.scale


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A portable kernel."""
    a, b, out = two_to_one(graph, op)
    constant = next((t for t in (a, b) if t.data is not None), None)
    rows, depth, _, columns = _sizes(op, a, b)
    adj_x, adj_y = op.options.get("adj_x", False), op.options.get("adj_y", False)
    quantised = a.dtype is not DType.FLOAT32
    stem = f"mcugen_batch_matmul_{_SUFFIXES[a.dtype]}"
    name = stem if constant is None else f"{stem}_constant"
    kernel = Kernel(name, "mcugen_batch_matmul_t", "batch_matmul.h", "batch_matmul.c")
    by = quantize_multiplier(_factor(a, b, out)) if quantised else (0, 0)
    table: Table | str = "NULL"
    if constant is not None and constant.data is not None:
        table = Table("constant", constant.data, f'"{constant.name}" {list(constant.shape)}')
    fields = (
        ("constant", table),
        ("swapped", int(constant is a)),
        ("batches", list_text(_padded(out.shape[:-2]))),
        ("a_batch_steps", list_text(_batch_steps(a))),
        ("b_batch_steps", list_text(_batch_steps(b))),
        ("rows", rows),
        ("depth", depth),
        ("columns", columns),
        ("a_row_step", 1 if adj_x else a.shape[-1]),
        ("a_step", a.shape[-1] if adj_x else 1),
        ("b_column_step", b.shape[-1] if adj_y else 1),
        ("b_step", 1 if adj_y else b.shape[-1]),
        *((f"{n}_zero_point", _zero_point(t)) for n, t in (("a", a), ("b", b))),
        ("by", list_text(by)),
        ("zero_point", _zero_point(out)),
    )
    cost = _COST * out.elements * depth
    return (one_call(kernel, fields, cost, reads=len(activations(graph, op))),)


def _padded(batches: tuple[int, ...]) -> tuple[int, ...]:
    return (1,) * (_AXES - 2 - len(batches)) + batches


def _batch_steps(tensor: Tensor) -> list[int]:
    """From one matrix to the next along each axis; 0 where they are repeated."""
    shape = _padded(tensor.shape[:-2]) + tensor.shape[-2:]
    return [0 if n == 1 else s for n, s in zip(shape[:-2], strides_of(shape)[:-2], strict=True)]


def _zero_point(tensor: Tensor) -> int:
    return tensor.zero_point if tensor.dtype is DType.INT8 and tensor.quant else 0


OPERATOR = Operator(checks.as_problems(reasons), variants)
