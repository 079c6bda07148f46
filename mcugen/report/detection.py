# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""How well the device's scores separate the labelled clips of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mcugen.records import ClipRecord
from mcugen.scoring.labels import ANOMALY, NORMAL
from mcugen.scoring.roc import area_interval, area_under, roc_curve

MAX_FPR = 0.1
BOOTSTRAP_SEED = 0


@dataclass(frozen=True, slots=True)
class Detection:
    """Areas and curve over the clips labelled normal or anomaly."""

    normal_count: int
    anomaly_count: int
    auc: float
    pauc: float  # false positive rate up to MAX_FPR, standardised (McClish): 0.5 is chance
    roc: tuple[tuple[float, float], ...]  # (false, true positive rate), from (0, 0) to (1, 1)


def detect(clips: Sequence[ClipRecord]) -> Detection | None:
    """None when there is not at least one scored clip of both labels."""
    anomalies = _scores(clips, ANOMALY)
    normals = _scores(clips, NORMAL)
    if not anomalies or not normals:
        return None
    roc = roc_curve(anomalies, normals)
    return Detection(
        normal_count=len(normals),
        anomaly_count=len(anomalies),
        auc=area_under(roc),
        pauc=area_under(roc, MAX_FPR),
        roc=roc,
    )


def auc_interval(clips: Sequence[ClipRecord]) -> tuple[float, float] | None:
    """95 % bootstrap interval of the AUC, the same every time; for clips that `detect` takes.

    None where the clips separate perfectly: resampling them cannot tell how others would do.
    """
    low, high = area_interval(_scores(clips, ANOMALY), _scores(clips, NORMAL), seed=BOOTSTRAP_SEED)
    return None if low == high else (low, high)


def auc_interval_text(clips: Sequence[ClipRecord]) -> str:
    """The interval in words, empty where there is none."""
    interval = auc_interval(clips)
    if interval is None:
        return ""
    return f"95 % interval {interval[0]:.3f} to {interval[1]:.3f}; "


def _scores(clips: Sequence[ClipRecord], label: str) -> list[float]:
    return [clip.score for clip in clips if clip.label == label and clip.score is not None]
