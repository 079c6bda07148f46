# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The front-ends on the PC: what the device is compared with, and what training uses."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mcugen.features.spec import PCM16_FULL_SCALE, FrontEnd, Image, LogMel, Mfcc, Timeseries
from mcugen.model.ir import Quant

Floats = NDArray[np.float32]

Source = NDArray[np.int16] | NDArray[np.uint8] | NDArray[np.float32]
"""One clip as the device takes it: PCM16, pixels, or channels of a series."""

RowsOf = Callable[[Source], Floats]
"""All rows of one clip: its source -> float32 [rows, row_values]."""


def row_extractor(front_end: FrontEnd) -> RowsOf:
    """The function that computes all rows of a clip; make it once, its tables are reused.

    Not for `raw`, which has no source.
    """
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


def least_samples(front_end: FrontEnd) -> int:
    """Source samples (per channel; lines of an image) that a clip needs for its first window."""
    rows = front_end.rows
    first_end = front_end.first_row + front_end.window_rows  # rows that must be complete
    if isinstance(rows, LogMel):
        start = (first_end - 1) * rows.hop_samples
        return max(1, start if rows.center else start + rows.n_fft)
    return 1 if isinstance(rows, Mfcc) else first_end


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


def htk_mel_filters(rows: Mfcc) -> Floats:
    """TensorFlow's filter bank, float32 [n_mels, n_fft / 2 + 1].

    Equals tf.signal.linear_to_mel_weight_matrix, transposed: triangles that are linear in mel (HTK:
    1127 ln(1 + f / 700)), peak 1, nothing from bin 0.
    """

    def mel(hz: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(1127.0 * np.log1p(hz / 700.0))

    low, high = mel(np.array([rows.fmin_hz, rows.fmax_hz])).tolist()
    edges = np.linspace(low, high, rows.n_mels + 2)
    lower, center, upper = (edges[i : i + rows.n_mels, None] for i in range(3))
    bins = mel(np.linspace(0.0, rows.sample_rate_hz / 2, rows.n_fft // 2 + 1))
    rising, falling = (bins - lower) / (center - lower), (upper - bins) / (upper - center)
    filters: Floats = np.maximum(0.0, np.minimum(rising, falling)).astype(np.float32)
    filters[:, 0] = 0.0
    return filters


def dct_matrix(rows: Mfcc) -> Floats:
    """The scaled DCT-II of tf.signal.mfccs_from_log_mel_spectrograms, [coefficients, n_mels]."""
    k, n = np.arange(rows.coefficients)[:, None], np.arange(rows.n_mels)
    cosines = np.cos(np.pi * k * (n + 0.5) / rows.n_mels) * np.sqrt(2 / rows.n_mels)
    return np.asarray(cosines, np.float32)


def hann(points: int) -> NDArray[np.float64]:
    """The periodic Hann window."""
    window: NDArray[np.float64] = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(points) / points)
    return window


def _frames(samples: Floats, length: int, hop: int) -> Floats:
    """All whole frames, [frames, length], as a view."""
    if samples.size < length:
        return np.empty((0, length), np.float32)
    return np.lib.stride_tricks.sliding_window_view(samples, length)[::hop]


def _log_mel_extractor(front_end: FrontEnd) -> RowsOf:
    """Log-mel rows as librosa computes them: same operations, same types, batched over the clip.

    librosa 0.11 windows and transforms in float64 and keeps complex64; everything after is float32.
    """
    rows = front_end.rows
    assert isinstance(rows, LogMel)
    filters, window = mel_filters(rows), hann(rows.n_fft)
    padding = rows.n_fft // 2 if rows.center else 0

    def rows_of(samples: Source) -> Floats:
        padded = np.pad(samples.astype(np.float32) / np.float32(PCM16_FULL_SCALE), padding)
        frames = _frames(padded, rows.n_fft, rows.hop_samples)
        spectrum = np.abs(np.fft.rfft(frames * window).astype(np.complex64))
        mel = (spectrum**rows.power) @ filters.T
        scale = np.float32(20 / rows.power)
        decibels: Floats = scale * np.log10(mel + np.float32(rows.epsilon))
        return decibels

    return rows_of


def _mfcc_extractor(front_end: FrontEnd) -> RowsOf:
    """MFCC rows as tf.signal computes them, without TensorFlow. Float64 up to the rows.

    A clip without a positive sample, for which the MLPerf script divides by zero or turns the sign,
    is divided by 32768.
    """
    rows = front_end.rows
    assert isinstance(rows, Mfcc)
    filters, cosines, window = htk_mel_filters(rows), dct_matrix(rows), hann(rows.frame_samples)

    def rows_of(samples: Source) -> Floats:
        clip = np.zeros(rows.clip_samples, np.float32)
        used = samples[: rows.clip_samples]
        peak = int(used.max(initial=0))
        clip[: used.size] = used / np.float32(peak or PCM16_FULL_SCALE)
        frames = _frames(clip, rows.frame_samples, rows.hop_samples)
        mel = np.abs(np.fft.rfft(frames * window, rows.n_fft)) @ filters.T
        mfccs: NDArray[np.float64] = np.log(mel + rows.epsilon) @ cosines.T
        return mfccs.astype(np.float32)

    return rows_of


def _image_extractor(front_end: FrontEnd) -> RowsOf:
    rows = front_end.rows
    assert isinstance(rows, Image)
    scale = np.float32(rows.pixel_scale)
    return lambda pixels: pixels.reshape(-1, rows.row_values).astype(np.float32) * scale


def _timeseries_extractor(front_end: FrontEnd) -> RowsOf:
    rows = front_end.rows
    assert isinstance(rows, Timeseries)
    means, stddevs = np.array(rows.means, np.float32), np.array(rows.stddevs, np.float32)
    return lambda values: (values.reshape(-1, rows.row_values).astype(np.float32) - means) / stddevs


_EXTRACTORS: dict[str, Callable[[FrontEnd], RowsOf]] = {
    "log-mel": _log_mel_extractor,
    "mfcc": _mfcc_extractor,
    "image": _image_extractor,
    "timeseries": _timeseries_extractor,
}
