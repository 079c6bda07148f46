# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Score `wake-word`: whether a detector has heard its word, from one probability a window.

The rule of microWakeWord: the mean of the last few probabilities is above a cutoff. Here a detection is
followed by a refractory time in which the same word is not found again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SCORE = "wake-word"
MOST_WINDOWS = 32
"""Of the mean: MCUGEN_MOST_WINDOWS of an SDK."""

Singles = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class WakeWord:
    """`windows`: how many probabilities the mean is of; `refractory`: windows after a detection in
    which there is no other."""

    windows: int
    refractory: int


def refractory_windows(refractory_s: float, window_s: float) -> int:
    """The windows that a time takes: as many as begin in it."""
    return math.ceil(refractory_s / window_s - 1e-9)


def running_means(probabilities: Singles, windows: int) -> Singles:
    """For each of the probabilities of a clip the mean of the last `windows`, 0 before there are as many.

    float32, summed as mcugen_running_mean does (runtime/score.c), with the same bits.
    """
    history = np.zeros(windows, np.float32)
    means = np.zeros(len(probabilities), np.float32)
    for number, probability in enumerate(probabilities):
        history[number % windows] = probability
        if number + 1 >= windows:
            total = np.float32(0)
            for kept in history:
                total = np.float32(total + kept)
            means[number] = total / np.float32(windows)
    return means


def detections(scores: Sequence[float], cutoff: float, refractory: int) -> tuple[int, ...]:
    """The windows with which the word is detected: above the cutoff, and not within the refractory
    windows after the last detection."""
    found: list[int] = []
    for number, score in enumerate(scores):
        if score > cutoff and (not found or number - found[-1] > refractory):
            found.append(number)
    return tuple(found)
