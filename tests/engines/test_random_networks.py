# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Whole random networks equal TFLite Micro: operators that work in place, share and outlive memory.

MCUGEN_NETWORKS sets how many are tried on each board (default 2), MCUGEN_NETWORKS_SEED the first.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mcugen.engines.aot import placement
from mcugen.engines.contract import EngineOptions
from tests.engines.vectors import OPTIONS, Vectors, differences, vectors_of
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

FIRST_SEED = int(os.environ.get("MCUGEN_NETWORKS_SEED", "0"))
NETWORKS = int(os.environ.get("MCUGEN_NETWORKS", "2"))
OPERATORS = 30
MOST_ELEMENTS = 3000
RECENT = 4
"""Operators prefer the last few tensors, so that most die soon and some live long."""

SIMD, MVE = "simd", "dsp mve"
VECTORS = ((SIMD, "host"), (SIMD, "neon"), (SIMD, "sdot"), (MVE, "host"), (MVE, "helium"))
"""Instruction sets with vectors, and where a network runs with them."""

UNDILATED = {"dilation_w_factor": 1, "dilation_h_factor": 1}


@dataclass
class Network:
    """Grows operator by operator. `images` are the int8 tensors [1, height, width, channels]."""

    rng: np.random.Generator
    tensors: list[TensorSpec] = field(default_factory=list)
    ops: list[OpSpec] = field(default_factory=list)
    images: list[int] = field(default_factory=list)

    def image(self, *shape: int, quant: tuple[float, int] | None = None) -> int:
        """A new tensor that operators compute, its quantisation random if not given."""
        zero_point = int(self.rng.choice([-128, 0, 127, self.rng.integers(-100, 100)]))
        self.tensors.append(TensorSpec(shape, "int8", *(quant or (self.scale(), zero_point))))
        self.images.append(len(self.tensors) - 1)
        return self.images[-1]

    def constant(self, data: np.ndarray, **quantisation: Any) -> int:
        self.tensors.append(TensorSpec(data.shape, data.dtype.name, data=data, **quantisation))
        return len(self.tensors) - 1

    def scale(self) -> float:
        return float(np.float32(10 ** self.rng.uniform(-2, -1)))

    def pick(self) -> tuple[int, tuple[int, ...], tuple[float, int]]:
        """A tensor with its shape and quantisation; often one of the last."""
        among = self.images[-RECENT:] if self.rng.random() < 0.6 else self.images
        index = int(self.rng.choice(among))
        spec = self.tensors[index]
        return index, spec.shape, (spec.scales, spec.zero_points)  # type: ignore[return-value]

    def add(
        self, kind: str, given: list[int], made: list[int], version: int, **options: Any
    ) -> None:
        self.ops.append(OpSpec(kind, given, made, options, version))

    def activation(self) -> str:
        return str(self.rng.choice(["NONE", "NONE", "RELU", "RELU6"]))


def convolution(net: Network) -> None:
    x, (_, height, width, channels), (scale, _) = net.pick()
    depthwise, side = net.rng.random() < 0.5, int(net.rng.choice([1, 3, 3, 5]))
    outputs = channels if depthwise else int(net.rng.choice([1, 3, 4, 8, 13, 16, 21]))
    shape = (1, side, side, channels) if depthwise else (outputs, side, side, channels)
    weight_scales = net.rng.uniform(0.002, 0.01, outputs).astype(np.float32)
    weights = net.constant(
        net.rng.integers(-127, 128, shape, np.int8),
        scales=weight_scales.tolist(),
        axis=3 if depthwise else 0,
    )
    bias = net.constant(
        net.rng.integers(-2000, 2000, outputs, np.int32), scales=(scale * weight_scales).tolist()
    )
    stride = int(net.rng.choice([1, 1, 2]))
    out = net.image(1, -(-height // stride), -(-width // stride), outputs)
    strides = {"padding": "SAME", "stride_h": stride, "stride_w": stride, **UNDILATED}
    more = {"depth_multiplier": 1} if depthwise else {}
    kind = "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D"
    activation = {"fused_activation_function": net.activation()}
    net.add(kind, [x, weights, bias], [out], 3, **strides, **more, **activation)


def fully_connected(net: Network) -> None:
    """On the flattened image, which shares its bytes; wide enough to want int16 inputs."""
    x, shape, quant = net.pick()
    depth, rows = int(np.prod(shape)), int(net.rng.choice([4, 16, 64]))
    flat = net.image(1, 1, 1, depth, quant=quant)
    net.add("RESHAPE", [x], [flat], 1, new_shape=(1, 1, 1, depth))
    weights = net.constant(net.rng.integers(-127, 128, (rows, depth), np.int8), scales=0.003)
    out = net.image(1, 1, 1, rows)
    options = {"fused_activation_function": net.activation(), "keep_num_dims": True}
    net.add("FULLY_CONNECTED", [flat, weights, -1], [out], 5, **options)


def arithmetic(net: Network) -> None:
    """With itself, with a tensor of the same shape, or with a constant per channel."""
    x, shape, (scale, _) = net.pick()
    alike = [i for i in net.images if net.tensors[i].shape == shape]
    data = net.rng.integers(-128, 128, shape[3], np.int8)
    chance = net.rng.random()
    if chance < 0.2:
        y = x
    elif chance < 0.7:
        y = int(net.rng.choice(alike))
    else:
        y = net.constant(data, scales=0.05)
    operands = [x, y] if net.rng.random() < 0.5 else [y, x]
    out = net.image(*shape)
    kind = str(net.rng.choice(["ADD", "SUB", "MUL"]))
    net.add(kind, operands, [out], 2, fused_activation_function=net.activation())


def concatenation(net: Network) -> None:
    x, shape, quant = net.pick()
    axis, parts = int(net.rng.integers(1, 4)), int(net.rng.integers(2, 4))
    joined = [size * (parts if i == axis else 1) for i, size in enumerate(shape)]
    net.add("CONCATENATION", [x] * parts, [net.image(*joined, quant=quant)], 2, axis=axis)


def split(net: Network) -> None:
    x, shape, quant = net.pick()
    axis = int(net.rng.integers(1, 4))
    parts = next((n for n in (2, 3, 5) if shape[axis] % n == 0), 1)
    part = [size // (parts if i == axis else 1) for i, size in enumerate(shape)]
    outs = [net.image(*part, quant=quant) for _ in range(parts)]
    net.add("SPLIT", [net.constant(np.array(axis, np.int32)), x], outs, 2, num_splits=parts)


def pooling(net: Network) -> None:
    x, (_, height, width, channels), quant = net.pick()
    out = net.image(1, -(-height // 2), -(-width // 2), channels, quant=quant)
    kind = str(net.rng.choice(["AVERAGE_POOL_2D", "MAX_POOL_2D"]))
    window = {"filter_height": 3, "filter_width": 2, "stride_h": 2, "stride_w": 2}
    net.add(kind, [x], [out], 2, padding="SAME", **window)


def function(net: Network) -> None:
    x, shape, _ = net.pick()
    quants = {"LOGISTIC": (1 / 256, -128), "TANH": (1 / 128, 0), "RELU": None, "QUANTIZE": None}
    kind = str(net.rng.choice([*quants]))
    net.add(kind, [x], [net.image(*shape, quant=quants[kind])], 2)


@dataclass(frozen=True)
class Row:
    """An operator of one image [1, height, width, channels] and constants. `shape` gives the output's
    sizes, or None where the operator does not take such an image; without `quant` it is random."""

    kind: str
    shape: Callable[..., tuple[int, ...] | None] = lambda h, w, c: (1, h, w, c)
    constants: Callable[..., Sequence[Any]] = lambda h, w, c: ()
    quant: tuple[float, int] | str | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


KEPT = {"keep_dims": True}
TABLE = (
    *(Row(kind) for kind in ("ABS", "ELU", "HARD_SWISH")),
    Row("LEAKY_RELU", options={"alpha": 0.2}),
    Row("RELU6", quant="same"),
    Row("PRELU", constants=lambda h, w, c: [np.arange(c, dtype=np.int8) - 5]),
    Row("L2_NORMALIZATION", quant=(1 / 128, 0)),
    Row("SOFTMAX", quant=(1 / 256, -128), options={"beta": 1.0}),
    Row("LOG_SOFTMAX", lambda h, w, c: (1, h, w, c) if c < 500 else None, quant=(1 / 16, 127)),
    Row("CUMSUM", constants=lambda h, w, c: [2], options={"exclusive": True}),
    Row("SUM", lambda h, w, c: (1, 1, 1, c), lambda h, w, c: [[1, 2]], options=KEPT),
    Row("MEAN", lambda h, w, c: (1, h, w, 1), lambda h, w, c: [[3]], options=KEPT),
    Row("MEAN", lambda h, w, c: (1, 1, 1, c), lambda h, w, c: [[1, 2]], options=KEPT),
    Row("REDUCE_MAX", lambda h, w, c: (1, h, 1, c), lambda h, w, c: [[2]], "same", KEPT),
    Row("REDUCE_MIN", lambda h, w, c: (1, 1, w, c), lambda h, w, c: [[1]], "same", KEPT),
    Row("REVERSE_V2", constants=lambda h, w, c: [[2]], quant="same"),
    Row("TRANSPOSE", lambda h, w, c: (1, w, c, h), lambda h, w, c: [[0, 2, 3, 1]], "same"),
    Row("GATHER", lambda h, w, c: (1, h, w, 3), lambda h, w, c: [[c - 1, 0, c // 2]], "same", {"axis": 3}),
    Row("SLICE", lambda h, w, c: (1, h, 1, c), lambda h, w, c: [[0, 0, w - 1, 0], [-1, -1, 1, -1]], "same"),
    Row("STRIDED_SLICE", lambda h, w, c: (1, -(-h // 2), w, c),
        lambda h, w, c: [[0, 0, 0, 0], [1, h, w, c], [1, 2, 1, 1]], "same"),
    Row("PAD", lambda h, w, c: (1, h + 3, w, c), lambda h, w, c: [[[0, 0], [1, 2], [0, 0], [0, 0]]], "same"),
    Row("MIRROR_PAD", lambda h, w, c: (1, h, w + 2, c),
        lambda h, w, c: [[[0, 0], [0, 0], [1, 1], [0, 0]]], "same", {"mode": "SYMMETRIC"}),
    Row("BROADCAST_TO", lambda h, w, c: (1, 4, w, c) if h == 1 else None,
        lambda h, w, c: [[1, 4, w, c]], "same"),
    Row("SPACE_TO_DEPTH", lambda h, w, c: None if h % 2 or w % 2 else (1, h // 2, w // 2, 4 * c),
        quant="same", options={"block_size": 2}),
    Row("DEPTH_TO_SPACE", lambda h, w, c: None if c % 4 else (1, 2 * h, 2 * w, c // 4),
        quant="same", options={"block_size": 2}),
    *(Row(kind, lambda h, w, c: (1, 2 * h, w + 1, c), lambda h, w, c: [[2 * h, w + 1]], "same")
      for kind in ("RESIZE_BILINEAR", "RESIZE_NEAREST_NEIGHBOR")),
)  # fmt: skip
"""Operators that come once and again; those above have roles of their own."""


def of_table(net: Network) -> None:
    x, (_, *sizes), quant = net.pick()
    row = TABLE[net.rng.integers(len(TABLE))]
    shape = row.shape(*sizes)
    if shape is None:
        return
    given = [x]
    for value in row.constants(*sizes):
        data = np.asarray(value) if isinstance(value, np.ndarray) else np.array(value, np.int32)
        given.append(net.constant(data, **({"scales": 0.05} if data.dtype == np.int8 else {})))
    made = quant if row.quant == "same" else row.quant
    net.add(row.kind, given, [net.image(*shape, quant=made)], 2, **row.options)


KINDS: tuple[Callable[[Network], None], ...] = (
    convolution, convolution, fully_connected, arithmetic, arithmetic, arithmetic, concatenation,
    split, pooling, function, of_table, of_table, of_table, of_table,
)  # fmt: skip


def random_network(seed: int) -> bytes:
    """Two inputs; outputs are all that nobody reads, and some that others read, too."""
    net = Network(np.random.default_rng(seed))
    inputs = [net.image(1, 6, 7, 8), net.image(1, 5, 5, 3)]
    while len(net.ops) < OPERATORS:
        before = len(net.tensors), len(net.ops), len(net.images)
        net.rng.choice(KINDS)(net)
        if any(np.prod(net.tensors[i].shape) > MOST_ELEMENTS for i in net.images):
            del net.tensors[before[0] :], net.ops[before[1] :], net.images[before[2] :]
    read = {index for op in net.ops for index in op.inputs}
    made = [i for i in net.images if i not in inputs]
    outputs = [i for i in made if i not in read or net.rng.random() < 0.1]
    return model_bytes(net.tensors, net.ops, inputs, outputs)


def vectors(seed: int, folder: Path) -> Vectors:
    return vectors_of(random_network(seed), folder, ["double"])


@pytest.mark.parametrize("on", ["host", "qemu"])
@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + NETWORKS))
def test_random_networks_equal_the_reference(seed: int, on: str, tmp_path: Path) -> None:
    name = "dsp-speed" if on == "qemu" else ("portable", "dsp-size")[seed % 2]
    assert not any(differences(vectors(seed, tmp_path), OPTIONS[name], tmp_path, on=on))


@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + max(1, NETWORKS // 2)))
def test_random_networks_equal_the_reference_in_vectors(seed: int, tmp_path: Path) -> None:
    expected = vectors(seed, tmp_path)
    for isa, on in VECTORS:
        options = EngineOptions(isa=frozenset(isa.split()))
        folder = tmp_path / f"{isa} on {on}"
        folder.mkdir()
        assert not any(differences(expected, options, folder, on=on)), folder.name


def test_memory_that_is_taken_too_early_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = placement._share

    def greedy(steps: Any, lives: Mapping[str, tuple[int, int]], *rest: Any) -> dict[str, str]:
        numbered = [*steps]
        lives = dict(lives)
        for number, step in enumerate(numbered):
            given = [value.name for _, value in step.in_place if value.name in lives]
            lives |= {name: (lives[name][0], number) for name in given}
        return share(numbered, lives, *rest)

    monkeypatch.setattr(placement, "_share", greedy)
    assert any(differences(vectors(1, tmp_path), OPTIONS["dsp-speed"], tmp_path))
