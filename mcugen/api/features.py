# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The device's features beside the reference's, and what their differences do to scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mcugen.device.identity import check_sizes, open_device
from mcugen.device.session import Session, measure_clip
from mcugen.device.stages import compare_stages
from mcugen.errors import ConfigError, DataError
from mcugen.features.coding import input_coding
from mcugen.features.stages import stages_of
from mcugen.model.reference import open_reference
from mcugen.records import ClipRecord, StageRecord
from mcugen.report.detection import detect
from mcugen.report.findings import FEATURES_DIFFERENT
from mcugen.report.numbers import difference_text, largest_difference, percent_text
from mcugen.samples.clips import find_clips
from mcugen.samples.files import read_source
from mcugen.samples.stimulus import check_clips, suffixes_for
from mcugen.toolchain.project import Project
from mcugen.transport.link import Link

MOST_STEPS = 1  # by which a quantised feature may differ


@dataclass(frozen=True, slots=True)
class FeatureVerdict:
    """Stages of some rows of each clip; quantised features, outputs and scores of all windows. Where the
    clips are labelled, the AUC of the device's scores and of those that the reference's features give."""

    stages: tuple[StageRecord, ...]
    clips: int
    features: int
    different: int
    largest_steps: int
    outputs: int
    outputs_different: int
    score_difference: float | None
    auc: float | None
    reference_auc: float | None

    @property
    def is_accepted(self) -> bool:
        """Whether float32 explains what differs: few features, by one step."""
        few = self.different <= FEATURES_DIFFERENT * self.features
        return few and self.largest_steps <= MOST_STEPS

    @property
    def lines(self) -> tuple[str, ...]:
        """The same in words."""
        stages = (
            f"{one.stage}: {one.largest_difference:.1e} at most ({one.unit}; values up to "
            f"{one.largest_value:.3g}, {one.values:,} compared)"
            for one in self.stages
        )
        scores = []
        if self.score_difference is not None:
            scores.append(f"scores differ by {difference_text(self.score_difference)} at most")
        if self.auc is not None and self.reference_auc is not None:
            scores.append(
                f"AUC {self.auc:.4f} with the device's features, {self.reference_auc:.4f} with the "
                "reference's"
            )
        return (
            *stages,
            f"int8: {self.different:,} of {self.features:,} features differ "
            f"({percent_text(self.different / max(self.features, 1), 4)}), by {self.largest_steps} "
            "steps at most",
            f"outputs: {self.outputs_different:,} of {self.outputs:,} values differ",
            *scores,
        )


def compare_features(link: Link, project: Project, paths: Sequence[Path]) -> FeatureVerdict:
    """ConfigError for a front-end whose stages are not kept, DataError for clips that cannot be used."""
    manifest = project.manifest
    front_end = manifest.front_end
    if not stages_of(front_end):
        raise ConfigError(
            f"front-end {front_end.kind!r} has no stages to compare",
            hint="they are of log-mel and mfcc",
        )
    clips = find_clips(paths, suffixes_for("pcm", front_end))
    if not clips:
        raise DataError("no clips are given", hint="--features names files or folders of .wav")
    with (
        open_reference(project.model, rounding=manifest.rounding) as reference,
        open_device(link, manifest) as (client, who),
    ):
        check_clips([c.path for c in clips], "pcm", front_end, input_coding(reference.graph))
        check_sizes(who, reference.graph)
        sources = [read_source(c.path, front_end).astype(np.int16) for c in clips]
        stages = compare_stages(client, front_end, sources)
        session = Session(client, who, manifest, "pcm", reference, check_outputs=True)
        records = [measure_clip(session, clip, lambda clip, part: None) for clip in clips]
    return _verdict(stages, records)


def _verdict(stages: tuple[StageRecord, ...], records: list[ClipRecord]) -> FeatureVerdict:
    references = [replace(one, score=one.reference_score) for one in records]
    found, wanted = detect(records), detect(references)
    return FeatureVerdict(
        stages=stages,
        clips=len(records),
        features=sum(one.features_compared or 0 for one in records),
        different=sum(one.features_different or 0 for one in records),
        largest_steps=max(one.features_largest_difference or 0 for one in records),
        outputs=sum(one.outputs_compared or 0 for one in records),
        outputs_different=sum(one.outputs_different or 0 for one in records),
        score_difference=largest_difference(records),
        auc=found.auc if found else None,
        reference_auc=wanted.auc if wanted else None,
    )
