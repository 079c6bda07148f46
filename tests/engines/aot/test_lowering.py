# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Steps pass on values that lie where nobody else writes as long as they are needed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcugen.engines.aot.lowering import Lowered, lower
from mcugen.engines.contract import EngineOptions
from mcugen.model.ir import Graph
from mcugen.model.tflite import parse_tflite
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

DSP = frozenset({"dsp"})


def network(reads: Sequence[int], widths: Sequence[int], outputs: Sequence[int]) -> Graph:
    """A FULLY_CONNECTED per entry of `reads`: it reads activation reads[i], writes i + 1.

    Activation a has widths[a] elements; a width that equals its source's becomes a RESHAPE.
    """
    tensors = [TensorSpec((1, width), "int8", 0.05, 0) for width in widths]
    rng = np.random.default_rng(0)
    ops = []
    for i, source in enumerate(reads):
        shape = (widths[i + 1], widths[source])
        if shape[0] == shape[1]:
            ops.append(OpSpec("RESHAPE", [source], [i + 1]))
            continue
        tensors.append(
            TensorSpec(shape, "int8", 0.01, data=rng.integers(-127, 128, shape, np.int8))
        )
        ops.append(OpSpec("FULLY_CONNECTED", [source, len(tensors) - 1, -1], [i + 1], version=4))
    return parse_tflite(model_bytes(tensors, ops, [0], list(outputs)), "net")


def assert_undisturbed(lowered: Lowered, kept: Sequence[str]) -> None:
    """Replays the steps over a memory of names: whoever reads finds what was written for it, parts what
    was written for their whole."""
    owner: dict[int, str] = {}
    parts = {value.name: value.part_of for value in lowered.values if value.part_of}
    extent = {
        value.name: range(lowered.offsets[value.name], lowered.offsets[value.name] + value.bytes)
        for value in lowered.values
    }

    def whole(name: str) -> str:
        return whole(parts[name]) if name in parts else name

    def write(name: str) -> None:
        owner.update(dict.fromkeys(extent[name], whole(name)))

    def check(name: str) -> None:
        assert {owner.get(byte) for byte in extent[name]} == {whole(name)}, name

    for value in lowered.inputs:
        write(value.name)
    for step in lowered.steps:
        for value in step.reads:
            check(value.name)
        shared = {(out.name, given.name) for out, given in step.in_place}
        for written in (*step.writes, *step.scratch):
            for read in step.reads:
                joins = whole(read.name) == whole(written.name)
                if not joins and (written.name, read.name) not in shared:
                    assert not set(extent[written.name]) & set(extent[read.name])
            write(written.name)
    for name in kept:
        check(name)
    assert max((r.stop for r in extent.values()), default=0) <= lowered.plan.arena_bytes


@st.composite
def networks(draw: st.DrawFn) -> Graph:
    count = draw(st.integers(1, 7))
    reads = [draw(st.integers(max(0, i - 2), i)) for i in range(count)]
    widths = draw(st.lists(st.sampled_from((4, 8, 24, 40)), min_size=count + 1, max_size=count + 1))
    outputs = draw(st.lists(st.integers(1, count), min_size=1, max_size=2, unique=True))
    return network(reads, widths, outputs)


@settings(max_examples=150, deadline=None)
@given(
    graph=networks(),
    isa=st.sampled_from((frozenset(), DSP)),
    optimize=st.sampled_from(("speed", "size")),
    per_layer=st.booleans(),
)
def test_no_value_is_overwritten_while_it_is_needed(
    graph: Graph, isa: frozenset[str], optimize: str, per_layer: bool
) -> None:
    options = EngineOptions(isa=isa, optimize=optimize, per_layer=per_layer)  # type: ignore[arg-type]
    lowered = lower(graph, options)
    kept = [value.name for value in lowered.outputs]
    if per_layer:
        kept += [value.name for value in lowered.inputs]
    assert_undisturbed(lowered, kept)
    if not per_layer:
        assert lowered.plan.arena_bytes == lowered.plan.lower_bound_bytes


AUTOENCODER = ((0, 1, 2, 3), (640, 128, 8, 128, 640), (4,))


def test_activations_are_widened_once_in_place_where_that_is_cheaper() -> None:
    lowered = lower(network(*AUTOENCODER), EngineOptions(isa=DSP))
    assert [step.name for step in lowered.steps] == [
        "input_0_wide",
        *(f"fully_connected_{i}" for i in range(4)),
    ]
    assert lowered.offsets["input_0"] == lowered.offsets["input_0_wide"]
    assert lowered.plan.arena_bytes == 2 * (640 + 128)
    assert lowered.outputs[0].c_type == "int8_t"


def test_size_keeps_activations_at_one_byte() -> None:
    lowered = lower(network(*AUTOENCODER), EngineOptions(isa=DSP, optimize="size"))
    assert lowered.plan.arena_bytes == 640 + 128


def test_per_layer_keeps_the_inputs_and_shows_every_layer_dense() -> None:
    lowered = lower(network(*AUTOENCODER), EngineOptions(isa=DSP, per_layer=True))
    assert [layer.outputs[0].c_type for layer in lowered.layers] == ["int8_t"] * 4
    assert lowered.offsets["input_0"] != lowered.offsets["input_0_wide"]


@pytest.mark.parametrize("kind", ["RESHAPE", "SQUEEZE", "EXPAND_DIMS"])
def test_a_change_of_shape_costs_nothing(kind: str) -> None:
    tensors = [
        TensorSpec((1, 8), "int8", 0.1),
        TensorSpec((8, 1, 1), "int8", 0.1),
        TensorSpec((1,), "int32", data=np.array([2], np.int32)),
    ]
    inputs = [0, 2] if kind == "EXPAND_DIMS" else [0]
    graph = parse_tflite(model_bytes(tensors, [OpSpec(kind, inputs, [1])], [0], [1]), "shape")
    lowered = lower(graph, EngineOptions())
    assert lowered.steps == ()
    assert lowered.inputs == lowered.outputs


def test_a_value_and_its_reshape_are_widened_once() -> None:
    """Both are read by a FULLY_CONNECTED, which wants them wide, and by ADD, which does not."""
    shapes = {0: (1, 64), 1: (2, 32), 2: (2, 32), 3: (1, 128), 4: (2, 128)}
    tensors = [TensorSpec(shape, "int8", 0.05, 0) for shape in shapes.values()]
    for depth in (64, 32):
        shape = (128, depth)
        tensors.append(TensorSpec(shape, "int8", 0.01, data=np.ones(shape, np.int8)))
    ops = [
        OpSpec("FULLY_CONNECTED", [0, 5, -1], [3], version=4),
        OpSpec("RESHAPE", [0], [1]),
        OpSpec("ADD", [1, 1], [2], version=2),
        OpSpec("FULLY_CONNECTED", [1, 6, -1], [4], version=4),
    ]
    graph = parse_tflite(model_bytes(tensors, ops, [0], [2, 3, 4]), "twice")
    lowered = lower(graph, EngineOptions(isa=DSP))
    assert [step.name for step in lowered.steps] == [
        "input_0_wide",
        "fully_connected_0",
        "add_2",
        "fully_connected_3",
    ]
    assert_undisturbed(lowered, [value.name for value in lowered.outputs])
