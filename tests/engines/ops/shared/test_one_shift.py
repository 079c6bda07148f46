# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Constants for one shift give what the model's arithmetic gives, for every sum that can occur."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mcugen.engines.aot.scales import ONE_SHIFT
from mcugen.engines.contract import Rounding
from mcugen.engines.ops.shared import convolution
from mcugen.engines.ops.shared.convolution import Convolution
from mcugen.engines.ops.shared.one_shift import straight_words
from mcugen.model.numpy_graph import ROUNDINGS
from mcugen.model.tflite import parse_tflite
from mcugen.paths import runtime_dir
from tests.engines.ops.convolutions import Case, model_of

CHANNELS = 64


def layer(
    gain: float, seed: int, zero_point: int = -128, channels: int = 9, outputs: int = CHANNELS
) -> Convolution:
    """A pointwise layer; `gain` as in Case, a few channels a hundred times finer."""
    case = Case(
        filter=(1, 1), channels=channels, outputs=outputs, gain=gain, output_zero_point=zero_point
    )
    graph = parse_tflite(model_of([replace(case, seed=seed)]), "one")
    read = convolution.read_convolution(graph, graph.ops[0], 0)
    requant = read.requant.copy()
    requant[::9, 1] -= 7
    return convolution.settle_constant_channels(replace(read, requant=requant), "double")


def in_c(sums: NDArray[np.int64], words: NDArray[np.int64]) -> NDArray[np.int64]:
    """mcugen_requantize_straight of dsp.h."""
    multiplier, addend, shift = words
    high = ((sums << 8) * multiplier >> 32) + addend
    assert abs(high).max() < 2**31
    return np.asarray(np.clip(high >> shift, -128, 127))


def assert_words_hold(read: Convolution, rounding: Rounding, step: int) -> None:
    """Every `step`-th sum that can occur, and the largest, end where the reference ends."""
    words = straight_words(read, rounding)
    assert words is not None
    bias = convolution.folded_bias(read).astype(np.int64)
    reach = convolution.largest_sums(read) - abs(bias)
    for c in range(len(words)):
        largest = bias[c] + reach[c]
        sums = np.append(np.arange(bias[c] - reach[c], largest, step), largest)
        multiplier, shift = read.requant[c].astype(np.int64)
        expected = ROUNDINGS[rounding](sums, multiplier, shift) + read.zero_point
        found = in_c(sums, words[c].view(np.int32).astype(np.int64))
        assert (found == np.clip(expected, -128, 127)).all()


@pytest.mark.parametrize("rounding", ["double", "single"])
@pytest.mark.parametrize("gain", [0.2, 5.0, 60.0, 300.0, 3000.0])
def test_every_sum_ends_where_the_reference_ends(rounding: Rounding, gain: float) -> None:
    assert_words_hold(layer(gain, seed=round(gain)), rounding, step=1)


@given(
    st.floats(-2.0, 4.0).map(lambda exponent: 10**exponent),
    st.integers(0, 2**20),
    st.integers(-128, 127),
    st.integers(1, 60),
)
@settings(max_examples=8)
@example(0.1, 10, -69, 20)  # -69 << 25, in the addend of the finest channels, is no int32
def test_constants_hold_wherever_there_are_some(
    gain: float, seed: int, zero_point: int, channels: int
) -> None:
    for at in (zero_point, -128):
        read = layer(gain, seed, at, channels, outputs=10)
        for rounding in ("double", "single"):
            if straight_words(read, rounding) is not None:
                assert_words_hold(read, rounding, step=997)


def test_ordinary_channels_have_the_one_shift() -> None:
    words = straight_words(layer(60.0, seed=1), "double")
    assert words is not None
    assert (words[:, 2] == ONE_SHIFT).sum() > CHANNELS * 3 // 4


def test_it_is_left_alone_where_it_does_not_hold() -> None:
    assert straight_words(layer(60.0, seed=1, zero_point=-127), "double") is None
    assert straight_words(layer(60.0, seed=1, zero_point=-127), "single") is not None
    assert straight_words(replace(layer(60.0, seed=1), high=100), "double") is None
    wide = layer(60.0, seed=1, channels=1000)
    assert convolution.largest_sums(wide).max() >= 2**23
    assert straight_words(wide, "double") is None


def test_the_runtime_shifts_by_as_much() -> None:
    text = (runtime_dir() / "kernels" / "dsp.h").read_text()
    assert f"#define MCUGEN_ONE_SHIFT {ONE_SHIFT}\n" in text
