# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""UNIDIRECTIONAL_SEQUENCE_LSTM equals TFLite Micro, in every kernel, from a clean state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engines.vectors import OPTIONS, Vectors, differences, vectors_of
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

EXACT = ("portable", "dsp-speed")
"""Configurations of tests.engines.vectors that claim to equal TFLite Micro."""


@dataclass(frozen=True)
class Case:
    """One layer. `spread` is about the standard deviation of the gates' sums."""

    units: int = 8
    features: int = 1
    steps: int = 5
    batches: int = 1
    time_major: bool = False
    x_scale: float = 0.05
    x_zero_point: int = -3
    state_scale: float = 1 / 128
    state_zero_point: int = 2
    cell_power: int = -12
    cell_clip: float = 10.0
    spread: float = 2.0
    largest_weight: int = 127
    seed: int = 0

    @property
    def in_shape(self) -> tuple[int, ...]:
        lead = (self.steps, self.batches) if self.time_major else (self.batches, self.steps)
        return (*lead, self.features)

    @property
    def options(self) -> dict[str, object]:
        return {
            "fused_activation_function": "TANH",
            "time_major": self.time_major,
            "cell_clip": self.cell_clip,
        }


EDGES = (
    *(Case(units=units) for units in (1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 32)),
    *(Case(features=features) for features in (2, 3, 4, 5, 8, 13)),
    *(Case(time_major=major, batches=b, features=2) for major in (False, True) for b in (2, 3)),
    *(Case(x_zero_point=z, state_zero_point=z) for z in (-128, 127)),
    *(Case(x_scale=scale) for scale in (0.0005, 0.004, 0.02, 0.3, 2.0, 40.0)),
    *(Case(spread=spread, steps=12) for spread in (0.1, 0.6, 6.0, 30.0)),
    *(Case(state_scale=scale) for scale in (0.0005, 1 / 512, 0.0077, 0.01, 1 / 32, 0.4)),
    *(Case(cell_power=p, cell_clip=0, steps=12) for p in (-15, -14, -13, -11, -10, -9, -4)),
    *(Case(cell_clip=clip, steps=12, spread=5) for clip in (0, 1e-5, 0.5, 3.7, 7.9999, 100)),
    *(Case(largest_weight=1, units=16, features=6, seed=s) for s in (1, 2)),
    Case(units=260, steps=2, spread=3.0),
    Case(features=200, steps=2),
    Case(units=32, steps=100),
)


def model_of(cases: Sequence[Case]) -> bytes:
    """One .tflite with a layer per case, each with an input and output of its own."""
    tensors: list[TensorSpec] = []
    ops: list[OpSpec] = []
    for number, case in enumerate(cases):
        x = len(tensors)
        tensors += layer_tensors(case, number)
        weights, biases = range(x + 1, x + 9), range(x + 9, x + 13)
        hidden, cell, out = range(x + 13, x + 16)
        inputs = [x, *weights, -1, -1, -1, *biases, -1, -1, hidden, cell, -1, -1, -1, -1]
        ops.append(OpSpec("UNIDIRECTIONAL_SEQUENCE_LSTM", inputs, [out], case.options))
    return model_bytes(tensors, ops, [op.inputs[0] for op in ops], [op.outputs[0] for op in ops])


def layer_tensors(case: Case, number: int) -> list[TensorSpec]:
    """Input, 4 input weights, 4 recurrent weights, 4 biases, hidden state, cell state, output."""
    rng = np.random.default_rng((case.seed, number))
    state = (case.state_scale, case.state_zero_point)
    states = (case.batches, case.units)
    largest = case.largest_weight

    def weights(columns: int, step: float) -> list[TensorSpec]:
        scale = case.spread / (74 * step * 0.58 * largest * columns**0.5)
        tables = rng.integers(-largest, largest + 1, (4, case.units, columns)).astype(np.int8)
        return [
            TensorSpec(table.shape, "int8", float(scale * rng.uniform(0.3, 1)), data=table)
            for table in tables
        ]

    from_input = weights(case.features, case.x_scale)
    from_state = weights(case.units, case.state_scale)
    biases = rng.integers(-9000, 9000, (4, case.units)).astype(np.int32)
    return [
        TensorSpec(case.in_shape, "int8", case.x_scale, case.x_zero_point),
        *from_input,
        *from_state,
        *(TensorSpec((case.units,), "int32", 1e-4, data=bias) for bias in biases),
        TensorSpec(states, "int8", *state, is_variable=True),
        TensorSpec(states, "int16", 2.0**case.cell_power, is_variable=True),
        TensorSpec((*case.in_shape[:2], case.units), "int8", *state),
    ]


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return vectors_of(model_of(EDGES), tmp_path_factory.mktemp("edges"), ["double"])


@pytest.mark.parametrize("name", EXACT)
def test_edges_equal_the_reference_on_the_pc(name: str, edges: Vectors, tmp_path: Path) -> None:
    assert not any(differences(edges, OPTIONS[name], tmp_path))


def test_edges_equal_the_reference_on_a_cortex_m33(edges: Vectors, tmp_path: Path) -> None:
    assert not any(differences(edges, OPTIONS["dsp-speed"], tmp_path, on="qemu"))


layers = st.builds(
    Case,
    units=st.integers(1, 40),
    features=st.integers(1, 20),
    steps=st.integers(1, 20),
    batches=st.integers(1, 3),
    time_major=st.booleans(),
    x_scale=st.floats(-3, 0).map(lambda exponent: 10.0**exponent),
    x_zero_point=st.integers(-128, 127),
    state_scale=st.floats(-3, -1).map(lambda exponent: 10.0**exponent),
    state_zero_point=st.integers(-128, 127),
    cell_power=st.integers(-15, -9),
    cell_clip=st.floats(0, 20),
    spread=st.floats(0.1, 10),
    largest_weight=st.sampled_from((1, 20, 127)),
    seed=st.integers(0, 2**31),
)


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(layers, min_size=10, max_size=30), st.sampled_from(EXACT))
def test_random_layers_equal_the_reference(
    tmp_path_factory: pytest.TempPathFactory, cases: list[Case], name: str
) -> None:
    folder = tmp_path_factory.mktemp("random")
    vectors = vectors_of(model_of(cases), folder, ["double"])
    assert not any(differences(vectors, OPTIONS[name], folder))
