# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The stages that a row of sound goes through: window, spectrum, mel, logarithm, DCT.

What the device has of them is compared with librosa's for log-mel, and for MFCC with the definition of
tf.signal in float64, to which tests/features compare the reference.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcugen.features.reference import dct_matrix, hann, htk_mel_filters
from mcugen.features.spec import PCM16_FULL_SCALE, FrontEnd, LogMel, Mfcc

Samples = NDArray[np.int16]
Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stage:
    """What the firmware keeps of a stage: `count` float32 of each of its last `rows` rows."""

    name: str
    unit: str
    count: int
    rows: int = 1


def stages_of(front_end: FrontEnd) -> tuple[Stage, ...]:
    """In the order of runtime/mel.h; empty for front-ends of which none are kept."""
    rows = front_end.rows
    if isinstance(rows, LogMel):
        spectrum = "power" if rows.power == 2 else "magnitude"
        return (
            Stage("window", "of full scale", rows.n_fft),
            Stage("spectrum", spectrum, rows.n_fft // 2 + 1),
            Stage("mel", spectrum, rows.n_mels),
            Stage("log", "dB", rows.n_mels),
        )
    if isinstance(rows, Mfcc):
        return (
            Stage("window", "of the peak", rows.n_fft),
            Stage("spectrum", "magnitude", rows.n_fft // 2 + 1),
            Stage("mel", "magnitude", rows.n_mels, rows.row_count),
            Stage("log", "natural log", rows.n_mels, rows.row_count),
            Stage("dct", "coefficient", rows.coefficients, rows.row_count),
        )
    return ()


def in_frame_order(window: NDArray[np.float32]) -> NDArray[np.float32]:
    """The windowed frames [frames, n_fft] out of the order that runtime/fft.c takes: bit-reversed pairs."""
    count = window.shape[1] // 2
    bits = count.bit_length() - 1
    order = [int(f"{index:0{bits}b}"[::-1], 2) for index in range(count)]
    return window.reshape(-1, count, 2)[:, order].reshape(window.shape)


def device_scale(front_end: FrontEnd, samples: Samples) -> float:
    """By what the device's window, spectrum and mel are to be multiplied: MFCCs are divided by the
    clip's largest sample at the logarithm only."""
    if not isinstance(front_end.rows, Mfcc):
        return 1.0
    peak = int(samples[: front_end.rows.clip_samples].max(initial=0))
    return 1.0 / (peak or PCM16_FULL_SCALE)


def reference_stages(
    front_end: FrontEnd, samples: Samples, rows: Sequence[int]
) -> tuple[Doubles, ...]:
    """The stages of some rows of a clip, [rows, count] each, in the order of `stages_of`."""
    if isinstance(front_end.rows, LogMel):
        return _log_mel_stages(front_end.rows, samples, rows)
    assert isinstance(front_end.rows, Mfcc)
    return _mfcc_stages(front_end.rows, samples, rows)


def _log_mel_stages(front: LogMel, samples: Samples, rows: Sequence[int]) -> tuple[Doubles, ...]:
    import librosa
    from librosa.filters import get_window
    from librosa.filters import mel as mel_filters

    signal = samples / PCM16_FULL_SCALE
    padding = front.n_fft // 2 if front.center else 0
    starts = np.array(rows) * front.hop_samples
    frames = np.pad(signal, padding)[starts[:, None] + np.arange(front.n_fft)]
    window = frames * get_window("hann", front.n_fft, fftbins=True)
    transform = librosa.stft(
        signal,
        n_fft=front.n_fft,
        hop_length=front.hop_samples,
        center=front.center,
        pad_mode="constant",
        dtype=np.complex128,
    )
    spectrum = np.abs(transform[:, list(rows)].T) ** front.power
    filters = mel_filters(
        sr=front.sample_rate_hz,
        n_fft=front.n_fft,
        n_mels=front.n_mels,
        fmin=front.fmin_hz,
        fmax=front.fmax_hz,
    )
    mel = spectrum @ filters.T.astype(np.float64)
    return window, spectrum, mel, 20 / front.power * np.log10(mel + front.epsilon)


def _mfcc_stages(front: Mfcc, samples: Samples, rows: Sequence[int]) -> tuple[Doubles, ...]:
    clip = np.zeros(front.clip_samples)
    used = samples[: front.clip_samples]
    clip[: used.size] = used / float(int(used.max(initial=0)) or PCM16_FULL_SCALE)
    starts = np.array(rows) * front.hop_samples
    frames = clip[starts[:, None] + np.arange(front.frame_samples)] * hann(front.frame_samples)
    window = np.pad(frames, ((0, 0), (0, front.n_fft - front.frame_samples)))
    spectrum = np.abs(np.fft.rfft(window))
    mel = spectrum @ htk_mel_filters(front).T.astype(np.float64)
    logs = np.log(mel + front.epsilon)
    return window, spectrum, mel, logs, logs @ dct_matrix(front).T.astype(np.float64)
