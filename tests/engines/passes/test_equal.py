# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Channels that equal each other are computed once; those that differ by one step are all kept.

MCUGEN_NETWORKS sets how many networks are tried on each board (default 2), MCUGEN_NETWORKS_SEED the first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mcugen.engines.contract import EngineOptions
from mcugen.engines.passes import equal
from mcugen.engines.passes.equal import equal_channels
from mcugen.engines.passes.prune import prune
from mcugen.model.ir import Graph
from mcugen.model.reference import open_reference
from mcugen.model.tflite import parse_tflite
from tests.engines.c_engine import build
from tests.engines.passes.planted import Planted, adversarial_inputs
from tests.engines.passes.test_channels import FIRST_SEED, NETWORKS
from tests.engines.vectors import OPTIONS, Vectors, differences, vectors_of
from tests.tflite_writer import model_bytes


class Twins(Planted):
    """Filters come several times, some of them with one weight or the bias a step aside."""

    def _plant(self, weights: np.ndarray, bias: np.ndarray) -> None:
        half = max(len(weights) // 2, 1)
        weights //= 3  # most sums of two still fit
        for channel in range(half, len(weights)):
            twin, chance = channel % half, self.rng.random()
            if chance < 0.9:
                weights[channel], bias[channel] = weights[twin], bias[twin]
            if chance < 0.05:
                weights[channel].reshape(-1)[0] += 1
            elif chance < 0.1:
                bias[channel] += 1

    def _scales(self, outputs: int) -> list[float]:
        return [0.004] * outputs


def twins(seed: int, *, both_roundings: bool = False) -> bytes:
    """Like planted_network, with channels that equal each other."""
    net = Twins(np.random.default_rng(seed))
    x = net.convolve(net.tensor(1, 9, 8, 3), 16, int(net.rng.choice([1, 3])))
    kinds = "conv conv depthwise sum pool".split()
    kinds += [] if both_roundings else ["join", "pad", "curve"]
    for kind in net.rng.choice(kinds, 5):
        if kind == "conv":
            x = net.convolve(x, 16, int(net.rng.choice([1, 3])))
        elif kind == "depthwise":
            x = net.convolve(x, 0, 3, depthwise=True)
        else:
            x = getattr(net, str(kind))(x)
    return model_bytes(net.tensors, net.ops, [0], [net.classify(x, mean=False)])


def vectors(model: bytes, folder: Path, roundings: list[str]) -> Vectors:
    graph = parse_tflite(model, "twins")
    weights = graph.tensors[graph.ops[0].inputs[1]].data
    assert weights is not None
    inputs = adversarial_inputs(weights, graph.tensors[graph.inputs[0]].shape, 0)
    return vectors_of(model, folder, roundings, [inputs])


SHARED = "they equal channels that are computed"


def shared(graph: Graph) -> list[str]:
    found = prune(graph, EngineOptions()).removals
    return [r.what for r in found if r.why == SHARED]


@pytest.mark.parametrize("on", ["host", "qemu"])
@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + NETWORKS))
def test_networks_with_twins_equal_the_reference(seed: int, on: str, tmp_path: Path) -> None:
    name = "dsp-speed" if on == "qemu" else ("portable", "dsp-size")[seed % 2]
    given = vectors(twins(seed), tmp_path, ["double"])
    assert not any(differences(given, OPTIONS[name], tmp_path, on=on))


def test_single_rounding(tmp_path: Path) -> None:
    given = vectors(twins(2, both_roundings=True), tmp_path, ["single"])
    assert shared(given.graph)
    assert not any(differences(given, OPTIONS["dsp-speed-single"], tmp_path))


def test_most_networks_have_something_to_share() -> None:
    graphs = (parse_tflite(twins(seed), "twins") for seed in range(20))
    assert sum(bool(shared(graph)) for graph in graphs) > 12


def test_channels_that_are_called_equal_are(tmp_path: Path) -> None:
    """In every tensor, by TFLite Micro; and those that differ by a step are not."""
    (tmp_path / "m.tflite").write_bytes(twins(1))
    graph = parse_tflite(twins(1), "twins")
    inputs = np.random.default_rng(0).integers(-128, 128, (40, 1, 9, 8, 3)).astype(np.int8)
    layers = [index for op in graph.ops for index in op.outputs]
    with open_reference(tmp_path / "m.tflite") as reference:
        values = reference.run([inputs], tensors=layers)[len(graph.outputs) :]
    known = equal_channels(graph)
    for index, layer in zip(layers, values, strict=True):
        assert np.array_equal(layer, layer[..., known[index]]), index
    first = values[0].reshape(-1, 16)
    different = {channel.tobytes() for channel in first.T}
    assert len(set(known[layers[0]].tolist())) == len(different)


def reading_twins(weights: Iterable[tuple[int, int]], step: int = 0) -> bytes:
    """Eight channels, the last four equal to the first four but for `step` in the bias, read with pairs
    of weights."""
    net = Planted(np.random.default_rng(0))
    filters = net.rng.integers(-127, 128, (4, 1, 1, 3))
    first = np.concatenate([filters, filters]).astype(np.int8)
    second = np.array([[u] * 4 + [v] * 4 for u, v in weights], np.int8)
    x = net.tensor(1, 4, 4, 3)
    for data in (first, second.reshape(-1, 1, 1, 8)):
        laid = net.constant(data, scales=[0.004] * len(data))
        bias = net.constant(step * (np.arange(len(data), dtype=np.int32) // 4), scales=1e-4)
        given, shape = [x, laid, bias], (1, 4, 4, len(data))
        options = {"padding": "VALID", "stride_h": 1, "stride_w": 1}
        x = net.add("CONV_2D", given, net.tensor(*shape), **options)
    return model_bytes(net.tensors, net.ops, [0], [x])


def pairs(weights: Iterable[tuple[int, int]], step: int = 0) -> Graph:
    return parse_tflite(reading_twins(weights, step), "pairs")


def test_weights_are_added_where_they_fit() -> None:
    assert shared(pairs([(100, 27), (-100, -27), (5, -5)])) == ["4 of 8 channels"]
    assert not shared(pairs([(100, 28), (1, 1)]))
    assert not shared(pairs([(-100, -28), (1, 1)]))
    assert not shared(pairs([(1, 1)], step=1))


def test_every_layer_is_shown_whole(tmp_path: Path) -> None:
    """Channels that are gone as those that they equal."""
    given = vectors(twins(0), tmp_path, ["double"])
    options = replace(OPTIONS["dsp-speed"], per_layer=True)
    assert any(r.why == SHARED for r in prune(given.graph, options).removals)
    layers = build(given.graph, options, tmp_path / "c").run(*given.inputs).layers
    indices = [op.outputs[0] for op in given.graph.ops]
    with open_reference(tmp_path / "layers.tflite") as reference:
        expected = reference.run(given.inputs, tensors=indices)[1:]
    for (layer,), wanted in zip(layers, expected, strict=True):
        np.testing.assert_array_equal(layer, wanted)


def without_bias(graph: Graph, op: object) -> object:
    sums = READ(graph, op)  # type: ignore[arg-type]
    return None if sums is None else replace(sums, bias=0 * sums.bias)


READ, MOVED = equal.read_sums, equal._moved
BREAKS = {
    "biases are ignored": ("read_sums", without_bias, ([(5, 4)], 300)),
    "weights are dropped": (
        "_moved",
        lambda w, to, most: np.where(MOVED(w, to, most) == 0, 0, w),
        ([(5, 4)], 0),
    ),
    "weights may be of any size": (
        "_moved",
        lambda w, to, most: MOVED(w, to, 255),
        ([(100, 28), (1, 1)], 0),
    ),
}


@pytest.mark.parametrize("broken", BREAKS)
def test_a_break_shows(broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name, function, network = BREAKS[broken]
    given = vectors(reading_twins(*network), tmp_path, ["double"])
    monkeypatch.setattr(equal, name, function)
    assert any(differences(given, OPTIONS["portable"], tmp_path))
