# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What the device's last outputs mean, read back and decoded by the model's [decode] table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.device.client import Client
from mcugen.model.ir import Graph
from mcugen.protocol import What
from mcugen.records import Decoded
from mcugen.scoring.classes import decode_classes
from mcugen.scoring.decode import Classes, Decode, Landmarks, Yolo
from mcugen.scoring.landmarks import decode_landmarks
from mcugen.scoring.yolo import decode_yolo

Output = tuple[NDArray[Any], Any]
ReadOutput = Callable[[int], Output]
"""Number of an output -> its values, shaped, and their Quant (None: they are real values)."""


def decoded_outputs(client: Client, decode: Decode | None, graph: Graph) -> tuple[Decoded, ...]:
    """The meaning of the outputs that the device has now; nothing without a [decode] table."""
    if decode is None:
        return ()

    def read(number: int) -> Output:
        tensor = graph.tensors[graph.outputs[number]]
        content = client.read(What.OUTPUT, tensor.bytes, index=number)
        return np.frombuffer(content, tensor.dtype.value).reshape(tensor.shape), tensor.quant

    return interpret(decode, read)


def interpret(decode: Decode, read: ReadOutput) -> tuple[Decoded, ...]:
    """The outputs' meaning, best first."""
    return DECODERS[type(decode)](decode, read)


def _classes(decode: Classes, read: ReadOutput) -> tuple[Decoded, ...]:
    found = decode_classes(decode, *read(0))
    return tuple(Decoded(decode.labels[one.index], one.score) for one in found)


def _yolo(decode: Yolo, read: ReadOutput) -> tuple[Decoded, ...]:
    heads = [read(head.output) for head in decode.heads]
    boxes = decode_yolo(decode, [values for values, _ in heads], [quant for _, quant in heads])
    return tuple(
        Decoded(decode.labels[b.class_index], b.score, (b.left, b.top, b.right, b.bottom))
        for b in boxes
    )


def _landmarks(decode: Landmarks, read: ReadOutput) -> tuple[Decoded, ...]:
    (points, points_quant), (presence, quant) = (
        read(decode.points_output),
        read(decode.presence_output),
    )
    found = decode_landmarks(decode, points, presence, points_quant, quant)
    if not found.present:
        return ()
    values = tuple(float(value) for value in found.points.reshape(-1))
    return (Decoded("landmarks", found.presence, values, decode.dimensions),)


DECODERS: Mapping[type[Any], Callable[[Any, ReadOutput], tuple[Decoded, ...]]] = {
    Classes: _classes,
    Yolo: _yolo,
    Landmarks: _landmarks,
}
"""Type of the table -> decoder."""
