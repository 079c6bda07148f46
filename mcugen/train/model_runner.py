# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A model file as a function from float windows to float outputs, whatever is inside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import ModelError
from mcugen.features.reference import dequantize, quantize
from mcugen.model.ir import DType, Graph, Tensor
from mcugen.model.reference import Reference, open_reference
from mcugen.train.backend import load_model, quiet

Floats = NDArray[np.float32]

Runner = Callable[[Floats], Floats]
"""float32 [samples, input values] -> float32 [samples, output values], each sample on its own."""


@contextmanager
def open_runner(model: Path) -> Iterator[Runner]:
    """The function a .tflite, .keras or .h5 file computes, for the length of a `with` block.

    A .tflite file runs in TFLite Micro, an int8 one between quantisation and dequantisation as on
    the device; a Keras file runs in TensorFlow.
    """
    if model.suffix == ".tflite":
        with open_reference(model) as reference:
            yield _tflite_runner(reference)
        return
    yield _keras_runner(model)


def _tflite_runner(reference: Reference) -> Runner:
    taken, given = _ends(reference.graph)

    def run(values: Floats) -> Floats:
        if values.shape[1] != taken.elements:
            raise ModelError(
                f"{reference.graph.name} takes {taken.elements} values, the data has "
                f"{values.shape[1]} per window",
                hint="use the front-end and data that the model was trained with",
            )
        inputs = values if taken.quant is None else quantize(values, taken.quant)
        outputs = reference.run([inputs.reshape(-1, *taken.shape)])[0].reshape(len(values), -1)
        return (
            outputs.astype(np.float32) if given.quant is None else dequantize(outputs, given.quant)
        )

    return run


def _ends(graph: Graph) -> tuple[Tensor, Tensor]:
    """Input and first output; ModelError when they are of a type that windows cannot feed."""
    taken, given = graph.tensors[graph.inputs[0]], graph.tensors[graph.outputs[0]]
    for tensor in (taken, given):
        quantised = tensor.dtype is DType.INT8 and tensor.quant is not None
        if not quantised and tensor.dtype is not DType.FLOAT32:
            raise ModelError(
                f"{graph.name}: {tensor.name} is {tensor.dtype.value}, not int8 or float"
            )
    return taken, given


def _keras_runner(path: Path) -> Runner:
    model = load_model(path)
    shape = tuple(int(size) for size in model.inputs[0].shape[1:])

    def run(values: Floats) -> Floats:
        with quiet():
            outputs = model.predict(values.reshape(-1, *shape), batch_size=512, verbose=0)
        return np.asarray(outputs, np.float32).reshape(len(values), -1)

    return run
