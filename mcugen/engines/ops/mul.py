# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""MUL of int8 operands, which broadcast: a portable kernel, those with vectors, and one for DSP cores."""

from __future__ import annotations

from collections.abc import Iterable

from mcugen.engines.aot.scales import activation_range, dsp_requant, quantize_multiplier
from mcugen.engines.aot.variants import Fields, Kernel, Operator, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.broadcast import Pair, halfwords, requant_text
from mcugen.model.ir import Graph, Op

_PORTABLE_COST = 45  # instructions per element
_DSP_COST = 11
_PORTABLE = Kernel("mcugen_mul", "mcugen_mul_t", "mul.h", "mul.c")
_DSP = Kernel("mcugen_mul_dsp", "mcugen_mul_dsp_t", "mul.h", "mul_dsp.c")
_SIMD = Kernel("mcugen_mul_simd", "mcugen_mul_t", "mul.h", "mul_simd.c", ("mul_avx2.c",))
_SIMD_COST = 6
_MVE = Kernel("mcugen_mul_mve", "mcugen_mul_t", "mul.h", "mul_mve.c")
_MVE_COST = 3
_PRODUCT_BITS = 16


def reasons(graph: Graph, op: Op) -> Iterable[checks.Reason]:
    """int8; operands broadcast to the output's shape, and one may be a constant."""
    pair = Pair.of(graph, op)
    found = [*pair.reasons(), *checks.activation_reasons(op.fused_activation, pair.out)]
    return found or checks.factor_reasons(_factor(pair), bits=_PRODUCT_BITS)


def _factor(pair: Pair) -> float:
    """In double, from the model's first input on (CalculateOpDataMul)."""
    a, b, out = pair.scales
    return a * b / out


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A portable kernel; one with vectors where the factor is at most 1, with Helium below 1/2; a DSP kernel
    where its requantisation stays exact in 32 bits."""
    pair = Pair.of(graph, op)
    portable = pair.variant(_PORTABLE, _portable_fields(pair, op), _PORTABLE_COST)
    _, shift = quantize_multiplier(_factor(pair))
    if "simd" in options.isa and shift <= 0:
        return (portable, pair.variant(_SIMD, _portable_fields(pair, op), _SIMD_COST))
    if "mve" in options.isa and shift <= -1:
        return (portable, pair.variant(_MVE, _portable_fields(pair, op), _MVE_COST))
    dsp_fields = _dsp_fields(pair, op)
    if "dsp" not in options.isa or dsp_fields is None:
        return (portable,)
    return (portable, pair.variant(_DSP, dsp_fields, _DSP_COST))


def _portable_fields(pair: Pair, op: Op) -> Fields:
    """Members of mcugen_mul_t."""
    zero_point_a, zero_point_b, zero_point = pair.zero_points
    return (
        ("zero_point_a", zero_point_a),
        ("zero_point_b", zero_point_b),
        ("by", requant_text(_factor(pair))),
        ("zero_point", zero_point),
        *_range_fields(pair, op),
    )


def _dsp_fields(pair: Pair, op: Op) -> Fields | None:
    """Members of mcugen_mul_dsp_t; None where it does not hold."""
    zero_point_a, zero_point_b, zero_point = pair.zero_points
    by = quantize_multiplier(_factor(pair))
    requant = dsp_requant(*by, zero_point, 2**_PRODUCT_BITS, "double")
    if requant is None:
        return None
    return (
        ("offset_a", halfwords(-zero_point_a)),
        ("offset_b", halfwords(-zero_point_b)),
        ("multiplier", requant[0]),
        ("addend", requant[1]),
        ("shift", requant[2]),
        ("count", pair.out.elements),
        *_range_fields(pair, op),
    )


def _range_fields(pair: Pair, op: Op) -> Fields:
    low, high = activation_range(op.fused_activation, pair.out.known_quant)
    return (("low", low), ("high", high))


OPERATOR = Operator(checks.as_problems(reasons), variants)
