# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What a run measured, as values; one JSON object per line on disk, schema-versioned.

`None` means not measured; zero is a measurement. Ticks are in the unit of RunRecord.tick_unit.
"""

from __future__ import annotations

from dataclasses import dataclass

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class RunRecord:
    """Who measured what on what: the first record of every run."""

    tool: str  # "mcugen 0.1.0"
    model: str
    model_sha256: str
    firmware_sha256: str | None  # None where the device runs somebody else's program
    board: str
    engine: str  # "aot", "tflm", "benchmark_model"
    rounding: str | None
    front_end: str
    input: str | None  # "pcm", "features", "int8"
    compiler: str | None
    flags: str | None
    tick_unit: str  # "cycles", "instructions", "nanoseconds"
    ticks_per_second: int | None
    reference: (
        str | None
    )  # what the device was compared with: "tflite-micro 0.dev... (double rounding)"
    facts: tuple[tuple[str, str], ...] = ()  # kernel, governor, BSP, temperature, ...


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


@dataclass(frozen=True, slots=True)
class LatencyRecord:
    """The distribution of one cost. `accelerator` is where it truly ran, not where it was asked to."""

    name: str  # "inference", "front-end row", "CPU, 4 threads"
    unit: str  # "cycles", "instructions", "nanoseconds"
    count: int
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


Record = RunRecord | ClipRecord | LatencyRecord | MemoryRecord
