# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""CONV_2D equals TFLite Micro, in every kernel, on the PC and on an emulated Cortex-M33."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcugen.engines import ENGINES
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.conv_2d import pack_stream, paired_channels
from mcugen.model.tflite import parse_tflite
from tests.engines.ops.convolutions import (
    ACTIVATIONS,
    Case,
    layers,
    model_of,
    problems_of_case,
    vectors_of_cases,
)
from tests.engines.vectors import DSP, OPTIONS, Vectors, differences, random_models
from tests.tflite_writer import TensorSpec

EDGES = (
    *(
        Case(padding=p, stride=s)
        for p in ("SAME", "VALID")
        for s in ((1, 1), (2, 2), (1, 2), (3, 1))
    ),
    *(Case(dilation=d, image=(9, 8)) for d in ((2, 2), (1, 2), (3, 1))),
    *(Case(filter=f, channels=c, outputs=8) for f in ((1, 1), (3, 3)) for c in (1, 2, 3, 4, 5, 8)),
    *(Case(filter=(1, 1), channels=8, outputs=n) for n in (1, 2, 3, 4, 5, 6, 7, 9)),
    *(Case(filter=(1, 1), channels=c, image=(1, n)) for c in (3, 16) for n in (1, 2, 3, 5)),
    *(Case(filter=(1, 1), channels=c, outputs=4) for c in (12, 16, 20, 24, 28, 32, 36, 100)),
    *(Case(filter=(1, 1), stride=(2, 2), channels=c, image=(6, 5)) for c in (4, 6)),
    Case(filter=(10, 4), channels=1, outputs=8, stride=(2, 2), image=(21, 10)),
    Case(filter=(3, 3), channels=3, outputs=8, stride=(2, 2), image=(12, 12)),
    Case(filter=(5, 5), channels=3, image=(2, 2)),
    Case(filter=(1, 7), channels=6, image=(1, 20), dilation=(1, 2)),
    *(Case(batches=2, padding=p, channels=c) for p in ("SAME", "VALID") for c in (3, 4)),
    *(Case(groups=g, channels=c) for g in (2, 3) for c in (1, 4)),
    *(Case(activation=a, output_zero_point=z) for a in ACTIVATIONS for z in (-128, 0, 127)),
    *(Case(input_zero_point=z, bias=b) for z in (-128, 127) for b in (True, False)),
    *(Case(per_channel=False, activation=a) for a in ACTIVATIONS),
    *(Case(smallest_weight=-128, outputs=n) for n in (3, 8)),
    *(Case(gain=gain) for gain in (0.001, 0.4, 1e3, 1e5, 1e8)),  # shifts from far right to left
    # an output step of a few steps of the sum, so that a sum that is off by one shows
    *(Case(smallest_weight=-1, largest_weight=1, gain=g, output_zero_point=-9) for g in (45, 180)),
    # straight, with a range of shifts, and channels that need a shift of their own
    *(
        Case(filter=(1, 1), channels=12, outputs=n, output_zero_point=-128, gain=g, seed=n)
        for n in (7, 16)
        for g in (2, 20, 90, 300)
    ),
    # 128 * sum |w| >= 2^23: the sums of a pair of rows do not fit one word
    Case(filter=(3, 3), channels=100, smallest_weight=100, gain=20.0),
)


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return vectors_of_cases(EDGES, tmp_path_factory.mktemp("edges"))


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())
def test_edges_equal_the_reference_on_the_pc(
    options: EngineOptions, edges: Vectors, tmp_path: Path
) -> None:
    assert not any(differences(edges, options, tmp_path))


@pytest.mark.parametrize("name", ["portable", "dsp-speed", "dsp-size", "dsp-speed-single"])
def test_edges_equal_the_reference_on_a_cortex_m33(
    name: str, edges: Vectors, tmp_path: Path
) -> None:
    assert not any(differences(edges, OPTIONS[name], tmp_path, on="qemu"))


@random_models
@given(
    cases=st.lists(layers("CONV_2D"), min_size=20, max_size=40),
    options=st.sampled_from([*OPTIONS.values()]),
)
def test_random_layers_equal_the_reference(
    cases: list[Case], options: EngineOptions, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("random")
    assert not any(differences(vectors_of_cases(cases, folder), options, folder))


TELLING = (
    Case(padding="SAME", stride=(1, 2), image=(7, 6), outputs=6, output_zero_point=3),
    Case(channels=3, filter=(3, 2), dilation=(1, 2), activation="RELU6", groups=2),
    Case(channels=3, filter=(2, 3), dilation=(2, 2), image=(6, 7)),
    Case(channels=3, filter=(3, 2), outputs=5, batches=2, input_zero_point=100),
    Case(smallest_weight=-1, largest_weight=1, gain=90, output_zero_point=-9),
    Case(filter=(1, 1), channels=20, outputs=8, smallest_weight=-1, largest_weight=1, gain=60),
    Case(filter=(1, 1), channels=20, outputs=8, output_zero_point=-128, gain=90),
    Case(filter=(1, 1), channels=20, outputs=8, output_zero_point=-128, gain=1.5),
)
"""Few layers, quickly compiled, in which a wrong kernel shows."""

PORTABLE = "runtime/kernels/conv_2d.c"
PACKED = "runtime/kernels/conv_2d_dsp.c"
GATHER = "runtime/kernels/conv_2d_gather.h"
BREAKS = (
    ("host", "portable", PORTABLE, "*in - zero_point", "*in + zero_point"),
    ("host", "portable", PORTABLE, "seen->in + channel", "seen->in + 0 * channel"),
    ("host", "portable", PORTABLE, "columns.first * f->dilation_x", "columns.first"),
    ("host", "portable", PORTABLE, "count == 0 || !solid ? count", "count == 0 ? count"),
    ("host", "dsp-speed", GATHER, "(uint8_t)value *", "(uint8_t)(value + 1) *"),
    (
        "host",
        "dsp-speed",
        GATHER,
        "(uint32_t)f->dilation_x * f->in_channels;",
        "(uint32_t)f->in_channels;",
    ),
    ("host", "dsp-speed", GATHER, "- 1u - (uint32_t)x)", "- (uint32_t)x)"),
    ("qemu", "dsp-speed", GATHER, "and r10, r4, #2", "and r10, r4, #0"),
    ("host", "dsp-speed", PACKED, "(int32_t)by[1], by[2]}", "(int32_t)by[1] - 1, by[2]}"),
    ("host", "dsp-speed", PACKED, "quad, 3, how", "quad, 2, how"),
    ("host", "dsp-speed", "runtime/kernels/dsp.h", "addend + (sum >> 31)", "addend"),
    ("qemu", "dsp-speed", PACKED, 'r12, r2, " a ", asr #31', 'r12, r2, " a ", lsr #31'),
    ("host", "dsp-speed", PACKED, "first_out[channel]", "first_out[0 * channel]"),
    ("qemu", "dsp-speed", PACKED, 'smmla " u ", " u ", r3', 'smmla " u ", " u ", r1'),
    ("qemu", "dsp-speed", PACKED, "smlad r11, r3, lr, r11", "smlad r11, r2, lr, r11"),
)


@pytest.fixture(scope="module")
def telling(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return vectors_of_cases(TELLING, tmp_path_factory.mktemp("telling"))


@pytest.mark.parametrize("broken", BREAKS, ids=lambda b: f"{b[1]} {b[3]}")
def test_a_break_is_noticed(
    broken: tuple[str, str, str, str, str], telling: Vectors, tmp_path: Path
) -> None:
    on, name, file, old, new = broken
    assert any(differences(telling, OPTIONS[name], tmp_path, on=on, patch=(file, old, new)))


@pytest.mark.parametrize("channels", range(1, 10))
def test_packing_keeps_every_number(channels: int) -> None:
    """Undoes what conv_2d.h describes, independently of how it is done."""
    rng = np.random.default_rng(channels)
    weights = rng.integers(-127, 128, (channels, 8)).astype(np.int8)
    bias = rng.integers(-(2**20), 2**20, channels).astype(np.int32)
    requant = rng.integers(0, 2**32, (channels, 3)).astype(np.uint32)
    paired = paired_channels(weights, bias)
    assert paired == channels // 4 * 4
    singles = np.arange(paired, channels)
    again = np.append(singles, 1) if paired else singles
    words = pack_stream(weights, bias, requant, requant[:, :2], paired, again).tolist()

    def signed(bits: int, value: int) -> int:
        return (value + (1 << (bits - 1))) % (1 << bits) - (1 << (bits - 1))

    for quad in range(0, paired, 4):
        for pair in (quad, quad + 2):
            both, lower = signed(32, words.pop(0)), signed(32, words.pop(0))
            assert (lower, (both - lower) // 256) == (bias[pair], bias[pair + 1])
        for k in range(0, 8, 4):
            for taps in ((k, k + 2), (k + 1, k + 3)):
                for pair in (quad, quad + 2):
                    word = words.pop(0)
                    for tap, half in zip(taps, (word & 0xFFFF, word >> 16), strict=True):
                        low = signed(8, half & 0xFF)
                        assert low == weights[pair, tap]
                        assert (signed(16, half) - low) // 256 == weights[pair + 1, tap]
        for channel in range(quad, quad + 4):
            assert [words.pop(0) for _ in range(2)] == requant[channel, :2].tolist()
    for channel in again:
        assert words.pop(0) == channel
        assert signed(32, words.pop(0)) == bias[channel]
        packed = np.array([words.pop(0), words.pop(0)], np.uint32).view(np.int8)
        assert (packed == weights[channel]).all()
        assert [words.pop(0) for _ in range(3)] == requant[channel].tolist()
    assert not words


def test_channels_that_do_not_fit_a_pair_are_left_single() -> None:
    bias = np.zeros(8, np.int32)
    weights = np.full((8, 600), 100, np.int8)
    assert paired_channels(weights, bias) == 8
    heavy = weights.copy()
    heavy[5] = 127  # 128 * 600 * 127 >= 2^23
    assert paired_channels(heavy, bias) == 4
    lowest = weights.copy()
    lowest[7, 3] = -128
    assert paired_channels(lowest, bias) == 4
    lowest[7, 3], lowest[6, 3] = 0, -128  # the lower one of a pair may
    assert paired_channels(lowest, bias) == 8
    bias[1] = 2**22
    assert paired_channels(weights, bias) == 0


def test_model_data_is_little_larger_than_the_parameters_and_20_bytes_a_channel() -> None:
    """A channel of eight may be there twice."""
    for case in EDGES:
        graph = parse_tflite(model_of([case]), "one")
        plan = ENGINES["aot"].plan(graph, EngineOptions(isa=DSP))
        raw = sum(t.bytes for t in graph.tensors if t.data is not None)
        folded_bias = 0 if case.bias else 4 * case.out_channels
        assert plan.weight_bytes <= raw * 9 / 8 + folded_bias + 24 * case.out_channels, case


WEIGHTS = np.ones((4, 3, 3, 4), np.int8)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({0: TensorSpec((1, 5, 4, 4), "int16", 0.1)}, "int16"),
        ({0: TensorSpec((1, 5, 4, 4), "int8", 3e38)}, "output's scale is too small"),
        ({0: TensorSpec((5, 4, 4), "int8", 0.1)}, "4 dimensions"),
        ({0: TensorSpec((1, 6, 4, 4), "int8", 0.1)}, "does not follow"),
        ({0: TensorSpec((1, 5, 4, 6), "int8", 0.1)}, "groups"),
        ({1: TensorSpec((4, 3, 3, 4), "int8", 0.1, is_variable=True)}, "run time"),
        ({1: TensorSpec((4, 3, 3, 4), "int8", 0.1, 1, data=WEIGHTS)}, "zero point"),
        ({1: TensorSpec((4, 3, 3, 4), "int8", [0.1] * 3, axis=1, data=WEIGHTS)}, "output channel"),
        ({2: TensorSpec((1, 5, 4, 3), "int8", 0.1)}, "does not follow"),
        ({3: TensorSpec((3,), "int32", 0.1, data=np.zeros(3, np.int32))}, "biases"),
        ({3: TensorSpec((4,), "int64", 0.1, data=np.zeros(4, np.int64))}, "bias"),
        ({"stride_w": 0}, "at least 1"),
        ({"dilation_h_factor": 0}, "at least 1"),
        ({"fused_activation_function": "TANH"}, "TANH"),
    ],
)
def test_a_problem_is_named(change: dict[int | str, object], words: str) -> None:
    problems = problems_of_case(Case(), change)
    assert [words in problem for problem in problems] == [True], problems


def test_a_sound_layer_has_no_problems() -> None:
    assert problems_of_case(Case(), {}) == []
