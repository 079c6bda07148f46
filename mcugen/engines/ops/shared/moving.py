# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What the operators that only move elements share: types, constant arguments, calls of blocks.h."""

from __future__ import annotations

from collections.abc import Iterator

from mcugen.engines.aot.variants import Layout, Variant
from mcugen.engines.ops.shared import checks
from mcugen.model.ir import DType, Tensor

_TYPES = frozenset(
    {
        DType.INT8,
        DType.INT16,
        DType.INT32,
        DType.INT64,
        DType.FLOAT32,
        DType.BOOL,
    }
)


def element_reasons(*tensors: Tensor) -> Iterator[checks.Reason]:
    """Element types that are not supported or that differ; tensors without elements."""
    types = {tensor.dtype for tensor in tensors}
    for dtype in sorted(types - _TYPES, key=lambda t: t.value):
        yield f"{dtype.value} is not supported", ""
    if len(types) > 1:
        yield "inputs and outputs differ in their type", ""
    if any(not tensor.elements for tensor in tensors):
        yield "a tensor has no elements", ""


def numbers(tensor: Tensor | None) -> tuple[int, ...] | None:
    """The values of a constant int32 or int64 tensor, None for others."""
    if tensor is None or tensor.data is None or tensor.dtype not in (DType.INT32, DType.INT64):
        return None
    return tuple(int(value) for value in tensor.data.reshape(-1))


def renamings(tensor: Tensor) -> tuple[Variant, ...]:
    """The variants of an operator that moves nothing: its output is its input, in any layout."""
    layouts = (Layout.NATIVE, Layout.INT16) if tensor.dtype is DType.INT8 else (Layout.NATIVE,)
    return tuple(Variant((layout,), (layout,), 0, None) for layout in layouts)
