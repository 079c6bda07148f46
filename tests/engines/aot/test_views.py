# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Parts of tensors that lie within them: nothing is copied, nothing is written over, all answers stay.

MCUGEN_NETWORKS sets how many random networks are tried on each board (default 2), MCUGEN_NETWORKS_SEED
the first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mcugen.engines import ENGINES
from mcugen.engines.aot import lowering, placement, views
from mcugen.engines.aot.lowering import Lowered, lower
from mcugen.engines.contract import EngineOptions
from mcugen.model.ir import Graph
from mcugen.model.reference import open_reference
from mcugen.model.tflite import parse_tflite
from tests.engines.aot.test_lowering import assert_undisturbed
from tests.engines.c_engine import build
from tests.engines.test_random_networks import (
    FIRST_SEED,
    NETWORKS,
    Network,
    arithmetic,
    convolution,
    pooling,
)
from tests.engines.vectors import DSP, OPTIONS, differences, vectors_of
from tests.tflite_writer import model_bytes

QUANT = (0.05, 3)


class Rows(Network):
    """All images have one quantisation, so that any of them can be joined."""

    def image(self, *shape: int, quant: tuple[float, int] | None = None) -> int:
        return super().image(*shape, quant=QUANT)

    def numbers(self, *values: int) -> int:
        return self.constant(np.array(values, np.int32))

    def split(self, x: int, sizes: list[int]) -> list[int]:
        """Along the rows."""
        _, _, width, channels = self.tensors[x].shape
        made = [self.image(1, size, width, channels) for size in sizes]
        given = [x, self.numbers(*sizes), self.numbers(1)]
        self.add("SPLIT_V", given, made, 2, num_splits=len(sizes))
        return made

    def slice(self, x: int, first: int, rows: int) -> int:
        _, _, width, channels = self.tensors[x].shape
        out = self.image(1, rows, width, channels)
        if self.rng.random() < 0.5:
            ends = self.numbers(0, first, 0, 0), self.numbers(1, rows, width, channels)
            self.add("SLICE", [x, *ends], [out], 2)
        else:
            ends = self.numbers(0, first, 0, 0), self.numbers(1, first + rows, width, channels)
            self.add("STRIDED_SLICE", [x, *ends, self.numbers(1, 1, 1, 1)], [out], 2)
        return out

    def join(self, parts: list[int]) -> int:
        shapes = [self.tensors[part].shape for part in parts]
        out = self.image(1, sum(shape[1] for shape in shapes), *shapes[0][2:])
        self.add("CONCATENATION", parts, [out], 2, axis=1)
        return out

    def add_up(self, x: int, y: int) -> int:
        out = self.image(*self.tensors[x].shape)
        self.add("ADD", [x, y], [out], 2, fused_activation_function="NONE")
        return out


def cut(net: Rows) -> None:
    x, (_, height, _, _), _ = net.pick()
    first = int(net.rng.integers(0, height))
    if net.rng.random() < 0.5 and height > 1:
        first = max(first, 1)
        net.split(x, [first, height - first])
    else:
        net.slice(x, first, int(net.rng.integers(1, height - first + 1)))


def unpack(net: Rows) -> None:
    """And a RESHAPE of each row."""
    x, (_, height, width, channels), _ = net.pick()
    rows = [net.image(1, width, channels) for _ in range(height)]
    del net.images[-height:]
    net.add("UNPACK", [x], rows, 2, axis=1, num=height)
    for row in rows:
        shape = (1, 1, width, channels)
        net.add("RESHAPE", [row], [net.image(*shape)], 1, new_shape=shape)


def join(net: Rows) -> None:
    """Images of one width, the same one twice at times; PACK where all have one row."""
    x, (_, _, *size), _ = net.pick()
    alike = [i for i in net.images if [*net.tensors[i].shape[2:]] == size]
    parts = [x, *net.rng.choice(alike, int(net.rng.integers(1, 4))).tolist()]
    parts = [part for part in parts if net.tensors[part].shape[1] < 9]
    if parts and all(net.tensors[part].shape[1] == 1 for part in parts):
        out = net.image(1, len(parts), *size)
        rows = [net.image(1, *size) for _ in parts]
        del net.images[-len(rows) :]
        for part, row in zip(parts, rows, strict=True):
            net.add("RESHAPE", [part], [row], 1, new_shape=(1, *size))
        net.add("PACK", rows, [out], 2, axis=1, values_count=len(parts))
    elif parts:
        net.join(parts)


KINDS: tuple[Callable[[Rows], None], ...] = (
    arithmetic, arithmetic, arithmetic, convolution, pooling, cut, cut, unpack, join, join,
)  # fmt: skip


def network(seed: int) -> bytes:
    """Rows of 16 bytes, which can be parts, and of 8, where every other one can."""
    net = Rows(np.random.default_rng(seed))
    inputs = [net.image(1, 6, 4, 4), net.image(1, 5, 2, 4)]
    while len(net.ops) < 24:
        before = len(net.tensors), len(net.ops), len(net.images)
        net.rng.choice(KINDS)(net)  # type: ignore[arg-type]
        if any(np.prod(net.tensors[i].shape) > 2000 for i in net.images):
            del net.tensors[before[0] :], net.ops[before[1] :], net.images[before[2] :]
    read = {index for op in net.ops for index in op.inputs}
    made = [i for op in net.ops for i in op.outputs]
    outputs = [i for i in made if i not in read or net.rng.random() < 0.1]
    return model_bytes(net.tensors, net.ops, inputs, outputs)


def copies(lowered: Lowered) -> int:
    """How many are not made."""
    return sum(int(r.what.split()[0]) for r in lowered.removals if "copies" in r.what)


@pytest.mark.parametrize("on", ["host", "qemu"])
@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + NETWORKS))
def test_random_networks_equal_the_reference(seed: int, on: str, tmp_path: Path) -> None:
    name = "dsp-speed" if on == "qemu" else ("portable", "dsp-size")[seed % 2]
    vectors = vectors_of(network(seed), tmp_path, ["double"])
    assert not any(differences(vectors, OPTIONS[name], tmp_path, on=on))


def test_every_layer_is_seen(tmp_path: Path) -> None:
    model = network(1)
    vectors = vectors_of(model, tmp_path, ["double"])
    options = replace(OPTIONS["portable"], per_layer=True)
    assert copies(lower(vectors.graph, options))
    layers = build(vectors.graph, options, tmp_path / "c").run(*vectors.inputs).layers
    indices = [index for op in vectors.graph.ops for index in op.outputs]
    with open_reference(tmp_path / "layers.tflite") as reference:
        expected = reference.run(vectors.inputs, tensors=indices)[len(vectors.graph.outputs) :]
    seen = [value for layer in layers for value in layer]
    for value, wanted in zip(seen, expected, strict=True):
        np.testing.assert_array_equal(value, wanted)


@pytest.mark.parametrize("seed", range(30))
def test_memory_does_not_grow_and_is_not_disturbed(seed: int) -> None:
    graph = parse_tflite(network(seed), "rows")
    options = EngineOptions(isa=DSP)
    found, without = lower(graph, options), lower(graph, replace(options, prune=False))
    assert found.plan.lower_bound_bytes <= without.plan.lower_bound_bytes
    assert not copies(without)
    assert_undisturbed(found, [value.name for value in found.outputs])


def test_most_networks_have_copies_to_save() -> None:
    graphs = [parse_tflite(network(seed), "rows") for seed in range(20)]
    assert sum(copies(lower(graph, EngineOptions())) > 2 for graph in graphs) > 12


def halves(first: int) -> bytes:
    """An image plus one row of itself, broadcast; after a sum, so that the image may be worked on."""
    net = Rows(np.random.default_rng(0))
    x = net.image(1, 4, 4, 4)
    both = net.add_up(net.add_up(x, x), x)
    return model_bytes(net.tensors, net.ops, [x], [net.add_up(both, net.slice(both, first, 1))])


def test_nothing_is_worked_on_in_place_while_a_part_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors = vectors_of(halves(0), tmp_path, ["double"])
    assert copies(lower(vectors.graph, OPTIONS["portable"])) == 1
    assert not any(differences(vectors, OPTIONS["portable"], tmp_path / "c"))
    share = placement._share
    monkeypatch.setattr(placement, "_share", lambda *given: share(*given[:3], {}))
    again = replace(vectors, graph=replace(vectors.graph))  # an engine lowers a graph once
    assert any(differences(again, OPTIONS["portable"], tmp_path / "broken"))


def test_a_whole_lives_as_long_as_its_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    net = Rows(np.random.default_rng(0))
    x = net.image(1, 4, 4, 4)
    one, two = net.split(net.add_up(x, x), [2, 2])
    later = net.add_up(net.add_up(one, one), one)
    model = model_bytes(net.tensors, net.ops, [x], [net.add_up(later, two)])
    vectors = vectors_of(model, tmp_path, ["double"])
    assert copies(lower(vectors.graph, OPTIONS["portable"])) == 2
    assert not any(differences(vectors, OPTIONS["portable"], tmp_path / "c"))
    lives = placement._lifetimes

    def without_parts(memory: placement.Demand) -> dict[str, tuple[int, int]]:
        def dense(values: tuple[Any, ...]) -> tuple[Any, ...]:
            return tuple(value for value in values if not value.part_of)

        steps = [replace(s, reads=dense(s.reads), writes=dense(s.writes)) for s in memory.steps]
        return lives(replace(memory, steps=steps))

    monkeypatch.setattr(placement, "_lifetimes", without_parts)
    again = replace(vectors, graph=replace(vectors.graph))
    assert any(differences(again, OPTIONS["portable"], tmp_path / "broken"))


def test_a_small_part_does_not_keep_a_large_whole() -> None:
    net = Rows(np.random.default_rng(0))
    x = net.image(1, 16, 4, 4)
    large = net.add_up(x, x)
    row = net.slice(large, 0, 1)
    for _ in range(3):
        large = net.add_up(large, large)
        pooled = net.image(1, 16, 4, 4)
        net.add("RELU", [large], [pooled], 2)
        large = pooled
    model = model_bytes(net.tensors, net.ops, [x], [net.add_up(large, row)])
    graph = parse_tflite(model, "small")
    assert not copies(lower(graph, EngineOptions()))
    assert ENGINES["aot"].plan(graph, EngineOptions()).arena_bytes == 16 * 16 + 16


def with_peak(*shape: int) -> tuple[Rows, int, int]:
    """A network that needs much memory for its second input, then little for its first; an output."""
    net = Rows(np.random.default_rng(0))
    x, large = net.image(*shape), net.image(1, 64, 4, 4)
    return net, x, net.slice(net.add_up(net.add_up(large, large), large), 5, 1)


def test_looking_for_places_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where every place needs more memory, some are tried, but not all."""
    tried: list[int] = []

    def rejecting(graph: Graph, choices: Any, peak: Any) -> views.PartPlaces:
        del peak
        return views.chosen_places(graph, choices, lambda p: tried.append(len(p)) or len(p))

    monkeypatch.setattr(lowering, "chosen_places", rejecting)
    net = Rows(np.random.default_rng(0))
    x = net.image(1, 64, 4, 4)
    outputs = [net.add_up(part, part) for part in net.split(net.add_up(x, x), [1] * 64)]
    graph = parse_tflite(model_bytes(net.tensors, net.ops, [x], outputs), "many")
    assert not copies(lower(graph, EngineOptions()))
    assert len(tried) == 2 * 64
    monkeypatch.setattr(views, "_WORK", 10 * len(graph.ops))
    assert not copies(lower(graph, EngineOptions()))
    assert len(tried) == 2 * 64 + 11


def test_parts_that_start_elsewhere_are_copied() -> None:
    net, x, first = with_peak(1, 5, 2, 4)
    parts = net.split(net.add_up(x, x), [2, 1, 2])
    sums = [net.add_up(part, part) for part in parts]
    model = model_bytes(net.tensors, net.ops, [x, x + 1], [first, net.join(sums)])
    lowered = lower(parse_tflite(model, "odd"), EngineOptions())
    starts = {v.name: v.start for v in lowered.values if v.part_of}
    assert starts == {"split_v_4_out0": 0, "split_v_4_out1": 16, "add_5_out": 0}
    kept = [call.kernel.function for step in lowered.steps for call in step.calls]
    assert kept.count("mcugen_copy_blocks") == 1
    assert kept.count("mcugen_copy") == 3


def test_inputs_and_outputs_are_no_parts() -> None:
    net, x, first = with_peak(1, 4, 4, 4)
    parts = net.split(net.add_up(x, x), [2, 2])
    joined = net.join([net.add_up(parts[1], parts[1]), x])
    model = model_bytes(net.tensors, net.ops, [x, x + 1], [first, parts[0], joined])
    parts_of = {
        v.name: v.part_of for v in lower(parse_tflite(model, "ends"), EngineOptions()).values
    }
    assert parts_of["split_v_4_out0"] == parts_of["input_0"] == ""
    assert parts_of["split_v_4_out1"] == "add_3_out"
    assert parts_of["add_5_out"] == "concatenation_6_out"
