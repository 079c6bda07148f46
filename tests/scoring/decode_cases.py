# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Tables of every kind, models that they fit, and outputs made by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mcugen.model.ir import Graph, Quant
from mcugen.model.tflite import parse_tflite
from mcugen.scoring.decode import Classes, Landmarks, Yolo, YoloHead
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

Outputs = list[NDArray[np.int8]]

Q3, Q6 = Quant((0.125,), (8,)), Quant((0.0625,), (-20,))
ANCHORS_3, ANCHORS_6 = (
    ((115.0, 73.0), (119.0, 199.0), (242.0, 238.0)),
    ((12.0, 18.0), (37.0, 49.0)),
)
HEADS = (YoloHead(0, ANCHORS_3), YoloHead(1, ANCHORS_6))
YOLO = Yolo(("person", "cat"), 96, HEADS, objectness=0.5, most_boxes=12)  # 0.5: the sigmoid of 0
SHAPES = ((1, 3, 3, 21), (1, 6, 6, 14))
LANDMARKS = Landmarks(192, presence=0.5)
CLASSES = Classes(tuple("abcdefghijkl"), top=5, softmax=True)


def graph(shapes: Sequence[tuple[int, ...]], quants: Sequence[Quant]) -> Graph:
    """A model with such outputs; how it comes by them does not matter."""
    tensors = [TensorSpec((1, 4), "int8", 0.5)]
    tensors += [
        TensorSpec(shape, "int8", quant.scale, quant.zero_point)
        for shape, quant in zip(shapes, quants, strict=True)
    ]
    outputs = list(range(1, len(tensors)))
    ops = [OpSpec("TANH", [0], [index]) for index in outputs]
    return parse_tflite(model_bytes(tensors, ops, [0], outputs), "m")


YOLO_GRAPH = graph(SHAPES, (Q3, Q6))
POINTS = graph(((1, 1, 1, 1404), (1, 1, 1, 1)), (Q3, Q6))
SCORES = graph(((1, 12),), (Q3,))


def empty() -> Outputs:
    """No detection."""
    return [np.full(shape, -128, np.int8) for shape in SHAPES]


def put(output: NDArray[np.int8], row: int, column: int, anchor: int, *values: int) -> None:
    """x, y, width, height, objectness, person, cat of one cell."""
    output[0, row, column, 7 * anchor : 7 * anchor + 7] = values


def one_box() -> Outputs:
    """Zero real values: the middle of the cell, the anchor's size, half of everything."""
    outputs = empty()
    put(outputs[1], 2, 3, 1, -20, -20, -20, -20, 127, 127, -128)
    return outputs


def at_the_border() -> Outputs:
    """A cat that is longer than the image, in its corner."""
    outputs = empty()
    put(outputs[0], 0, 0, 2, -128, -128, 127, 127, 127, -128, 127)
    return outputs


def equal_scores() -> Outputs:
    """Two persons far from each other and a cat at the place of the first, all with one score."""
    outputs = empty()
    same = (-20, -20, -20, -20, 100, 100, -128)
    put(outputs[1], 1, 1, 0, *same)
    put(outputs[1], 4, 4, 0, *same)
    put(outputs[1], 1, 1, 1, *same[:5], -128, 100)
    return outputs


def all_detections() -> Outputs:
    """Everything as large as it gets, everywhere."""
    return [np.full(shape, 127, np.int8) for shape in SHAPES]


def at_the_threshold() -> Outputs:
    """Objectness of 0.5 and just below."""
    outputs = empty()
    put(outputs[1], 1, 1, 0, -20, -20, -20, -20, -20, 100, -128)
    put(outputs[1], 4, 4, 0, -20, -20, -20, -20, -21, 100, -128)
    return outputs


def tiny_boxes() -> Outputs:
    """A tiny box in every cell, of the first anchor only."""
    outputs = all_detections()
    for output in outputs:
        output.reshape(-1, 7)[:, 2:4] = -128
        output[..., 7 + 4 :: 7] = -128
    return outputs


def random_cells(seed: int, lowest: int) -> Outputs:
    """From many detections with many equal scores (`lowest` objectness -128) to few (120)."""
    random = np.random.default_rng(seed)
    outputs = [random.integers(-128, 128, shape, np.int8) for shape in SHAPES]
    for output in outputs:
        objectness = output.reshape(-1, 7)[:, 4]
        objectness[:] = (
            random.integers(lowest, 128, objectness.shape) if lowest > -128 else objectness
        )
    return outputs
