# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Outputs of a YOLO model -> boxes; the Python twin of runtime/decode_yolo.c, equal bit for bit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcugen.model.ir import Quant
from mcugen.scoring.decode import Floats, Yolo, YoloHead, exponential_table, sigmoid_table

ZERO, HALF, ONE = np.float32(0.0), np.float32(0.5), np.float32(1.0)


@dataclass(frozen=True, slots=True)
class Box:
    """A detection; edges are fractions of the input, 0 to 1, float32 values."""

    left: float
    top: float
    right: float
    bottom: float
    score: float
    class_index: int


def decode_yolo(
    yolo: Yolo, outputs: Sequence[NDArray[np.int8]], quants: Sequence[Quant]
) -> tuple[Box, ...]:
    """The boxes of one image, best first. `outputs` and `quants` are those of `yolo.heads`, in order.

    Of equal scores the earlier one (head, row, column, anchor) comes first. Only the `most_boxes` best
    candidates enter the suppression.
    """
    pairs = zip(yolo.heads, outputs, quants, strict=True)
    parts = [_candidates(yolo, head, output, quant) for head, output, quant in pairs]
    edges = np.concatenate([part[0] for part in parts])
    scores = np.concatenate([part[1] for part in parts])
    classes = np.concatenate([part[2] for part in parts])
    order = np.argsort(-scores, kind="stable")[: yolo.most_boxes]
    kept: list[int] = []
    for index in order.tolist():
        rivals = [other for other in kept if classes[other] == classes[index]]
        limit = np.float32(yolo.overlap)
        if not any(_overlaps(edges[other], edges[index], limit) for other in rivals):
            kept.append(index)
    return tuple(_box(edges[i], scores[i], classes[i]) for i in kept)


def _box(edges: Floats, score: np.float32, class_index: np.intp) -> Box:
    left, top, right, bottom = (float(edge) for edge in edges)
    return Box(left, top, right, bottom, float(score), int(class_index))


def _candidates(
    yolo: Yolo, head: YoloHead, output: NDArray[np.int8], quant: Quant
) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Edges [n, 4], scores and classes of the cells whose objectness reaches the threshold."""
    rows, columns = output.shape[-3], output.shape[-2]
    cells = output.reshape(rows, columns, len(head.anchors), 5 + len(yolo.labels))
    sigmoid, exponential = sigmoid_table(quant), exponential_table(quant)
    index = cells.astype(np.int32) + 128
    objectness = sigmoid[index[..., 4]]
    row, column, anchor = np.nonzero(objectness >= np.float32(yolo.objectness))
    chosen = index[row, column, anchor]
    sizes = (np.array(head.anchors) / yolo.input_pixels).astype(np.float32)
    x = (column.astype(np.float32) + sigmoid[chosen[:, 0]]) / np.float32(columns)
    y = (row.astype(np.float32) + sigmoid[chosen[:, 1]]) / np.float32(rows)
    half_width = exponential[chosen[:, 2]] * sizes[anchor, 0] * HALF
    half_height = exponential[chosen[:, 3]] * sizes[anchor, 1] * HALF
    edges = np.stack([x - half_width, y - half_height, x + half_width, y + half_height], axis=1)
    classes = chosen[:, 5:].argmax(axis=1)
    best = sigmoid[chosen[np.arange(len(chosen)), 5 + classes]]
    return np.clip(edges, ZERO, ONE), objectness[row, column, anchor] * best, classes


def _overlaps(a: Floats, b: Floats, limit: np.float32) -> bool:
    """Whether intersection over union is above the limit, without dividing: areas may be 0."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= ZERO or height <= ZERO:
        return False
    common = width * height
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common
    return bool(common > limit * union)
