# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""How long `mcugen build` computes before a compiler starts: processor time, for a busy PC counts too."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from mcugen.boards import find_board
from mcugen.config import Config
from mcugen.export.project import generate
from mcugen.model.tflite import read_tflite
from mcugen.paths import examples_dir
from mcugen.platforms.request import Choices, make_request
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

CHANNELS = 156
BLOCKS = 23
SMALL_SECONDS, LARGE_SECONDS, LONG_SECONDS = 1.0, 5.0, 10.0
"""For ad01; for a face landmark model: 119 layers, 770 KB; for an LSTM of 1,400 operators."""
UNITS, UNROLLED = 32, 108


class Network:
    """A chain of layers on pictures of CHANNELS channels that is written down as it grows."""

    def __init__(self, side: int) -> None:
        self.side = side
        self.tensors = [TensorSpec((1, side, side, 3), "int8", 0.1)]
        self.ops: list[OpSpec] = []
        self.random = np.random.default_rng(3)

    def tensor(self, spec: TensorSpec) -> int:
        self.tensors.append(spec)
        return len(self.tensors) - 1

    def layer(self, kind: str, inputs: list[int], **options: object) -> int:
        """Adds an operator; its output is a picture as large as `side` says now."""
        shape = (1, self.side, self.side, CHANNELS)
        output = self.tensor(TensorSpec(shape, "int8", 0.1))
        self.ops.append(OpSpec(kind, inputs, [output], options, version=2))
        return output

    def filtered(self, kind: str, x: int, shape: tuple[int, ...], axis: int) -> int:
        """A convolution with a filter of `shape` and a bias."""
        scales = self.random.uniform(0.001, 0.002, CHANNELS).tolist()
        data = self.random.integers(-127, 128, shape, np.int8)
        weights = self.tensor(TensorSpec(shape, "int8", scales, axis=axis, data=data))
        bias = np.arange(CHANNELS, dtype=np.int32)
        biases = self.tensor(TensorSpec(bias.shape, "int32", 0.0001, data=bias))
        options = {"stride_w": 1, "stride_h": 1, "dilation_w_factor": 1, "dilation_h_factor": 1}
        more = {"depth_multiplier": 1} if kind == "DEPTHWISE_CONV_2D" else {}
        return self.layer(kind, [x, weights, biases], **options, **more)

    def constant(self, data: np.ndarray) -> int:
        scale = 0.01 if data.dtype == np.int8 else None
        return self.tensor(TensorSpec(data.shape, data.dtype.name, scale, data=data))

    def block(self, x: int) -> int:
        """Five layers: a residual, and a leaky activation as MUL and MAXIMUM."""
        row = self.filtered("DEPTHWISE_CONV_2D", x, (1, 3, 3, CHANNELS), 3)
        row = self.filtered("CONV_2D", row, (CHANNELS, 1, 1, CHANNELS), 0)
        row = self.layer("ADD", [x, row])
        slope = self.constant(self.random.integers(1, 127, CHANNELS, np.int8))
        return self.layer("MAXIMUM", [row, self.layer("MUL", [row, slope])])


def face_landmarks() -> bytes:
    """119 layers with 770 KB of parameters."""
    net = Network(side=12)
    x = net.filtered("CONV_2D", 0, (CHANNELS, 3, 3, 3), 0)
    paddings = net.constant(np.array([[0, 0], [2, 2], [2, 2], [0, 0]], np.int32))
    net.side = 16
    x = net.layer("PAD", [x, paddings])
    net.side = 8
    pool = {"padding": "VALID", "stride_w": 2, "stride_h": 2}
    x = net.layer("MAX_POOL_2D", [x], **pool, filter_width=2, filter_height=2)
    for _ in range(BLOCKS):
        x = net.block(x)
    x = net.filtered("CONV_2D", x, (CHANNELS, 1, 1, CHANNELS), 0)
    return model_bytes(net.tensors, net.ops, [0], [x])


def unrolled_lstm() -> bytes:
    """UNROLLED steps with the same weights."""
    random = np.random.default_rng(5)
    tensors = [TensorSpec((1, 8), "int8", 0.05)]
    ops: list[OpSpec] = []

    def constant(data: np.ndarray, scale: float | None = None) -> int:
        tensors.append(TensorSpec(data.shape, data.dtype.name, scale, data=data))
        return len(tensors) - 1

    def layer(kind: str, inputs: list[int], width: int, step: float, outputs: int = 1) -> list[int]:
        zero_point = -128 if kind == "LOGISTIC" else 0
        made = [*range(len(tensors), len(tensors) + outputs)]
        tensors.extend(TensorSpec((1, width), "int8", step, zero_point) for _ in made)
        options = {"num_splits": outputs} if kind == "SPLIT" else {}
        ops.append(OpSpec(kind, inputs, made, options, version=2))
        return made

    weights = [
        constant(random.integers(-127, 128, (4 * UNITS, size), np.int8), 0.01)
        for size in (8, UNITS)
    ]
    bias = constant(np.arange(4 * UNITS, dtype=np.int32), 0.0005)
    axis = constant(np.array(1, np.int32))
    cell, output = [constant(np.zeros((1, UNITS), np.int8), 1 / 32)], list[int]()
    for _ in range(UNROLLED):
        gates = layer("FULLY_CONNECTED", [0, weights[0], bias], 4 * UNITS, 0.05)
        if output:
            again = layer("FULLY_CONNECTED", [*output, weights[1], bias], 4 * UNITS, 0.05)
            gates = layer("ADD", [*gates, *again], 4 * UNITS, 0.05)
        parts = layer("SPLIT", [axis, *gates], UNITS, 0.05, outputs=4)
        enter, forget, leave = (layer("LOGISTIC", [parts[i]], UNITS, 1 / 256) for i in (0, 1, 3))
        entered = layer("MUL", [*enter, *layer("TANH", [parts[2]], UNITS, 1 / 128)], UNITS, 1 / 128)
        kept = layer("MUL", [*forget, *cell], UNITS, 1 / 32)
        cell = layer("ADD", [*entered, *kept], UNITS, 1 / 32)
        output = layer("MUL", [*leave, *layer("TANH", cell, UNITS, 1 / 128)], UNITS, 1 / 128)
    return model_bytes(tensors, ops, [0], output)


def seconds_to_generate(model: Path) -> float:
    """Processor seconds from the file to the finished project in memory."""
    start = time.process_time()
    board = find_board("mps2-an505")
    generate(make_request(Config(model, {}), board, Choices(engine="aot")))
    return time.process_time() - start


def test_a_small_model_takes_a_second() -> None:
    model = examples_dir() / "machine-sound" / "machine_sound_int8.tflite"
    assert seconds_to_generate(model) < SMALL_SECONDS


def test_a_large_model_takes_five(tmp_path: Path) -> None:
    model = tmp_path / "landmarks.tflite"
    model.write_bytes(face_landmarks())
    graph = read_tflite(model)
    assert len(graph.ops) == 119
    assert graph.file_bytes == pytest.approx(770_000, rel=0.1)
    assert seconds_to_generate(model) < LARGE_SECONDS


def test_an_unrolled_lstm_takes_ten(tmp_path: Path) -> None:
    model = tmp_path / "lstm.tflite"
    model.write_bytes(unrolled_lstm())
    assert len(read_tflite(model).ops) > 1400
    assert seconds_to_generate(model) < LONG_SECONDS
