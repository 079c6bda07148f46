# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a float .tflite computes what the model does that it was converted from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import ModelError
from mcugen.train.backend import load_tensorflow, quiet

TOLERANCE = 1e-3
"""Largest difference, as a share of the output's range over the vectors."""
MAX_VECTORS = 100

Floats = NDArray[np.float32]
Function = Callable[[Floats], list[Floats]]
"""One input of the model's shape, without the batch -> its outputs, one after the other."""


def keras_function(model: Any) -> Function:
    """The outputs of a Keras model for one sample, from a cleared state.

    Traced once: an unrolled layer takes a second a call when Keras runs its steps one by one.
    """
    batch = model.inputs[0].shape[0] or 1
    call = load_tensorflow().function(lambda values: model(values, training=False))
    resets: list[Callable[[], Any]] = [
        getattr(layer, "reset_states", None) or layer.reset_state  # Keras 2, Keras 3
        for layer in model.layers
        if getattr(layer, "stateful", False)
    ]

    def run(sample: Floats) -> list[Floats]:
        for reset in resets:
            reset()
        outputs = call(np.repeat(sample[np.newaxis], batch, axis=0))
        several = outputs if isinstance(outputs, list | tuple) else [outputs]
        return [np.asarray(output, np.float32)[0] for output in several]

    return run


def saved_model_function(folder: Path) -> Function:
    """The outputs of a SavedModel's default signature for one sample."""
    with quiet():
        loaded = load_tensorflow().saved_model.load(str(folder))
    signatures: Any = loaded.signatures

    def run(sample: Floats) -> list[Floats]:
        call = signatures["serving_default"]
        (taken,) = call.structured_input_signature[1].values()
        batch = taken.shape[0] or 1
        values = load_tensorflow().constant(np.repeat(sample[np.newaxis], batch, axis=0))
        outputs = call(**{taken.name: values})
        return [np.asarray(output, np.float32)[0] for output in outputs.values()]

    return run


def tflite_function(content: bytes) -> Function:
    """The outputs of a float .tflite for one sample, its variables reset before."""
    interpreter = load_tensorflow().lite.Interpreter(model_content=content)
    interpreter.allocate_tensors()
    taken, given = interpreter.get_input_details(), interpreter.get_output_details()

    def run(sample: Floats) -> list[Floats]:
        interpreter.reset_all_variables()
        interpreter.set_tensor(taken[0]["index"], sample.reshape(taken[0]["shape"]))
        interpreter.invoke()
        return [np.asarray(interpreter.get_tensor(end["index"]), np.float32) for end in given]

    return run


def check_same(
    name: str,
    trained: Function,
    content: bytes,
    vectors: Iterable[Floats],
    orders: Sequence[Callable[[Floats], Floats]] = (np.asarray,),
) -> None:
    """ModelError when an output differs by more than TOLERANCE of its range on the vectors.

    The converter may reorder outputs: each one must be equal to one of the file's, in one of the
    `orders` of axes that the converter may give the outputs of all vectors.
    """
    try:
        with quiet():
            converted = tflite_function(content)
            pairs = [(trained(one), converted(one)) for one in islice(vectors, MAX_VECTORS)]
    except Exception as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelError(f"{name} cannot be compared with its float .tflite: {reason}") from error
    files = [_flat([lite[i] for _, lite in pairs]) for i in range(len(pairs[0][1]))]
    for number in range(len(pairs[0][0])):
        expected = np.stack([outputs[number] for outputs, _ in pairs])
        ordered = [_flat(order(expected)) for order in orders]
        share = min(_difference(one, found) for one in ordered for found in files)
        if not share <= TOLERANCE:
            raise ModelError(
                f"{name}: the float .tflite is another function: output {number} differs by "
                f"{share:.3g} of its range on {len(pairs)} vectors, at most {TOLERANCE:g} is allowed",
                hint="the converter changes one of its layers: rebuild the model with simpler ones",
            )


def _flat(outputs: Iterable[Floats]) -> Floats:
    return np.concatenate([output.reshape(-1) for output in outputs])


def _difference(expected: Floats, found: Floats) -> float:
    """The largest difference as a share of the expected range; infinite for another size."""
    if expected.shape != found.shape:
        return float("inf")
    largest = float(np.abs(expected - found).max())
    scale = float(np.ptp(expected)) or float(np.abs(expected).max()) or 1.0
    return largest / scale if np.isfinite(largest) else float("inf")
