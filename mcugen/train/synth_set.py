# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Synthetic clips as files: a data set in the DCASE 2020 Task 2 layout, and the clips of the demo."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import ConfigError, nearest
from mcugen.files import write_bytes
from mcugen.foreign_text import csv_text
from mcugen.train.synth import DEFAULT_SECONDS, FAULTS, MACHINE_TYPES, SAMPLE_RATE_HZ, synth_clip

TEST_SEED = 1_000_000
"""Test clips are drawn from seeds that no training clip has."""

DEMO_SEED = 2_000_000
"""The demo's clips are in neither the training nor the test set."""


@dataclass(frozen=True, slots=True)
class SetSpec:
    """What to synthesise: per type, `ids` machines, each with this many clips."""

    types: tuple[str, ...] = ("gearbox",)
    ids: int = 4
    train_clips: int = 30
    test_normals: int = 16
    test_anomalies: int = 16
    seconds: float = DEFAULT_SECONDS
    seed: int = 0


@dataclass(frozen=True, slots=True)
class PlannedClip:
    """One file of the set, relative to its root."""

    path: Path
    machine_type: str
    machine_id: int
    fault: str | None
    seed: int


def plan_set(spec: SetSpec) -> tuple[PlannedClip, ...]:
    """All files of a set, in the order they are written."""
    _check(spec)
    return tuple(
        clip
        for machine_type in spec.types
        for machine_id in range(1, spec.ids + 1)
        for clip in _plan_machine(spec, machine_type, machine_id)
    )


def _check(spec: SetSpec) -> None:
    for name in spec.types:
        if name not in MACHINE_TYPES:
            raise ConfigError(
                f"no synthetic machine type '{name}'",
                hint=f"--type {nearest(name, MACHINE_TYPES) or next(iter(MACHINE_TYPES))}",
            )
    if spec.ids < 1 or spec.ids > 99 or spec.train_clips < 1 or spec.seconds <= 0:
        raise ConfigError(
            f"a set of {spec.ids} machines with {spec.train_clips} training clips of "
            f"{spec.seconds:g} s cannot be made",
            hint="1 to 99 ids, at least one training clip, a length above zero",
        )


def _plan_machine(spec: SetSpec, machine_type: str, machine_id: int) -> Iterator[PlannedClip]:
    def clip(split: str, fault: str | None, index: int, seed: int) -> PlannedClip:
        label = "normal" if fault is None else "anomaly"
        name = f"{label}_id_{machine_id:02d}_{index:08d}.wav"
        return PlannedClip(Path(machine_type, split, name), machine_type, machine_id, fault, seed)

    for index in range(spec.train_clips):
        yield clip("train", None, index, spec.seed + index)
    for index in range(spec.test_normals):
        yield clip("test", None, index, spec.seed + TEST_SEED + index)
    faults = tuple(FAULTS)
    for index in range(spec.test_anomalies):
        yield clip("test", faults[index % len(faults)], index, spec.seed + TEST_SEED + index)


def write_set(
    root: Path, spec: SetSpec, progress: Callable[[PlannedClip], None] = lambda _: None
) -> tuple[PlannedClip, ...]:
    """Writes the clips that are not there yet, and <type>/faults.csv which names each fault.

    Every file is renamed into place when complete, so an interrupted call is repeated to continue.
    """
    clips = plan_set(spec)
    for clip in clips:
        target = root / clip.path
        if not target.exists():
            samples = synth_clip(
                clip.machine_id, clip.fault, clip.seed, spec.seconds, clip.machine_type
            )
            write_wav(target, samples)
        progress(clip)
    for machine_type in spec.types:
        _write_faults(root / machine_type / "faults.csv", clips, machine_type)
    return clips


def _write_faults(path: Path, clips: tuple[PlannedClip, ...], machine_type: str) -> None:
    rows = [
        (clip.path.name, clip.fault or "")
        for clip in clips
        if clip.machine_type == machine_type and clip.path.parent.name == "test"
    ]
    write_bytes(path, csv_text([("file", "fault"), *rows]).encode())


def demo_clips(folder: Path) -> list[Path]:
    """Writes the demo's 10 clips, five healthy and five faulty, and returns them in order."""
    faults = tuple(FAULTS)
    paths = []
    for index in range(5):
        for fault in (None, faults[index % len(faults)]):
            machine_id = 1 + (index + index // 4) % 4
            label = "normal" if fault is None else "anomaly"
            path = folder / f"{label}_id_{machine_id:02d}_{index:08d}.wav"
            write_wav(path, synth_clip(machine_id, fault, DEMO_SEED + index))
            paths.append(path)
    return sorted(paths)


def write_wav(path: Path, samples: NDArray[np.int16]) -> None:
    """Writes a mono PCM16 file at 16 kHz, whole or not at all."""
    data = io.BytesIO()
    with wave.open(data, "wb") as stream:
        stream.setnchannels(1)
        stream.setsampwidth(2)
        stream.setframerate(SAMPLE_RATE_HZ)
        stream.writeframes(samples.astype("<i2").tobytes())
    write_bytes(path, data.getvalue())
