# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What the device should answer: outputs and score of the reference for the same windows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import ModelError
from mcugen.features.reference import dequantize
from mcugen.model.ir import DType, Graph, Quant
from mcugen.model.reference import Reference
from mcugen.reproducible import ordered_mean
from mcugen.samples.stimulus import Stimulus
from mcugen.scoring.reconstruction import reconstruction_errors


def input_quant(graph: Graph) -> Quant:
    """Quantisation of the only input; ModelError for a model that windows cannot be fed to."""
    return _only_int8(graph, graph.inputs, "input")


def output_quant(graph: Graph) -> Quant:
    """Quantisation of the first output; ModelError when it is not int8."""
    return _only_int8(graph, graph.outputs[:1], "output")


def _only_int8(graph: Graph, indices: tuple[int, ...], what: str) -> Quant:
    tensors = [graph.tensors[index] for index in indices]
    if len(tensors) != 1 or tensors[0].dtype is not DType.INT8 or tensors[0].quant is None:
        found = ", ".join(f"{t.name} {t.dtype.value}" for t in tensors)
        raise ModelError(
            f"{graph.name}: clips need one int8 {what}, the model has {found}",
            hint="convert it with one int8 input and output; its project as it is serves programs of "
            "your own that call runtime/engine.h",
        )
    return tensors[0].quant


def expected_outputs(reference: Reference, inputs: NDArray[np.int8]) -> NDArray[np.int8]:
    """Output 0 of the reference for [windows, values], as [windows, output values]."""
    graph = reference.graph
    shaped = inputs.reshape(-1, *graph.tensors[graph.inputs[0]].shape)
    outputs = reference.run([shaped])[0]
    return np.asarray(outputs.reshape(len(inputs), -1), np.int8)


def expected_score(reference: Reference, stimulus: Stimulus, outputs: NDArray[np.int8]) -> float:
    """The score of the clip: mean over its windows of the reconstruction error."""
    values = dequantize(outputs, output_quant(reference.graph))
    return float(ordered_mean(reconstruction_errors(stimulus.windows, values)))
