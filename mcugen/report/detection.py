# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""How well the device's scores separate the labelled clips of a run."""

from __future__ import annotations

from collections.abc import Sequence

from mcugen.records import ClipRecord
from mcugen.scoring.labels import ANOMALY, NORMAL
from mcugen.scoring.roc import Separation, area_interval, separation

BOOTSTRAP_SEED = 0


def detect(clips: Sequence[ClipRecord]) -> Separation | None:
    """None unless there is at least one scored clip of either label."""
    return separation(_scores(clips, ANOMALY), _scores(clips, NORMAL))


def auc_interval(clips: Sequence[ClipRecord]) -> tuple[float, float] | None:
    """95 % bootstrap interval of the AUC, the same every time; for clips that `detect` takes."""
    return area_interval(_scores(clips, ANOMALY), _scores(clips, NORMAL), seed=BOOTSTRAP_SEED)


def auc_interval_text(clips: Sequence[ClipRecord]) -> str:
    """The interval as text, empty where there is none."""
    interval = auc_interval(clips)
    if interval is None:
        return ""
    return f"95 % interval {interval[0]:.3f} to {interval[1]:.3f}; "


def _scores(clips: Sequence[ClipRecord], label: str) -> list[float]:
    return [clip.score for clip in clips if clip.label == label and clip.score is not None]
