# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What UNIDIRECTIONAL_SEQUENCE_LSTM refuses, and what the DSP kernel leaves to the portable one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from mcugen.engines import ENGINES
from mcugen.model.tflite import parse_tflite
from tests.engines.ops.lstm_layers import Case, layer_tensors, model_of
from tests.engines.vectors import OPTIONS
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes


def problems_of(
    change: Mapping[int, TensorSpec], *, absent: Sequence[int] = (), **options: object
) -> list[str]:
    """What is wrong with a sound layer once some tensors are replaced, dropped from the op, or
    options are set. Tensors are numbered as layer_tensors returns them; 16 is a peephole's."""
    tensors = dict(enumerate(layer_tensors(Case(), 0))) | change
    optional = [16 if 16 in tensors else -1, -1, -1]
    inputs = [*range(9), *optional, *range(9, 13), -1, -1, 13, 14, -1, -1, -1, -1]
    inputs = [-1 if i in absent else i for i in inputs]
    op = OpSpec("UNIDIRECTIONAL_SEQUENCE_LSTM", inputs, [15], Case().options | options)
    graph = parse_tflite(model_bytes([*tensors.values()], [op], [0], [15]), "bad")
    return [problem.what for problem in ENGINES["aot"].supports(graph)]


def test_a_sound_layer_has_no_problems() -> None:
    assert problems_of({}) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({0: TensorSpec((1, 5, 1), "float32")}, "float32 is not supported"),
        ({0: TensorSpec((5, 1), "int8", 0.1)}, "input [5, 1]"),
        ({1: TensorSpec((8, 1), "int8", 0.1, is_variable=True)}, "weights must be constant"),
        ({2: TensorSpec((8, 2), "int8", 0.1, data=np.ones((8, 2), np.int8))}, "instead of [8, 1]"),
        ({3: TensorSpec((8, 1), "int8", 0.1, 3, data=np.ones((8, 1), np.int8))}, "zero point"),
        (
            {4: TensorSpec((8, 1), "int8", [0.1] * 8, data=np.ones((8, 1), np.int8))},
            "weights must be quantised per tensor",
        ),
        ({9: TensorSpec((8,), "int64", data=np.ones(8, np.int64))}, "biases"),
        ({13: TensorSpec((1, 8), "int8", 1 / 64, 2, is_variable=True)}, "quantised differently"),
        ({14: TensorSpec((1, 8), "int16", 0.0003, is_variable=True)}, "scale 0.0003"),
        ({14: TensorSpec((1, 8), "int16", 2.0, is_variable=True)}, "scale 2"),
        ({14: TensorSpec((1, 8), "int8", 2.0**-12, is_variable=True)}, "must be int16"),
        ({14: TensorSpec((1, 9), "int16", 2.0**-12, is_variable=True)}, "instead of [1, 8]"),
        ({0: TensorSpec((1, 5, 1), "int8", 3e30)}, "too large"),
        ({16: TensorSpec((8,), "int16", 0.1, data=np.ones(8, np.int16))}, "peephole"),
    ],
)
def test_a_problem_is_named(change: dict[int, TensorSpec], words: str) -> None:
    found = problems_of(change)
    assert any(words in problem for problem in found) and len(found) <= 2, found


def test_missing_tensors_and_options_are_named() -> None:
    assert ["[1, 5] are missing" in p for p in problems_of({}, absent=[1, 5])] == [True]
    found = problems_of({}, fused_activation_function="RELU")
    assert ["activation RELU" in problem for problem in found] == [True]


def test_layers_that_the_dsp_kernel_cannot_take_run_portably() -> None:
    """Left shifts of recurrent sums, and input weights that would leave 16 bits."""
    for case in (Case(state_scale=0.4, spread=9000), Case(x_scale=40.0, spread=9000)):
        graph = parse_tflite(model_of([case]), "one")
        tree = ENGINES["aot"].emit(graph, OPTIONS["dsp-speed"])
        assert "runtime/kernels/lstm.c" in tree
        assert "runtime/kernels/lstm_dsp.c" not in tree
