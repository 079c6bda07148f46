# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What a classifier predicted for the clips of a run: class, probability, right or wrong, confusion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcugen.records import ClipRecord, Decoded, Run
from mcugen.scoring.classes import confusion_matrix

MISTAKES_SHOWN = 5


@dataclass(frozen=True, slots=True, eq=False)
class Classified:
    """The labelled clips. `confusion` is [true class, predicted class]."""

    names: tuple[str, ...]
    confusion: NDArray[np.int64]

    @property
    def right(self) -> int:
        """Clips whose class is their label."""
        return int(np.trace(self.confusion))

    @property
    def total(self) -> int:
        """Clips with a label."""
        return int(self.confusion.sum())

    @property
    def accuracy(self) -> float:
        """Top-1."""
        return self.right / self.total

    @property
    def text(self) -> str:
        """`top-1 accuracy 0.9167: 11 of 12 labelled clips are right`, and what the others were taken for."""
        mistakes = self.confusion - np.diag(np.diag(self.confusion))
        pairs = sorted(np.argwhere(mistakes).tolist(), key=lambda at: -mistakes[at[0], at[1]])
        words = [f"{self.names[t]} as {self.names[p]} ({mistakes[t, p]})" for t, p in pairs]
        more = [f"{len(words) - MISTAKES_SHOWN} more"] if len(words) > MISTAKES_SHOWN else []
        taken = f"; taken for another: {', '.join(words[:MISTAKES_SHOWN] + more)}" if words else ""
        return (
            f"top-1 accuracy {self.accuracy:.4f}: {self.right} of {self.total} labelled clips are right"
            + taken
        )


def prediction(clip: ClipRecord) -> Decoded | None:
    """The best class of a clip; None where its outputs mean nothing or something else."""
    if not clip.decoded or clip.decoded[0].values:
        return None
    return clip.decoded[0]


def is_right(clip: ClipRecord) -> bool | None:
    """Whether the predicted class is the label; None where one of them is not known."""
    found = prediction(clip)
    return None if found is None or clip.label is None else found.what == clip.label


def right_text(clip: ClipRecord) -> str:
    """`right`, `wrong`, or nothing."""
    return {None: "", True: "right", False: "wrong"}[is_right(clip)]


def classified(run: Run) -> Classified | None:
    """The labelled clips of a classifier's run; None where there is none."""
    index = {name: number for number, name in enumerate(run.head.classes)}
    known = [
        (index[clip.label], index[found.what])
        for clip in run.clips
        if clip.label in index and (found := prediction(clip)) is not None and found.what in index
    ]
    if not known:
        return None
    true, predicted = np.array(known, np.int64).T
    return Classified(run.head.classes, confusion_matrix(true, predicted, len(index)))
