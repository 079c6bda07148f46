# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Channels that never matter go, all others stay, and no output changes.

MCUGEN_NETWORKS sets how many networks are tried on each board (default 2), MCUGEN_NETWORKS_SEED the first.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mcugen.engines import ENGINES
from mcugen.engines.contract import EngineOptions
from mcugen.engines.passes import ranges as ranges_module
from mcugen.engines.passes.prune import prune
from mcugen.engines.passes.ranges import ranges
from mcugen.model.reference import open_reference
from mcugen.model.tflite import parse_tflite
from tests.engines.c_engine import build
from tests.engines.passes.planted import SCALE, adversarial_inputs, planted_network
from tests.engines.vectors import OPTIONS, Vectors, differences, vectors_of
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

FIRST_SEED = int(os.environ.get("MCUGEN_NETWORKS_SEED", "0"))
NETWORKS = int(os.environ.get("MCUGEN_NETWORKS", "2"))


def vectors(model: bytes, folder: Path, roundings: list[str], seed: int = 0) -> Vectors:
    """With inputs that try to wake what sleeps."""
    graph = parse_tflite(model, "planted")
    weights = graph.tensors[graph.ops[0].inputs[1]].data
    assert weights is not None
    inputs = adversarial_inputs(weights, graph.tensors[graph.inputs[0]].shape, seed)
    return vectors_of(model, folder, roundings, [inputs])


@pytest.mark.parametrize("on", ["host", "qemu"])
@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + NETWORKS))
def test_networks_with_planted_channels_equal_the_reference(
    seed: int, on: str, tmp_path: Path
) -> None:
    name = "dsp-speed" if on == "qemu" else ("portable", "dsp-size")[seed % 2]
    model = planted_network(seed)
    assert not any(
        differences(vectors(model, tmp_path, ["double"]), OPTIONS[name], tmp_path, on=on)
    )


def test_most_networks_have_something_to_remove() -> None:
    graphs = (parse_tflite(planted_network(seed), "planted") for seed in range(20))
    assert sum(bool(prune(graph, EngineOptions()).removals) for graph in graphs) > 12


@pytest.mark.parametrize("name", ["portable-single", "dsp-speed-single"])
def test_single_rounding(name: str, tmp_path: Path) -> None:
    model = planted_network(1, both_roundings=True)
    assert not any(differences(vectors(model, tmp_path, ["single"]), OPTIONS[name], tmp_path))


def test_every_layer_is_shown_whole(tmp_path: Path) -> None:
    model = planted_network(3)
    planted = vectors(model, tmp_path, ["double"])
    assert prune(planted.graph, EngineOptions(per_layer=True)).removals
    options = replace(OPTIONS["dsp-speed"], per_layer=True)
    found = build(planted.graph, options, tmp_path / "c").run(*planted.inputs)
    indices = [op.outputs[0] for op in planted.graph.ops]
    (tmp_path / "m.tflite").write_bytes(model)
    with open_reference(tmp_path / "m.tflite", rounding="double") as reference:
        expected = reference.run(planted.inputs, tensors=indices)[1:]
    for (layer,), wanted in zip(found.layers, expected, strict=True):
        np.testing.assert_array_equal(layer, wanted)


# --- one step from being alive ------------------------------------------------------------------


def threshold_network(bias: int, activation: str = "RELU") -> bytes:
    """A pointwise layer whose channel 0 has `bias`; then a depthwise layer and another pointwise one."""
    rng = np.random.default_rng(7)
    first = rng.integers(-127, 128, (8, 1, 1, 3)).astype(np.int8)
    pixels = TensorSpec((1, 4, 4, 3), "int8", SCALE, 3)
    options = {"padding": "SAME", "stride_h": 1, "stride_w": 1, "dilation_w_factor": 1}
    options |= {"dilation_h_factor": 1, "fused_activation_function": activation}
    image = TensorSpec((1, 4, 4, 8), "int8", SCALE, -128)
    tensors = [
        pixels,
        TensorSpec(first.shape, "int8", [0.0037] * 8, data=first),
        TensorSpec((8,), "int32", [1e-4] * 8, data=np.array([bias] + [9] * 7, np.int32)),
        image,
        TensorSpec(
            (1, 3, 3, 8), "int8", [0.004] * 8, axis=3, data=np.full((1, 3, 3, 8), 90, np.int8)
        ),
        TensorSpec((8,), "int32", [1e-4] * 8, data=np.zeros(8, np.int32)),
        image,
        TensorSpec((4, 1, 1, 8), "int8", [0.004] * 4, data=np.full((4, 1, 1, 8), 100, np.int8)),
        TensorSpec((4,), "int32", [1e-4] * 4, data=np.zeros(4, np.int32)),
        TensorSpec((1, 4, 4, 4), "int8", 0.1, 0),
    ]
    ops = [
        OpSpec("CONV_2D", [0, 1, 2], [3], options, 3),
        OpSpec("DEPTHWISE_CONV_2D", [3, 4, 5], [6], {**options, "depth_multiplier": 1}, 3),
        OpSpec("CONV_2D", [6, 7, 8], [9], {**options, "fused_activation_function": "NONE"}, 3),
    ]
    return model_bytes(tensors, ops, [0], [9])


def is_dead(bias: int) -> bool:
    graph = parse_tflite(threshold_network(bias), "threshold")
    return bool(ranges(graph)[3].constant[0])


def last_dead_bias() -> int:
    dead, alive = -(10**6), 0
    assert is_dead(dead) and not is_dead(alive)
    while alive - dead > 1:
        middle = (alive + dead) // 2
        dead, alive = (middle, alive) if is_dead(middle) else (dead, middle)
    return dead


def reference_channel(bias: int, tmp_path: Path) -> set[int]:
    """All values of channel 0 of the first layer, for inputs that drive it to its ends."""
    given = vectors(threshold_network(bias), tmp_path, ["double"])
    with open_reference(tmp_path / "layers.tflite", rounding="double") as reference:
        values = reference.run(given.inputs, tensors=[3])[1]
    return {int(value) for value in np.unique(values[..., 0])}


def test_a_channel_is_dead_up_to_the_last_step_before_it_wakes(tmp_path: Path) -> None:
    """The proof is exact here: one more step of bias, and TFLite Micro's output moves."""
    bias = last_dead_bias()
    assert reference_channel(bias, tmp_path) == {-128}
    assert reference_channel(bias + 1, tmp_path) == {-128, -127}


@pytest.mark.parametrize("step", [0, 1])
@pytest.mark.parametrize("name", ["portable", "dsp-speed-single"])
def test_both_sides_of_the_threshold_equal_the_reference(
    step: int, name: str, tmp_path: Path
) -> None:
    model = threshold_network(last_dead_bias() + step)
    options = OPTIONS[name]
    assert not any(
        differences(vectors(model, tmp_path, [options.rounding]), options, tmp_path / "c")
    )


def test_a_removed_channel_that_lives_would_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The inputs wake the channels that a careless proof removes."""

    bounds = ranges_module.sum_bounds
    model = threshold_network(last_dead_bias())
    monkeypatch.setattr(
        ranges_module, "sum_bounds", lambda *given: (bounds(*given)[0], bounds(*given)[1] - 10**5)
    )
    assert any(differences(vectors(model, tmp_path, ["double"]), OPTIONS["portable"], tmp_path))


# --- what is removed ----------------------------------------------------------------------------


def test_what_is_removed_is_named_and_nothing_goes_when_told_so() -> None:
    graph = parse_tflite(planted_network(0), "planted")
    removals = prune(graph, EngineOptions()).removals
    assert all(r.kind == graph.ops[r.op].kind and "channels" in r.what for r in removals)
    engine = OPTIONS["portable"]
    pruned = ENGINES["aot"].plan(graph, engine)
    all_kept = ENGINES["aot"].plan(graph, replace(engine, prune=False))
    assert pruned.removals[: len(removals)] == removals and not all_kept.removals
    assert pruned.weight_bytes < all_kept.weight_bytes


def test_the_real_zero_at_a_border_is_not_the_constant_inside() -> None:
    """A constant channel under padding goes only where it is the real 0."""
    for value, fused in ((-128, 12), (-100, 16)):
        graph = parse_tflite(constant_under_padding(value), "border")
        kept = prune(graph, EngineOptions()).graph
        assert kept.tensors[3].shape[3] == fused


def constant_under_padding(value: int) -> bytes:
    rng = np.random.default_rng(0)
    first = rng.integers(-127, 128, (16, 1, 1, 3)).astype(np.int8)
    first[:4] = 0
    bias = np.full(16, 40, np.int32)
    bias[:4] = 8 * (value + 128)
    conv = {"padding": "SAME", "stride_h": 1, "stride_w": 1, "dilation_w_factor": 1}
    conv |= {"dilation_h_factor": 1, "fused_activation_function": "NONE"}
    second = rng.integers(1, 128, (4, 3, 3, 16)).astype(np.int8)
    tensors = [
        TensorSpec((1, 5, 5, 3), "int8", 1 / 32, 0),
        TensorSpec(first.shape, "int8", [1 / 8] * 16, data=first),
        TensorSpec((16,), "int32", [1 / 256] * 16, data=bias),
        TensorSpec((1, 5, 5, 16), "int8", 1 / 32, -128),
        TensorSpec(second.shape, "int8", [0.001] * 4, data=second),
        TensorSpec((4,), "int32", [1e-5] * 4, data=np.zeros(4, np.int32)),
        TensorSpec((1, 5, 5, 4), "int8", 0.05, 0),
    ]
    ops = [
        OpSpec("CONV_2D", [0, 1, 2], [3], conv, 3),
        OpSpec("CONV_2D", [3, 4, 5], [6], conv, 3),
    ]
    return model_bytes(tensors, ops, [0], [6])
