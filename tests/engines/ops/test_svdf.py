# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""SVDF equals TFLite Micro, step after step."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mcugen.model.reference_worker import TfliteMicro
from mcugen.model.tflite import parse_tflite
from tests.engines.c_engine import build
from tests.engines.vectors import OPTIONS, Layer, model_of, problems_of
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

STEPS = 12


def svdf(
    state: str = "int16",
    *,
    batches: int = 1,
    inputs: int = 9,
    units: int = 5,
    rank: int = 2,
    memory: int = 4,
    zeros: tuple[int, int, int] = (3, 0, -7),
) -> Layer:
    """Random weights; scales at which outputs use the range of int8."""
    random = np.random.default_rng(units * memory)
    filters = units * rank
    coarse = state == "int8"
    scales = (0.05, 0.01, 0.02 if coarse else 0.0005, 0.01 if coarse else 0.00004)
    time = random.integers(-100, 101, (filters, memory)).astype(state)
    given = [
        TensorSpec((batches, inputs), "int8", scales[0], zeros[0]),
        TensorSpec((filters, inputs), "int8", scales[1],
                   data=random.integers(-127, 128, (filters, inputs)).astype(np.int8)),
        TensorSpec((filters, memory), state, scales[3], data=time),
        TensorSpec((units,), "int32", scales[2] * scales[3],
                   data=random.integers(-50, 50, units).astype(np.int32)),
        TensorSpec((batches, filters * memory), state, scales[2], zeros[1], is_variable=True),
    ]  # fmt: skip
    out = TensorSpec((batches, units), "int8", 0.1 if coarse else 0.0005, zeros[2])
    return Layer("SVDF", given, [out], {"rank": rank, "fused_activation_function": "NONE"})


LAYERS = (
    svdf(),
    svdf("int8"),
    svdf(rank=1, memory=1),
    svdf(batches=3, units=2, memory=8, zeros=(-128, 0, 127)),
    svdf("int8", batches=2, rank=3, zeros=(0, 5, 0)),
)


def model(layers: tuple[Layer, ...]) -> bytes:
    tensors: list[TensorSpec] = []
    ops = []
    for layer in layers:
        first = len(tensors)
        tensors += [*layer.inputs, *layer.outputs]
        places = range(first, first + len(layer.inputs))
        ops.append(OpSpec("SVDF", places, [places.stop], layer.options, 3))
    return model_bytes(tensors, ops, [op.inputs[0] for op in ops], [op.outputs[0] for op in ops])


def streamed(data: bytes, inputs: list[np.ndarray], outputs: int) -> list[np.ndarray]:
    """What TFLite Micro answers to samples that follow one another without a reset."""
    reference = TfliteMicro(data, 2_000_000)._interpreter
    answers = []
    for sample in zip(*inputs, strict=True):
        for index, value in enumerate(sample):
            reference.set_input(value, index)
        reference.invoke()
        answers.append([np.array(reference.get_output(i)) for i in range(outputs)])
    return [np.stack(column) for column in zip(*answers, strict=True)]


def differences(on: str, folder: Path, patch: tuple[str, str, str] | None = None) -> list[int]:
    data = model(LAYERS)
    graph = parse_tflite(data, "svdf")
    random = np.random.default_rng(1)
    shapes = [(STEPS, *graph.tensors[index].shape) for index in graph.inputs]
    inputs = [random.integers(-128, 128, shape).astype(np.int8) for shape in shapes]
    expected = streamed(data, inputs, len(LAYERS))
    engine = build(graph, OPTIONS["portable"], folder, on=on, patch=patch, keeps_state=True)
    found = engine.run(*inputs).outputs
    assert all(len(np.unique(values)) > 20 for values in expected), "the range is used"
    return [int((a != b).sum()) for a, b in zip(found, expected, strict=True)]


@pytest.mark.parametrize("on", ["host", "qemu"])
def test_every_step_equals_the_reference(on: str, tmp_path: Path) -> None:
    assert not any(differences(on, tmp_path))


BREAKS = (
    ("state + 1", "state"),
    ("layer->state_zero_point +", "0 +"),
    ("= layer->bias[unit]", "= 0"),
    ("of_filter[memory - 1]", "of_filter[0]"),
)


@pytest.mark.parametrize("broken", BREAKS, ids=lambda b: b[0])
def test_a_break_is_noticed(broken: tuple[str, str], tmp_path: Path) -> None:
    assert any(differences("host", tmp_path, ("runtime/kernels/svdf.c", *broken)))


def with_input(number: int, tensor: TensorSpec) -> Layer:
    layer = svdf()
    given = [*layer.inputs]
    given[number] = tensor
    return replace(layer, inputs=given)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (with_input(0, TensorSpec((1, 9), "int16", 0.1)), "only int8 inputs"),
        (with_input(2, TensorSpec((10, 4), "int8", 0.1, data=np.ones((10, 4), np.int8))), "state of"),
        (with_input(1, TensorSpec((10, 9), "int8", 0.1)), "constant weights"),
        (replace(svdf(), options={"rank": 3}), "rank 3 of 10 filters"),
        (with_input(0, TensorSpec((1, 8), "int8", 0.1)), "features has shape"),
    ],
)  # fmt: skip
def test_a_problem_is_named(bad: Layer, words: str) -> None:
    assert model_of([bad])
    assert any(words in problem for problem in problems_of(bad)), problems_of(bad)
