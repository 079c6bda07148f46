# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What a run measured, as values; one JSON object per line on disk, schema-versioned.

`None` means not measured; zero is a measurement. Ticks are in the unit of RunRecord.tick_unit.
A file starts with one RunRecord. Later records replace earlier ones of the same identity (a clip's
name and hash, a cost's name and accelerator, a memory's name), so a file only ever grows.
"""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from mcugen.errors import DataError
from mcugen.typed_json import from_object

SCHEMA_VERSION = 1
RECORDS_NAME = "records.jsonl"
"""The file of a run in its folder."""
NANOSECONDS_PER_SECOND = 1_000_000_000
NS_PER_MS = 1e6
INFERENCE = "inference"
REPEATED = "inference, repeated on one input"
ROW = "front-end row"
CLIP = "clip"
"""Names of costs."""
BATCH = "batch"
"""The fact of a run that states how many windows its device computes at once, where it is more than one."""
NO_FIGURES = "no_figures_"
"""Facts of a run that begin so state, by configuration, why it has no figures: `title: reason`."""


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What was measured, on what, and with which tools: the first record of every run."""

    tool: str  # "mcugen 0.1.0"
    model: str
    model_sha256: str
    board: str
    engine: str  # "aot", "tflm", "benchmark_model"
    front_end: str
    tick_unit: str  # "cycles", "instructions", "nanoseconds"
    ticks_per_second: int | None
    firmware_sha256: str | None = None  # None where the program on the device is not ours
    rounding: str | None = None
    input: str | None = None  # "pcm", "features", "int8"
    compiler: str | None = None
    flags: str | None = None
    reference: str | None = None  # "tflite-micro 0.dev... (double rounding)"
    facts: tuple[tuple[str, str], ...] = ()  # kernel, governor, BSP, temperature, ...
    score: str = "none"  # what a score is: "reconstruction-error", "wake-word", "none"
    threshold: float | None = None  # a clip score above it is an anomaly, or a wake word
    refractory_windows: int = 0  # after a wake word, in which it is not detected again
    row_s: float | None = None  # seconds of audio from one row to the next; None: no audio
    stride_rows: int | None = None  # rows from one window to the next
    started: str | None = None  # ISO 8601 with the offset from UTC
    command: str | None = None  # the command line that began the run
    classes: tuple[str, ...] = ()  # of a classifier, in the order of its outputs


@dataclass(frozen=True, slots=True)
class Decoded:
    """One thing that a clip's last outputs mean: a class; a box (`values` are left, top, right, bottom) or
    landmarks (points of `dimensions` values), as fractions of the input."""

    what: str  # the label
    score: float
    values: tuple[float, ...] = ()
    dimensions: int = 0


@dataclass(frozen=True, slots=True)
class ClipRecord:
    """One clip (or array) that went through the device, complete."""

    clip: str  # as the user named it
    sha256: str
    label: str | None  # "normal", "anomaly" or a class
    windows: int
    score: float | None
    reference_score: float | None
    window_scores: tuple[float, ...] = ()
    row_ticks: tuple[int, ...] = ()
    inference_ticks: tuple[int, ...] = ()
    features_compared: int | None = None  # quantised features compared with those of the PC
    features_different: int | None = None
    features_largest_difference: int | None = None  # in quantisation steps
    outputs_compared: int | None = None  # output values compared with the reference
    outputs_different: int | None = None
    decoded: tuple[Decoded, ...] = ()
    fit: str = ""  # "longer" or "shorter" than the windows of the front-end


@dataclass(frozen=True, slots=True)
class LatencyRecord:
    """The distribution of one cost. `accelerator` is where it really ran, not what was requested."""

    name: str  # "inference", "front-end row", "CPU, 4 threads"
    unit: str  # "cycles", "instructions", "nanoseconds"
    count: int  # 0 where the source gives no samples, only figures
    warmup_count: int | None
    minimum: float | None
    median: float | None
    mean: float | None
    p90: float | None
    p99: float | None
    maximum: float | None
    stdev: float | None
    accelerator: str = "cpu"
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class MemoryRecord:
    """Bytes used of bytes given, with where the number comes from."""

    name: str  # "flash", "ram", "arena", "stack"
    used_bytes: int
    given_bytes: int | None
    provenance: str  # "linker", "device", "plan", "benchmark_model"


@dataclass(frozen=True, slots=True)
class LayerRecord:
    """What one operator of the model costs on the device. Marks are taken off, so ticks may be fractions;
    what an engine does between operators belongs to the one behind it."""

    layer: int  # index of the operator in the model
    operator: str  # "CONV_2D"
    tensor: str  # name of its first output
    unit: str  # "cycles", "instructions", "nanoseconds"
    count: int  # inferences
    minimum: float | None
    median: float  # the mean where the source gives no other figure
    maximum: float | None
    macs: int | None  # multiply-accumulates; None: not known
    accelerator: str = "cpu"
    samples: tuple[
        float, ...
    ] = ()  # ticks of each of those inferences, where the source gives them


@dataclass(frozen=True, slots=True)
class EnergyRecord:
    """Mean energy of one inference or clip, without what the idle device would have taken meanwhile."""

    name: str  # "inference", "clip"
    count: int
    joules: float
    idle_watts: float
    seconds: float  # that one takes
    source: str  # the instrument, or the recording
    samples: tuple[
        float, ...
    ] = ()  # joules by each clip, by each pulse, or in each part of a burst
    clips: tuple[str, ...] = ()  # sha256 of the clip behind each sample


@dataclass(frozen=True, slots=True)
class StageRecord:
    """A stage of the front-end on the device beside the reference's, in some rows of some clips."""

    stage: str  # "window", "spectrum", "mel", "log", "dct"
    unit: str
    count: int  # values of a row
    values: int  # that were compared
    largest_difference: float
    largest_value: float  # of the reference, in magnitude
    differences: tuple[float, ...] = ()  # the largest in each stretch of a row
    magnitudes: tuple[float, ...] = ()  # the largest of the reference there


Record = (
    RunRecord | ClipRecord | LatencyRecord | MemoryRecord | LayerRecord | EnergyRecord | StageRecord
)


@dataclass(frozen=True, slots=True)
class Run:
    """All records of one run, the last of each identity, in the order they first appeared."""

    head: RunRecord
    clips: tuple[ClipRecord, ...] = ()
    latencies: tuple[LatencyRecord, ...] = ()
    memories: tuple[MemoryRecord, ...] = ()
    layers: tuple[LayerRecord, ...] = ()
    energies: tuple[EnergyRecord, ...] = ()
    stages: tuple[StageRecord, ...] = ()


KINDS: dict[str, type[Record]] = {
    "run": RunRecord,
    "clip": ClipRecord,
    "latency": LatencyRecord,
    "memory": MemoryRecord,
    "layer": LayerRecord,
    "energy": EnergyRecord,
    "stage": StageRecord,
}


def to_json_line(record: Record) -> str:
    """The record as one line of JSON with its newline; refuses NaN and infinity (ValueError)."""
    kind = next(name for name, kind in KINDS.items() if type(record) is kind)
    body = {"schema": SCHEMA_VERSION, "kind": kind} | asdict(record)
    return json.dumps(body, allow_nan=False, separators=(",", ":")) + "\n"


def from_json_line(line: str, where: str) -> Record:
    """The record of one line; DataError names `where`, the key and what is wrong with it."""
    try:
        body = json.loads(line)
    except ValueError as error:
        raise DataError(f"{where}: not JSON: {error}") from error
    if not isinstance(body, dict):
        raise DataError(f"{where}: not a JSON object")
    schema = body.pop("schema", None)
    if schema != SCHEMA_VERSION:
        raise DataError(
            f"{where}: records of schema version {schema}; this mcugen reads {SCHEMA_VERSION}",
            hint="use the mcugen that wrote the file, or run again into another folder",
        )
    kind = body.pop("kind", None)
    if kind not in KINDS:
        raise DataError(f"{where}: unknown kind of record {kind!r}")
    return from_object(KINDS[kind], body, where)


def read_records(path: Path) -> tuple[Record, ...]:
    """All complete records of a file; a last line that was torn by a crash is left out.

    Raises DataError when the file cannot be read or any complete line is not a record.
    """
    return parse_records(complete_lines(_read_bytes(path)), str(path))


def complete_lines(content: bytes) -> bytes:
    """The content up to and including its last newline: what was surely written whole."""
    return content[: content.rfind(b"\n") + 1]


def parse_records(content: bytes, where: str) -> tuple[Record, ...]:
    """The records of complete lines; `where` names the file in errors."""
    try:
        lines = content.decode().split("\n")
    except UnicodeDecodeError as error:
        raise DataError(f"{where}: not a records file: byte {error.start} is not UTF-8") from error
    return tuple(
        from_json_line(line, f"{where}:{number}")
        for number, line in enumerate(lines, start=1)
        if line.strip()
    )


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error


def as_run(records: Sequence[Record], where: str) -> Run:
    """Sorts records into a Run; the last record of an identity wins, of a device's memory the highest.

    DataError without a RunRecord.
    """
    heads = [record for record in records if isinstance(record, RunRecord)]
    if not heads or not isinstance(records[0], RunRecord):
        raise DataError(f"{where}: no run is described in it (its first record is not a run)")
    clips = {(r.clip, r.sha256): r for r in records if isinstance(r, ClipRecord)}
    latencies = {(r.name, r.accelerator): r for r in records if isinstance(r, LatencyRecord)}
    layers = {(r.layer, r.accelerator): r for r in records if isinstance(r, LayerRecord)}
    energies = {r.name: r for r in records if isinstance(r, EnergyRecord)}
    stages = {r.stage: r for r in records if isinstance(r, StageRecord)}
    memories: dict[str, MemoryRecord] = {}
    for record in records:
        if isinstance(record, MemoryRecord):
            memories[record.name] = _later_memory(memories.get(record.name), record)
    return Run(
        head=heads[-1],
        clips=tuple(clips.values()),
        latencies=tuple(latencies.values()),
        memories=tuple(memories.values()),
        layers=tuple(layers.values()),
        energies=tuple(energies.values()),
        stages=tuple(stages.values()),
    )


def _later_memory(before: MemoryRecord | None, now: MemoryRecord) -> MemoryRecord:
    """What a device reports is a high-water mark since its start: that of a run is the highest."""
    if before is None or now.provenance != "device" or before.used_bytes <= now.used_bytes:
        return now
    return before


def summarise(
    name: str,
    unit: str,
    samples: Sequence[float],
    *,
    warmup_count: int | None = None,
    accelerator: str = "cpu",
    facts: tuple[tuple[str, str], ...] = (),
) -> LatencyRecord:
    """The distribution of at least one sample.

    Percentiles interpolate linearly between order statistics (numpy's default); the standard
    deviation is the sample's (n - 1), None for a single sample.
    """
    ordered = sorted(samples)
    return LatencyRecord(
        name=name,
        unit=unit,
        count=len(ordered),
        warmup_count=warmup_count,
        minimum=float(ordered[0]),
        median=percentile(ordered, 50),
        mean=float(statistics.fmean(ordered)),
        p90=percentile(ordered, 90),
        p99=percentile(ordered, 99),
        maximum=float(ordered[-1]),
        stdev=float(statistics.stdev(ordered)) if len(ordered) > 1 else None,
        accelerator=accelerator,
        facts=facts,
    )


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Linear interpolation between the two nearest of the ascending samples."""
    position = (len(ordered) - 1) * percent / 100
    below = math.floor(position)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (ordered[above] - ordered[below]) * (position - below))
