# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Scales become the integers that TensorFlow Lite computes with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcugen.engines.aot.scales import (
    activation_range,
    dsp_requant,
    quantize_multiplier,
    round_half_away,
)
from mcugen.model import numpy_graph
from mcugen.model.ir import Quant


@given(st.floats(0, 2.0**29, allow_subnormal=False))
def test_the_multiplier_is_the_references(factor: float) -> None:
    assert quantize_multiplier(factor) == numpy_graph.quantize_multiplier(factor)


@pytest.mark.parametrize(
    ("factor", "expected"),
    [
        (0.0, (0, 0)),
        (0.5, (2**30, 0)),
        (1.0, (2**30, 1)),
        (1 - 2.0**-40, (2**30, 1)),  # rounds up to 2^31, which needs one shift more
        (2.0**-33, (0, 0)),
    ],
)
def test_multipliers_at_the_edges(factor: float, expected: tuple[int, int]) -> None:
    assert quantize_multiplier(factor) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(0.5, 1), (-0.5, -1), (1.5, 2), (-2.4, -2), (0.49999999999999994, 0)]
)
def test_halves_go_away_from_zero(value: float, expected: int) -> None:
    assert round_half_away(value) == expected


@pytest.mark.parametrize(
    ("activation", "zero_point", "expected"),
    [
        ("NONE", 3, (-128, 127)),
        ("RELU", -128, (-128, 127)),
        ("RELU", 3, (3, 127)),
        ("RELU6", -128, (-128, -68)),
        ("RELU6", 100, (100, 127)),
        ("RELU_N1_TO_1", 0, (-10, 10)),
    ],
)
def test_activation_range(activation: str, zero_point: int, expected: tuple[int, int]) -> None:
    assert activation_range(activation, Quant((0.1,), (zero_point,))) == expected


def test_the_short_requantisation_is_refused_where_it_would_be_wrong() -> None:
    assert dsp_requant(2**30, -3, 2, 1000, "double") == (-(2**31), 4 + 16, 3)
    assert dsp_requant(2**30, -3, 2, 1000, "single") == (2**30, 2 + 8, 2)
    assert dsp_requant(2**30, 0, 2, 1000, "double") is None
    assert dsp_requant(2**30, -1, 2, 1000, "single") is None
    assert dsp_requant(2**30, -23, 2, 1000, "double") is None
    assert dsp_requant(2**30, -3, 2, 2**30, "double") is None
