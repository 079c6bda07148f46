# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The device's front-end beside the reference, stage by stage: where features begin to differ.

Needs a firmware that was built with --per-layer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
from mcugen.records import StageRecord
from mcugen.samples.files import source_bytes, source_row_bytes

ROWS_OF_A_CLIP = 8
"""Rows of each clip whose stages are read: a spectrum is as long as the frame."""
STRETCHES = 64
Kept = NDArray[np.float32]


def compare_stages(
    client: Client, front_end: FrontEnd, clips: Sequence[Samples]
) -> tuple[StageRecord, ...]:
    """A record per stage over some rows of every clip, in the order of the stages."""
    stages = stages_of(front_end)
    differences = [np.zeros(stage.count) for stage in stages]
    magnitudes = [np.zeros(stage.count) for stage in stages]
    counts = [0] * len(stages)
    for samples in clips:
        rows = rows_to_look_at(front_end, len(samples))
        if not rows:
            continue
        device = _scaled(front_end, samples, ask_stages(client, front_end, samples, rows))
        wanted = reference_stages(front_end, samples, rows)
        for number, (got, expected) in enumerate(zip(device, wanted, strict=True)):
            for found, now in ((differences, got - expected), (magnitudes, expected)):
                found[number] = np.maximum(found[number], np.abs(now).max(axis=0))
            counts[number] += expected.size
    return tuple(
        StageRecord(
            stage.name,
            stage.unit,
            stage.count,
            counts[n],
            largest_difference=float(differences[n].max()),
            largest_value=float(magnitudes[n].max()),
            differences=_stretches(differences[n]),
            magnitudes=_stretches(magnitudes[n]),
        )
        for n, stage in enumerate(stages)
    )


def _stretches(row: NDArray[np.float64]) -> tuple[float, ...]:
    """The largest value of each of at most STRETCHES parts of a row."""
    return tuple(float(part.max()) for part in np.array_split(row, min(len(row), STRETCHES)))


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
