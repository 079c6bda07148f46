# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""How well the device's scores separate the labelled clips of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mcugen.records import ClipRecord
from mcugen.scoring.labels import ANOMALY, NORMAL
from mcugen.scoring.roc import Separation, area_interval, separation

BOOTSTRAP_SEED = 0


def detect(clips: Sequence[ClipRecord]) -> Separation | None:
    """None unless there is at least one scored clip of either label."""
    return separation(_scores(clips, ANOMALY), _scores(clips, NORMAL))


@dataclass(frozen=True, slots=True)
class AtThreshold:
    """What a threshold makes of labelled clips: a score above it is called an anomaly."""

    anomalies: int
    found: int  # anomalies that are called so
    normals: int
    false_alarms: int  # normal clips that are called anomalies

    @property
    def text(self) -> str:
        """`recall 0.917 (11 of 12 anomalies), false alarms 0.083 (1 of 12 normal clips)`."""
        recall = self.found / self.anomalies
        alarms = self.false_alarms / self.normals
        return (
            f"recall {recall:.3f} ({self.found} of {self.anomalies} anomalies), false alarms "
            f"{alarms:.3f} ({self.false_alarms} of {self.normals} normal clips)"
        )


def at_threshold(clips: Sequence[ClipRecord], threshold: float | None) -> AtThreshold | None:
    """None without a threshold, or without at least one scored clip of either label."""
    anomalies, normals = _scores(clips, ANOMALY), _scores(clips, NORMAL)
    if threshold is None or not anomalies or not normals:
        return None
    return AtThreshold(
        anomalies=len(anomalies),
        found=sum(score > threshold for score in anomalies),
        normals=len(normals),
        false_alarms=sum(score > threshold for score in normals),
    )


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
