# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Clips through a device, one after the other, into records that survive any interruption."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.boards import TICK_UNITS
from mcugen.device.client import Client
from mcugen.device.decoded import decoded_outputs
from mcugen.device.identity import check_sizes
from mcugen.device.journal import Journal
from mcugen.device.measure import (
    clip_costs,
    device_memory,
    only_clips,
    push_zero_window,
    repeat_inference,
)
from mcugen.device.profile import MOST_PROFILED, PROFILED, measure_layers
from mcugen.device.stream import Read, stream
from mcugen.device.verify import gaps_of, output_reads
from mcugen.errors import DeviceError
from mcugen.export.manifest import Manifest, run_record
from mcugen.features.coding import input_coding
from mcugen.model.ir import Graph
from mcugen.model.reference import Reference
from mcugen.protocol import Identity, Source, What, Window
from mcugen.records import (
    BATCH,
    REPEATED,
    ClipRecord,
    LayerRecord,
    MemoryRecord,
    Record,
    Run,
    RunRecord,
    summarise,
)
from mcugen.samples.clips import Clip
from mcugen.samples.expected import clip_score, expected_outputs, expected_score
from mcugen.samples.stimulus import Stimulus, make_stimulus

WARMUP = 3

Progress = Callable[[Clip, float], None]
"""Called with the clip that is streamed and the part of it that is done, 0 to 1."""


def describe_run(
    identity: Identity, manifest: Manifest, input_name: str, reference: str, link_name: str
) -> RunRecord:
    """The first record of a run: what the device reports, and the reference it is compared with."""
    unit, batch = identity.fact("tick_unit"), identity.fact(BATCH)
    if unit not in TICK_UNITS:
        raise DeviceError(f"the device counts in {unit!r}, not in {', '.join(TICK_UNITS)}")
    return replace(
        run_record(manifest),
        tool=manifest.tool,
        firmware_sha256=manifest.firmware_sha256,
        input=input_name,
        compiler=identity.fact("compiler") or None,
        flags=identity.fact("flags") or None,
        tick_unit=unit,
        ticks_per_second=identity.ticks_per_second,
        reference=reference,
        facts=(
            ("optimize", manifest.optimize),
            ("accelerator", manifest.accelerator),
            ("link", link_name),
            *(((BATCH, batch),) if batch else ()),
        ),
        score=manifest.score,
        threshold=manifest.threshold,
        row_s=manifest.front_end.row_s,
        stride_rows=manifest.front_end.stride_rows,
    )


@dataclass(frozen=True, slots=True)
class Session:
    """All that scoring a clip needs; every part of it is open or read already."""

    client: Client
    identity: Identity
    manifest: Manifest
    input_name: str  # a key of stimulus.SOURCES
    reference: Reference
    check_outputs: bool
    ram_bytes: int | None = None  # of the board, where it states them
    stack_bytes: int | None = None  # that the linker gave, where it is known


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended; `run` holds all that is on disk, in `folder`. `fault` is the error that stopped it."""

    run: Run
    folder: Path
    clips: tuple[Clip, ...]  # that were asked for
    skipped: int  # clips that earlier runs of the same firmware had measured
    measured: int
    fault: DeviceError | None = None
    interrupted: bool = False
    values_unseen: int = 0  # output values of windows that padding replaced before they were read

    @property
    def is_complete(self) -> bool:
        """Whether every clip is measured."""
        return self.skipped + self.measured == len(self.clips)

    @property
    def asked(self) -> Run:
        """The run with the clips that were asked for; the folder may hold more, of runs before."""
        return only_clips(self.run, {_key(clip.name, clip.sha256) for clip in self.clips})

    def raise_fault(self) -> None:
        """Raises what stopped the run early: its DeviceError, or KeyboardInterrupt."""
        if self.fault is not None:
            raise self.fault
        if self.interrupted:
            raise KeyboardInterrupt


def run_clips(
    session: Session,
    journal: Journal,
    clips: Sequence[Clip],
    on_progress: Progress,
    *,
    repeats: int = 0,
    profile: bool = False,
    linked: tuple[Record, ...] = (),
) -> Outcome:
    """Streams every clip that the journal does not hold yet; keeps everything measured however it ends.

    A clip is done when a clip of that file name and content went through the same firmware before.
    A link that breaks and Ctrl-C end up in the Outcome; other errors pass.
    """
    check_sizes(session.identity, session.reference.graph)
    done = {_key(record.clip, record.sha256): record for record in journal.done}
    waiting = [clip for clip in clips if _key(clip.name, clip.sha256) not in done]
    _append_all(journal, _relabelled(clips, done))
    measured = 0
    closing: list[Record] = []
    fault: DeviceError | None = None
    interrupted = False
    try:
        if profile:
            _append_all(journal, _profiled(session, journal.head, repeats or PROFILED))
        for clip in waiting:
            journal.append(measure_clip(session, clip, on_progress))
            measured += 1
        if repeats or profile:
            closing.append(_repeated(session, journal.head, repeats or PROFILED))
        closing.extend(_memory(session))
    except DeviceError as error:
        fault = error
    except KeyboardInterrupt:
        interrupted = True
    _append_all(journal, (*clip_costs(journal.run()), *linked, *closing))
    run = journal.run()
    return Outcome(
        run=run,
        folder=journal.path.parent,
        clips=tuple(clips),
        skipped=len(clips) - len(waiting),
        measured=measured,
        fault=fault,
        interrupted=interrupted,
        values_unseen=_values_unseen(run, session.reference.graph),
    )


def _values_unseen(run: Run, graph: Graph) -> int:
    """Of the clips whose outputs were compared: how many values were not."""
    values = sum(graph.tensors[index].elements for index in graph.outputs)
    return sum(
        clip.windows * values - clip.outputs_compared
        for clip in run.clips
        if clip.outputs_compared is not None
    )


def _key(name: str, sha256: str) -> tuple[str, str]:
    return Path(name).name, sha256


def _append_all(journal: Journal, records: Iterable[Record]) -> None:
    for record in records:
        journal.append(record)


def _relabelled(clips: Sequence[Clip], done: dict[tuple[str, str], ClipRecord]) -> list[ClipRecord]:
    """Clips measured earlier whose label is another one now."""
    pairs = [(clip, done.get(_key(clip.name, clip.sha256))) for clip in clips]
    return [
        replace(record, label=clip.label)
        for clip, record in pairs
        if record is not None and clip.label not in (None, record.label)
    ]


def _memory(session: Session) -> tuple[MemoryRecord, ...]:
    planned_bytes = session.manifest.arena_bytes
    return device_memory(session.client, planned_bytes, session.ram_bytes, session.stack_bytes)


def _profiled(session: Session, head: RunRecord, repeats: int) -> tuple[LayerRecord, ...]:
    """The cost of each layer, on the input that `_repeated` takes."""
    graph = session.reference.graph
    push_zero_window(session.client, session.manifest.front_end, input_coding(graph))
    of_npu = session.manifest.accelerator == "npu"
    count = min(repeats, MOST_PROFILED)  # every layer of each is read
    return measure_layers(session.client, None if of_npu else graph, head.tick_unit, count)


def _repeated(session: Session, head: RunRecord, repeats: int) -> Record:
    """The cost of one inference, repeated on one input that does not depend on the clips."""
    front_end, coding = session.manifest.front_end, input_coding(session.reference.graph)
    push_zero_window(session.client, front_end, coding)
    samples = repeat_inference(session.client, warmup=WARMUP, repeats=repeats)
    return summarise(REPEATED, head.tick_unit, samples, warmup_count=WARMUP)


def measure_clip(session: Session, clip: Clip, on_progress: Progress) -> ClipRecord:
    """One clip through the device and through the reference."""
    manifest, reference = session.manifest, session.reference
    coding = input_coding(reference.graph)
    stimulus = make_stimulus(clip.path, session.input_name, manifest.front_end, coding)
    expected = expected_outputs(reference, stimulus.inputs)
    result = _stream_clip(session, clip, stimulus, expected, on_progress)
    scored, word = manifest.score != "none", manifest.wake_word
    scores = tuple(window.score for window in result.windows) if scored else ()
    return ClipRecord(
        clip=clip.name,
        sha256=clip.sha256,
        label=clip.label,
        windows=len(result.windows),
        score=(clip_score(scores) if word else result.score) if scored else None,
        reference_score=expected_score(reference, stimulus, expected[0], word) if scored else None,
        window_scores=scores,
        row_ticks=tuple(result.row_ticks) if stimulus.source is Source.PCM else (),
        inference_ticks=tuple(window.ticks for window in result.windows),
        features_compared=result.features.compared,
        features_different=result.features.different,
        features_largest_difference=result.features.largest,
        outputs_compared=result.outputs.compared,
        outputs_different=result.outputs.different,
        decoded=decoded_outputs(session.client, manifest.decode, reference.graph),
        fit=stimulus.fit,
    )


@dataclass(slots=True)
class _Tally:
    """Values compared with expected ones, one by one; None as long as none were."""

    compared: int | None = None
    different: int | None = None
    largest: int | None = None

    def add(self, got: bytes, expected: NDArray[Any]) -> None:
        gaps = gaps_of(np.frombuffer(got, expected.dtype), expected)
        self.compared = (self.compared or 0) + gaps.size
        self.different = (self.different or 0) + int(np.count_nonzero(gaps))
        self.largest = max(self.largest or 0, int(np.ceil(gaps.max())))


@dataclass(slots=True)
class _ClipResult:
    """What the device has answered so far for one clip."""

    windows: list[Window] = field(default_factory=list)
    row_ticks: list[int] = field(default_factory=list)
    score: float = 0.0
    features: _Tally = field(default_factory=_Tally)
    outputs: _Tally = field(default_factory=_Tally)


def _stream_clip(
    session: Session,
    clip: Clip,
    stimulus: Stimulus,
    expected: tuple[NDArray[Any], ...],
    on_progress: Progress,
) -> _ClipResult:
    result = _ClipResult()
    graph = session.reference.graph
    window = Read(What.INPUT, 0, sum(graph.tensors[index].bytes for index in graph.inputs))
    outputs = output_reads(graph)
    reads = (window, *outputs) if session.check_outputs else ()
    for step in stream(session.client, stimulus, reads=reads):
        result.windows.extend(step.reply.windows)
        result.row_ticks.extend(step.reply.row_ticks)
        result.score = step.reply.clip_score
        if step.tensors:
            index = step.reply.windows[-1].index
            result.features.add(step.tensors[window], stimulus.inputs[index])
            for read, wanted in zip(outputs, expected, strict=True):
                result.outputs.add(step.tensors[read], wanted[index])
        on_progress(clip, step.done)
    return result
