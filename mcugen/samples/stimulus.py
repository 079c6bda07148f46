# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A clip as the bytes that the device is sent, and as the windows that the reference computes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import ConfigError, DataError, unknown
from mcugen.features.coding import Coding
from mcugen.features.reference import cut_windows, row_extractor
from mcugen.features.spec import FrontEnd, Image, Mfcc, MicroSpeech
from mcugen.protocol import Source
from mcugen.samples.arrays import ARRAYS, check_axes, check_rows, load_bin, load_npy
from mcugen.samples.clips import tensor_files
from mcugen.samples.files import (
    SOURCE_SUFFIXES,
    read_source,
    source_bytes,
    source_row_bytes,
    used_source,
)

SOURCES = {"pcm": Source.PCM, "features": Source.FEATURES, "int8": Source.INT8}
"""Value of `--input` -> what the bytes of a PUSH are."""


@dataclass(frozen=True, slots=True)
class Stimulus:
    """One clip, ready to stream. `windows` are the float features that its score is about
    (dequantised where elements were given), `inputs` the elements that the engine sees; both
    [windows, values]."""

    source: Source
    data: bytes
    row_bytes: int  # bytes that complete one row, padding apart
    rows: int  # of the clip, padding included: the device completes no more
    windows: NDArray[np.float32]
    inputs: NDArray[Any]
    fit: str = ""  # LONGER or SHORTER than the windows, "" where all of the clip is used


LONGER, SHORTER = "longer", "shorter"


def default_input(input_name: str | None, front_end: FrontEnd, coding: Coding) -> str:
    """What is sent when nothing else is asked for; ConfigError for what the firmware cannot take."""
    if input_name not in (None, *SOURCES):
        raise unknown("input", str(input_name), SOURCES)
    if input_name in ("pcm", "features") and not coding.takes_floats:
        raise ConfigError(
            f"the model's inputs take no float features, which --input {input_name} sends",
            hint="use --input int8: the input tensors as they are",
        )
    if input_name == "pcm" and front_end.rows is None:
        raise ConfigError(
            f"front-end {front_end.kind!r} takes no PCM", hint="use --input int8 or features"
        )
    return input_name or ("int8" if front_end.rows is None else "pcm")


def suffixes_for(input_name: str, front_end: FrontEnd) -> tuple[str, ...]:
    """File types a clip may have."""
    sources = SOURCE_SUFFIXES[front_end.kind]
    return sources if input_name == "pcm" else tuple(dict.fromkeys((*sources, *ARRAYS)))


def check_clips(
    paths: Iterable[Path], input_name: str, front_end: FrontEnd, coding: Coding
) -> None:
    """Reads every clip once; DataError lists all that cannot be used, before any device is opened."""
    faults: list[DataError] = []
    for path in paths:
        try:
            read_clip(path, input_name, front_end, coding)
        except DataError as error:
            faults.append(error)
    if faults:
        raise DataError("; ".join(fault.what for fault in faults), hint=faults[0].hint)


def read_clip(path: Path, input_name: str, front_end: FrontEnd, coding: Coding) -> NDArray[Any]:
    """The source in a file, or the rows of an array; enough for one window at least."""
    if _holds_source(path, input_name, front_end):
        return read_source(path, front_end)
    return _read_rows(path, input_name, front_end, coding)


def _holds_source(path: Path, input_name: str, front_end: FrontEnd) -> bool:
    """An array holds rows unless the source is asked for: some sources are also arrays."""
    suffix = path.suffix.lower()
    return suffix in SOURCE_SUFFIXES[front_end.kind] and (
        input_name == "pcm" or suffix not in ARRAYS
    )


def make_stimulus(
    clip: Path | NDArray[Any], input_name: str, front_end: FrontEnd, coding: Coding
) -> Stimulus:
    """Reads a clip and prepares what is sent and what is expected. DataError names the file.

    Sources: the rows are the reference front-end's. Arrays (`.npy`, or `.bin` without header) hold the
    rows that windows are made of, float32 [rows, row_values], or elements of the input for `int8`.
    An `.npz` has one array for each input of a model with several. An array is as that of a `.npy`.
    """
    if isinstance(clip, np.ndarray):
        values, is_source = _rows_of("the array", clip, input_name, front_end, coding), False
    else:
        values = read_clip(clip, input_name, front_end, coding)
        is_source = _holds_source(clip, input_name, front_end)
    if not is_source:
        fit = _fit_of_rows(len(values), _every_row(front_end))
        if input_name == "int8" and values.dtype == coding.dtype:
            return replace(from_elements(values, front_end, coding), fit=fit)
        return replace(_from_float_rows(values, input_name, front_end, coding), fit=fit)
    rows = row_extractor(front_end)(values)
    fit = _fit_of_source(len(values), len(rows), front_end)
    if input_name != "pcm":
        kept = rows[front_end.first_row : front_end.last_row]
        return replace(_from_float_rows(kept, input_name, front_end, coding), fit=fit)
    windows = cut_windows(rows, front_end)
    return Stimulus(
        source=Source.PCM,
        data=source_bytes(used_source(values, front_end)),
        row_bytes=source_row_bytes(front_end),
        rows=len(rows),
        windows=windows,
        inputs=coding.encode(windows),
        fit=fit,
    )


def _fit_of_source(values: int, rows: int, front_end: FrontEnd) -> str:
    """A clip of MFCCs is one second (or so), cut or padded; others are as long as they are."""
    if not isinstance(front_end.rows, Mfcc):
        return _fit_of_rows(rows, front_end)
    wanted = front_end.rows.clip_samples
    return "" if values == wanted else LONGER if values > wanted else SHORTER


def _fit_of_rows(rows: int, front_end: FrontEnd) -> str:
    """Whether rows are left after the last window; a stream that may go on for ever has no last one."""
    if front_end.last_row is not None or isinstance(front_end.rows, MicroSpeech):
        return ""
    left = (rows - front_end.first_row - front_end.window_rows) % front_end.stride_rows
    return LONGER if left else ""


def _from_float_rows(
    rows: NDArray[np.float32], input_name: str, front_end: FrontEnd, coding: Coding
) -> Stimulus:
    if input_name == "int8":
        return from_elements(coding.encode(rows), front_end, coding)
    windows = cut_windows(rows, _every_row(front_end))
    return Stimulus(
        source=Source.FEATURES,
        data=rows.astype("<f4").tobytes(),
        row_bytes=4 * front_end.row_values,
        rows=len(rows),
        windows=windows,
        inputs=coding.encode(windows),
    )


def image_of(path: Path, front_end: FrontEnd) -> NDArray[np.uint8] | None:
    """Pixels [height, width, channels] of the first window of an image; None for any other source."""
    rows = front_end.rows
    if not isinstance(rows, Image):
        return None
    lines = read_source(path, front_end)[: front_end.window_rows * front_end.row_values]
    return np.asarray(lines.reshape(-1, rows.line_pixels, rows.channels), np.uint8)


def from_elements(rows: NDArray[Any], front_end: FrontEnd, coding: Coding) -> Stimulus:
    """A stimulus of rows of elements: no rounding of features anywhere."""
    inputs = cut_windows(rows, _every_row(front_end))
    return Stimulus(
        source=Source.INT8,
        data=rows.tobytes(),
        row_bytes=rows.itemsize * rows.shape[1],
        rows=len(rows),
        windows=coding.decode(inputs),
        inputs=inputs,
    )


def _every_row(front_end: FrontEnd) -> FrontEnd:
    """The same windows without a row range: the device takes pushed rows as the host made them."""
    return replace(front_end, first_row=0, last_row=None)


def _read_rows(path: Path, input_name: str, front_end: FrontEnd, coding: Coding) -> NDArray[Any]:
    """The array of a file as rows: float32 [rows, row_values] or elements [rows, elements of a row]."""
    given = _load(path, coding.dtype if input_name == "int8" else np.dtype(np.float32), coding)
    return _rows_of(path, given, input_name, front_end, coding)


def _rows_of(
    name: Path | str, given: NDArray[Any], input_name: str, front_end: FrontEnd, coding: Coding
) -> NDArray[Any]:
    """An array as rows; `name` is what a DataError calls it."""
    array = coding.accept(given) if input_name == "int8" else None
    if array is None and given.dtype == np.float32 and coding.takes_floats:
        array = given
    if array is None:
        wanted = coding.names if input_name == "int8" else ["float32"]
        raise DataError(
            f"{name}: holds {given.dtype.name}; --input {input_name} takes {' or '.join(wanted)}"
        )
    is_elements = input_name == "int8" and array.dtype == coding.dtype
    if len(coding.tensors) == 1:
        check_axes(name, array.shape, coding.tensors[0].shape, front_end.row_values)
    row_values = coding.elements // front_end.window_rows if is_elements else front_end.row_values
    check_rows(name, array, row_values, front_end.window_rows)
    return array.reshape(-1, row_values)


def _load(path: Path, dtype: np.dtype[Any], coding: Coding) -> NDArray[Any]:
    """The array of a file; `dtype` is what a .bin holds."""
    suffix = path.suffix.lower()
    if path.is_dir():
        return _load_folder(path, coding)
    if suffix == ".npz":
        return _load_npz(path, coding)
    return load_npy(path) if suffix == ".npy" else load_bin(path, dtype)


def _load_npz(path: Path, coding: Coding) -> NDArray[Any]:
    try:
        with np.load(path, allow_pickle=False) as content:
            arrays = dict(content)
    except (OSError, ValueError, EOFError, BadZipFile) as error:
        raise DataError(f"{path}: not a readable .npz file: {error}") from error
    return _joined(path, arrays, coding)


def _load_folder(path: Path, coding: Coding) -> NDArray[Any]:
    """A .bin holds elements of the input of its name, or of its place in the order of names."""
    files = tensor_files(path)
    names = [tensor.name for tensor in coding.tensors]
    by_name = {file.stem for file in files} == set(names)
    arrays = {}
    for number, file in enumerate(files):
        tensor = coding.tensors[names.index(file.stem) if by_name else number]
        dtype = np.dtype(tensor.dtype.value)
        arrays[file.stem] = (
            load_bin(file, dtype) if file.suffix.lower() == ".bin" else load_npy(file)
        )
    return _joined(path, arrays, coding)


def _joined(path: Path, arrays: Mapping[str, NDArray[Any]], coding: Coding) -> NDArray[Any]:
    """One array for each input, by its name or in order, as windows of bytes."""
    names = [tensor.name for tensor in coding.tensors]
    if len(arrays) != len(names):
        raise DataError(f"{path}: {len(arrays)} arrays for {len(names)} inputs: {', '.join(names)}")
    ordered = [arrays[n] for n in names] if set(names) == set(arrays) else [*arrays.values()]
    try:
        return coding.join([_tensor_of(array, coding, i) for i, array in enumerate(ordered)])
    except ValueError as error:
        raise DataError(f"{path}: {error}") from error


def _tensor_of(array: NDArray[Any], coding: Coding, number: int) -> NDArray[Any]:
    """An array of an .npz as [windows, *shape] of input `number`; ValueError if it is not that."""
    tensor = coding.tensors[number]
    kept = coding.accept_one(array, number)
    if kept is None or array.size == 0 or array.size % tensor.elements:
        wanted = f"{tensor.dtype.value} {list(tensor.shape)}"
        raise ValueError(
            f"input {number} ({tensor.name}) is {wanted}, the array {array.dtype} {list(array.shape)}"
        )
    return kept.reshape(-1, tensor.elements)
