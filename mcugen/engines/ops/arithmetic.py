# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Operators of two operands, element by element, of every type that has no kernel of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from mcugen.codegen.c_text import c_float
from mcugen.engines.aot.scales import (
    ACTIVATIONS,
    INT8_RANGE,
    INT16_RANGE,
    activation_range,
    quantize_multiplier,
)
from mcugen.engines.aot.variants import Fields, Kernel, Operator, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.broadcast import Pair, list_text
from mcugen.model.ir import DType, Graph, Op, Tensor

_KERNEL = Kernel("mcugen_binary", "mcugen_binary_t", "arithmetic.h", "arithmetic.c")
_COST = 12  # instructions per element, and what a type adds
_QUANTISED_COST = 60

_SUFFIXES = {
    DType.BOOL: "bool",
    DType.FLOAT32: "f32",
    DType.INT8: "s8",
    DType.INT16: "s16",
    DType.INT32: "s32",
    DType.INT64: "s64",
}
_LIMITS = {DType.INT8: INT8_RANGE, DType.INT16: INT16_RANGE}
_INT32_RANGE = (-(2**31), 2**31 - 1)
_FLOAT_MAX = float(np.finfo(np.float32).max)

_REALS = frozenset({DType.FLOAT32, DType.INT32})
_ORDERED = _REALS | {DType.INT8, DType.INT64}
_COMPARISONS = frozenset(("EQUAL", "NOT_EQUAL", "GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL"))

TYPES: Mapping[str, frozenset[DType]] = {
    "ADD": _REALS | {DType.INT16},
    "DIV": _REALS | {DType.INT8},
    "EQUAL": _ORDERED | {DType.BOOL},
    "FLOOR_DIV": frozenset({DType.FLOAT32}),
    "FLOOR_MOD": frozenset({DType.FLOAT32}),
    "PRELU": frozenset({DType.FLOAT32, DType.INT16}),
    "GREATER": _ORDERED,
    "GREATER_EQUAL": _ORDERED,
    "LESS": _ORDERED,
    "LESS_EQUAL": _ORDERED,
    "LOGICAL_AND": frozenset({DType.BOOL}),
    "LOGICAL_OR": frozenset({DType.BOOL}),
    "MAXIMUM": _REALS | {DType.INT16, DType.INT64},
    "MINIMUM": _REALS | {DType.INT16, DType.INT64},
    "MUL": _REALS | {DType.INT16},
    "NOT_EQUAL": _ORDERED | {DType.BOOL},
    "SQUARED_DIFFERENCE": _REALS | {DType.INT8, DType.INT16},
    "SUB": _REALS | {DType.INT16},
}
"""What is computed here, by operator."""


@dataclass(frozen=True, slots=True)
class _Scaling:
    """Real factors of both operands, of the result, and by how many bits operands are shifted."""

    a: float
    b: float
    result: float
    left_shift: int = 0


def _first(pair: Pair) -> tuple[Tensor, Tensor]:
    """The operands in the operator's order."""
    return (pair.b, pair.a) if pair.swapped else (pair.a, pair.b)


def _scales(pair: Pair) -> tuple[float, float, float]:
    one, two = _first(pair)
    return one.scale, two.scale, pair.out.scale if pair.out.quant else 1.0


def _sum(pair: Pair, real: Callable[[float], Any]) -> _Scaling:
    """ADD in double, SUB in float32 (CalculateOpDataAdd, CalculateOpDataSub)."""
    a, b, out = (real(scale) for scale in _scales(pair))
    twice = real(2) * max(a, b)
    result = twice / (real(2**15) * out)
    return _Scaling(float(a / twice), float(b / twice), float(result), 15)


def _product(pair: Pair) -> _Scaling:
    a, b, out = _scales(pair)
    return _Scaling(1, 1, a * b / out)


def _quotient(pair: Pair) -> _Scaling:
    """In double (CalculateOpDataDiv)."""
    a, b, out = _scales(pair)
    return _Scaling(1, 1, a / (b * out))


def _difference(pair: Pair) -> _Scaling:
    """PrepareQuantized of squared_difference.cc."""
    a, b, out = _scales(pair)
    left_shift = 7 if pair.a.dtype is DType.INT8 else 0
    twice = 2 * max(a, b)
    return _Scaling(a / twice, b / twice, twice * twice / (2 ** (2 * left_shift) * out), left_shift)


def _slopes(pair: Pair) -> _Scaling:
    """Of values that are not negative, and of the others times their slopes (CalculatePreluParams)."""
    a, b, out = _scales(pair)
    return _Scaling(a / out, 1, a * b / out)


def _comparison(pair: Pair) -> _Scaling:
    """ComparisonsPrepare: both operands in units of 2^-8."""
    a, b, _ = _scales(pair)
    return _Scaling(a, b, 1, 8)


_SCALINGS: Mapping[str, Callable[[Pair], _Scaling]] = {
    "ADD": lambda pair: _sum(pair, np.float64),
    "DIV": _quotient,
    "MUL": _product,
    "PRELU": _slopes,
    "SQUARED_DIFFERENCE": _difference,
    "SUB": lambda pair: _sum(pair, np.float32),
    **dict.fromkeys(_COMPARISONS, _comparison),
}


def _is_quantised(pair: Pair, op: Op) -> bool:
    """MAXIMUM and MINIMUM compare quantised values as they are."""
    return pair.a.dtype in _LIMITS and op.kind in _SCALINGS


def reasons(graph: Graph, op: Op) -> Iterable[checks.Reason]:
    """Operands broadcast to the output's shape, and one may be a constant.

    ADD, SUB, MUL: int16, int32, float32.

    MAXIMUM, MINIMUM: int16, int32, int64, float32.

    DIV: int8, int32, float32.

    SQUARED_DIFFERENCE: int8, int16, int32, float32.

    GREATER, GREATER_EQUAL, LESS, LESS_EQUAL: int8, int32, int64, float32.

    EQUAL, NOT_EQUAL: int8, int32, int64, float32, bool.

    LOGICAL_AND, LOGICAL_OR: bool.

    FLOOR_DIV, FLOOR_MOD: float32.

    PRELU: int16 with constant int8 slopes, float32.
    """
    pair = Pair.of(graph, op)
    return [*_type_reasons(pair, op), *pair.shape_reasons()] or _scale_reasons(pair, op)


def _type_reasons(pair: Pair, op: Op) -> Iterator[checks.Reason]:
    dtype = pair.a.dtype
    made = DType.BOOL if op.kind in _COMPARISONS else dtype
    has_slopes = _has_small_slopes(pair, op)
    if pair.b.dtype is not (DType.INT8 if has_slopes else dtype) or pair.out.dtype is not made:
        types = ", ".join(t.dtype.value for t in (pair.a, pair.b, pair.out))
        yield f"inputs and output of {types} are not supported", ""
    elif dtype not in TYPES[op.kind]:
        yield f"{dtype.value} is not supported", ""
    elif has_slopes and (pair.b.data is None or pair.swapped):
        yield "the slopes must be constant", ""
    if op.fused_activation not in ACTIVATIONS:
        yield f"fused activation {op.fused_activation} is not supported", ""


def _has_small_slopes(pair: Pair, op: Op) -> bool:
    """PRELU of int16, the only operator whose operands have two types."""
    return op.kind == "PRELU" and pair.a.dtype is DType.INT16


def _scale_reasons(pair: Pair, op: Op) -> Iterator[checks.Reason]:
    if pair.a.dtype not in _LIMITS:
        return
    tensors = (pair.a, pair.b, *(() if op.kind in _COMPARISONS else (pair.out,)))
    if any(t.quant is None or t.quant.axis is not None or t.scale <= 0 for t in tensors):
        yield "needs one scale per tensor", ""
    elif not _is_quantised(pair, op):
        if len({(t.quant.scales, t.quant.zero_points) for t in tensors if t.quant}) > 1:
            yield "inputs and output are quantised differently", ""
    elif op.kind == "PRELU":
        scaling = _slopes(pair)
        yield from checks.factor_reasons(scaling.a, bits=17)
        yield from checks.factor_reasons(scaling.result, bits=26)
    else:
        scaling = _SCALINGS[op.kind](pair)
        factors = (scaling.a, scaling.b)
        shifts = [quantize_multiplier(f)[1] for f in factors]
        if not all(0 < f <= 1 and shift <= 1 for f, shift in zip(factors, shifts, strict=True)):
            yield "a scale of an input is too large", ""
        elif not 0 < scaling.result < 2.0**14:
            yield "the output's scale is too small for those of the inputs", ""


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A portable kernel: a function for a row of each operator and type."""
    pair = Pair.of(graph, op)
    if _has_small_slopes(pair, op):
        assert pair.b.data is not None
        wide = replace(pair.b, dtype=DType.INT16, data=pair.b.data.astype(np.int16))
        pair = replace(pair, b=wide)
    function = f"mcugen_{op.kind.lower()}_{_SUFFIXES[pair.a.dtype]}"
    low, high = (float(v) for v in _real_range(op))
    fields: Fields = (
        ("function", function),
        ("swapped", int(pair.swapped)),
        ("bytes", pair.a.dtype.bytes),
        ("out_bytes", pair.out.dtype.bytes),
        ("low", c_float(max(low, -_FLOAT_MAX))),
        ("high", c_float(min(high, _FLOAT_MAX))),
    )
    quantised = _is_quantised(pair, op)
    fields += _quantised_fields(pair, op) if quantised else _integer_fields(op)
    return (pair.variant(_KERNEL, fields, _QUANTISED_COST if quantised else _COST),)


def _real_range(op: Op) -> tuple[float, float]:
    low, high = ACTIVATIONS[op.fused_activation]
    return -np.inf if low is None else low, np.inf if high is None else high


def _integer_fields(op: Op) -> Fields:
    """The range of an int32 result."""
    low, high = _real_range(op)
    smallest, largest = _INT32_RANGE
    return (
        ("smallest", max(smallest, int(low)) if np.isfinite(low) else smallest),
        ("largest", min(largest, int(high)) if np.isfinite(high) else largest),
    )


def _quantised_fields(pair: Pair, op: Op) -> Fields:
    scaling = _SCALINGS[op.kind](pair)
    one, two = _first(pair)
    out = pair.out.quant
    low, high = _LIMITS[pair.a.dtype]
    if out is not None:
        activation = op.fused_activation
        low, high = activation_range(activation, out, _LIMITS[pair.a.dtype])
    result = (out.zero_point if out is not None else 0, scaling.result)
    operands = {
        "a": (one.zero_point, scaling.a),
        "b": (two.zero_point, scaling.b),
        "result": result,
    }
    return (
        ("left_shift", scaling.left_shift),
        *(
            (name, f"{{{zero_point}, {list_text(quantize_multiplier(factor))}}}")
            for name, (zero_point, factor) in operands.items()
        ),
        ("smallest", low),
        ("largest", high),
    )


OPERATOR = Operator(checks.as_problems(reasons), variants)
