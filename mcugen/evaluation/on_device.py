# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A data set through a device: the scores and outputs that `mcugen evaluate` puts beside the PC's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mcugen.device.client import Client
from mcugen.device.identity import check_sizes, check_unit, open_device
from mcugen.device.journal import open_journal
from mcugen.device.session import Session, describe_run, run_clips
from mcugen.device.stream import stream
from mcugen.evaluation.detection import ClipScore
from mcugen.evaluation.model_runner import Runner
from mcugen.features.coding import input_coding, output_coding
from mcugen.features.reference import Floats
from mcugen.model.reference import Reference, open_reference
from mcugen.model.tflite import read_tflite
from mcugen.protocol import Identity, What
from mcugen.samples.clips import Clip, find_clips
from mcugen.samples.datasets import Sample
from mcugen.samples.stimulus import default_input, from_elements, suffixes_for
from mcugen.toolchain.project import Project, project_link


@dataclass(frozen=True, slots=True)
class DeviceScores:
    """Scores of the clips by the device, and by the PC's features and reference with its rounding."""

    device: tuple[ClipScore, ...]
    reference: tuple[ClipScore, ...]


@contextmanager
def _opened(
    project: Project, port: str | None
) -> Iterator[tuple[Client, Identity, Reference, str]]:
    """The device, its identity, the reference it is compared with, and the name of the link."""
    manifest = project.manifest
    link = project_link(project, port)
    with (
        open_reference(project.model, rounding=manifest.rounding) as reference,
        open_device(link, manifest) as (client, who),
    ):
        check_sizes(who, reference.graph)
        check_unit(who, project.board)
        yield client, who, reference, link.name


def score_on_device(
    project: Project,
    port: str | None,
    samples: Sequence[Sample],
    folder: Path,
    progress: Callable[[object], None],
) -> DeviceScores:
    """Scores of all clips, measured into folder/records.jsonl; the same call resumes a broken run.

    Raises the DeviceError that ended the run early, or KeyboardInterrupt.
    """
    source = default_input(
        None, project.manifest.front_end, input_coding(read_tflite(project.model))
    )
    suffixes = suffixes_for(source, project.manifest.front_end)
    clips = find_clips([sample.path for sample in samples], suffixes)
    folder.mkdir(parents=True, exist_ok=True)
    with _opened(project, port) as (client, who, reference, link_name):
        head = describe_run(who, project.manifest, source, str(reference.info), link_name)
        session = Session(client, who, project.manifest, source, reference, check_outputs=False)
        outcome = run_clips(session, open_journal(folder, head), clips, _whole_clips(progress))
    outcome.raise_fault()
    records = {record.clip: record for record in outcome.run.clips}
    device, expected = [], []
    for clip, sample in zip(clips, samples, strict=True):
        record = records[clip.name]
        assert record.score is not None
        assert record.reference_score is not None
        device.append(ClipScore(sample, record.score, record.window_scores))
        expected.append(ClipScore(sample, record.reference_score))
    return DeviceScores(tuple(device), tuple(expected))


def _whole_clips(progress: Callable[[object], None]) -> Callable[[Clip, float], None]:
    def on_progress(clip: Clip, part: float) -> None:
        if part >= 1.0:
            progress(clip)

    return on_progress


@contextmanager
def open_device_runner(
    project: Project, port: str | None
) -> Iterator[tuple[Runner, list[int], str]]:
    """The model on the device as a function of windows, the list it appends the cost of each
    inference to, and the unit of that cost. Every window is a clip of its own."""
    front_end = project.manifest.front_end
    with _opened(project, port) as (client, who, reference, _):
        taken, given = input_coding(reference.graph), output_coding(reference.graph)
        ticks: list[int] = []

        def run(windows: Floats) -> Floats:
            outputs = []
            for window in taken.encode(windows):
                rows = window.reshape(front_end.window_rows, front_end.row_values)
                for step in stream(client, from_elements(rows, front_end, taken)):
                    ticks.extend(result.ticks for result in step.reply.windows)
                content = client.read(What.OUTPUT, who.output_bytes)
                outputs.append(np.frombuffer(content, given.dtype))
            return given.decode(np.asarray(outputs))

        yield run, ticks, who.fact("tick_unit")
