# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The front-ends on the PC: what the device is compared with, and what training uses."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mcugen.features.spec import PCM16_FULL_SCALE, FrontEnd, LogMel
from mcugen.model.ir import Quant

Floats = NDArray[np.float32]

RowsOf = Callable[[NDArray[np.int16]], Floats]
"""All rows of one clip: int16 samples -> float32 [rows, row_values]."""


def row_extractor(front_end: FrontEnd) -> RowsOf:
    """The function that computes all rows of a clip; make it once, its tables are reused."""
    return _EXTRACTORS[front_end.kind](front_end)


def cut_windows(rows: Floats, front_end: FrontEnd) -> Floats:
    """The windows of one clip, float32 [windows, window_rows * row_values], row after row."""
    used = rows[front_end.first_row : front_end.last_row]
    starts = np.arange(front_end.windows(len(rows))) * front_end.stride_rows
    indices = starts[:, None] + np.arange(front_end.window_rows)
    return used[indices].reshape(len(starts), front_end.window_rows * front_end.row_values)


def quantize(values: Floats, quant: Quant) -> NDArray[np.int8]:
    """int8 of float32 values: value / scale rounded half away from zero, plus the zero point.

    All in float32, then clamped. Equals mcugen_quantize_int8 (runtime/quantize.c) for every finite
    value.
    """
    scaled = values.astype(np.float32) / np.float32(quant.scale)
    whole = np.trunc(scaled)
    rounded = whole + np.where(np.abs(scaled - whole) >= 0.5, np.sign(scaled), np.float32(0))
    clamped: NDArray[np.float32] = np.clip(rounded + np.float32(quant.zero_point), -128, 127)
    return clamped.astype(np.int8)


def dequantize(values: NDArray[np.int8], quant: Quant) -> Floats:
    """float32 of int8 values: scale * (value - zero point), rounded once."""
    difference = values.astype(np.int32) - quant.zero_point
    return np.float32(quant.scale) * difference.astype(np.float32)


def mel_filters(rows: LogMel) -> Floats:
    """librosa's Slaney filter bank, float32 [n_mels, n_fft / 2 + 1]."""
    from librosa.filters import mel

    filters: Floats = mel(
        sr=rows.sample_rate_hz,
        n_fft=rows.n_fft,
        n_mels=rows.n_mels,
        fmin=rows.fmin_hz,
        fmax=rows.fmax_hz,
    )
    return filters


def least_samples(front_end: FrontEnd) -> int:
    """Samples a clip needs for its first window."""
    rows = front_end.rows
    if rows is None:
        return 0
    last = front_end.first_row + front_end.window_rows - 1
    start = last * rows.hop_samples
    return max(1, start if rows.center else start + rows.n_fft)


def _log_mel_extractor(front_end: FrontEnd) -> RowsOf:
    """Log-mel rows as librosa computes them: same operations, same types, batched over the clip.

    librosa 0.11 windows and transforms in float64 and keeps complex64; everything after is float32.
    """
    rows = front_end.rows
    assert isinstance(rows, LogMel)
    filters = mel_filters(rows)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(rows.n_fft) / rows.n_fft)
    padding = rows.n_fft // 2 if rows.center else 0

    def rows_of(samples: NDArray[np.int16]) -> Floats:
        scaled = samples.astype(np.float32) / np.float32(PCM16_FULL_SCALE)
        padded = np.pad(scaled, padding)
        if padded.size < rows.n_fft:
            return np.empty((0, rows.n_mels), np.float32)
        frames = np.lib.stride_tricks.sliding_window_view(padded, rows.n_fft)[:: rows.hop_samples]
        spectrum = np.abs(np.fft.rfft(frames * window).astype(np.complex64))
        mel = (spectrum**rows.power) @ filters.T
        scale = np.float32(20 / rows.power)
        decibels: Floats = scale * np.log10(mel + np.float32(rows.epsilon))
        return decibels

    return rows_of


def _raw_extractor(front_end: FrontEnd) -> RowsOf:
    raise AssertionError("front-end raw has no source")


_EXTRACTORS: dict[str, Callable[[FrontEnd], RowsOf]] = {
    "log-mel": _log_mel_extractor,
}
