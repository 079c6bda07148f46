# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The constants of front-end `micro-speech`, as the micro frontend makes them.

They are made of float32 there (window, filters, gain); here of the same float32 steps around functions
that have the same bits on every processor. Other constants than the presets' may differ by one
from a C library's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcugen.features.spec import MicroSpeech
from mcugen.reproducible import Doubles, exp, log, unit_circle

Int16s = NDArray[np.int16]
Int64s = NDArray[np.int64]
Singles = NDArray[np.float32]

WINDOW_BITS = 12
FILTER_BITS = 12
NOISE_BITS = 14
SNR_BITS = 12
LOG_BITS = 16
TWIDDLE_ONE = 32767


@dataclass(frozen=True, slots=True, eq=False)
class MicroSpeechTables:
    """The constants of one MicroSpeech."""

    window: Int16s  # [frame_samples], of 2^12
    order: NDArray[np.uint16]  # [n / 2]: which input a leaf of the transform is
    twiddles: Int16s  # [n / 2, 2]
    split_twiddles: Int16s  # [n / 4, 2]
    first_bin: int
    ends: NDArray[np.uint16]  # [channels + 1]: the bin behind each triangle's rising side
    weights: Int16s  # [bins from first_bin]: share of the channel whose side it is, of 2^12
    unweights: Int16s  # share of the one before
    gains: Int16s  # [125]
    logs: NDArray[np.uint16]  # [129]: log2(1 + i / 128) - i / 128, of 2^16


def make_tables(rows: MicroSpeech) -> MicroSpeechTables:
    """All tables."""
    first_bin, ends, weights, unweights = _filters(rows)
    half = rows.n_fft // 2
    return MicroSpeechTables(
        window=_window(rows.frame_samples),
        order=_order(half),
        twiddles=_turns(-np.arange(half), half),
        split_twiddles=_turns(-(np.arange(half // 2) + 1 + half // 2), 2 * half),
        first_bin=first_bin,
        ends=ends,
        weights=weights,
        unweights=unweights,
        gains=_gains(rows),
        logs=_logs(),
    )


def _rounded(values: Doubles) -> Int64s:
    """Half up."""
    return np.asarray(np.floor(values + 0.5), np.int64)


def _window(count: int) -> Int16s:
    """Hann, at half samples, in float32: 0.5 - 0.5 cosf(2 pi / count * (i + 0.5))."""
    step = np.float32(np.pi) * np.float32(2) / np.float32(count)
    angles = step * (np.arange(count).astype(np.float32) + np.float32(0.5))
    # The angles are rounded: off the exact ones by so little that one term corrects for it.
    cos, sin = (part[1::2] for part in unit_circle(2 * count))
    off = angles.astype(np.float64) - 2 * np.pi * (np.arange(count) + 0.5) / count
    values = np.float32(0.5) - np.float32(0.5) * (cos - off * sin).astype(np.float32)
    return _rounded(values.astype(np.float64) * 2**WINDOW_BITS).astype(np.int16)


def _order(count: int) -> NDArray[np.uint16]:
    """KISS FFT takes out fours, then a two: leaf after leaf, the number of the input."""
    order = np.arange(1)
    while count > 1:
        radix = 4 if count % 4 == 0 else 2
        count //= radix
        # A stage of `radix` parts whose inputs are `step` apart.
        step = len(order)
        order = (order[:, None] + step * np.arange(radix)).reshape(-1)
    return order.astype(np.uint16)


def _turns(steps: Int64s, points: int) -> Int16s:
    """(cos, sin) of steps / points turns, of 32767, rounded half up."""
    cos, sin = unit_circle(points)
    pairs = np.stack([cos[steps % points], sin[steps % points]], axis=1)
    return _rounded(pairs * TWIDDLE_ONE).astype(np.int16)


def log1p_single(x: Singles) -> Singles:
    """ln(1 + x), x >= 0, in float32 as fdlibm's log1pf, which newlib, musl and glibc up to 2.40 have.

    It is not always the nearest number, and two weights of the presets show it. 1 + x = 2^k (1 + f),
    ln(1 + f) = f - f^2 / 2 + s (f^2 / 2 + R(s^2)), s = f / (2 + f).
    """
    one, half = np.float32(1), np.float32(0.5)
    total = one + x
    mantissa, exponent = np.frexp(total)
    up = mantissa >= np.float32(np.sqrt(0.5))
    k = np.where(x < np.float32(0.41421), 0, exponent - 1 + up)
    lost = np.where(exponent > 1, one - (total - x), x - (total - one)) / total
    f = np.where(k == 0, x, np.where(up, mantissa, 2 * mantissa) - one).astype(np.float32)
    lost = np.where(k == 0, np.float32(0), lost)
    square = half * f * f
    s = f / (np.float32(2) + f)
    z = s * s
    series = np.zeros_like(z)
    for term in _LOG1P_TERMS:
        series = z * (term + series)
    tail = s * (square + series)
    k = k.astype(np.float32)
    return np.asarray(k * _LN_2_HIGH - ((square - (tail + (k * _LN_2_LOW + lost))) - f))


_LN_2_HIGH, _LN_2_LOW = np.float32(6.9313812256e-01), np.float32(9.0580006145e-06)
_LOG1P_TERMS = tuple(
    np.float32(term)
    for term in (0.14798199, 0.15313838, 0.18183573, 0.22222199, 0.28571430, 0.4, 0.66666669)
)


def _mel(hz: Singles) -> Singles:
    """1127 log1pf(hz / 700)."""
    return np.float32(1127) * log1p_single(hz / np.float32(700))


def _filters(rows: MicroSpeech) -> tuple[int, NDArray[np.uint16], Int16s, Int16s]:
    """Triangles evenly spaced in mel: first bin, where each rising side ends, both shares."""
    count = rows.channels + 1
    low, high = _mel(np.array([rows.fmin_hz, rows.fmax_hz], np.float32))
    spacing = np.float32((high - low) / np.float32(count))
    centers = low + spacing * np.arange(1, count + 1).astype(np.float32)
    hz_per_bin = np.float32(0.5 * rows.sample_rate_hz / (rows.n_fft // 2))
    first = int(np.float32(1.5) + np.float32(rows.fmin_hz) / hz_per_bin)
    places = _mel(np.arange(first, rows.n_fft // 2 + 1).astype(np.float32) * hz_per_bin)
    ends = np.searchsorted(places, centers, side="right")
    side = np.searchsorted(centers, places[: ends[-1]], side="left")
    before = np.concatenate([[low], centers])[side]
    share = (centers[side] - places[: ends[-1]]) / (centers[side] - before)
    shares = [share, np.float32(1) - share]
    weights, unweights = (_rounded(np.float64(s) * 2**FILTER_BITS).astype(np.int16) for s in shares)
    return first, (first + ends).astype(np.uint16), weights, unweights


def _gains(rows: MicroSpeech) -> Int16s:
    """PCAN's gain of a noise estimate: 0, 1, then for each power of two a parabola's coefficients."""
    bits = rows.smoothing_bits - rows.correction_bits

    def gain(x: int) -> int:
        base = np.float32(np.float32(x) / np.float32(2**bits) + np.float32(rows.pcan_offset))
        strength = float(np.float32(rows.pcan_strength))
        power = np.float32(exp(-strength * log(np.array(float(base)))))
        return int(min(float(np.float32(2**rows.gain_bits) * power + np.float32(0.5)), 32767.0))

    found = [gain(0), gain(1)]
    for interval in range(2, 33):
        x0 = 1 << (interval - 1)
        x2 = 2 * x0 - (interval == 32)
        y0, y1, y2 = gain(x0), gain(x0 + x0 // 2), gain(x2)
        slope = 4 * (y1 - y0) - (y2 - y0)
        found += [y0, slope, y2 - y0 - slope, 0]
    return np.array(found[:-1], np.int64).astype(np.int16)


def _logs() -> NDArray[np.uint16]:
    x = np.arange(129) / 128
    return _rounded((log(1 + x) / log(np.array(2.0)) - x) * 2**LOG_BITS).astype(np.uint16)


def shares(rows: MicroSpeech) -> tuple[int, int, int]:
    """even_smoothing, odd_smoothing and min_signal_remaining, of 2^14."""
    given = (rows.even_smoothing, rows.odd_smoothing, rows.min_signal_remaining)
    even, odd, least = (int(np.float32(share) * np.float32(1 << NOISE_BITS)) for share in given)
    return even, odd, least


def gain_shift(rows: MicroSpeech) -> int:
    """By how much a signal times its gain is too large."""
    return rows.gain_bits - rows.correction_bits - SNR_BITS
