# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Random networks with channels that never matter, and some that almost do not, and inputs for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

UNDILATED = {"dilation_w_factor": 1, "dilation_h_factor": 1}
SCALE = 0.02


@dataclass
class Planted:
    """Grows from one input [1, 9, 8, 3], operator by operator; `image` is the last one made."""

    rng: np.random.Generator
    tensors: list[TensorSpec] = field(default_factory=list)
    ops: list[OpSpec] = field(default_factory=list)

    def tensor(self, *shape: int, like: int | None = None) -> int:
        zero_point = int(self.rng.choice([-128, -128, 0, 5]))
        quant = (SCALE, zero_point) if like is None else self.quant(like)
        self.tensors.append(TensorSpec(shape, "int8", *quant))
        return len(self.tensors) - 1

    def quant(self, index: int) -> Any:
        return self.tensors[index].scales, self.tensors[index].zero_points

    def constant(self, data: np.ndarray, **more: Any) -> int:
        self.tensors.append(TensorSpec(data.shape, data.dtype.name, data=data, **more))
        return len(self.tensors) - 1

    def add(self, kind: str, given: list[int], made: int, **options: Any) -> int:
        self.ops.append(OpSpec(kind, given, [made], options, 3))
        return made

    def convolve(self, x: int, outputs: int, side: int, *, depthwise: bool = False) -> int:
        """With planted channels, whatever the input is: see `_plant`."""
        _, height, width, channels = self.tensors[x].shape
        stride, padding = int(self.rng.choice([1, 1, 2])), str(self.rng.choice(["SAME", "VALID"]))
        if min(height, width) <= 2 * side:
            stride, padding = 1, "SAME"
        outputs = channels if depthwise else outputs
        weights = self.rng.integers(-127, 128, (outputs, side, side, 1 if depthwise else channels))
        bias = self.rng.integers(-2000, 2000, outputs)
        self._plant(weights, bias)
        scales = self._scales(outputs)
        laid = weights.transpose(3, 1, 2, 0) if depthwise else weights
        given = [
            x,
            self.constant(laid.astype(np.int8), scales=scales, axis=3 if depthwise else 0),
            self.constant(bias.astype(np.int32), scales=[SCALE * s for s in scales]),
        ]
        missing = side - 1 if padding == "VALID" else 0
        more = {"depth_multiplier": 1} if depthwise else {}
        sizes = (-(-(size - missing) // stride) for size in (height, width))
        return self.add(
            "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D",
            given,
            self.tensor(1, *sizes, outputs),
            padding=padding,
            stride_h=stride,
            stride_w=stride,
            fused_activation_function=str(self.rng.choice(["RELU", "RELU", "RELU6", "NONE"])),
            **UNDILATED,
            **more,
        )

    def _scales(self, outputs: int) -> list[float]:
        """Of the weights of a convolution."""
        found: list[float] = self.rng.uniform(0.002, 0.006, outputs).astype(np.float32).tolist()
        return found

    def _plant(self, weights: np.ndarray, bias: np.ndarray) -> None:
        """Makes channels dead, constant, almost dead, or of filters that nothing passes."""
        reach = 255 * np.abs(weights.reshape(len(weights), -1)).sum(axis=1)
        for channel in range(len(weights)):
            chance = self.rng.random()
            if chance < 0.25:
                bias[channel] = -reach[channel]
            elif chance < 0.35:
                weights[channel] = 0
            elif chance < 0.5:
                bias[channel] = -reach[channel] // 2 + self.rng.integers(-200, 200)
            elif chance < 0.6:
                weights[..., self.rng.integers(weights.shape[3])] = 0

    def sum(self, x: int) -> int:
        """Of two convolutions of the same image."""
        channels = self.tensors[x].shape[3]
        parts = [self._same_size(x, channels), x]
        out = self.tensor(*self.tensors[x].shape)
        return self.add("ADD", parts, out, fused_activation_function="NONE")

    def _same_size(self, x: int, outputs: int) -> int:
        while True:
            before = len(self.tensors), len(self.ops)
            made = self.convolve(x, outputs, 1)
            if self.tensors[made].shape == self.tensors[x].shape:
                return made
            del self.tensors[before[0] :], self.ops[before[1] :]

    def scale(self, x: int) -> int:
        """By one constant per channel, some of them the real 0; or less such constants."""
        shape = self.tensors[x].shape
        kind = str(self.rng.choice(["MUL", "MUL", "SUB", "MAXIMUM", "PRELU"]))
        data = self.rng.integers(-60, 60, shape[3]).astype(np.int8)
        data[self.rng.random(shape[3]) < 0.4] = 0
        scales, zero_points = self.quant(x) if kind == "MAXIMUM" else (SCALE, 0)
        factors = self.constant(data, scales=scales, zero_points=zero_points)
        fused = {"fused_activation_function": "RELU"} if kind in ("MUL", "SUB") else {}
        given = [factors, x] if kind == "SUB" and self.rng.random() < 0.5 else [x, factors]
        return self.add(kind, given, self.tensor(*shape, like=x), **fused)

    def curve(self, x: int) -> int:
        """A function of each value; those that are not monotone among them."""
        out = self.tensor(*self.tensors[x].shape, like=x)
        kind = str(self.rng.choice(["HARD_SWISH", "LEAKY_RELU", "LOGISTIC", "TANH", "ABS"]))
        if kind in ("LOGISTIC", "TANH"):
            quant = {"LOGISTIC": (1 / 256, -128), "TANH": (1 / 128, 0)}[kind]
            self.tensors[out] = TensorSpec(self.tensors[x].shape, "int8", *quant)
        return self.add(kind, [x], out, **({"alpha": 0.3} if kind == "LEAKY_RELU" else {}))

    def join(self, x: int) -> int:
        _, height, width, channels = self.tensors[x].shape
        axis = int(self.rng.choice([1, 3]))
        shape = (1, 2 * height, width, channels) if axis == 1 else (1, height, width, 2 * channels)
        return self.add("CONCATENATION", [x, x], self.tensor(*shape, like=x), axis=axis)

    def pad(self, x: int) -> int:
        _, height, width, channels = self.tensors[x].shape
        around = self.constant(np.array([[0, 0], [1, 1], [0, 2], [0, 0]], np.int32))
        return self.add("PAD", [x, around], self.tensor(1, height + 2, width + 2, channels, like=x))

    def pool(self, x: int) -> int:
        _, height, width, channels = self.tensors[x].shape
        window = {"filter_height": 2, "filter_width": 3, "stride_h": 2, "stride_w": 2}
        out = self.tensor(1, -(-height // 2), -(-width // 2), channels, like=x)
        kind = str(self.rng.choice(["AVERAGE_POOL_2D", "MAX_POOL_2D"]))
        return self.add(kind, [x], out, padding="SAME", **window)

    def classify(self, x: int, *, mean: bool) -> int:
        """FULLY_CONNECTED on all pixels, or on their mean."""
        _, height, width, channels = self.tensors[x].shape
        if mean:
            axes = self.constant(np.array([1, 2], np.int32))
            flat = self.add("MEAN", [x, axes], self.tensor(1, channels), keep_dims=False)
        else:
            depth = height * width * channels
            shape = self.constant(np.array([1, depth], np.int32))
            flat = self.add("RESHAPE", [x, shape], self.tensor(1, depth, like=x))
        weights = self.rng.integers(-127, 128, (6, self.tensors[flat].shape[1])).astype(np.int8)
        given = [flat, self.constant(weights, scales=0.004), -1]
        return self.add("FULLY_CONNECTED", given, self.tensor(1, 6))


def planted_network(seed: int, *, both_roundings: bool = False) -> bytes:
    """Ten operators or so; with `both_roundings` only those that have a reference for either."""
    net = Planted(np.random.default_rng(seed))
    x = net.convolve(net.tensor(1, 9, 8, 3), 12, int(net.rng.choice([1, 3])))
    kinds = "conv conv depthwise depthwise sum pool scale".split()
    kinds += [] if both_roundings else ["join", "pad", "curve"]
    for kind in net.rng.choice(kinds, 7):
        if kind == "conv":
            x = net.convolve(x, int(net.rng.choice([5, 8, 16])), int(net.rng.choice([1, 3])))
        elif kind == "depthwise":
            x = net.convolve(x, 0, 3, depthwise=True)
        else:
            x = getattr(net, str(kind))(x)
    mean = not both_roundings and net.rng.random() < 0.5
    return model_bytes(net.tensors, net.ops, [0], [net.classify(x, mean=mean)])


def adversarial_inputs(weights: np.ndarray, shape: tuple[int, ...], seed: int) -> np.ndarray:
    """Random and extreme images [N, *shape], and for every filter [channels, side, side, depth] of
    the first convolution the two that drive its sum to its ends, as tiles all over the image."""
    rng = np.random.default_rng(seed)
    _, height, width, depth = shape
    images = [rng.integers(-128, 128, shape), np.full(shape, -128), np.full(shape, 127)]
    side = weights.shape[1]
    for kernel in weights:
        tiles = np.tile(kernel, (height // side + 1, width // side + 1, 1))[:height, :width]
        images += [np.where(tiles * sign > 0, 127, -128).reshape(shape) for sign in (1, -1)]
    images.append(rng.choice([-128, 127], shape))
    return np.array(images, np.int8)
