# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Chains in bands of rows compute every row once, from rows that are there, and answer the same.

MCUGEN_NETWORKS sets how many random networks are tried on each board (default 2), MCUGEN_NETWORKS_SEED
the first.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mcugen.engines.aot import banded, bands, lowering
from mcugen.engines.aot.bands import Chain, Move, Schedule, Turn, is_chain, schedule
from mcugen.engines.aot.lowering import lower
from mcugen.engines.contract import EngineOptions
from mcugen.model.ir import Graph
from mcugen.model.tflite import parse_tflite, read_tflite
from tests.engines.test_random_networks import FIRST_SEED, NETWORKS, Network
from tests.engines.vectors import DSP, OPTIONS, differences, vectors_of
from tests.tflite_writer import model_bytes

SIZE = EngineOptions(optimize="size", isa=DSP)


def conv(net: Network, x: int) -> int:
    """A random convolution of image x, often of its size."""
    _, height, width, channels = net.tensors[x].shape
    depthwise = bool(net.rng.random() < 0.4)
    tall, wide = (int(net.rng.choice([1, 2, 3, 3, 5])) for _ in range(2))
    stride = int(net.rng.choice([1, 1, 1, 2, 3]))
    dilation = int(net.rng.choice([1, 1, 1, 2]))
    outputs = channels if depthwise else int(net.rng.choice([4, 5, 8, channels, channels]))
    shape = (1, tall, wide, channels) if depthwise else (outputs, tall, wide, channels)
    scales = (net.rng.uniform(0.002, 0.01, outputs)).astype(np.float32).tolist()
    data = net.rng.integers(-127, 128, shape, np.int8)
    weights = net.constant(data, scales=scales, axis=3 if depthwise else 0)
    bias = net.constant(net.rng.integers(-2000, 2000, outputs, np.int32), scales=scales)
    reach = [(size - 1) * dilation + 1 for size in (tall, wide)]
    valid = min(height - reach[0], width - reach[1]) >= 0 and net.rng.random() < 0.3
    room = [
        size - (one - 1 if valid else 0) for size, one in zip((height, width), reach, strict=True)
    ]
    out = net.image(1, *(-(-size // stride) for size in room), outputs)
    options = {
        "padding": "VALID" if valid else "SAME",
        "stride_h": stride,
        "stride_w": stride,
        "dilation_h_factor": dilation,
        "dilation_w_factor": dilation,
        "fused_activation_function": net.activation(),
        **({"depth_multiplier": 1} if depthwise else {}),
    }
    net.add(
        "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D", [x, weights, bias], [out], 3, **options
    )
    return out


def network(seed: int) -> bytes:
    """Convolutions one after the other, and sums with what was there before."""
    net = Network(np.random.default_rng(seed))
    x = first = net.image(1, *net.rng.integers((8, 3, 1), (21, 12, 9)).tolist())
    while len(net.ops) < 8:
        shape = net.tensors[x].shape
        alike = [i for i in net.images if net.tensors[i].shape == shape and i != x]
        if alike and net.rng.random() < 0.5:
            y, out = int(net.rng.choice(alike)), net.image(*shape)
            net.add("ADD", [x, y], [out], 2, fused_activation_function=net.activation())
            x = out
        else:
            x = conv(net, x)
    read = {index for op in net.ops for index in op.inputs}
    outputs = [i for i in net.images if i != first and i not in read]
    return model_bytes(net.tensors, net.ops, [first], outputs)


def random_chains(graph: Graph, seed: int) -> tuple[Chain, ...]:
    """Chains wherever there can be some."""
    rng = np.random.default_rng(seed)
    chains: list[Chain] = []
    at = 0
    while at < len(graph.ops):
        lengths = [n for n in (2, 3, 4, 6) if is_chain(graph, graph.ops[at : at + n])]
        lengths = [n for n in lengths if at + n <= len(graph.ops)]
        length = int(rng.choice(lengths)) if lengths else 1
        if lengths:
            chains.append(Chain(graph.ops[at : at + length], int(rng.integers(1, 4))))
        at += length
    return tuple(chains)


def force_bands(monkeypatch: pytest.MonkeyPatch, seed: int) -> list[Chain]:
    """Lowers with random chains; returns those that were taken."""
    taken: list[Chain] = []

    def chosen(made: lowering.Bands, memory: object) -> tuple[Chain, ...]:
        del memory
        taken[:] = random_chains(made.graph, seed)
        return tuple(taken)

    monkeypatch.setattr(lowering, "chosen_chains", chosen)
    return taken


@pytest.mark.parametrize("seed", range(40))
def test_every_row_is_computed_once_from_rows_that_are_there(seed: int) -> None:
    graph = parse_tflite(network(seed), "random")
    for chain in random_chains(graph, seed):
        found = schedule(graph, chain)
        held: dict[int, list[int | None]] = {
            index: [None] * count for index, count in found.windows.items()
        }
        computed: dict[int, list[int]] = {op.outputs[0]: [] for op in chain.ops}
        for item in found.items:
            if isinstance(item, Move):
                window = held[item.tensor]
                moved = window[item.rows.first : item.rows.end]
                held[item.tensor] = [*moved, *[None] * (len(window) - len(moved))]
                continue
            assert isinstance(item, Turn)
            for index, rows in item.reads.items():
                if index in held:
                    start = item.starts[index]
                    seen = held[index][rows.first - start : rows.end - start]
                    assert seen == [*range(rows.first, rows.end)]
            out = item.op.outputs[0]
            rows_made = range(item.rows.first, item.rows.end)
            computed[out] += rows_made
            if out in held:
                at = item.rows.first - item.starts[out]
                held[out][at : at + len(rows_made)] = rows_made
                assert len(held[out]) == found.windows[out]
        height = graph.tensors[chain.output].shape[1]
        assert computed.pop(chain.output) == [*range(height)]
        assert all(rows == [*range(len(rows))] for rows in computed.values())


@pytest.mark.parametrize("on", ["host", "qemu"])
@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + NETWORKS))
def test_random_networks_in_bands_equal_the_reference(
    seed: int, on: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "dsp-size" if on == "qemu" else ("portable", "dsp-size")[seed % 2]
    taken = force_bands(monkeypatch, seed)
    vectors = vectors_of(network(seed), tmp_path, ["double"])
    assert not any(differences(vectors, OPTIONS[name], tmp_path, on=on))
    assert taken


def three_convolutions(last: int = 8) -> bytes:
    """3x3, with `last` channels at the end; all others have 8."""
    net = Network(np.random.default_rng(3))
    first = x = net.image(1, 20, 8, 8)
    for channels in (8, 8, last):
        data = net.rng.integers(-127, 128, (channels, 3, 3, 8), np.int8)
        weights = net.constant(data, scales=0.005)
        bias = net.constant(np.zeros(channels, np.int32), scales=0.001)
        out = net.image(1, 20, 8, channels)
        same = {"padding": "SAME", "stride_h": 1, "stride_w": 1}
        none = {"fused_activation_function": "NONE"}
        net.add("CONV_2D", [x, weights, bias], [out], 3, **same, **none)
        x = out
    return model_bytes(net.tensors, net.ops, [first], [x])


def one_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole network in bands of 2 rows."""
    monkeypatch.setattr(lowering, "chosen_chains", lambda made, memory: (Chain(made.graph.ops, 2),))


@pytest.mark.parametrize("last", [8, 9])
def test_an_output_takes_the_memory_of_the_input_where_nothing_is_read_again(
    last: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_chain(monkeypatch)
    vectors = vectors_of(three_convolutions(last), tmp_path, ["double"])
    assert not any(differences(vectors, SIZE, tmp_path))
    offsets = lower(vectors.graph, SIZE).offsets
    assert (offsets["conv_2d_2_out"] == offsets["input_0"]) == (last == 8)


def without_moves(graph: Graph, chain: Chain) -> Schedule:
    found = schedule(graph, chain)
    return replace(found, items=tuple(item for item in found.items if isinstance(item, Turn)))


BREAKS = {
    "rows that are needed again do not move": (banded, "schedule", without_moves),
    "the output takes the input's memory": (banded, "may_overlay", lambda *_: True),
    "every band is padded as the first": (bands, "own_padding", lambda *_: (0, 1)),
}


@pytest.mark.parametrize("broken", BREAKS)
def test_a_break_shows(broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one_chain(monkeypatch)
    monkeypatch.setattr(*BREAKS[broken])
    vectors = vectors_of(three_convolutions(last=9), tmp_path, ["double"])
    assert any(differences(vectors, SIZE, tmp_path))


def test_layers_that_are_observed_or_measured_run_without_bands(real_models: Path) -> None:
    graph = read_tflite(real_models / "pretrainedResnet_quant.tflite")
    for kept in ({"per_layer": True}, {"profile": True}, {"optimize": "speed"}):
        options = EngineOptions(**{"optimize": "size", "isa": DSP, **kept})  # type: ignore[arg-type]
        assert not any("window" in value.name for value in lower(graph, options).values)
    assert any("window" in value.name for value in lower(graph, SIZE).values)
