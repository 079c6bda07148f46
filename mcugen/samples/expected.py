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

Elements = NDArray[Any]


def expected_outputs(
    reference: Reference, inputs: Elements, clips: Sequence[int] | None = None
) -> tuple[Elements, ...]:
    """Every output of the reference for [windows, elements], as [windows, output elements].

    `clips`: windows of each clip, in order, for models that stream; None: all are of one.
    """
    outputs = reference.run(input_coding(reference.graph).split(inputs), clips=clips)
    return tuple(output.reshape(len(inputs), -1) for output in outputs)


def expected_score(reference: Reference, stimulus: Stimulus, outputs: Elements) -> float:
    """The score of the clip: mean over its windows of the reconstruction error of output 0."""
    values = output_coding(reference.graph).decode(outputs)
    return float(ordered_mean(reconstruction_errors(stimulus.windows, values)))
