# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The front-ends on the PC: what the device is compared with, and what training uses.

Rows have the same bits on every processor: no matrix product and no transcendental function of
NumPy stands between the samples and the rows (mcugen/reproducible.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from mcugen.features.micro_speech import micro_speech_rows
from mcugen.features.micro_speech_tables import make_tables
from mcugen.features.spec import (
    PCM16_FULL_SCALE,
    FrontEnd,
    Image,
    LogMel,
    Mfcc,
    MicroSpeech,
    Timeseries,
)
from mcugen.features.transform import real_spectrum
from mcugen.model.ir import Quant
from mcugen.reproducible import LN_10, Doubles, exp, log, unit_circle

T = TypeVar("T", bound=np.generic)
Floats = NDArray[np.float32]

Source = NDArray[np.int16] | NDArray[np.uint8] | NDArray[np.float32]
"""One clip as the device takes it: PCM16, pixels, or channels of a series."""

ROWS_VERSION = 2
"""Counts up when rows change in any bit: rows that were kept are then computed again."""

BLOCK_FRAMES = 32
"""Frames that are transformed at once."""

RowsOf = Callable[[Source], Floats]
"""All rows of one clip: its source -> float32 [rows, row_values]."""


def row_extractor(front_end: FrontEnd) -> RowsOf:
    """The function that computes all rows of a clip; make it once, its tables are reused.

    Not for `raw`, which has no source.
    """
    return _EXTRACTORS[front_end.kind](front_end)


def cut_windows(rows: NDArray[T], front_end: FrontEnd) -> NDArray[T]:
    """The windows of one clip, [windows, window_rows * row_values], row after row."""
    used = rows[front_end.first_row : front_end.last_row]
    starts = np.arange(front_end.windows(len(rows))) * front_end.stride_rows
    indices = starts[:, None] + np.arange(front_end.window_rows)
    return used[indices].reshape(len(starts), front_end.window_rows * rows.shape[1])


def quantize(values: Floats, quant: Quant, dtype: Any = np.int8) -> NDArray[Any]:
    """Integers of float32 values: value / scale rounded half away from zero, plus the zero point.

    All in float32, then clamped to the type. Equals mcugen_tensor_put (runtime/quantize.c) for every
    finite value.
    """
    scaled = values.astype(np.float32) / np.float32(quant.scale)
    whole = np.trunc(scaled)
    rounded = whole + np.where(np.abs(scaled - whole) >= 0.5, np.sign(scaled), np.float32(0))
    limits = np.iinfo(dtype)
    steps = rounded + np.float32(quant.zero_point)
    clamped: NDArray[np.float32] = np.clip(steps, limits.min, limits.max)
    return clamped.astype(dtype)


def dequantize(values: NDArray[Any], quant: Quant) -> Floats:
    """float32 of quantised values: scale * (value - zero point), rounded once."""
    difference = values.astype(np.int32) - quant.zero_point
    return np.float32(quant.scale) * difference.astype(np.float32)


def least_samples(front_end: FrontEnd) -> int:
    """Source samples (per channel; lines of an image) that a clip needs for its first window."""
    rows = front_end.rows
    first_end = front_end.first_row + front_end.window_rows  # rows that must be complete
    if isinstance(rows, LogMel):
        start = (first_end - 1) * rows.hop_samples
        return max(1, start if rows.center else start + rows.n_fft)
    if isinstance(rows, MicroSpeech):
        return (first_end - 1) * rows.hop_samples + rows.frame_samples
    return 1 if isinstance(rows, Mfcc) else first_end


def mel_filters(rows: LogMel) -> Floats:
    """Slaney's filter bank as librosa.filters.mel has it, float32 [n_mels, n_fft / 2 + 1].

    Triangles of area 1 in Hz, whose corners are evenly spaced in mel (Slaney, Auditory Toolbox,
    1998): 3 mel are 200 Hz up to 1000 Hz, and 27 mel are a factor of 6.4 above.
    """
    log_step = log(np.array(6.4)) / 27

    def mel(hz: float) -> float:
        return 15 + float(log(np.array(hz / 1000)) / log_step) if hz >= 1000 else 3 * hz / 200

    mels = _evenly(mel(rows.fmin_hz), mel(rows.fmax_hz), rows.n_mels + 2)
    corners = np.where(mels >= 15, 1000 * exp(log_step * (mels - 15)), 200 * mels / 3)
    bins = _evenly(0.0, rows.sample_rate_hz / 2, rows.n_fft // 2 + 1)
    area = (corners[2:] - corners[:-2]) / 2
    return np.asarray(_triangles(bins, corners) / area[:, None], np.float32)


def htk_mel_filters(rows: Mfcc) -> Floats:
    """The filter bank of tf.signal.linear_to_mel_weight_matrix, [n_mels, n_fft / 2 + 1].

    Triangles that are linear in mel (HTK: 1127 ln(1 + f / 700)), peak 1, nothing from bin 0.
    """

    def mel(hz: Doubles) -> Doubles:
        return 1127.0 * log(1 + hz / 700.0)

    low, high = mel(np.array([rows.fmin_hz, rows.fmax_hz])).tolist()
    bins = mel(_evenly(0.0, rows.sample_rate_hz / 2, rows.n_fft // 2 + 1))
    filters = _triangles(bins, _evenly(low, high, rows.n_mels + 2)).astype(np.float32)
    filters[:, 0] = 0.0
    return filters


def _evenly(first: float, last: float, count: int) -> Doubles:
    return np.asarray(first + (last - first) * np.arange(count) / (count - 1))


def _triangles(places: Doubles, corners: Doubles) -> Doubles:
    """[len(corners) - 2, len(places)]: from 0 at a corner to 1 at the next, to 0 at the third."""
    lower, center, upper = (corners[i : len(corners) - 2 + i, None] for i in range(3))
    rising, falling = (places - lower) / (center - lower), (upper - places) / (upper - center)
    return np.asarray(np.maximum(0.0, np.minimum(rising, falling)))


def dct_matrix(rows: Mfcc) -> Floats:
    """The scaled DCT-II of tf.signal.mfccs_from_log_mel_spectrograms, [coefficients, n_mels]."""
    k, n = np.arange(rows.coefficients)[:, None], np.arange(rows.n_mels)
    cosines, _ = unit_circle(4 * rows.n_mels)
    scaled = cosines[k * (2 * n + 1) % (4 * rows.n_mels)] * np.sqrt(2 / rows.n_mels)
    return np.asarray(scaled, np.float32)


def hann(points: int) -> Doubles:
    """The periodic Hann window."""
    return np.asarray(0.5 - 0.5 * unit_circle(points)[0])


def _frames(samples: Floats, length: int, hop: int) -> Floats:
    """All whole frames, [frames, length], as a view."""
    if samples.size < length:
        return np.empty((0, length), np.float32)
    return np.lib.stride_tricks.sliding_window_view(samples, length)[::hop]


def _weighted_sums(weights: Floats) -> Callable[[Doubles], Doubles]:
    """The product of weights [outputs, inputs] with values [inputs, frames], summed in order.

    Only inputs from an output's first weight on are added, as many as the longest output has.
    """
    used = weights != 0
    spans = used.shape[1] - used[:, ::-1].argmax(axis=1) - used.argmax(axis=1)
    longest = int(spans[used.any(axis=1)].max(initial=1))
    first = np.minimum(used.argmax(axis=1), used.shape[1] - longest)
    inputs = first + np.arange(longest)[:, None]
    factors = weights[np.arange(len(weights)), inputs].astype(np.float64)[..., None]

    def sums(values: Doubles) -> Doubles:
        total = np.zeros((len(weights), values.shape[1]))
        for factor, index in zip(factors, inputs, strict=True):
            total += factor * values[index]
        return total

    return sums


def _powers(points: int, window: Doubles) -> Callable[[Floats], Doubles]:
    """Frames [frames, len(window)] -> squared magnitudes of their spectra [bins, frames]."""

    def powers(frames: Floats) -> Doubles:
        padded = np.zeros((points, len(frames)))
        padded[: len(window)] = frames.T * window[:, None]
        re, im = real_spectrum(padded)
        return re * re + im * im

    return powers


def _by_blocks(rows_of: Callable[[Floats], Doubles], frames: Floats, row_values: int) -> Floats:
    """Rows of all frames, rounded to float32. A block stays in the processor's cache."""
    rows = np.empty((len(frames), row_values), np.float32)
    for start in range(0, len(frames), BLOCK_FRAMES):
        block = slice(start, start + BLOCK_FRAMES)
        rows[block] = rows_of(frames[block]).T
    return rows


def _log_mel_extractor(front_end: FrontEnd) -> RowsOf:
    """Log-mel rows as librosa computes them, in float64 and rounded once."""
    rows = front_end.rows
    assert isinstance(rows, LogMel)
    powers = _powers(rows.n_fft, hann(rows.n_fft))
    sums = _weighted_sums(mel_filters(rows))
    padding = rows.n_fft // 2 if rows.center else 0
    scale = 20 / rows.power / LN_10

    def decibels(frames: Floats) -> Doubles:
        spectrum = powers(frames) if rows.power == 2 else np.sqrt(powers(frames))
        return scale * log(sums(spectrum) + rows.epsilon)

    def rows_of(samples: Source) -> Floats:
        padded = np.pad(samples.astype(np.float32) / np.float32(PCM16_FULL_SCALE), padding)
        frames = _frames(padded, rows.n_fft, rows.hop_samples)
        return _by_blocks(decibels, frames, rows.n_mels)

    return rows_of


def _mfcc_extractor(front_end: FrontEnd) -> RowsOf:
    """MFCC rows as tf.signal computes them, in float64 and rounded once.

    A clip without a positive sample, for which the MLPerf script divides by zero or turns the sign,
    is divided by 32768.
    """
    rows = front_end.rows
    assert isinstance(rows, Mfcc)
    powers = _powers(rows.n_fft, hann(rows.frame_samples))
    sums = _weighted_sums(htk_mel_filters(rows))
    transform = _weighted_sums(dct_matrix(rows))

    def mfccs(frames: Floats) -> Doubles:
        return transform(log(sums(np.sqrt(powers(frames))) + rows.epsilon))

    def rows_of(samples: Source) -> Floats:
        clip = np.zeros(rows.clip_samples, np.float32)
        used = samples[: rows.clip_samples]
        peak = int(used.max(initial=0))
        clip[: used.size] = used / np.float32(peak or PCM16_FULL_SCALE)
        frames = _frames(clip, rows.frame_samples, rows.hop_samples)
        return _by_blocks(mfccs, frames, rows.coefficients)

    return rows_of


def _micro_speech_extractor(front_end: FrontEnd) -> RowsOf:
    rows = front_end.rows
    assert isinstance(rows, MicroSpeech)
    tables = make_tables(rows)
    return lambda samples: micro_speech_rows(rows, tables, samples.astype(np.int16))


def _image_extractor(front_end: FrontEnd) -> RowsOf:
    rows = front_end.rows
    assert isinstance(rows, Image)
    scale, offset = np.float32(rows.pixel_scale), np.float32(rows.pixel_offset)
    return lambda pixels: pixels.reshape(-1, rows.row_values).astype(np.float32) * scale + offset


def _timeseries_extractor(front_end: FrontEnd) -> RowsOf:
    rows = front_end.rows
    assert isinstance(rows, Timeseries)
    means, stddevs = np.array(rows.means, np.float32), np.array(rows.stddevs, np.float32)
    return lambda values: (values.reshape(-1, rows.row_values).astype(np.float32) - means) / stddevs


_EXTRACTORS: dict[str, Callable[[FrontEnd], RowsOf]] = {
    "log-mel": _log_mel_extractor,
    "mfcc": _mfcc_extractor,
    "micro-speech": _micro_speech_extractor,
    "image": _image_extractor,
    "timeseries": _timeseries_extractor,
}
