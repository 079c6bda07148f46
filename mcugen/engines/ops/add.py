# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""ADD and SUB: a portable kernel, one for Helium, and those for other vectors and DSP cores (ADD only)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from mcugen.engines.aot.scales import activation_range, dsp_requant, quantize_multiplier
from mcugen.engines.aot.variants import Fields, Kernel, Operator, Table, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.broadcast import Pair, halfwords, list_text
from mcugen.engines.ops.shared.plane import Plane, find_plane
from mcugen.model.ir import Graph, Op
from mcugen.model.numpy_layers import requantize_double

_PORTABLE_COST = 94  # instructions per element
_DSP_COST = 17
_PORTABLE = Kernel("mcugen_add_s8", "mcugen_add_t", "add.h", "add.c")
_DSP = Kernel("mcugen_add_s8_dsp", "mcugen_add_dsp_t", "add.h", "add_dsp.c")
_TABLE = {
    False: Kernel("mcugen_add_s8_table", "mcugen_add_table_t", "add.h", "add_table.c"),
    True: Kernel("mcugen_add_s8_table_relu", "mcugen_add_table_t", "add.h", "add_table.c"),
}
"""By whether the zero point is -128."""

_TABLE_COST = 12
_SIMD = Kernel("mcugen_add_s8_simd", "mcugen_add_t", "add.h", "add_simd.c", ("add_avx2.c",))
_SIMD_COST = 14
_MVE = Kernel("mcugen_add_s8_mve", "mcugen_add_plane_t", "add.h", "add_mve.c")
_MVE_COST = 3
_INPUT_SHIFT = 20
_LARGEST_SUM = 2 * 255 * 2**19
_HALF = (2**30, 0)  # a factor of 1/2, which the operand with the larger scale has


@dataclass(frozen=True, slots=True)
class _Factors:
    """Multiplier and shift of operand a, operand b and their sum."""

    a: tuple[int, int]
    b: tuple[int, int]
    out: tuple[int, int]


def reasons(graph: Graph, op: Op) -> Iterable[checks.Reason]:
    """int8; operands broadcast to the output's shape, and one may be a constant."""
    pair = Pair.of(graph, op)
    found = [*pair.reasons(), *checks.activation_reasons(op.fused_activation, pair.out)]
    if not found and not _are_fractions(_real_factors(pair, op.kind)):
        found.append(("the output's scale is too small for those of the inputs", ""))
    return found


def _are_fractions(factors: Iterable[float]) -> bool:
    """TFLite requires it (QuantizeMultiplierSmallerThanOneExp); rounding may lead to 1."""
    return all(0 < factor < 1 and quantize_multiplier(factor)[1] <= 0 for factor in factors)


def _real_factors(pair: Pair, kind: str) -> tuple[float, float, float]:
    """Factors of a, b and the sum, which TFLite computes in double for ADD, in float32 for SUB."""
    real = np.float64 if kind == "ADD" else np.float32
    a, b, out = (real(scale) for scale in pair.scales)
    with np.errstate(over="ignore"):
        twice = real(2) * max(a, b)
        return float(a / twice), float(b / twice), float(twice / (real(2**_INPUT_SHIFT) * out))


def _factors(pair: Pair, kind: str) -> _Factors:
    return _Factors(*(quantize_multiplier(factor) for factor in _real_factors(pair, kind)))


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A portable kernel; for Helium one that multiplies each operand once, where that gives the same for
    all 65,536 pairs of operands.

    ADD: and one with vectors; for DSP cores one where its requantisation stays exact in 32 bits, and one
    with a table of 1 KB unless `--optimize size`.
    """
    pair = Pair.of(graph, op)
    portable = pair.variant(_PORTABLE, _portable_fields(pair, op), _PORTABLE_COST)
    plane = _plane(pair, op) if "mve" in options.isa else None
    if plane is not None:
        return (portable, pair.variant(_MVE, tuple(asdict(plane).items()), _MVE_COST))
    if "simd" in options.isa and op.kind == "ADD":
        return (portable, pair.variant(_SIMD, _portable_fields(pair, op), _SIMD_COST))
    dsp_fields = _dsp_fields(pair, op)
    if "dsp" not in options.isa or dsp_fields is None:
        return (portable,)
    dsp = pair.variant(_DSP, dsp_fields, _DSP_COST)
    if options.optimize == "size" or pair.b.data is not None:
        return (portable, dsp)
    relu = pair.zero_points[2] == -128
    table = pair.variant(_TABLE[relu], _table_fields(pair, op, dsp_fields), _TABLE_COST)
    return (portable, dsp, table)


def _portable_fields(pair: Pair, op: Op) -> Fields:
    """Members of mcugen_add_t."""
    factors = _factors(pair, op.kind)
    zero_point_a, zero_point_b, zero_point = pair.zero_points
    low, high = _range(pair, op)
    sign_a, sign_b = _signs(pair, op)
    return (
        ("a", _addend(zero_point_a, sign_a, factors.a)),
        ("b", _addend(zero_point_b, sign_b, factors.b)),
        ("by", list_text(factors.out)),
        ("zero_point", zero_point),
        ("low", low),
        ("high", high),
    )


def _plane(pair: Pair, op: Op) -> Plane | None:
    """What mcugen_add_s8_mve computes, None where there is no such plane."""
    factors, (scale_a, scale_b, scale) = _factors(pair, op.kind), pair.scales
    zero_point_a, zero_point_b, zero_point = pair.zero_points
    sign_a, sign_b = _signs(pair, op)
    a = sign_a * _scaled(zero_point_a, factors.a)
    b = sign_b * _scaled(zero_point_b, factors.b)
    sums = a[:, None] + b
    limits = _range(pair, op)
    wanted = np.clip(requantize_double(sums, *factors.out) + zero_point, *limits)
    real = (sign_a * scale_a / scale, sign_b * scale_b / scale)
    return find_plane(wanted, real, pair.zero_points, limits)


def _scaled(zero_point: int, factor: tuple[int, int]) -> NDArray[np.int64]:
    """s(x) of add.h for x = -128..127."""
    values = np.arange(-128, 128, dtype=np.int64) - zero_point
    return np.asarray(requantize_double(values << _INPUT_SHIFT, *factor), np.int64)


def _signs(pair: Pair, op: Op) -> tuple[int, int]:
    """-1 for the operand that is subtracted."""
    minus = -1 if op.kind == "SUB" else 1
    return (minus, 1) if pair.swapped else (1, minus)


def _range(pair: Pair, op: Op) -> tuple[int, int]:
    """Smallest and largest output."""
    return activation_range(op.fused_activation, pair.out.known_quant)


def _addend(zero_point: int, sign: int, factor: tuple[int, int]) -> str:
    """An initialiser of mcugen_addend_t."""
    return f"{{{zero_point}, {sign}, {list_text(factor)}}}"


def _dsp_fields(pair: Pair, op: Op) -> Fields | None:
    """Members of mcugen_add_dsp_t; None where it does not hold."""
    factors = _factors(pair, op.kind)
    zero_point_a, zero_point_b, zero_point = pair.zero_points
    a, b = (factors.a, zero_point_a), (factors.b, zero_point_b)
    fine, coarse = (b, a) if factors.a == _HALF else (a, b)
    (multiplier, shift), fine_zero_point = fine
    requant = dsp_requant(*factors.out, zero_point, _LARGEST_SUM, "double")
    if op.kind != "ADD" or requant is None or coarse[0] != _HALF or shift > -1:
        return None
    low, high = _range(pair, op)
    return (
        ("fine_is_b", int(factors.a == _HALF)),
        ("fine_offset", halfwords(-fine_zero_point)),
        ("coarse_offset", halfwords(-coarse[1])),
        ("fine_multiplier", multiplier),
        ("fine_half", 1 << (-shift - 1)),
        ("fine_shift", -shift),
        ("multiplier", requant[0]),
        ("addend", requant[1]),
        ("shift", requant[2]),
        ("count", pair.out.elements),
        ("low", low),
        ("high", high),
    )


def _table_fields(pair: Pair, op: Op, dsp_fields: Fields) -> Fields:
    """Members of mcugen_add_table_t, where those of mcugen_add_dsp_t hold."""
    fields = dict(dsp_fields)
    factors = _factors(pair, op.kind)
    zero_point_a, zero_point_b, _ = pair.zero_points
    fine, zero_point, coarse_zero_point = (
        (factors.b, zero_point_b, zero_point_a)
        if fields["fine_is_b"]
        else (factors.a, zero_point_a, zero_point_b)
    )
    scaled = np.roll(_scaled(zero_point, fine), 128)  # 0..127, -128..-1
    table = (scaled - (coarse_zero_point << (_INPUT_SHIFT - 1))).astype(np.int32)
    kept = ("multiplier", "addend", "shift", "count", "low", "high")
    return (
        ("fine", Table("fine", table, "the fine operand, scaled")),
        ("fine_is_b", fields["fine_is_b"]),
        *((name, fields[name]) for name in kept),
    )


OPERATOR = Operator(checks.as_problems(reasons), variants)
