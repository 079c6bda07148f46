# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Damaged files through the whole compiler: a ModelError, or C that compiles and runs clean.

MCUGEN_FUZZ sets the number of files (default 10000), MCUGEN_FUZZ_SEED where they start.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mcugen.engines import ENGINES
from mcugen.engines.contract import EngineOptions
from mcugen.errors import ModelError
from mcugen.model.check import check_graph, refuse
from mcugen.model.ir import DType, Graph
from mcugen.model.tflite import parse_tflite
from tests.engines.c_engine import build
from tests.engines.ops import test_lstm
from tests.engines.vectors import OPTIONS
from tests.model.test_tflite_fuzz import FILES, FIRST_SEED, MUTATIONS, dense_net
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

COMPILED = 25
SLOWEST_S = 2.0  # of one file, on a busy PC; usual is 10 ms
MOST_ARENA_BYTES = 2**24
"""Of a model that is run: more would only take time."""

WINDOW = {"padding": "SAME", "stride_w": 1, "stride_h": 1}
UNDILATED = {"dilation_w_factor": 1, "dilation_h_factor": 1}


def picture_net() -> bytes:
    """Operators on pictures, with options, constants of several types, and one scale per channel."""

    def picture(*shape: int) -> TensorSpec:
        return TensorSpec(shape, "int8", 0.1, -4)

    random = np.random.default_rng(1)
    weights = random.integers(-127, 128, (4, 27), np.int8), random.integers(-127, 128, 36, np.int8)
    tensors = [
        picture(1, 6, 6, 3),
        TensorSpec((4, 3, 3, 3), "int8", [0.01] * 4, data=weights[0]),
        TensorSpec((4,), "int32", [0.001] * 4, data=np.arange(4, dtype=np.int32)),
        picture(1, 6, 6, 4),
        TensorSpec((1, 3, 3, 4), "int8", [0.01] * 4, axis=3, data=weights[1]),
        picture(1, 6, 6, 4),
        picture(1, 6, 6, 4),
        picture(1, 12, 6, 4),
        TensorSpec((4, 2), "int32", data=np.array([0, 0, 1, 0, 0, 1, 0, 0], np.int32)),
        picture(1, 13, 7, 4),
        picture(1, 7, 4, 4),
        picture(1, 3, 2, 4),
        TensorSpec((4,), "int32", data=np.array([0, 3, 1, 2], np.int32)),
        picture(1, 4, 3, 2),
        TensorSpec((2,), "int32", data=np.array([1, 24], np.int32)),
        picture(1, 24),
        TensorSpec((1, 24), "int8", 1 / 256, -128),
        TensorSpec((1, 24), "int8", 1 / 256, -128),
    ]
    conv = {**WINDOW, **UNDILATED, "fused_activation_function": "RELU"}
    pool = {"padding": "SAME", "stride_w": 2, "stride_h": 2, "filter_width": 2, "filter_height": 2}
    ops = [
        OpSpec("CONV_2D", [0, 1, 2], [3], conv, 3),
        OpSpec("DEPTHWISE_CONV_2D", [3, 4, 2], [5], {**conv, "depth_multiplier": 1}, 3),
        OpSpec("ADD", [3, 5], [6], {"fused_activation_function": "RELU6"}, 2),
        OpSpec("CONCATENATION", [5, 6], [7], {"axis": 1}, 2),
        OpSpec("PAD", [7, 8], [9], version=2),
        OpSpec("MAX_POOL_2D", [9], [10], pool, 2),
        OpSpec("AVERAGE_POOL_2D", [10], [11], {**pool, "padding": "VALID"}, 2),
        OpSpec("TRANSPOSE", [11, 12], [13], version=2),
        OpSpec("RESHAPE", [13, 14], [15], {"new_shape": (1, 24)}),
        OpSpec("SOFTMAX", [15], [16], {"beta": 1.0}, 2),
        OpSpec("LOGISTIC", [15], [17], version=2),
    ]
    return model_bytes(tensors, ops, [0], [16, 17])


def recurrent_net() -> bytes:
    return test_lstm.model_of([test_lstm.Case(units=5, features=2, steps=3)])


SOURCES = (picture_net(), dense_net(), recurrent_net())


def compiled_models() -> Iterator[tuple[int, Graph, EngineOptions]]:
    """(seed, graph, options) of every damaged file that the compiler takes, compiled."""
    aot, choices = ENGINES["aot"], list(OPTIONS.values())
    for seed in range(FIRST_SEED, FIRST_SEED + FILES):
        rng = random.Random(seed)
        data, other = rng.sample(SOURCES, 2)
        damaged = rng.choice(MUTATIONS)(data, other, rng)
        options = rng.choice(choices)
        start = time.process_time()
        try:
            graph = parse_tflite(damaged, "damaged")
            refuse(check_graph(graph))
            plan = aot.plan(graph, options)
            aot.emit(graph, options)
        except ModelError as error:
            assert error.what
            continue
        except Exception as error:
            pytest.fail(f"seed {seed}: {type(error).__name__}: {error}")
        assert time.process_time() - start < SLOWEST_S, f"seed {seed}"
        if plan.arena_bytes <= MOST_ARENA_BYTES:
            yield seed, graph, options


def any_inputs(graph: Graph, seed: int) -> list[np.ndarray]:
    """Two samples of every input, any bits but no NaN."""
    rng = np.random.default_rng(seed)
    inputs = []
    for index in graph.inputs:
        tensor = graph.tensors[index]
        values = rng.integers(0, 256, (2, tensor.bytes), np.uint8)
        if tensor.dtype is DType.FLOAT32:
            values = rng.normal(0, 50, (2, tensor.bytes // 4)).astype(np.float32).view(np.uint8)
        inputs.append(values.view(tensor.dtype.value).reshape(2, *tensor.shape))
    return inputs


def test_damaged_files_are_model_errors_or_clean_programs(tmp_path: Path) -> None:
    for source in SOURCES:
        ENGINES["aot"].emit(parse_tflite(source, "sound"), EngineOptions())
    accepted = list(compiled_models())
    assert 0.02 * FILES < len(accepted) < 0.8 * FILES
    sample = random.Random(FIRST_SEED).sample(accepted, min(COMPILED, len(accepted)))
    for seed, graph, options in sample:
        folder = tmp_path / str(seed)
        try:
            build(graph, options, folder, optimize="-O0").run(*any_inputs(graph, seed))
        except AssertionError as error:
            pytest.fail(f"seed {seed}: {error}")
