# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Runs with known figures for the tests of the report."""

from __future__ import annotations

import random

from mcugen.records import ClipRecord, LatencyRecord, MemoryRecord, Run, RunRecord, summarise

AD01_SHA256 = "87cf24194ef93d1d9b11a591d805526b98008e351655d29883c825c9c106ba24"


def head(**changes: object) -> RunRecord:
    """An emulated run of ad01."""
    values: dict[str, object] = {
        "tool": "mcugen 0.1.0",
        "model": "ad01_int8",
        "model_sha256": AD01_SHA256,
        "firmware_sha256": "5f" * 32,
        "board": "mps2-an505",
        "engine": "aot",
        "rounding": "double",
        "front_end": "log-mel",
        "input": "pcm",
        "compiler": "arm-none-eabi-gcc 12.2.1",
        "flags": "-O2 -mcpu=cortex-m33 -mfpu=fpv5-sp-d16 -mfloat-abi=hard",
        "tick_unit": "instructions",
        "ticks_per_second": None,
        "reference": "tflite-micro (double rounding)",
        "score": "reconstruction-error",
        "threshold": 10.75,
    }
    return RunRecord(**(values | changes))  # type: ignore[arg-type]


def clip(number: int, label: str | None, score: float, ticks: tuple[int, ...]) -> ClipRecord:
    """A clip of three windows around `score`; the reference is 0.0001 lower."""
    return ClipRecord(
        clip=f"clips/{label}_id_01_{number:08d}.wav",
        sha256=f"{number:064x}",
        label=label,
        windows=len(ticks),
        score=score,
        reference_score=score - 0.0001,
        window_scores=tuple(score + 0.1 * ((i * 7) % 5 - 2) for i in range(len(ticks))),
        row_ticks=tuple(tick // 3 for tick in ticks),
        inference_ticks=ticks,
    )


def labelled_run(clips_per_label: int = 12, seed: int = 1) -> Run:
    """Normal clips around 10.2, anomalies around 11.2; costs around 277 000 instructions."""
    rng = random.Random(seed)
    clips = tuple(
        clip(
            number,
            label,
            rng.gauss(10.2 if label == "normal" else 11.2, 0.45),
            tuple(rng.randrange(276_500, 278_100) for _ in range(40)),
        )
        for number, label in enumerate(["normal", "anomaly"] * clips_per_label)
    )
    ticks = [tick for c in clips for tick in c.inference_ticks]
    rows = [tick for c in clips for tick in c.row_ticks]
    return Run(
        head=head(),
        clips=clips,
        latencies=(
            summarise("inference", "instructions", ticks),
            summarise("front-end row", "instructions", rows),
        ),
        memories=(
            MemoryRecord("flash", 287_312, 4 * 1024 * 1024, "linker"),
            MemoryRecord("ram", 21_504, 524_288, "linker"),
            MemoryRecord("arena", 1_792, 1_792, "device"),
            MemoryRecord("stack", 1_416, None, "device"),
        ),
    )


def linux_latency(name: str, accelerator: str, mean: float) -> LatencyRecord:
    """What benchmark_model gives: nanoseconds, some figures missing."""
    return LatencyRecord(
        name=name,
        unit="nanoseconds",
        count=50,
        warmup_count=1,
        minimum=mean * 0.97,
        median=None,
        mean=mean,
        p90=None,
        p99=None,
        maximum=mean * 1.2,
        stdev=mean * 0.02,
        accelerator=accelerator,
        facts=(
            ("delegate", "libethosu_delegate.so"),
            ("init_ns", "3250000"),
            ("warning", "3 of 10 operators ran on the CPU"),
        ),
    )
