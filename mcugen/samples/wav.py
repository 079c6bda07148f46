# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Audio files -> samples, and a clear error for those that do not fit."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import DataError
from mcugen.system import IS_WINDOWS

_FLOAT_SUBTYPES = ("FLOAT", "DOUBLE")
_MAX_FLOAT_PEAK = 8.0  # 18 dB above full scale: no mix, but samples at the scale of integers
_MAX_HEAD_BYTES = 1 << 16


def read_wav(path: Path, sample_rate_hz: int, *, least_samples: int = 1) -> NDArray[np.int16]:
    """The PCM16 samples of a mono clip. Divided by 32768 they are what librosa.load(sr=None) gives.

    Other integer formats are converted as libsndfile does; float samples are rounded to PCM16 and
    clipped at full scale. A WAV whose header says 0 bytes, because its recorder was stopped, is read to
    its end. Raises DataError, naming the file, what was found and what is expected, for a file that is
    missing or damaged, has another rate or more than one channel, or fewer than `least_samples`
    samples, or float samples that are no numbers or far beyond full scale.
    """
    import soundfile

    if not path.is_file():
        raise DataError(f"{path}: no such file", hint="check the name of the clip")
    try:
        with soundfile.SoundFile(_finished(path) or _name(path)) as file:
            found_rate_hz = file.samplerate
            is_float = file.subtype in _FLOAT_SUBTYPES
            samples = file.read(dtype="float64" if is_float else "int16", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise DataError(
            f"{path}: not a readable audio file ({_reason(error)})",
            hint=f"expected PCM16 mono WAV at {sample_rate_hz} Hz",
        ) from error
    count, channels = samples.shape
    if found_rate_hz != sample_rate_hz:
        raise DataError(
            f"{path}: sample rate is {found_rate_hz} Hz, the front-end expects {sample_rate_hz} Hz",
            hint=f"resample the clip (sox {path.name} -r {sample_rate_hz} new.wav): mcugen never does so "
            "silently",
        )
    if channels != 1:
        raise DataError(
            f"{path}: {channels} channels, the front-end expects 1 (mono)",
            hint="extract the channel that the model was trained on",
        )
    if count < least_samples:
        raise DataError(
            f"{path}: {count} samples ({count / sample_rate_hz:.2f} s), one window needs "
            f"{least_samples} ({least_samples / sample_rate_hz:.2f} s)",
            hint="use a longer clip, or change first_row and window_rows of the front-end",
        )
    mono: NDArray[np.int16] = _as_pcm16(samples[:, 0], path) if is_float else samples[:, 0]
    return mono


def _name(path: Path) -> bytes | Path:
    """The path as libsndfile opens it: by its bytes where names are bytes, whatever the locale."""
    return os.fsencode(path) if not IS_WINDOWS else path


def _finished(path: Path) -> io.BytesIO | None:
    """The file with the size that its data chunk has, where its header says 0 and samples follow;
    else None. A recorder writes the size when it ends."""
    with path.open("rb") as file:
        head = file.read(_MAX_HEAD_BYTES)
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return None
    start = 12
    while head[start : start + 4] != b"data":
        if len(head) < start + 8:
            return None
        size = int.from_bytes(head[start + 4 : start + 8], "little")
        start += 8 + size + size % 2
    start += 8
    if head[start - 4 : start] != bytes(4) or len(head) <= start or _is_chunk(head[start:], path):
        return None
    content = path.read_bytes()
    sizes = (len(content) - 8, len(content) - start)
    riff, data = (size.to_bytes(4, "little") for size in sizes)
    return io.BytesIO(content[:4] + riff + content[8 : start - 4] + data + content[start:])


def _is_chunk(rest: bytes, path: Path) -> bool:
    """Whether another chunk follows an empty one: its four letters, and a size that the file has."""
    size = int.from_bytes(rest[4:8], "little")
    return rest[:4].strip().isalnum() and len(rest) >= 8 and size <= path.stat().st_size


def _as_pcm16(samples: NDArray[np.float64], path: Path) -> NDArray[np.int16]:
    """Full scale is 1.0. libsndfile itself would cut such samples off to 0."""
    if not np.isfinite(samples).all():
        first = int(np.argmin(np.isfinite(samples)))
        raise DataError(f"{path}: sample {first} is {samples[first]}", hint="write the clip again")
    peak = float(np.abs(samples).max(initial=0.0))
    if peak > _MAX_FLOAT_PEAK:
        raise DataError(
            f"{path}: float samples run to {peak:.0f}, full scale of a float WAV is 1.0",
            hint="divide the samples by 32768, or write the clip as PCM16",
        )
    pcm16: NDArray[np.int16] = np.rint(samples * 32768).clip(-32768, 32767).astype(np.int16)
    return pcm16


def _reason(error: Exception) -> str:
    """The part of libsndfile's message with the reason."""
    return str(error).rsplit(": ", 1)[-1].rstrip(".")
