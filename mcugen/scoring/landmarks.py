# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Outputs of a landmark model -> points; the Python twin of runtime/decode_landmarks.c."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcugen.model.ir import Quant
from mcugen.scoring.decode import Floats, Landmarks, sigmoid_table, value_table


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Points [n, dimensions] as fractions of the input; they mean nothing unless `present`."""

    points: Floats
    presence: float
    present: bool


def decode_landmarks(
    landmarks: Landmarks,
    points: NDArray[np.int8],
    presence: NDArray[np.int8],
    points_quant: Quant,
    presence_quant: Quant,
) -> Points:
    """The points of one image."""
    values = value_table(points_quant)[points.reshape(-1).astype(np.int32) + 128]
    scaled = values / np.float32(landmarks.input_pixels)
    flag = sigmoid_table(presence_quant)[int(presence.reshape(-1)[0]) + 128]
    return Points(
        points=scaled.reshape(-1, landmarks.dimensions),
        presence=float(flag),
        present=bool(flag >= np.float32(landmarks.presence)),
    )
