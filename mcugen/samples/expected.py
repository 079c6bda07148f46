# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What the device should answer: outputs and score of the reference for the same windows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from mcugen.features.coding import input_coding, output_coding
from mcugen.model.reference import Reference
from mcugen.reproducible import ordered_mean
from mcugen.samples.stimulus import Stimulus
from mcugen.scoring.reconstruction import reconstruction_errors
from mcugen.scoring.wake_word import WakeWord, running_means

Elements = NDArray[Any]


def expected_outputs(
    reference: Reference, inputs: Elements, clips: Sequence[int] | None = None
) -> tuple[Elements, ...]:
    """Every output of the reference for [windows, elements], as [windows, output elements].

    `clips`: windows of each clip, in order, for models that stream; None: all are of one.
    """
    outputs = reference.run(input_coding(reference.graph).split(inputs), clips=clips)
    return tuple(output.reshape(len(inputs), -1) for output in outputs)


def expected_score(
    reference: Reference, stimulus: Stimulus, outputs: Elements, word: WakeWord | None = None
) -> float:
    """The score of the clip by output 0: mean reconstruction error, or of a wake word the largest mean
    probability."""
    values = output_coding(reference.graph).decode(outputs)
    if word is not None:
        return clip_score(running_means(values[:, 0], word.windows).tolist())
    return float(ordered_mean(reconstruction_errors(stimulus.windows, values)))


def clip_score(window_scores: Sequence[float]) -> float:
    """Of a wake word: the largest of the clip's windows."""
    return max(window_scores, default=0.0)
