# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The limits of Nordic's Axon compiler, each named with its layer; the engine before a stand-in."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from mcugen.boards import find_board
from mcugen.engines.contract import EngineOptions
from mcugen.errors import ModelError
from mcugen.model.ir import Graph
from mcugen.model.tflite import parse_tflite
from mcugen.platforms.axon.engine import ENGINE
from mcugen.platforms.axon.limits import CHECKS
from tests.c_program import FIRMWARE_TESTS, put_sources, run_on_host
from tests.conftest import ROOT
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

AXON = ENGINE
Q = (0.5, -3)
STRIDE_1 = {"stride_w": 1, "stride_h": 1, "padding": "SAME"}
POOL = {**STRIDE_1, "filter_width": 2, "filter_height": 2}


def act(*shape: int) -> TensorSpec:
    return TensorSpec(shape, "int8", *Q)


def const(*shape: int) -> TensorSpec:
    return TensorSpec(shape, "int8", 0.5, data=np.ones(shape, np.int8))


def ints(values: Sequence[int]) -> TensorSpec:
    return TensorSpec((len(values),), "int32", data=np.array(values, np.int32))


def graph(
    tensors: Sequence[TensorSpec],
    ops: Sequence[OpSpec],
    inputs: Sequence[int],
    outputs: Sequence[int],
) -> Graph:
    return parse_tflite(model_bytes(tensors, ops, inputs, outputs), "m")


def one(kind: str, operands: Sequence[TensorSpec], output: TensorSpec, **options: object) -> Graph:
    """One operator; an operand that is named twice is one tensor; the first one is the input."""
    distinct = list({id(tensor): tensor for tensor in operands}.values())
    numbers = [next(i for i, d in enumerate(distinct) if d is tensor) for tensor in operands]
    op = OpSpec(kind, numbers, [len(distinct)], options)
    return graph([*distinct, output], [op], [0], [len(distinct)])


IMAGE, LINE = act(1, 8, 8, 4), act(1, 64)

REFUSED = {
    "17 x 16": one("CONV_2D", [IMAGE, const(4, 17, 16, 4)], IMAGE, **STRIDE_1),
    "1 x 33": one("CONV_2D", [IMAGE, const(4, 1, 33, 4)], IMAGE, **STRIDE_1),
    "stride_w = 32": one(
        "CONV_2D", [IMAGE, const(4, 1, 1, 4)], IMAGE, **STRIDE_1 | {"stride_w": 32}
    ),
    "dilation 1 x 2": one(
        "CONV_2D",
        [IMAGE, const(4, 3, 3, 4)],
        IMAGE,
        **STRIDE_1,
        dilation_w_factor=2,
        dilation_h_factor=1,
    ),
    "depth multiplier 2": one(
        "DEPTHWISE_CONV_2D", [IMAGE, const(1, 3, 3, 8)], act(1, 8, 8, 8), **STRIDE_1
    ),
    "64 to 2049 nodes": one("FULLY_CONNECTED", [LINE, const(2049, 64)], act(1, 2049)),
    "window 33 x 2": one("MAX_POOL_2D", [IMAGE], IMAGE, **POOL | {"filter_height": 33}),
    "AVERAGE_POOL_2D does not": one("AVERAGE_POOL_2D", [IMAGE], IMAGE, **POOL),
    "has 4 inputs, Axon takes 2": one("CONCATENATION", [IMAGE] * 4, act(1, 8, 8, 16), axis=3),
    "has 3 inputs": one(
        "CONCATENATION", [IMAGE, const(1, 8, 8, 4), IMAGE], act(1, 8, 8, 12), axis=3
    ),
    "dilation 1 x 32": one(
        "CONV_2D",
        [act(1, 8, 33, 4), const(4, 1, 2, 4)],
        act(1, 8, 1, 4),
        **STRIDE_1 | {"padding": "VALID"},
        dilation_w_factor=32,
        dilation_h_factor=1,
    ),
    "not supported by Axon": one("MAXIMUM", [IMAGE, const(1, 8, 8, 4)], IMAGE),
    "repeats an operand of shape [1, 8, 8, 1]": one("MUL", [IMAGE, const(1, 8, 8, 1)], IMAGE),
    "shape [1, 1025, 2]": one("TANH", [act(1, 1025, 2)], act(1, 1025, 2)),
    "2049 to 4 nodes": one("FULLY_CONNECTED", [act(1, 2049), const(4, 2049)], act(1, 4)),
    "works on [1, 2049], Axon multiplies": one("MUL", [act(1, 2049), const(1, 2049)], act(1, 2049)),
    "works on [1, 2, 1025], Axon multiplies": one(
        "MUL", [act(1, 2, 1025), const(1, 2, 1025)], act(1, 2, 1025)
    ),
    "stride 32, Axon takes 31": one(
        "STRIDED_SLICE",
        [act(1, 64, 2), *map(ints, ([0] * 3, [1, 64, 2], [1, 32, 1]))],
        act(1, 2, 2),
    ),
    "window 2 x 33": one(
        "AVERAGE_POOL_2D", [act(1, 2, 34, 4)], act(1, 1, 2, 4), **POOL | {"filter_width": 33}
    ),
    "1 x H x W x C": one("TANH", [act(2, 3, 4, 5)], act(2, 3, 4, 5)),
    "works on int16": one(
        "TANH", [TensorSpec((1, 4), "int16", 0.5)], TensorSpec((1, 4), "int16", 0.5)
    ),
    "fused activation TANH": one(
        "ADD", [IMAGE, const(1, 8, 8, 4)], IMAGE, fused_activation_function="TANH"
    ),
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_the_compiler_does_not_take_is_refused(words: str) -> None:
    said = [f"{problem.where}: {problem.what}" for problem in AXON.supports(REFUSED[words])]
    assert any(words in text for text in said), said
    assert any(text.startswith("op 0 ") for text in said)


SHAPES = ((), (4,), (1, 4), (1, 2, 3), (1, 4, 4, 2), (1, 2, 3, 4, 5))


@pytest.mark.parametrize("kind", sorted(CHECKS))
def test_malformed_operators_are_problems_and_no_crashes(kind: str) -> None:
    """Every operator with inputs and outputs of every rank, and with too few inputs."""
    for first, second in product(SHAPES, SHAPES):
        AXON.supports(one(kind, [act(*first)], act(*second)))
        AXON.supports(one(kind, [act(*first), const(*second)], act(*first)))
    said = [p.what for p in AXON.supports(one("CONV_2D", [IMAGE, const(4, 9)], IMAGE))]
    assert said == ["input 1 has 2 dimensions, CONV_2D needs 4"]


def test_many_inputs_and_outputs_and_a_lonely_quantize() -> None:
    line = [LINE] * 30
    ops = [OpSpec("TANH", [i], [i + 1]) for i in range(26)]
    ops[3] = OpSpec("QUANTIZE", [3], [4])
    said = [p.what for p in AXON.supports(graph(line, ops, [0, 27], list(range(6, 27))))]
    assert "has 2 inputs, Axon takes one" in said
    assert "has 21 outputs, Axon gives 20" in said
    assert "stands amid the model, Axon takes it at its ends" in said


ALLOWED = {
    "conv 16 x 16": one("CONV_2D", [IMAGE, const(4, 16, 16, 4)], IMAGE, **STRIDE_1),
    "conv 1 x 32": one("CONV_2D", [IMAGE, const(4, 1, 32, 4)], IMAGE, **STRIDE_1),
    "depthwise": one("DEPTHWISE_CONV_2D", [IMAGE, const(1, 3, 3, 4)], IMAGE, **STRIDE_1),
    "2048 nodes": one("FULLY_CONNECTED", [act(1, 2048), const(2048, 2048)], act(1, 2048)),
    "pool 32 x 32, stride 31": one(
        "MAX_POOL_2D",
        [act(1, 63, 63, 4)],
        act(1, 2, 2, 4),
        **{"filter_width": 32, "filter_height": 32, "stride_w": 31, "stride_h": 31},
        padding="VALID",
    ),
    "edges of 1024": one("TANH", [act(1, 1024, 1024, 1024)], act(1, 1024, 1024, 1024)),
    "20 outputs": graph(
        [LINE] * 21, [OpSpec("TANH", [0], [i]) for i in range(1, 21)], [0], list(range(1, 21))
    ),
    "dilation at output width 1": one(
        "CONV_2D",
        [act(1, 8, 32, 4), const(4, 1, 2, 4)],
        act(1, 8, 1, 4),
        **STRIDE_1 | {"padding": "VALID"},
        dilation_w_factor=31,
        dilation_h_factor=1,
    ),
    "a line of 2048 for a layer": one("RESHAPE", [act(1, 8, 8, 32)], act(1, 2048)),
    "multiplied line of 2048": one("MUL", [act(1, 2048), const(1, 2048)], act(1, 2048)),
    "stride 31": one(
        "STRIDED_SLICE",
        [act(1, 62, 2), *map(ints, ([0] * 3, [1, 62, 2], [1, 31, 1]))],
        act(1, 2, 2),
    ),
    "global pooling is MEAN": one(
        "AVERAGE_POOL_2D",
        [act(1, 48, 48, 4)],
        act(1, 1, 1, 4),
        **POOL | {"filter_width": 48, "filter_height": 48, "padding": "VALID"},
    ),
    "pool that needs no padding": one(
        "AVERAGE_POOL_2D", [IMAGE], act(1, 4, 4, 4), **POOL | {"stride_w": 2, "stride_h": 2}
    ),
    "broadcast of a pixel": one("MUL", [IMAGE, const(1, 1, 1, 4)], IMAGE),
    "pair": one("CONCATENATION", [IMAGE, const(1, 8, 8, 4)], act(1, 8, 8, 8), axis=3),
}


@pytest.mark.parametrize("name", ALLOWED)
def test_what_stands_at_the_limit_is_taken(name: str) -> None:
    assert AXON.supports(ALLOWED[name]) == ()


def test_all_reasons_are_told_before_anything_is_emitted() -> None:
    wrong = one("CONV_2D", [IMAGE, const(4, 17, 16, 4)], IMAGE, **STRIDE_1 | {"stride_h": 40})
    with pytest.raises(ModelError) as caught:
        AXON.emit(wrong, EngineOptions())
    assert "17 x 16" in caught.value.what and "stride_h = 40" in caught.value.what


def test_a_fused_lstm_is_taken() -> None:
    """Its cell is int16, its activation TANH: both are the operator's own."""
    for steps in (10, 100):
        content = (ROOT / f"tests/fixtures/lstm/fused_{steps}.tflite").read_bytes()
        assert AXON.supports(parse_tflite(content, "fused")) == ()


@pytest.mark.parametrize("model", ["ad01_int8", "kws_ref_model", "pretrainedResnet_quant"])
def test_the_models_of_mlperf_tiny_are_taken(model: str, real_models: Path) -> None:
    data = (real_models / f"{model}.tflite").read_bytes()
    assert AXON.supports(parse_tflite(data, model)) == ()


def test_checks_name_operators_of_the_schema() -> None:
    from mcugen.engines.tflm_operators import RESOLVER_METHODS

    assert set(CHECKS) - {"RELU", "RELU6"} <= set(RESOLVER_METHODS)


COMPILED = """
static const nrf_axon_compiled_model_output_s EXTRA[1] = {{{{.dimensions = {{{dimensions}}}}}}};
static const nrf_axon_nn_compiled_model_s model_m = {{
    .inputs = {{{{.dimensions = {{{dimensions}}}, .quant_zp = {zero_point}}}}},
    .output_dimensions = {{{dimensions}}},
    .output_dequant_zp = {zero_point},
    .extra_output_cnt = 1,
    .extra_outputs = EXTRA,
}};
"""
SHAPE = (1, 2, 5, 3)


COMPILATIONS = {
    "as the model": ("2, 5, 3, 1", -3, 3),
    "one channel": ("10, 3, 1, 1", -3, 1),  # as the input of a recurrent layer
    "reshaped first": ("3, 2, 5, 1", -3, 5),
    "another zero point": ("2, 5, 3, 1", 4, 0),
    "another size": ("2, 5, 4, 1", -3, 0),
    "int32 at the end": ("2, 5, 3, 4", -3, 0),
    "turned": ("5, 2, 3, 1", -3, 0),
}
"""Dimensions and zero point that Nordic's compiler wrote -> channels of its layout; 0: refused."""


@pytest.mark.parametrize("name", COMPILATIONS)
def test_channels_stay_last_outside_the_engine(name: str, tmp_path: Path) -> None:
    """30 values, so that the second output starts behind padding; a foreign header is refused."""
    dimensions, zero_point, channels = COMPILATIONS[name]
    (tmp_path / "expected.h").write_text(f"#define CHANNELS {max(channels, 1)}u\n")
    two = graph(
        [act(*SHAPE)] * 3, [OpSpec("TANH", [0], [1]), OpSpec("TANH", [0], [2])], [0], [1, 2]
    )
    header = COMPILED.format(dimensions=dimensions, zero_point=zero_point)
    (tmp_path / "nrf_axon_model_m_.h").write_text(header)
    sdk = FIRMWARE_TESTS / "fake" / "axon_sdk"
    for path in sdk.rglob("*.h"):
        target = tmp_path / path.relative_to(sdk)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    sources = put_sources(AXON.emit(two, EngineOptions()), tmp_path)
    test = FIRMWARE_TESTS / "unit" / "test_engine_axon.c"
    program = [*sources, sdk / "fake_axon.c", test]
    if channels:
        run_on_host(program, tmp_path)
    else:
        with pytest.raises(AssertionError, match="mcugen_engine_init"):
            run_on_host(program, tmp_path)


def test_the_zephyr_port_reads_by_interrupt(tmp_path: Path) -> None:
    sdk = FIRMWARE_TESTS / "fake" / "zephyr_sdk"
    (tmp_path / "zephyr").symlink_to(sdk / "zephyr")
    port = find_board("nrf54lm20").folder / "port.c"
    test = FIRMWARE_TESTS / "unit" / "test_port_zephyr.c"
    run_on_host([port, test], tmp_path)
