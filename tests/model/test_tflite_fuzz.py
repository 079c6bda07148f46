# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Damaged files: every one is a ModelError, or a Graph that the rest of mcugen can handle.

MCUGEN_FUZZ sets the number of files (default 10000, 4 s), MCUGEN_FUZZ_SEED where they start: the seed of
a failing file is in the message.
"""

from __future__ import annotations

import os
import random
import struct
import time
from collections.abc import Callable

import numpy as np
import pytest

from mcugen.errors import ModelError
from mcugen.memory import draw, graph_buffers, plan_memory
from mcugen.model.check import check_graph
from mcugen.model.cost import macs, weight_bytes
from mcugen.model.ir import Graph
from mcugen.model.tflite import parse_tflite
from tests.streaming_models import keyword
from tests.tflite_writer import OpSpec, TensorSpec, fully_connected, model_bytes

FILES = int(os.environ.get("MCUGEN_FUZZ", "10000"))
FIRST_SEED = int(os.environ.get("MCUGEN_FUZZ_SEED", "0"))
SLOWEST_S = 2.0  # of one file, on a busy PC; usual is 2 ms


def conv_net() -> bytes:
    """A few operators with options, per-channel weights, constants of several types."""

    def activation(*shape: int) -> TensorSpec:
        return TensorSpec(shape, scales=0.1, zero_points=-4)

    tensors = [
        activation(1, 8, 8, 3),
        TensorSpec((4, 3, 3, 3), scales=[0.01] * 4, data=bytes(range(108))),
        TensorSpec((4,), "int32", [0.001] * 4, data=np.arange(4, dtype=np.int32)),
        activation(1, 4, 4, 4),
        activation(1, 2, 2, 4),
        TensorSpec((2,), "int32", data=np.array([1, 16], np.int32)),
        activation(1, 16),
        TensorSpec((1, 16), "float32"),
    ]
    window = {"padding": "SAME", "stride_w": 2, "stride_h": 2}
    ops = [
        OpSpec("CONV_2D", [0, 1, 2], [3], {**window, "fused_activation_function": "RELU"}, 3),
        OpSpec("MAX_POOL_2D", [3], [4], {**window, "filter_width": 2, "filter_height": 2}, 2),
        OpSpec("RESHAPE", [4, 5], [6], {"new_shape": (1, 16)}),
        OpSpec("DEQUANTIZE", [6], [7], version=2),
    ]
    return model_bytes(tensors, ops, [0], [7])


def dense_net() -> bytes:
    weights = np.arange(96, dtype=np.int8).reshape(6, 16)
    return fully_connected(weights, np.arange(6), weight_scales=[0.1] * 6, activation="RELU6")


def flip_bits(data: bytes, _other: bytes, rng: random.Random) -> bytes:
    damaged = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 4, 16])):
        damaged[rng.randrange(8, len(data))] ^= 1 << rng.randrange(8)
    return bytes(damaged)


def overwrite_words(data: bytes, _other: bytes, rng: random.Random) -> bytes:
    """Aligned words become offsets, counts and limits of the kind that break readers."""
    damaged = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 3])):
        word = rng.choice([0, 1, 4, 8, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, rng.randrange(2000)])
        struct.pack_into("<I", damaged, rng.randrange(2, len(data) // 4) * 4, word)
    return bytes(damaged)


def truncate(data: bytes, _other: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def splice(data: bytes, other: bytes, rng: random.Random) -> bytes:
    """A stretch of another file, or of the same one, over this one."""
    source = rng.choice([data, other])
    length = rng.randrange(1, min(len(source), len(data)) - 8)
    at, start = rng.randrange(8, len(data)), rng.randrange(len(source) - length)
    return data[:at] + source[start : start + length] + data[at + length :]


def insert(data: bytes, _other: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(8, len(data))
    return data[:at] + rng.randbytes(rng.randrange(1, 9)) + data[at:]


MUTATIONS: tuple[Callable[[bytes, bytes, random.Random], bytes], ...] = (
    flip_bits,
    flip_bits,
    overwrite_words,
    overwrite_words,
    truncate,
    splice,
    insert,
)


def use(graph: Graph) -> None:
    """What every command does with a model before an engine sees it."""
    check_graph(graph)
    draw(plan_memory(graph_buffers(graph)))
    weight_bytes(graph, graph.ops)
    for op in graph.ops:
        assert macs(graph, op) >= 0


def test_damaged_files_are_model_errors() -> None:
    sources = [conv_net(), dense_net(), keyword()]
    for source in sources:
        use(parse_tflite(source, "sound"))
    accepted = 0
    for seed in range(FIRST_SEED, FIRST_SEED + FILES):
        rng = random.Random(seed)
        data, other = rng.sample(sources, 2)
        mutate = rng.choice(MUTATIONS)
        damaged = mutate(data, other, rng)
        start = time.process_time()
        try:
            use(parse_tflite(damaged, "damaged"))
            accepted += 1
        except ModelError as error:
            assert error.what
        except Exception as error:
            pytest.fail(f"seed {seed}, {mutate.__name__}: {type(error).__name__}: {error}")
        assert time.process_time() - start < SLOWEST_S, f"seed {seed}, {mutate.__name__}"
    # Many flips hit names and weights: some files stay models, most do not.
    assert 0.05 * FILES < accepted < 0.8 * FILES
