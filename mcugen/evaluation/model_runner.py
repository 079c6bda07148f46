# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A model file as a function from float windows to float outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from mcugen.errors import ModelError
from mcugen.features.coding import input_coding, output_coding
from mcugen.features.reference import Floats
from mcugen.model.reference import Reference, open_reference

Runner = Callable[[Floats], Floats]
"""float32 [samples, input values] -> float32 [samples, output values], each sample on its own."""


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model on this computer: values of an input and of an output sample, and what it computes."""

    taken: int
    given: int
    run: Runner


Opener = Callable[[Path], AbstractContextManager[LoadedModel]]
"""Opens a model file for the length of a `with` block: `open_tflite`, or one that reads more types."""


@contextmanager
def open_tflite(model: Path) -> Iterator[LoadedModel]:
    """A .tflite file in TFLite Micro; an int8 one between quantisation and dequantisation."""
    with open_reference(model) as reference:
        taken, given = input_coding(reference.graph), output_coding(reference.graph)
        yield LoadedModel(taken.elements, given.elements, _tflite_runner(reference))


def _tflite_runner(reference: Reference) -> Runner:
    taken, given = input_coding(reference.graph), output_coding(reference.graph)

    def run(values: Floats) -> Floats:
        if values.shape[1] != taken.elements:
            raise ModelError(
                f"{reference.graph.name} takes {taken.elements} values, the data has "
                f"{values.shape[1]} per window",
                hint="use the front-end and data that the model was trained with",
            )
        windows = taken.split(taken.encode(values))
        outputs = reference.run(windows, clips=[1] * len(values))[0].reshape(len(values), -1)
        return given.decode(outputs)

    return run
