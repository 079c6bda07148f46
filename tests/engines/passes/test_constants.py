# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Operators of constants are computed when code is generated, with the reference's integers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mcugen.engines import ENGINES
from mcugen.engines.contract import EngineOptions
from mcugen.engines.passes import constants
from mcugen.engines.passes.prune import prune
from mcugen.model.tflite import parse_tflite
from tests.engines.c_engine import build
from tests.engines.passes.planted import Planted
from tests.engines.vectors import OPTIONS, differences, vectors_of
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes


class Grown(Planted):
    """Constants that operators make of constants."""

    def pixels(self, *shape: int) -> int:
        data = self.rng.integers(-128, 128, shape).astype(np.int8)
        return self.constant(data, scales=0.02, zero_points=int(self.rng.integers(-20, 20)))

    def chain(self) -> int:
        """[1, 6, 4, 8] of pixels, by operators that all have a reference for either rounding."""
        x = self.convolve(self.pixels(1, 6, 4, 5), 8, 3)
        while self.tensors[x].shape != (1, 6, 4, 8):
            x = self.convolve(self.pixels(1, 6, 4, 5), 8, 3)
        x = self.convolve(x, 8, 3, depthwise=True) if self.rng.random() < 0.5 else x
        x = x if self.tensors[x].shape == (1, 6, 4, 8) else self.chain()
        for _ in range(2):
            kind = str(self.rng.choice(["ADD", "SUB", "MUL", "MAXIMUM"]))
            other, out = self.pixels(4, 8), self.tensor(1, 6, 4, 8)
            if kind == "MAXIMUM":
                for index in (other, out):
                    scales, zero_points = self.quant(x)
                    self.tensors[index] = replace(
                        self.tensors[index], scales=scales, zero_points=zero_points
                    )
            x = self.add(kind, [x, other], out)
        return x


def grown(seed: int, *, more: bool) -> bytes:
    """An image and what constants become, joined; with `more` also where only TFLite Micro is one's
    reference: curves, PAD, TRANSPOSE, whole layers of weights."""
    net = Grown(np.random.default_rng(seed))
    image, made = net.tensor(1, 6, 4, 8), net.chain()
    if more:
        made = net.curve(net.scale(made))
        size = net.constant(np.array([1, 4, 4, 8], np.int32))
        start = net.constant(np.array([0, 1, 0, 0], np.int32))
        part = net.add("SLICE", [made, start, size], net.tensor(1, 4, 4, 8, like=made))
        around = net.constant(np.array([[0, 0], [2, 0], [0, 0], [0, 0]], np.int32))
        made = net.add("PAD", [part, around], net.tensor(1, 6, 4, 8, like=made))
    sum_ = net.add("ADD", [image, made], net.tensor(1, 6, 4, 8))
    if not more:
        return model_bytes(net.tensors, net.ops, [image], [sum_])
    data = net.rng.integers(-127, 128, (8, 5)).astype(np.int8)
    order = net.constant(np.array([1, 0], np.int32))
    laid = net.constant(data, scales=0.01)
    turned = net.tensor(5, 8)
    net.tensors[turned] = TensorSpec((5, 8), "int8", 0.01)
    net.add("TRANSPOSE", [laid, order], turned)
    out = net.add("FULLY_CONNECTED", [sum_, turned, -1], net.tensor(24, 5))
    return model_bytes(net.tensors, net.ops, [image], [out])


def left(model: bytes, **options: Any) -> list[str]:
    graph = parse_tflite(model, "grown")
    return [op.kind for op in prune(graph, EngineOptions(**options)).graph.ops]


@pytest.mark.parametrize("seed", range(2))
def test_only_what_sees_the_image_is_left(seed: int) -> None:
    for kept in (True, False):
        assert left(grown(seed, more=False), prune=kept) == ["ADD"]
        assert left(grown(seed, more=True), prune=kept) == ["ADD", "FULLY_CONNECTED"]
    graph = parse_tflite(grown(seed, more=True), "grown")
    assert not ENGINES["aot"].supports(graph)
    removals = ENGINES["aot"].plan(graph, EngineOptions()).removals
    assert {r.why for r in removals if r.kind == "TRANSPOSE"} == {"its inputs are constants"}


@pytest.mark.parametrize("seed", range(2))
def test_they_have_the_integers_of_the_reference(seed: int, tmp_path: Path) -> None:
    plain = vectors_of(grown(seed, more=False), tmp_path, ["single"])
    assert not any(differences(plain, OPTIONS["portable-single"], tmp_path / "plain"))
    more = vectors_of(grown(seed, more=True), tmp_path, ["double"])
    assert not any(differences(more, OPTIONS["dsp-speed"], tmp_path / "more"))


def eighths() -> bytes:
    """A FULLY_CONNECTED that divides constants by eight: the roundings differ at ties."""
    numbers = np.arange(-16, 16).astype(np.int8).reshape(1, 32)
    tensors = [
        TensorSpec((1, 32), "int8", 0.125, data=numbers),
        TensorSpec((32, 32), "int8", 1.0, data=np.eye(32, dtype=np.int8)),
        *[TensorSpec((1, 32), "int8", 1.0)] * 3,
    ]
    ops = [OpSpec("FULLY_CONNECTED", [0, 1, -1], [2]), OpSpec("ADD", [2, 3], [4])]
    return model_bytes(tensors, ops, [3], [4])


def test_the_other_rounding_would_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = vectors_of(eighths(), tmp_path, ["double", "single"])
    for name in ("portable", "portable-single"):
        assert not any(differences(vectors, OPTIONS[name], tmp_path / name))
    run = constants.run_op
    monkeypatch.setattr(constants, "run_op", lambda *given: run(*given[:3], "double"))
    again = replace(vectors, graph=replace(vectors.graph))  # an engine lowers a graph once
    assert any(differences(again, OPTIONS["portable-single"], tmp_path))


def test_zeros_as_padding_would_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = grown(0, more=True)
    vectors = vectors_of(model, tmp_path, ["double"])
    monkeypatch.setattr(constants, "_padding", lambda op, x: 0)
    assert any(differences(vectors, OPTIONS["portable"], tmp_path))


def test_every_layer_is_shown(tmp_path: Path) -> None:
    vectors = vectors_of(grown(0, more=True), tmp_path, ["double"])
    layers = build(vectors.graph, replace(OPTIONS["portable"], per_layer=True), tmp_path / "c").run(
        *vectors.inputs
    )
    folded = constants.fold_constants(vectors.graph, EngineOptions()).graph
    known = [folded.tensors[op.outputs[0]].data for op in vectors.graph.ops]
    for (layer,), data in zip(layers.layers, known, strict=True):
        assert data is None or all(np.array_equal(sample, data) for sample in layer)
    assert sum(data is not None for data in known) == len(known) - 2


def test_what_no_reference_knows_is_refused_by_name() -> None:
    """float32, and outputs of the model."""
    real = TensorSpec((4,), "float32", data=np.ones(4, np.float32))
    tensors = [real, *[TensorSpec((4,), "float32")] * 3]
    ops = [OpSpec("EXP", [0], [1]), OpSpec("ADD", [1, 2], [3])]
    graph = parse_tflite(model_bytes(tensors, ops, [2], [3]), "m")
    (problem,) = ENGINES["aot"].supports(graph)
    assert problem.where == "op 0 EXP"
