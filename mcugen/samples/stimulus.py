# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A clip as the bytes the device is sent, and as the windows the reference is asked about."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import ConfigError, DataError
from mcugen.features.reference import (
    cut_windows,
    dequantize,
    quantize,
    row_extractor,
)
from mcugen.features.spec import FrontEnd, Image
from mcugen.model.ir import Quant
from mcugen.protocol import Source
from mcugen.samples.clips import ARRAYS
from mcugen.samples.files import (
    SOURCE_SUFFIXES,
    read_source,
    source_bytes,
    source_row_bytes,
    used_source,
)

SOURCES = {"pcm": Source.PCM, "features": Source.FEATURES, "int8": Source.INT8}
"""What `--input` says -> what the bytes of a PUSH are."""


@dataclass(frozen=True, slots=True)
class Stimulus:
    """One clip, ready to stream. `windows` are the float features that its score is about
    (dequantised for int8), `inputs` what the engine sees; both [windows, values]."""

    source: Source
    data: bytes
    row_bytes: int  # bytes that complete one row, padding apart
    windows: NDArray[np.float32]
    inputs: NDArray[np.int8]


def default_input(input_name: str | None, front_end: FrontEnd) -> str:
    """What is sent when nothing else is asked for; ConfigError for what the front-end cannot take."""
    if input_name == "pcm" and front_end.rows is None:
        raise ConfigError(
            f"front-end {front_end.kind!r} takes no PCM", hint="use --input int8 or features"
        )
    return input_name or ("int8" if front_end.rows is None else "pcm")


def suffixes_for(input_name: str, front_end: FrontEnd) -> tuple[str, ...]:
    """File types a clip may have."""
    sources = SOURCE_SUFFIXES[front_end.kind]
    return sources if input_name == "pcm" else tuple(dict.fromkeys((*sources, *ARRAYS)))


def check_clips(paths: Iterable[Path], input_name: str, front_end: FrontEnd) -> None:
    """Reads every clip once; DataError lists all that cannot be used, before any device is opened."""
    faults: list[DataError] = []
    for path in paths:
        try:
            read_clip(path, input_name, front_end)
        except DataError as error:
            faults.append(error)
    if faults:
        raise DataError("; ".join(fault.what for fault in faults), hint=faults[0].hint)


def read_clip(path: Path, input_name: str, front_end: FrontEnd) -> NDArray[Any]:
    """The source in a file, or [rows, row_values] of an array; enough for one window at least."""
    if _holds_source(path, input_name, front_end):
        return read_source(path, front_end)
    return _read_rows(path, input_name, front_end)


def _holds_source(path: Path, input_name: str, front_end: FrontEnd) -> bool:
    """An array holds rows unless the source is asked for: some sources are arrays, too."""
    suffix = path.suffix.lower()
    return suffix in SOURCE_SUFFIXES[front_end.kind] and (
        input_name == "pcm" or suffix not in ARRAYS
    )


def make_stimulus(path: Path, input_name: str, front_end: FrontEnd, quant: Quant) -> Stimulus:
    """Reads a clip and prepares what is sent and what is expected. DataError names the file.

    Sources: the rows are the reference front-end's. Arrays (`.npy`, or `.bin` without header) hold the
    rows that windows are made of, float32 [rows, row_values], or int8 for `int8`.
    """
    values = read_clip(path, input_name, front_end)
    if not _holds_source(path, input_name, front_end):
        if values.dtype == np.int8:
            return from_int8_rows(values, front_end, quant)
        return _from_float_rows(values, input_name, front_end, quant)
    rows = row_extractor(front_end)(values)
    if input_name != "pcm":
        kept = rows[front_end.first_row : front_end.last_row]
        return _from_float_rows(kept, input_name, front_end, quant)
    windows = cut_windows(rows, front_end)
    return Stimulus(
        source=Source.PCM,
        data=source_bytes(used_source(values, front_end)),
        row_bytes=source_row_bytes(front_end),
        windows=windows,
        inputs=quantize(windows, quant),
    )


def _from_float_rows(
    rows: NDArray[np.float32], input_name: str, front_end: FrontEnd, quant: Quant
) -> Stimulus:
    if input_name == "int8":
        return from_int8_rows(quantize(rows, quant), front_end, quant)
    windows = cut_windows(rows, _every_row(front_end))
    return Stimulus(
        source=Source.FEATURES,
        data=rows.astype("<f4").tobytes(),
        row_bytes=4 * front_end.row_values,
        windows=windows,
        inputs=quantize(windows, quant),
    )


def image_of(path: Path, front_end: FrontEnd) -> NDArray[np.uint8] | None:
    """Pixels [height, width, channels] of the first window of an image; None for any other source."""
    rows = front_end.rows
    if not isinstance(rows, Image):
        return None
    lines = read_clip(path, "pcm", front_end)[: front_end.window_rows * front_end.row_values]
    return np.asarray(lines.reshape(-1, rows.line_pixels, rows.channels), np.uint8)


def from_int8_rows(rows: NDArray[np.int8], front_end: FrontEnd, quant: Quant) -> Stimulus:
    """A stimulus of quantised rows [rows, row_values]: no rounding of features anywhere."""
    inputs = cut_windows(rows.astype(np.float32), _every_row(front_end)).astype(np.int8)
    return Stimulus(
        source=Source.INT8,
        data=rows.tobytes(),
        row_bytes=front_end.row_values,
        windows=dequantize(inputs, quant),
        inputs=inputs,
    )


def _every_row(front_end: FrontEnd) -> FrontEnd:
    """The same windows without a row range: the device takes pushed rows as the host made them."""
    return replace(front_end, first_row=0, last_row=None)


def _read_rows(path: Path, input_name: str, front_end: FrontEnd) -> NDArray[Any]:
    """The array of a file as [rows, row_values], float32 or int8; the type fits `input_name`."""
    array = READERS[path.suffix.lower()](path, input_name)
    wanted = (np.float32, np.int8) if input_name == "int8" else (np.float32,)
    if array.dtype not in wanted:
        names = " or ".join(np.dtype(kind).name for kind in wanted)
        raise DataError(f"{path}: holds {array.dtype.name}; --input {input_name} takes {names}")
    if array.size == 0 or array.size % front_end.row_values:
        raise DataError(
            f"{path}: {array.size} values are not a whole number of rows of {front_end.row_values}"
        )
    if array.size < front_end.row_values * front_end.window_rows:
        raise DataError(
            f"{path}: {array.size // front_end.row_values} rows, one window needs "
            f"{front_end.window_rows}"
        )
    if array.dtype == np.float32 and not np.isfinite(array).all():
        raise DataError(f"{path}: holds NaN or infinite values")
    return array.reshape(-1, front_end.row_values)


def _read_npy(path: Path, input_name: str) -> NDArray[Any]:
    try:
        return np.asarray(np.load(path, allow_pickle=False))
    except (OSError, ValueError, EOFError) as error:
        raise DataError(f"{path}: not a readable .npy file: {error}") from error


def _read_bin(path: Path, input_name: str) -> NDArray[Any]:
    """Raw values: int8 for `int8`, else little-endian float32 as in the MLPerf Tiny data sets."""
    kind = np.dtype(np.int8 if input_name == "int8" else "<f4")
    data = path.read_bytes()
    if len(data) % kind.itemsize:
        raise DataError(f"{path}: {len(data)} bytes are not a whole number of float32 values")
    return np.frombuffer(data, kind).astype(kind.newbyteorder("="))


READERS: dict[str, Callable[[Path, str], NDArray[Any]]] = {".npy": _read_npy, ".bin": _read_bin}
