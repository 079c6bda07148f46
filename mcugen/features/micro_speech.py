# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Front-end `micro-speech` on the PC: TFLite Micro's micro frontend, in its integers.

Equal to tensorflow/lite/experimental/microfrontend/lib over KISS FFT in 16 bits, whatever the
audio: where that wraps, this wraps.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.features.micro_speech_tables import (
    LOG_BITS,
    NOISE_BITS,
    SNR_BITS,
    TWIDDLE_ONE,
    WINDOW_BITS,
    Int16s,
    Int64s,
    MicroSpeechTables,
    Singles,
    gain_shift,
    shares,
)
from mcugen.features.spec import MicroSpeech

Uint32s = NDArray[np.uint32]
Uint64s = NDArray[np.uint64]

GAIN_OUTPUT_BITS = 6
LN_2 = 45426  # of 2^16
FEATURE_SCALE = 1 / 25.6
"""A row is the uint16 output times this: what models of this front-end were trained with."""

BLOCK_FRAMES = 256
"""Frames that are transformed at once."""

_HALF, _QUARTER = TWIDDLE_ONE // 2, TWIDDLE_ONE // 4


def micro_speech_rows(rows: MicroSpeech, tables: MicroSpeechTables, samples: Int16s) -> Singles:
    """All rows of a clip, float32 [rows, channels]: the frontend's uint16 times FEATURE_SCALE."""
    features = micro_speech_features(rows, tables, samples)
    return features.astype(np.float32) * np.float32(FEATURE_SCALE)


def micro_speech_features(
    rows: MicroSpeech, tables: MicroSpeechTables, samples: Int16s
) -> NDArray[np.uint16]:
    """The same as the frontend's own integers, uint16 [rows, channels]."""
    if samples.size < rows.frame_samples:
        return np.empty((0, rows.channels), np.uint16)
    view = np.lib.stride_tricks.sliding_window_view(samples, rows.frame_samples)
    frames = view[:: rows.hop_samples]
    blocks = (frames[at : at + BLOCK_FRAMES] for at in range(0, len(frames), BLOCK_FRAMES))
    signal = np.concatenate([_roots(rows, tables, block.astype(np.int64)) for block in blocks])
    signal, noise = _without_noise(rows, signal)
    if rows.pcan:
        signal = _with_gain(rows, tables, signal, noise)
    return _logarithm(rows, tables, signal)


def _roots(rows: MicroSpeech, tables: MicroSpeechTables, frames: Int64s) -> Uint32s:
    """The roots of the channels' energies of some frames, [frames, channels]."""
    windowed = _wrap(frames * tables.window >> WINDOW_BITS)
    largest = _wrap(np.abs(windowed)).max(axis=1, initial=0)  # -32768 stays negative
    shift = 15 - _bits(largest)
    spectrum = _real_spectrum(_wrap(windowed << shift[:, None]), rows.n_fft, tables)
    return np.asarray(_channels(spectrum, tables) >> shift[:, None].astype(np.uint32))


def _wrap(values: Int64s) -> Int64s:
    """What an int16 keeps."""
    return values.astype(np.int16).astype(np.int64)


def _bits(values: NDArray[Any]) -> Int64s:
    """Bits of whole numbers of at most 32: 0 for 0."""
    return np.frexp(values.astype(np.float64))[1].astype(np.int64)


def _scaled(values: Int64s) -> Int64s:
    """A product of 15 fractional bits, rounded half up, as an int16."""
    return _wrap((values + 2**14) >> 15)


_Complex = tuple[Int64s, Int64s]


def _times(a: _Complex, b: Int16s) -> _Complex:
    """A complex product with twiddles [points, 2]."""
    re, im = b[:, 0].astype(np.int64), b[:, 1].astype(np.int64)
    return _scaled(a[0] * re - a[1] * im), _scaled(a[0] * im + a[1] * re)


def _complex_spectrum(re: Int64s, im: Int64s, tables: MicroSpeechTables) -> _Complex:
    """KISS FFT of [frames, points]: radix 4, below it one stage of radix 2 if there is a 2."""
    count = re.shape[1]
    re, im = re[:, tables.order], im[:, tables.order]
    done = 1
    while done < count:
        radix = 2 if done == 1 and _is_odd_power(count) else 4
        by = _HALF if radix == 2 else _QUARTER
        halves = [_scaled(x.reshape(len(x), -1, radix, done) * by) for x in (re, im)]
        parts = [(halves[0][:, :, k], halves[1][:, :, k]) for k in range(radix)]
        step = count // (radix * done)
        turned = [parts[0]] + [
            _times(parts[k], tables.twiddles[np.arange(done) * step * k]) for k in range(1, radix)
        ]
        made = _butterfly2(turned) if radix == 2 else _butterfly4(turned)
        re, im = (np.stack([m[i] for m in made], axis=2).reshape(len(re), -1) for i in (0, 1))
        done *= radix
    return re, im


def _is_odd_power(count: int) -> bool:
    return count.bit_length() % 2 == 0


def _butterfly2(parts: list[_Complex]) -> list[_Complex]:
    (a, b) = parts
    return [
        (_wrap(a[0] + b[0]), _wrap(a[1] + b[1])),
        (_wrap(a[0] - b[0]), _wrap(a[1] - b[1])),
    ]


def _butterfly4(parts: list[_Complex]) -> list[_Complex]:
    a, b, c, d = parts
    (outer, inner), (total, between) = _butterfly2([a, c]), _butterfly2([b, d])
    first, third = _butterfly2([outer, total])
    return [
        first,
        (_wrap(inner[0] + between[1]), _wrap(inner[1] - between[0])),
        third,
        (_wrap(inner[0] - between[1]), _wrap(inner[1] + between[0])),
    ]


def _real_spectrum(frames: Int64s, points: int, tables: MicroSpeechTables) -> _Complex:
    """kiss_fftr: bins 0 to points / 2 of [frames, samples], of which neighbours are one complex."""
    half = points // 2
    padded = np.zeros((len(frames), points), np.int64)
    padded[:, : frames.shape[1]] = frames
    packed = _complex_spectrum(padded[:, ::2], padded[:, 1::2], tables)
    re, im = (_scaled(part * _HALF) for part in (packed[0], _wrap(packed[1])))
    mirrored = _scaled(_wrap(-packed[1]) * _HALF)
    made = [np.zeros((len(frames), half + 1), np.int64) for _ in (0, 1)]
    made[0][:, 0], made[0][:, half] = _wrap(re[:, 0] + im[:, 0]), _wrap(re[:, 0] - im[:, 0])
    k = np.arange(1, half // 2 + 1)
    (even, odd) = _butterfly2([(re[:, k], im[:, k]), (re[:, half - k], mirrored[:, half - k])])
    turned = _times(odd, tables.split_twiddles[k - 1])
    # In this order: where k is its own mirror, the second one stays.
    made[0][:, k], made[1][:, k] = (_wrap(e + t >> 1) for e, t in zip(even, turned, strict=True))
    made[0][:, half - k] = _wrap(even[0] - turned[0] >> 1)
    made[1][:, half - k] = _wrap(turned[1] - even[1] >> 1)
    return made[0], made[1]


def _channels(spectrum: _Complex, tables: MicroSpeechTables) -> Uint32s:
    """Square roots of the energies in the filters, [frames, channels]."""
    bins = slice(tables.first_bin, tables.first_bin + len(tables.weights))
    re, im = spectrum[0][:, bins], spectrum[1][:, bins]
    energy = (re * re + im * im).astype(np.uint32).view(np.int32).astype(np.int64)
    sides = np.concatenate([[0], tables.ends[:-1].astype(np.int64) - tables.first_bin])
    sums = [_sums_of(energy * part, sides) for part in (tables.weights, tables.unweights)]
    return _rounded_root((sums[0][:, 1:] + sums[1][:, :-1]).view(np.uint64))


def _sums_of(values: Int64s, starts: Int64s) -> Int64s:
    """Sums of the columns from each start to the next; 0 where there are none."""
    totals = np.concatenate([np.zeros((len(values), 1), np.int64), values.cumsum(axis=1)], axis=1)
    ends = np.append(starts[1:], values.shape[1])
    return np.asarray(totals[:, ends] - totals[:, starts])


def _rounded_root(values: Uint64s) -> Uint32s:
    """The nearest whole root; the largest of 16 or 32 bits is not rounded up."""
    root = np.sqrt(values.astype(np.float64)).astype(np.uint64)
    root = np.minimum(root, np.uint64(0xFFFFFFFF))
    root -= (root * root > values).astype(np.uint64)
    up = root + np.uint64(1)
    root += ((up <= np.uint64(0xFFFFFFFF)) & (up * up <= values)).astype(np.uint64)
    limit = np.where(values >> np.uint64(32) == 0, np.uint64(0xFFFF), np.uint64(0xFFFFFFFF))
    rest = values - root * root
    return np.asarray(root + ((rest > root) & (root != limit)), np.uint32)


def _without_noise(rows: MicroSpeech, signal: Uint32s) -> tuple[Uint32s, Uint32s]:
    """Less a slow mean of each channel, and that mean, which the gain is made of."""
    one = 1 << NOISE_BITS
    even, odd, least = shares(rows)
    smoothing = np.where(np.arange(rows.channels) % 2 == 0, even, odd).astype(np.uint64)
    bits = np.uint64(NOISE_BITS)
    scaled = signal << np.uint32(rows.smoothing_bits)
    estimate = np.zeros(rows.channels, np.uint64)
    means = np.empty_like(signal)
    for number, row in enumerate(scaled.astype(np.uint64)):
        mixed = row * smoothing + estimate * (np.uint64(one) - smoothing)
        means[number] = (mixed >> bits).astype(np.uint32)
        estimate = means[number].astype(np.uint64)
    left = (scaled - np.minimum(means, scaled)) >> np.uint32(rows.smoothing_bits)
    floor = (signal.astype(np.uint64) * np.uint64(least) >> bits).astype(np.uint32)
    return np.maximum(left, floor), means


def _with_gain(
    rows: MicroSpeech, tables: MicroSpeechTables, signal: Uint32s, noise: Uint32s
) -> Uint32s:
    """Per-channel amplitude normalisation (PCAN)."""
    x = noise.astype(np.int64)
    interval = np.maximum(_bits(x), 2)
    at = 4 * interval - 6
    fraction = np.where(
        interval < 11, x << np.maximum(11 - interval, 0), x >> np.maximum(interval - 11, 0)
    )
    fraction &= 0x3FF
    y0, slope, bend = (tables.gains[at + i].astype(np.int64) for i in range(3))
    curve = (((bend * fraction >> 5) + (slope << 5)) * fraction + 2**14) >> 15
    gain = np.where(x <= 2, tables.gains[np.minimum(x, 2)], _wrap(curve + y0))
    product = signal.astype(np.uint64) * gain.astype(np.uint32).astype(np.uint64)
    snr = (product >> np.uint64(gain_shift(rows))).astype(np.uint32)
    square = snr * snr >> np.uint32(2 + 2 * SNR_BITS - GAIN_OUTPUT_BITS)
    line = (snr >> np.uint32(SNR_BITS - GAIN_OUTPUT_BITS)) - np.uint32(1 << GAIN_OUTPUT_BITS)
    return np.asarray(np.where(snr < 2 << SNR_BITS, square, line), np.uint32)


def _logarithm(rows: MicroSpeech, tables: MicroSpeechTables, signal: Uint32s) -> NDArray[np.uint16]:
    """log_shift more bits of the natural logarithm, from segments of log2, clamped to uint16."""
    raised = signal << np.uint32(rows.correction_bits)
    x = np.maximum(raised.astype(np.int64), 1)
    whole = _bits(x) - 1
    rest = x - (np.int64(1) << whole)
    fraction = np.where(
        whole < LOG_BITS,
        rest << np.maximum(LOG_BITS - whole, 0),
        rest >> np.maximum(whole - LOG_BITS, 0),
    )
    segment = fraction >> (LOG_BITS - 7)
    low, high = (tables.logs[segment + i].astype(np.int64) for i in (0, 1))
    position = fraction - (segment << (LOG_BITS - 7))
    log2 = (whole << LOG_BITS) + fraction + low + ((high - low) * position >> LOG_BITS)
    half = 1 << (LOG_BITS - 1)
    natural = (LN_2 * log2 + half) >> LOG_BITS
    made = ((natural << rows.log_shift) + half) >> LOG_BITS
    return np.where(raised > 1, np.minimum(made, 0xFFFF), 0).astype(np.uint16)
