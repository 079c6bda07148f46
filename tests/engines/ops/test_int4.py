# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""int4 weights are read as the int8 they stand for, and give TFLite Micro's integers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mcugen.engines import ENGINES
from mcugen.engines.contract import EngineOptions
from mcugen.errors import ModelError
from mcugen.model.check import check_int8_ends
from mcugen.model.tflite import parse_tflite
from tests.engines.vectors import OPTIONS, Layer, Vectors, differences, model_of, vectors_of
from tests.tflite_writer import TensorSpec


def packed(values: np.ndarray) -> bytes:
    """Two in a byte, the first one in the lower half."""
    flat = np.append(values.reshape(-1), [0] * (values.size % 2)).astype(np.int8)
    return ((flat[0::2] & 0x0F) | (flat[1::2] << 4)).astype(np.int8).tobytes()


def layer(
    kind: str, x: tuple[int, ...], weights: tuple[int, ...], axis: int, **options: Any
) -> Layer:
    random = np.random.default_rng(sum(weights))
    values = random.integers(-8, 8, weights).astype(np.int8)
    channels = weights[axis]
    scales: Any = 0.1 if kind == "FULLY_CONNECTED" else random.uniform(0.05, 0.2, channels)
    given = [
        TensorSpec(x, "int8", 0.05, 3),
        TensorSpec(weights, "int4", scales, axis=axis, data=packed(values)),
        TensorSpec(
            (channels,), "int32", 0.005, data=random.integers(-99, 99, channels).astype("i4")
        ),
    ]
    out = (*x[:-1], channels)
    return Layer(kind, given, [TensorSpec(out, "int8", 0.3, -5)], options, 7)


CONV = {"padding": "SAME", "stride_w": 1, "stride_h": 1, "dilation_w_factor": 1,
        "dilation_h_factor": 1}  # fmt: skip
LAYERS = (
    layer("FULLY_CONNECTED", (2, 9), (5, 9), 0),
    layer("FULLY_CONNECTED", (1, 64), (16, 64), 0),
    layer("CONV_2D", (1, 5, 4, 3), (7, 3, 3, 3), 0, **CONV),
    layer("DEPTHWISE_CONV_2D", (1, 5, 4, 3), (1, 3, 3, 3), 3, depth_multiplier=1, **CONV),
)


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return vectors_of(model_of(LAYERS), tmp_path_factory.mktemp("edges"), ["double", "single"])


@pytest.mark.parametrize("name", ["portable", "dsp-speed", "portable-single", "dsp-speed-single"])
def test_int4_weights_equal_the_reference(name: str, edges: Vectors, tmp_path: Path) -> None:
    assert not any(differences(edges, OPTIONS[name], tmp_path))


SIZE = (
    OPTIONS["dsp-size"],
    EngineOptions(optimize="size"),
    EngineOptions(optimize="size", rounding="single"),
)


@pytest.mark.parametrize("options", SIZE, ids=["dsp", "portable", "single"])
@pytest.mark.parametrize("on", ["host", "qemu"])
def test_packed_weights_equal_the_reference(
    on: str, options: EngineOptions, edges: Vectors, tmp_path: Path
) -> None:
    assert not any(differences(edges, options, tmp_path, on=on))


def test_packed_weights_take_half_the_flash(edges: Vectors) -> None:
    """Less the multipliers of FULLY_CONNECTED, of which the packed kernel keeps one for each row."""
    aot, weights = ENGINES["aot"], sum(t.elements for t in edges.graph.tensors if t.is_int4)
    packed, whole = (
        aot.plan(edges.graph, EngineOptions(optimize=o)).weight_bytes for o in ("size", "speed")
    )
    assert whole - packed >= 0.35 * weights


S4 = "runtime/kernels/linear_s4.c"


@pytest.mark.parametrize(
    "broken",
    [
        (S4, "packed[i] << 4) >> 4", "packed[i] << 4) >> 5"),
        (S4, "* bytes], bytes", "* 0u], bytes"),
        (S4, "batch * image + first", "batch * image + first * 0u"),
        (S4, "layer->bias[o])", "0)"),
    ],
    ids=lambda b: b[1],
)
def test_a_break_of_packed_weights_is_noticed(
    broken: tuple[str, str, str], edges: Vectors, tmp_path: Path
) -> None:
    assert any(differences(edges, SIZE[1], tmp_path, patch=broken))


def test_other_engines_know_what_the_file_has(edges: Vectors) -> None:
    assert ENGINES["tflm"].supports(edges.graph) == ()
    assert any(tensor.is_int4 for tensor in edges.graph.tensors)
    assert any("int4" in problem.what for problem in check_int8_ends(edges.graph))


def test_too_few_bytes_are_named() -> None:
    good = LAYERS[0]
    short = TensorSpec((5, 9), "int4", 0.1, data=b"\x01" * 22)
    bad = Layer(good.kind, [good.inputs[0], short, good.inputs[2]], good.outputs, {}, 7)
    with pytest.raises(ModelError, match="needs 23 bytes, the file has 22"):
        parse_tflite(model_of([bad]), "m")
