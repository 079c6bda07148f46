# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""FULLY_CONNECTED equals TFLite Micro, in every kernel, on the PC and on an emulated Cortex-M33."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcugen.engines import ENGINES
from mcugen.engines.aot.variants import Layout
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.fully_connected import pack_rows
from mcugen.model.tflite import parse_tflite
from tests.engines.vectors import OPTIONS, Vectors, differences, vectors_of
from tests.tflite_writer import OpSpec, TensorSpec, fully_connected, model_bytes

DSP = frozenset({"dsp"})
ACTIVATIONS = ("NONE", "RELU", "RELU6", "RELU_N1_TO_1")


@dataclass(frozen=True)
class Case:
    """One layer. `gain` is about the standard deviation of the output in output steps."""

    rows: int = 4
    depth: int = 8
    batch: int = 1
    per_channel: bool = False
    bias: bool = True
    activation: str = "NONE"
    input_zero_point: int = -3
    output_zero_point: int = 5
    smallest_weight: int = -127
    largest_weight: int = 127
    gain: float = 60.0
    input_rank: int = 2
    seed: int = 0


EDGES = (
    *(Case(rows=rows, depth=depth) for rows in (1, 2, 3, 4, 5, 6, 7, 8) for depth in (1, 5, 8)),
    *(Case(depth=depth, rows=6) for depth in (2, 3, 4, 6, 7, 9, 15, 16, 17, 31, 64, 100)),
    *(Case(batch=batch, depth=d) for batch in (2, 3) for d in (3, 4, 8, 12, 24)),
    *(Case(activation=a, output_zero_point=z) for a in ACTIVATIONS for z in (-128, 0, 127)),
    *(Case(input_zero_point=z, bias=b) for z in (-128, 127) for b in (True, False)),
    *(Case(per_channel=True, activation=a, rows=7) for a in ACTIVATIONS),
    *(Case(smallest_weight=-128, rows=rows) for rows in (3, 8)),
    *(Case(gain=gain) for gain in (0.001, 0.4, 1e3, 1e5, 1e8)),  # shifts from far right to left
    *(Case(per_channel=True, gain=gain, batch=2) for gain in (0.5, 1e6)),
    # an output step of a few steps of the sum, so that a sum that is off by one shows
    *(Case(rows=7, smallest_weight=-1, largest_weight=1, gain=g) for g in (45, 180, 700)),
    Case(depth=1200, rows=5, gain=20.0),  # 128 * sum |w| >= 2^23: must not be packed in pairs
    Case(batch=6, input_rank=4),
    Case(batch=6, input_rank=3, per_channel=True, rows=9),
)


def model_of(cases: Sequence[Case]) -> bytes:
    """One .tflite with a layer per case, each with its own input and output."""
    tensors: list[TensorSpec] = []
    ops: list[OpSpec] = []
    for number, case in enumerate(cases):
        first = len(tensors)
        tensors += layer_tensors(case, number)
        options = {"fused_activation_function": case.activation, "keep_num_dims": True}
        inputs = [first, first + 1, first + 3 if case.bias else -1]
        ops.append(OpSpec("FULLY_CONNECTED", inputs, [first + 2], options, version=4))
    inputs = [op.inputs[0] for op in ops]
    return model_bytes(tensors, ops, inputs, [op.outputs[0] for op in ops])


def layer_tensors(case: Case, number: int) -> list[TensorSpec]:
    """Input, weights, output and, if there is one, bias of a case."""
    rng = np.random.default_rng((case.seed, number))
    weights = rng.integers(
        case.smallest_weight, case.largest_weight + 1, (case.rows, case.depth)
    ).astype(np.int8)
    if case.depth >= 1000:
        weights[rng.random(weights.shape) < 0.9] = 127
    weights[0, 0] = case.smallest_weight
    x_scale, w_scale = np.float32(rng.uniform(0.01, 0.1)), np.float32(rng.uniform(0.001, 0.02))
    weight_spread = (case.largest_weight - case.smallest_weight) / 12**0.5
    spread = 74 * weight_spread * case.depth**0.5  # of sums of products with uniform int8 inputs
    sum_scale = float(x_scale * w_scale) * spread
    y_scale = sum_scale / case.gain
    scales = w_scale * rng.uniform(0.2, 1, case.rows) if case.per_channel else w_scale
    lead = {2: (case.batch,), 3: (2, case.batch // 2), 4: (1, 2, case.batch // 2)}[case.input_rank]
    tensors = [
        TensorSpec((*lead, case.depth), "int8", float(x_scale), case.input_zero_point),
        TensorSpec(weights.shape, "int8", np.float32(scales).tolist(), data=weights),
        TensorSpec((*lead, case.rows), "int8", y_scale, case.output_zero_point),
    ]
    if case.bias:
        bias = rng.integers(-int(spread), int(spread) + 1, case.rows).astype(np.int32)
        bias_scales = np.float32(x_scale) * np.float32(scales)
        tensors.append(TensorSpec((case.rows,), "int32", bias_scales.tolist(), data=bias))
    return tensors


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return vectors_of(model_of(EDGES), tmp_path_factory.mktemp("edges"), ("double", "single"))


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())
def test_edges_equal_the_reference_on_the_pc(
    options: EngineOptions, edges: Vectors, tmp_path: Path
) -> None:
    assert not any(differences(edges, options, tmp_path))


@pytest.mark.parametrize("name", ["dsp-speed", "dsp-size", "dsp-speed-single"])
def test_edges_equal_the_reference_on_a_cortex_m33(
    name: str, edges: Vectors, tmp_path: Path
) -> None:
    assert not any(differences(edges, OPTIONS[name], tmp_path, on="qemu"))


layers = st.builds(
    Case,
    rows=st.integers(1, 40),
    depth=st.integers(1, 80),
    batch=st.integers(1, 3),
    per_channel=st.booleans(),
    bias=st.booleans(),
    activation=st.sampled_from(ACTIVATIONS),
    input_zero_point=st.integers(-128, 127),
    output_zero_point=st.integers(-128, 127),
    smallest_weight=st.sampled_from((-127, -127, -128)),
    gain=st.floats(-1, 4).map(lambda exponent: 10.0**exponent),
    seed=st.integers(0, 2**31),
)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    cases=st.lists(layers, min_size=20, max_size=40), options=st.sampled_from([*OPTIONS.values()])
)
def test_random_layers_equal_the_reference(
    cases: list[Case], options: EngineOptions, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("random")
    vectors = vectors_of(model_of(cases), folder, [options.rounding])
    assert not any(differences(vectors, options, folder))


REQUANTIZE = "runtime/kernels/requantize.h"
PACKED = "runtime/kernels/fully_connected_dsp.c"
BREAKS = (
    ("portable", REQUANTIZE, "(value < 0 ? 1 : 0)", "0"),  # ties of negative values
    ("portable", REQUANTIZE, "(mask >> 1) +", "0 +"),
    ("portable", REQUANTIZE, "(INT64_C(1) << 30)", "0"),
    ("portable-single", REQUANTIZE, "(INT64_C(1) << (right - 1))", "0"),
    ("portable", "runtime/kernels/fully_connected.c", "layer->zero_point)", "-layer->zero_point)"),
    ("portable", "runtime/kernels/fully_connected.c", "layer->low, ", "-128, "),
    ("portable", "runtime/kernels/fully_connected.c", "row * layer->requant_step", "0"),
    ("dsp-speed", "runtime/kernels/dsp.h", "y + (y >> 31) +", "y +"),
    ("dsp-speed", "runtime/kernels/row_pairs.h", ">> 8, *bias", ">> 8, *bias + 1"),
    ("dsp-speed", PACKED, "requant[row + i]", "requant[row]"),
    ("dsp-size", PACKED, "x += layer->in_stride;", ""),
    ("dsp-speed-single", "runtime/kernels/dsp.h", "multiplier, addend)", "multiplier, addend - 1)"),
)


@pytest.mark.parametrize("broken", BREAKS, ids=lambda b: f"{b[0]} {b[2]}")
def test_a_break_is_noticed(
    broken: tuple[str, str, str, str], edges: Vectors, tmp_path: Path
) -> None:
    name, *patch = broken
    file, old, new = patch
    assert any(differences(edges, OPTIONS[name], tmp_path, patch=(file, old, new)))


@pytest.mark.parametrize("read", [Layout.NATIVE, Layout.INT16])
@pytest.mark.parametrize("rows", range(1, 10))
def test_packing_keeps_every_weight(read: Layout, rows: int) -> None:
    """Undoes what fully_connected.h describes, independently of how it is done."""
    weights = np.arange(-50, -50 + rows * 11).reshape(rows, 11).astype(np.int8)
    paired = rows // 2 * 2
    words = pack_rows(weights, paired, read).tolist()
    assert len(words) * 4 == rows * 16
    found = np.zeros((rows, 16), int)
    abcd = (0, 2, 1, 3) if read is Layout.NATIVE else (0, 1, 2, 3)

    def halves(word: int) -> list[int]:
        return [int(np.int16(np.uint16(part))) for part in (word & 0xFFFF, word >> 16)]

    def put(row: int, column: int, half: int) -> None:
        found[row, column] = int(np.int8(np.uint8(half & 0xFF)))
        found[row + 1, column] = (half - found[row, column]) // 256

    for row in range(0, rows - 3, 4):
        for k in range(0, 16, 4):
            for part in (0, 2):
                for pair in (0, 2):
                    for j, half in enumerate(halves(words.pop(0))):
                        put(row + pair, k + abcd[part + j], half)
    if paired % 4:
        for k in range(0, 16, 4):
            for part in (0, 2):
                for j, half in enumerate(halves(words.pop(0))):
                    put(paired - 2, k + abcd[part + j], half)
    if rows % 2:
        for k in range(0, 16, 4):
            packed = np.array(words.pop(0), np.uint32).reshape(1).view(np.int8)
            for byte, which in zip(packed, (0, 2, 1, 3), strict=True):
                found[rows - 1, k + abcd[which]] = byte
    assert not words
    assert (found[:, :11] == weights).all()
    assert not found[:, 11:].any()


def test_model_data_is_no_larger_than_the_parameters_and_16_bytes_a_row() -> None:
    for case in EDGES:
        model = model_of([case])
        plan = ENGINES["aot"].plan(parse_tflite(model, "one"), EngineOptions(isa=DSP))
        raw = case.rows * case.depth + (4 * case.rows if case.bias else 0)
        assert plan.weight_bytes <= raw + 16 * case.rows, case


def problems_of(tensors: list[TensorSpec], **options: object) -> list[str]:
    op = OpSpec("FULLY_CONNECTED", [0, 1, 3], [2], options, version=4)
    graph = parse_tflite(model_bytes(tensors, [op], [0], [2]), "bad")
    return [problem.what for problem in ENGINES["aot"].supports(graph)]


def test_all_problems_are_named_at_once() -> None:
    tensors = [
        TensorSpec((1, 4), "int8", [0.1] * 4, axis=1),
        TensorSpec((2, 4), "int8", 0.1, zero_points=3, data=np.zeros((2, 4), np.int8)),
        TensorSpec((1, 2), "int8", 0.1),
        TensorSpec((3,), "float32", data=np.zeros(3, np.float32)),
    ]
    assert problems_of(tensors, fused_activation_function="TANH", keep_num_dims=False) == [
        "the bias must be a constant int32 tensor",
        "fused activation TANH is not supported",
        "input and output must be quantised per tensor",
        "3 biases do not fit 2 rows of weights",
    ]
    tensors[:3] = [TensorSpec((1, 4), "float32"), tensors[1], TensorSpec((1, 2), "float32")]
    assert problems_of(tensors) == ["the weights must be a constant float32 tensor"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({0: TensorSpec((1, 4), "int8", 3e38)}, "output's scale is too small"),
        ({0: TensorSpec((1, 5), "int8", 0.1)}, "does not follow"),
        ({1: TensorSpec((2, 4), "int8", 3e20, is_variable=True)}, "computed at run time"),
        ({1: TensorSpec((2, 4), "int8", 0.1, 3, data=np.ones((2, 4), np.int8))}, "zero point"),
        ({1: TensorSpec((), "int8", 0.1, data=np.ones((), np.int8))}, "are not supported"),
        ({1: TensorSpec((2, 4), "int8", [0.1] * 4, axis=1, data=np.ones((2, 4), np.int8))}, "row"),
        ({2: TensorSpec((1, 3), "int8", 1e20)}, "does not follow"),
        ({3: TensorSpec((2,), "int64", data=np.zeros(2, np.int64))}, "bias"),
    ],
)
def test_a_problem_is_named(change: dict[int, TensorSpec], words: str) -> None:
    sound = {
        0: TensorSpec((1, 4), "int8", 0.1),
        1: TensorSpec((2, 4), "int8", 3e20, data=np.ones((2, 4), np.int8)),
        2: TensorSpec((1, 2), "int8", 1e20),
        3: TensorSpec((2,), "int32", data=np.zeros(2, np.int32)),
    }
    assert problems_of([*sound.values()]) == []
    problems = problems_of([*(sound | change).values()])
    assert [words in problem for problem in problems] == [True], problems


def test_an_activation_that_the_output_cannot_express_is_a_problem() -> None:
    """6 / scale is infinite in float32."""
    tiny = fully_connected(
        np.ones((3, 4), np.int8),
        input_quant=(1e-20, 0),
        weight_scales=1e-22,
        output_quant=(1e-42, 0),
        activation="RELU6",
    )
    (problem,) = ENGINES["aot"].supports(parse_tflite(tiny, "tiny"))
    assert "too small for the activation RELU6" in problem.what


def test_a_sound_layer_has_no_problems() -> None:
    graph = parse_tflite(fully_connected(np.ones((3, 5), np.int8)), "sound")
    assert ENGINES["aot"].supports(graph) == ()
