# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""LSTM layers for tests: int8 with int16 cell state, one model of many layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tests.tflite_writer import OpSpec, TensorSpec, model_bytes


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
    forget: float = 0.0  # added to the sum of the forget gate
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
    assert isinstance(from_input[1].scales, float)
    biases[1] += round(case.forget / (case.x_scale * from_input[1].scales))
    return [
        TensorSpec(case.in_shape, "int8", case.x_scale, case.x_zero_point),
        *from_input,
        *from_state,
        *(TensorSpec((case.units,), "int32", 1e-4, data=bias) for bias in biases),
        TensorSpec(states, "int8", *state, is_variable=True),
        TensorSpec(states, "int16", 2.0**case.cell_power, is_variable=True),
        TensorSpec((*case.in_shape[:2], case.units), "int8", *state),
    ]
