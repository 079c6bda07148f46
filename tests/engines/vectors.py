# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Inputs and the reference's answers for a model, and how a generated engine is compared with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, Phase, settings

from mcugen.engines import ENGINES
from mcugen.engines.contract import EngineOptions
from mcugen.model.ir import DType, Graph
from mcugen.model.reference import open_reference
from mcugen.model.tflite import parse_tflite
from tests.engines.c_engine import build
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

SAMPLES = 4
DSP = frozenset({"dsp"})
SIMD = frozenset({"simd"})
MVE = frozenset({"dsp", "mve"})

OPTIONS = {
    "portable": EngineOptions(),
    "dsp-speed": EngineOptions(isa=DSP),
    "dsp-size": EngineOptions(isa=DSP, optimize="size"),
    "portable-single": EngineOptions(rounding="single"),
    "dsp-speed-single": EngineOptions(rounding="single", isa=DSP),
    "dsp-size-single": EngineOptions(rounding="single", isa=DSP, optimize="size"),
    "simd": EngineOptions(isa=SIMD),
    "simd-single": EngineOptions(rounding="single", isa=SIMD),
    "mve": EngineOptions(isa=MVE),
}
"""Every kernel, by the name of its configuration."""


def random_inputs(graph: Graph, seed: int = 0) -> list[np.ndarray]:
    """Uniform samples of the range of int8, the first two all -128 and all 127; of float32 +-10."""
    rng = np.random.default_rng(seed)
    inputs = []
    for index in graph.inputs:
        shape = (SAMPLES, *graph.tensors[index].shape)
        if graph.tensors[index].dtype is DType.FLOAT32:
            inputs.append(rng.uniform(-10, 10, shape).astype(np.float32))
            continue
        x = rng.integers(-128, 128, shape).astype(graph.tensors[index].dtype.value)
        x[0], x[1] = -128, 127
        inputs.append(x)
    return inputs


random_models = settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
"""For tests that draw whole models: every example compiles C, so few, and none to shrink one."""


@dataclass(frozen=True)
class Layer:
    """One operator with tensors of its own; inputs that have no data are inputs of the model."""

    kind: str
    inputs: Sequence[TensorSpec]
    outputs: Sequence[TensorSpec]
    options: Mapping[str, object] = field(default_factory=dict)
    version: int = 2


def model_of(layers: Sequence[Layer]) -> bytes:
    """One .tflite with all layers side by side."""
    tensors: list[TensorSpec] = []
    ops: list[OpSpec] = []
    for layer in layers:
        given = range(len(tensors), len(tensors) + len(layer.inputs))
        made = range(given.stop, given.stop + len(layer.outputs))
        tensors += [*layer.inputs, *layer.outputs]
        ops.append(OpSpec(layer.kind, given, made, layer.options, layer.version))
    inputs = [index for op in ops for index in op.inputs if tensors[index].data is None]
    return model_bytes(tensors, ops, inputs, [index for op in ops for index in op.outputs])


def problems_of(layer: Layer) -> list[str]:
    """What the ahead-of-time engine says against a layer."""
    graph = parse_tflite(model_of([layer]), "bad")
    return [problem.what for problem in ENGINES["aot"].supports(graph)]


@dataclass(frozen=True)
class Vectors:
    """A model with inputs, and what the reference answers with each rounding."""

    graph: Graph
    inputs: list[np.ndarray]
    expected: dict[str, tuple[np.ndarray, ...]]


def vectors_of(
    model: bytes,
    folder: Path,
    roundings: Sequence[str],
    inputs: list[np.ndarray] | None = None,
) -> Vectors:
    """Asks the reference; without `inputs` about random ones."""
    path = folder / "layers.tflite"
    path.write_bytes(model)
    graph = parse_tflite(model, path.name)
    inputs = random_inputs(graph) if inputs is None else inputs
    expected = {}
    for rounding in roundings:
        with open_reference(path, rounding=rounding) as reference:
            expected[rounding] = reference.run(inputs)
    return Vectors(graph, inputs, expected)


def differences(
    vectors: Vectors,
    options: EngineOptions,
    folder: Path,
    *,
    on: str = "host",
    patch: tuple[str, str, str] | None = None,
) -> list[int]:
    """For every output, how many values differ from the reference with the same rounding."""
    engine = build(vectors.graph, options, folder, on=on, patch=patch)
    outputs = engine.run(*vectors.inputs).outputs
    pairs = zip(outputs, vectors.expected[options.rounding], strict=True)
    return [int(np.count_nonzero(actual != wanted)) for actual, wanted in pairs]
