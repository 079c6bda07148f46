# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Sources of a front-end: read from files, made of noise, as bytes for the device."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import DataError
from mcugen.features.reference import Floats, Source, least_samples, row_extractor
from mcugen.features.spec import FrontEnd, Image, LogMel, Mfcc, MicroSpeech, Timeseries
from mcugen.samples.arrays import check_axes, check_rows, load_bin, load_npy
from mcugen.samples.images import PICTURES, read_picture
from mcugen.samples.wav import read_wav

SOURCE_SUFFIXES: dict[str, tuple[str, ...]] = {
    "raw": (),
    "log-mel": (".wav",),
    "mfcc": (".wav",),
    "micro-speech": (".wav",),
    "image": (*PICTURES, ".npy", ".bin"),
    "timeseries": (".csv", ".npy", ".bin"),
}
"""kind -> files that hold its source."""


def read_source(path: Path, front_end: FrontEnd) -> Source:
    """The source in a file whose suffix is among SOURCE_SUFFIXES of the kind.

    wav: PCM16 samples. Image: a picture, or uint8 pixels as the model takes them, `.bin` without header.
    Series: float32 time steps, `.bin` little endian without header, `.csv` one step a line below an
    optional header. Raises DataError, naming the file, for one that is unreadable, of another type or
    size, or too short for a window, and for an array with other axes than the model.
    """
    rows = front_end.rows
    if isinstance(rows, LogMel | Mfcc | MicroSpeech):
        return read_wav(path, rows.sample_rate_hz, least_samples=least_samples(front_end))
    dtype = np.dtype(np.uint8 if isinstance(rows, Image) else np.float32)
    suffix = path.suffix.lower()
    if suffix in PICTURES:
        return read_picture(path, front_end).reshape(-1)
    if suffix == ".csv":
        values = _load_csv(path, dtype)
    else:
        values = load_npy(path) if suffix == ".npy" else load_bin(path, dtype)
    if values.dtype != dtype:
        raise DataError(f"{path}: holds {values.dtype.name}, the front-end expects {dtype.name}")
    if isinstance(rows, Timeseries):
        _check_columns(path, values.shape, front_end)
    if isinstance(rows, Image):
        check_axes(path, values.shape, source_shape(front_end), front_end.row_values)
    check_rows(path, values, front_end.row_values, least_samples(front_end))
    return values.reshape(-1)


def _check_columns(path: Path, shape: tuple[int, ...], front_end: FrontEnd) -> None:
    """DataError where columns are not the channels: values would go to the wrong channels.

    An array may also hold whole windows, one a line.
    """
    channels = front_end.row_values
    wanted = (
        {channels}
        if path.suffix.lower() == ".csv"
        else {channels, front_end.window_rows * channels}
    )
    if len(shape) > 1 and shape[-1] not in wanted and shape[0] > 0:
        raise DataError(
            f"{path}: {shape[-1]} columns, the model takes {channels}",
            hint="keep the columns that it was trained on, without `anomaly`",
        )


def source_shape(front_end: FrontEnd) -> tuple[int, ...]:
    """Axes of one window of an array that is a source."""
    rows = front_end.rows
    if isinstance(rows, Image):
        return (front_end.window_rows, rows.line_pixels, rows.channels)
    return (front_end.window_rows, front_end.row_values)


def source_bytes(source: Source) -> bytes:
    """What is sent: the values one after the other, little endian."""
    return source.astype(source.dtype.newbyteorder("<")).tobytes()


def used_source(source: Source, front_end: FrontEnd) -> Source:
    """The source without what comes after the last row that windows use.

    Only where a row depends on nothing later than its own samples: an MFCC clip is scaled by its
    peak, wherever that is.
    """
    rows = front_end.rows
    if not isinstance(rows, LogMel) or front_end.last_row is None:
        return source
    ahead = rows.n_fft // 2 if rows.center else rows.n_fft
    return source[: (front_end.last_row - 1) * rows.hop_samples + ahead]


def source_row_bytes(front_end: FrontEnd) -> int:
    """Bytes of the source between two rows."""
    rows = front_end.rows
    if isinstance(rows, LogMel | Mfcc | MicroSpeech):
        return 2 * rows.hop_samples
    return front_end.row_values * (1 if isinstance(rows, Image) else 4)


def noise_rows(front_end: FrontEnd, row_count: int, random: np.random.Generator) -> Floats:
    """Rows of noise that swells from silence to full scale, clip after clip, [row_count, values]."""
    rows_of = row_extractor(front_end)
    clips: list[Floats] = []
    while sum(map(len, clips)) < row_count:
        clips.append(rows_of(_noise(front_end, row_count, random)))
    return np.concatenate(clips)[:row_count]


def _noise(front_end: FrontEnd, row_count: int, random: np.random.Generator) -> Source:
    """Source of about `row_count` rows, or of one clip where its length is fixed."""
    rows = front_end.rows
    if isinstance(rows, LogMel | Mfcc | MicroSpeech):
        count = rows.n_fft + row_count * rows.hop_samples
        count = rows.clip_samples if isinstance(rows, Mfcc) else count
        samples = np.linspace(0, 1, count) ** 3 * random.uniform(-32768, 32767, count)
        return np.asarray(samples, np.int16)
    swell = np.linspace(0, 1, row_count)[:, None]
    shape = (row_count, front_end.row_values)
    if isinstance(rows, Image):
        return np.asarray(swell * random.integers(0, 256, shape), np.uint8).reshape(-1)
    assert isinstance(rows, Timeseries)
    values = np.array(rows.means) + 3 * swell * random.normal(0, rows.stddevs, shape)
    return np.asarray(values, np.float32).reshape(-1)


def _load_csv(path: Path, dtype: np.dtype[Any]) -> NDArray[Any]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: not a readable text file: {error}") from error
    steps: list[list[float]] = []
    for number, line in enumerate(lines, start=1):
        try:
            steps.append([float(cell) for cell in line.split(",")])
        except ValueError as error:
            if number > 1 and line.strip():
                raise DataError(f"{path}:{number}: not numbers: {line[:60]!r}") from error
        if steps and len(steps[-1]) != len(steps[0]):
            raise DataError(f"{path}:{number}: {len(steps[-1])} values, not {len(steps[0])}")
    return np.array(steps, dtype)
