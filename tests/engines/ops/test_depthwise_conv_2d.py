# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""DEPTHWISE_CONV_2D equals TFLite Micro, in every kernel, on the PC and on an emulated Cortex-M33."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcugen.engines import ENGINES
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.depthwise_conv_2d import pack_3x3, pack_fours, pack_taps
from mcugen.model.check import check_graph
from mcugen.model.tflite import parse_tflite
from tests.engines.ops.convolutions import (
    ACTIVATIONS,
    Case,
    layer_options,
    layer_tensors,
    layers,
    model_of,
    problems_of_case,
    vectors_of_cases,
)
from tests.engines.vectors import (
    DSP,
    OPTIONS,
    Vectors,
    differences,
    random_models,
    vectors_of,
)
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

DEPTHWISE = Case(kind="DEPTHWISE_CONV_2D")
STRIDES = ((1, 1), (2, 2), (1, 2), (2, 1), (3, 3))
EDGES = tuple(
    replace(DEPTHWISE, **changes)
    for changes in (
        *({"padding": p, "stride": s} for p in ("SAME", "VALID") for s in STRIDES),
        *({"image": i, "stride": s} for i in ((5, 5), (6, 7), (25, 5)) for s in STRIDES),
        *({"dilation": d, "image": (9, 8)} for d in ((2, 2), (1, 2), (3, 1))),
        *({"multiplier": m, "channels": c} for m in (2, 3, 8) for c in (1, 3, 4)),
        *({"channels": c} for c in (1, 2, 3, 5, 8)),
        *({"filter": (k, 1), "image": (30, 1), "padding": "VALID"} for k in (3, 5, 10, 15, 30)),
        *({"filter": (1, k), "image": (1, 19)} for k in (1, 2, 3, 4, 5, 8)),
        *({"filter": (k, k), "image": (7, 9), "stride": s} for k in (1, 2, 5, 7) for s in STRIDES),
        {"filter": (5, 5), "image": (2, 2)},
        {"filter": (3, 3), "image": (1, 1), "channels": 3},
        *({"batches": 2, "padding": p} for p in ("SAME", "VALID")),
        *({"activation": a, "output_zero_point": z} for a in ACTIVATIONS for z in (-128, 0, 127)),
        *({"input_zero_point": z, "bias": b} for z in (-128, 127) for b in (True, False)),
        *({"per_channel": False, "activation": a} for a in ACTIVATIONS),
        *({"output_zero_point": -128, "gain": g, "image": (9, 11)} for g in (2, 20, 90, 300, 9e3)),
        *({"image": (w, 9), "stride": s} for w in (2, 3, 4, 6, 7) for s in STRIDES),
        *(
            {"filter": (h, 3), "image": (h, 3), "padding": "VALID", "channels": c, "batches": b}
            for h in (1, 2, 5)
            for c in (4, 8)
            for b in (1, 2)
        ),
        {"smallest_weight": -128},
        *({"gain": gain} for gain in (0.001, 0.4, 1e3, 1e5, 1e8)),
        *({"smallest_weight": -1, "largest_weight": 1, "gain": gain} for gain in (20, 90)),
    )
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


def chain(cases: tuple[Case, ...]) -> bytes:
    """Layers one after the other, each with the scale that suits its input."""
    tensors: list[TensorSpec] = []
    ops: list[OpSpec] = []
    for number, case in enumerate(cases):
        x, weights, out, bias = layer_tensors(case, number)
        given = ops[-1].outputs[0] if ops else 0
        first = len(tensors)
        if not ops:
            tensors.append(x)
            first = 1
        else:
            out = replace(out, scales=out.scales * tensors[given].scales / x.scales)
        tensors += [weights, out, bias]
        op_inputs = [given, first, first + 2]
        ops.append(OpSpec(case.kind, op_inputs, [first + 1], layer_options(case), version=3))
    return model_bytes(tensors, ops, [0], [ops[-1].outputs[0]])


@pytest.mark.parametrize("on", ["host", "qemu"])
def test_layers_in_place_equal_the_reference(on: str, tmp_path: Path) -> None:
    image = {"image": (24, 20), "channels": 8, "outputs": 8}
    model = chain(
        (
            Case(filter=(1, 1), **image),
            replace(DEPTHWISE, **image),
            replace(DEPTHWISE, filter=(2, 5), **image),
            replace(DEPTHWISE, stride=(2, 2), **image),
            Case(filter=(1, 1), channels=8, image=(12, 10)),
        )
    )
    vectors = vectors_of(model, tmp_path, ["double"])
    assert not any(differences(vectors, OPTIONS["dsp-speed"], tmp_path, on=on))
    plan = ENGINES["aot"].plan(vectors.graph, OPTIONS["dsp-speed"])
    assert plan.arena_bytes < 2 * 24 * 20 * 8 + 500  # the first layer's; a plane alone has 1100


@random_models
@given(
    cases=st.lists(layers("DEPTHWISE_CONV_2D"), min_size=20, max_size=40),
    options=st.sampled_from([*OPTIONS.values()]),
)
def test_random_layers_equal_the_reference(
    cases: list[Case], options: EngineOptions, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("random")
    assert not any(differences(vectors_of_cases(cases, folder), options, folder))


FINE = replace(DEPTHWISE, smallest_weight=-1, largest_weight=1, gain=25, output_zero_point=-9)
TELLING = (
    replace(DEPTHWISE, multiplier=2, input_zero_point=90, image=(5, 6), batches=2),
    replace(DEPTHWISE, filter=(2, 4), dilation=(2, 1), image=(6, 9), activation="RELU6"),
    replace(DEPTHWISE, filter=(5, 1), image=(11, 1), padding="VALID", output_zero_point=3),
    *(replace(FINE, image=(5, 7), stride=stride) for stride in ((1, 1), (2, 2))),
    replace(FINE, filter=(2, 2), image=(5, 7)),
    replace(FINE, filter=(5, 3), image=(5, 3), padding="VALID"),
    *(replace(DEPTHWISE, image=(5, 7), output_zero_point=-128, gain=g) for g in (1.5, 90)),
)
"""Few layers, quickly compiled, in which a wrong kernel shows."""

PORTABLE = "runtime/kernels/depthwise_conv_2d.c"
ANY = "runtime/kernels/depthwise_conv_2d_dsp.c"
THREE = "runtime/kernels/depthwise_conv_2d_3x3.c"
WHOLE = "runtime/kernels/depthwise_conv_2d_whole.c"
PLANE = "runtime/kernels/plane.h"
BREAKS = (
    ("host", "portable", PORTABLE, "(in[1] - zero_point)", "(in[1] + zero_point)"),
    ("host", "portable", PORTABLE, "o / multiplier", "0 * multiplier"),
    ("host", "dsp-speed", PLANE, "layer->plane_words, layer->in_zero_point", "0, 0"),
    ("host", "dsp-speed", PLANE, "i < multiplier", "i < (multiplier + 1) / 2"),
    ("host", "dsp-speed", THREE, "(row + 2) * w[3]", "(row + 2) * w[2]"),
    ("host", "dsp-speed", WHOLE, "left > 1 ? at + layer->count : at", "at"),
    ("host", "dsp-speed", ANY, "sum[3], b->by", "sum[2], b->by"),
    ("host", "dsp-speed", "runtime/kernels/dsp.h", "addend + (sum >> 31)", "addend"),
    ("qemu", "dsp-speed", THREE, "smlabt r10, r12", "smlabt r10, lr"),
    (
        "qemu",
        "dsp-speed",
        THREE,
        'smlabt r8, lr, " last ", r8 \\n"\n#define ONES',
        '"\n#define ONES',
    ),
    (
        "qemu",
        "dsp-speed",
        THREE,
        'and " last ", " first ", #0xff00ff00',
        'and " last ", " first ", #0xff000000',
    ),
    ("qemu", "dsp-speed", THREE, 'sum ", asr #31 \\n smmlar', 'sum ", lsr #31 \\n smmlar'),
    ("qemu", "dsp-speed", ANY, 'sum ", asr #31 \\n smmlar', 'sum ", lsr #31 \\n smmlar'),
    ("qemu", "dsp-speed", PLANE, "ldrsb %[d], [%[in], %[step3]]", "ldrsb %[d], [%[in], %[step2]]"),
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


def test_packing_keeps_every_weight_of_3x3() -> None:
    weights = np.arange(-9, 9, dtype=np.int8).reshape(2, 3, 3)
    packed = pack_3x3(weights)
    assert packed.shape == (2, 3)
    assert (packed.view(np.int8).reshape(2, 3, 4) == weights[..., [0, 1, 1, 2]]).all()


@pytest.mark.parametrize("taps", [1, 2, 5, 8])
def test_packing_keeps_every_weight_of_whole_images(taps: int) -> None:
    weights = np.arange(1, 8 * taps + 1, dtype=np.int8).reshape(8, taps)
    packed = pack_fours(weights).view(np.int8).reshape(2, -1, 2, 2, 2)
    for channel in range(8):
        four, half, which = channel // 4, channel % 4 // 2, channel % 2
        assert (
            packed[four, :, half, :, which].reshape(-1)[:taps].tolist() == weights[channel].tolist()
        )
    assert np.count_nonzero(packed) == weights.size


@pytest.mark.parametrize("dilation", [1, 2, 3])
@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (3, 1), (2, 3), (5, 5)])
def test_packing_keeps_every_weight(shape: tuple[int, int], dilation: int) -> None:
    """Undoes what depthwise_conv_2d.h describes, independently of how it is done."""
    height, width = shape
    weights = np.arange(1, 2 * height * width + 1, dtype=np.int8).reshape(2, height, width)
    fours = pack_taps(weights, dilation).view(np.int8).reshape(2, -1, 4)
    reach = (width - 1) * dilation + 1
    taps = fours[..., [0, 2, 1, 3]].reshape(2, -1)
    row = reach + reach % 2
    assert not taps[:, row * height :].any()
    rows = taps[:, : row * height].reshape(2, height, row)
    assert (rows[:, :, 0:reach:dilation] == weights).all()
    assert np.count_nonzero(rows) == weights.size


def test_model_data_is_no_larger_than_the_parameters_and_24_bytes_a_channel() -> None:
    for case in EDGES:
        if max(case.dilation) > 2:
            continue  # the taps that dilation skips are stored
        graph = parse_tflite(model_of([case]), "one")
        plan = ENGINES["aot"].plan(graph, EngineOptions(isa=DSP))
        raw = sum(t.bytes for t in graph.tensors if t.data is not None)
        folded_bias = 0 if case.bias else 4 * case.out_channels
        assert plan.weight_bytes <= raw + folded_bias + 24 * case.out_channels, case


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({0: TensorSpec((1, 5, 4, 3), "int8", 0.1)}, "same number"),
        ({1: TensorSpec((2, 3, 3, 4), "int8", 0.1, data=np.ones((2, 3, 3, 4), np.int8))}, "with 1"),
        (
            {
                1: TensorSpec(
                    (1, 3, 3, 4), "int8", [0.1] * 3, axis=1, data=np.ones((1, 3, 3, 4), np.int8)
                )
            },
            "per output channel",
        ),
        ({2: TensorSpec((1, 5, 4, 4), "float32")}, "float32"),
        ({"stride_h": 0}, "at least 1"),
    ],
)
def test_a_problem_is_named(change: dict[int | str, object], words: str) -> None:
    problems = problems_of_case(DEPTHWISE, change)
    assert [words in problem for problem in problems] == [True], problems


@pytest.mark.parametrize("multiplier", [-1, 0, 1, 3, 2**31 - 1])
def test_a_multiplier_that_contradicts_the_shapes_is_refused(multiplier: int) -> None:
    """TFLite Micro computes by depth_multiplier: with 1 half of the output is left out, with 3 it ends
    past the output's end."""

    def said(multiplier: int) -> list[str]:
        case = replace(DEPTHWISE, multiplier=2)
        options = layer_options(case) | {"depth_multiplier": multiplier}
        op = OpSpec(case.kind, [0, 1, 3], [2], options, version=3)
        content = model_bytes(layer_tensors(case, 0), [op], [0], [2])
        return [problem.what for problem in check_graph(parse_tflite(content, "m"))]

    assert said(2) == []
    assert said(multiplier) == [
        f"has depth_multiplier {multiplier} and 8 outputs for 4 input channels"
    ]


def test_a_sound_layer_has_no_problems() -> None:
    assert problems_of_case(DEPTHWISE, {}) == []
