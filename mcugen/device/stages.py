# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The device's front-end beside the reference, stage by stage: where features begin to differ.

Needs a firmware that was built with --per-layer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcugen.device.client import Client
from mcugen.features.spec import FrontEnd, LogMel, Mfcc
from mcugen.features.stages import (
    Samples,
    device_scale,
    in_frame_order,
    reference_stages,
    stages_of,
)
from mcugen.protocol import Source, What
from mcugen.samples.files import source_bytes, source_row_bytes

ROWS_OF_A_CLIP = 8
"""Rows of each clip whose stages are read: a spectrum is as long as the frame."""
Kept = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class StageVerdict:
    """One stage of all rows that were looked at. Differences are in the stage's unit."""

    stage: str
    unit: str
    values: int
    largest_difference: float
    largest_value: float  # of the reference, in magnitude


def compare_stages(
    client: Client, front_end: FrontEnd, clips: Sequence[Samples]
) -> tuple[StageVerdict, ...]:
    """A verdict per stage over some rows of every clip, in the order of the stages."""
    differences: list[list[float]] = [[] for _ in stages_of(front_end)]
    largest = [0.0] * len(differences)
    counts = [0] * len(differences)
    for samples in clips:
        rows = rows_to_look_at(front_end, len(samples))
        if not rows:
            continue
        device = _scaled(front_end, samples, ask_stages(client, front_end, samples, rows))
        wanted = reference_stages(front_end, samples, rows)
        for number, (got, expected) in enumerate(zip(device, wanted, strict=True)):
            differences[number].append(float(np.abs(got - expected).max()))
            largest[number] = max(largest[number], float(np.abs(expected).max()))
            counts[number] += expected.size
    return tuple(
        StageVerdict(
            stage.name, stage.unit, counts[n], max(differences[n], default=0.0), largest[n]
        )
        for n, stage in enumerate(stages_of(front_end))
    )


def rows_to_look_at(front_end: FrontEnd, samples: int) -> list[int]:
    """Rows evenly spaced over those that samples of the clip complete, without padding behind them."""
    count = _completed(front_end, samples)
    return sorted({int(at) for at in np.linspace(0, count - 1, ROWS_OF_A_CLIP)}) if count else []


def _completed(front_end: FrontEnd, samples: int) -> int:
    """How many frames so many samples of a clip complete."""
    rows = front_end.rows
    if isinstance(rows, Mfcc):
        length, samples = rows.frame_samples, min(samples, rows.clip_samples)
    else:
        assert isinstance(rows, LogMel)
        length = rows.n_fft // 2 if rows.center else rows.n_fft
    return max(0, (samples - length) // rows.hop_samples + 1)


def ask_stages(
    client: Client, front_end: FrontEnd, samples: Samples, rows: Sequence[int]
) -> tuple[Kept, ...]:
    """What the device keeps of those rows, [rows, count] of each stage."""
    stages = stages_of(front_end)
    streamed = [n for n, stage in enumerate(stages) if stage.rows == 1]
    found: dict[int, list[Kept]] = {n: [] for n in streamed}
    for _ in _frames(client, front_end, samples, set(rows)):
        for n in streamed:
            found[n].append(_read(client, n, stages[n].count))
    numbered = {
        n: _read(client, n, stage.rows * stage.count).reshape(stage.rows, stage.count)[list(rows)]
        for n, stage in enumerate(stages)
        if stage.rows > 1
    }
    return tuple(np.stack(found[n]) if n in found else numbered[n] for n in range(len(stages)))


def _frames(client: Client, front_end: FrontEnd, samples: Samples, rows: set[int]) -> Iterator[int]:
    """Pushes the clip, stopping behind each of the frames."""
    step = source_row_bytes(front_end)
    data = source_bytes(samples)
    client.reset()
    sent = done = 0
    for reply in client.push(Source.PCM, data, chunk_bytes=step):
        before, sent = done, sent + reply.taken
        done = _completed(front_end, sent // samples.itemsize)
        if done > before and done - 1 in rows:
            yield done - 1
    for _ in client.push(Source.PCM, b"", end=True):  # padding, and the rows that wait for the end
        pass


def _read(client: Client, stage: int, count: int) -> Kept:
    content = client.read(What.STAGE, 4 * count, index=stage)
    return np.frombuffer(content, "<f4").astype(np.float32)


def _scaled(
    front_end: FrontEnd, samples: Samples, stages: tuple[Kept, ...]
) -> tuple[NDArray[np.float64], ...]:
    """In the order and scale of the reference."""
    scale = device_scale(front_end, samples)
    window, *others = stages
    spectrum, mel, *rest = (stage.astype(np.float64) for stage in others)
    ordered = in_frame_order(window).astype(np.float64)
    return (ordered * scale, spectrum * scale, mel * scale, *rest)
