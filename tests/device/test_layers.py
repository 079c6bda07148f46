# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Layer by layer: the first operator that computes another value is named, with what explains it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mcugen.device.client import Client
from mcugen.device.layers import LayerAnswers, ask_layers, judge_layers, places_of, single_windows
from mcugen.device.verify import vector_sets
from mcugen.device.verify_text import layer_lines
from mcugen.features.coding import input_coding
from mcugen.model.tflite import parse_tflite
from tests.device.projects import RAW, SESSION, Bench, make_bench
from tests.device.simulated_device import Clock
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes


def three_layers() -> bytes:
    """16 -> 16 -> 16 -> 16, each a permutation with a scale of 0.3 or its inverse."""
    random = np.random.default_rng(5)
    scales = (0.39, 0.481, 0.37, 0.45)
    tensors = [TensorSpec((1, 16), "int8", scales[0], 3, name="input")]
    ops = []
    for layer in range(3):
        weights = np.zeros((16, 16), np.int8)
        weights[np.arange(16), random.permutation(16)] = random.choice([-1, 1], 16)
        first = len(tensors)
        tensors += [
            TensorSpec((16, 16), "int8", 0.37, data=weights, name=f"weights_{layer}"),
            TensorSpec((1, 16), "int8", scales[layer + 1], 7, name=f"hidden_{layer}"),
        ]
        before = 0 if layer == 0 else first - 1
        options = {"fused_activation_function": "NONE"}
        ops.append(OpSpec("FULLY_CONNECTED", [before, first, -1], [first + 1], options, version=4))
    return model_bytes(tensors, ops, [0], [len(tensors) - 1])


@pytest.fixture(scope="module")
def deep(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    bench = make_bench(tmp_path_factory.mktemp("deep"), front_end=RAW, score="none")
    bench.model.write_bytes(three_layers())
    return replace(bench, graph=parse_tflite(three_layers(), "deep"))


def answers_of(bench: Bench, rounding: str = "double") -> LayerAnswers:
    clock = Clock()
    device = bench.device(clock, rounding=rounding)
    device.open()
    client = Client(device, SESSION, clock=clock)
    client.hello()
    coding = input_coding(bench.graph)
    windows = single_windows(vector_sets(RAW, coding, 30), RAW, 20)
    assert len(windows.streams) == 20 + 6
    return ask_layers(client, places_of(bench.graph), windows, RAW, coding)


def test_right_layers_are_equal(deep: Bench) -> None:
    verdicts = judge_layers(deep.model, places_of(deep.graph), answers_of(deep), "double")
    assert [v.layer for v in verdicts] == [0, 1, 2]
    assert [v.tensor for v in verdicts] == ["hidden_0", "hidden_1", "hidden_2"]
    assert {(v.values, v.different, v.first) for v in verdicts} == {(26 * 16, 0, None)}
    assert layer_lines(verdicts, 26)[-1] == "all layers are bit-exact (26 inputs)"


def test_other_rounding_is_named_as_the_reason(deep: Bench) -> None:
    verdicts = judge_layers(deep.model, places_of(deep.graph), answers_of(deep, "single"), "double")
    first = next(v for v in verdicts if v.first is not None)
    assert first.first is not None and first.first.explained_by == "single"
    assert abs(first.first.device - first.first.reference) == 1
    assert "single rounding explains it" in layer_lines(verdicts, 26)[-1]


def test_one_wrong_layer_is_named_with_both_values(deep: Bench) -> None:
    answers = answers_of(deep)
    index = deep.graph.ops[1].outputs[0]
    damaged = answers.tensors[index].copy()
    damaged[4, 9] ^= 64
    wrong = LayerAnswers(answers.inputs, {**answers.tensors, index: damaged})
    verdicts = judge_layers(deep.model, places_of(deep.graph), wrong, "double")
    assert [v.different for v in verdicts] == [0, 1, 0]
    found = verdicts[1].first
    assert found is not None
    assert (found.vector, found.index, found.explained_by) == (4, 9, "")
    said = layer_lines(verdicts, 26)[-1]
    assert "layer that differs is 1 FULLY_CONNECTED (hidden_1)" in said
    assert f"device {damaged[4, 9]}, reference {answers.tensors[index][4, 9]}" in said
