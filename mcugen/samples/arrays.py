# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Array files: .npy, headerless .bin, and the checks that rows of values share."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import DataError
from mcugen.scoring.labels import class_indices

ARRAYS = (".npy", ".npz", ".bin")


def load_npy(path: Path, *, mapped: bool = False) -> NDArray[Any]:
    """The array in a .npy file; `mapped` reads it from disk as it is used. No pickles.

    DataError names the file.
    """
    try:
        array = np.load(path, mmap_mode="r" if mapped else None, allow_pickle=False)
    except (OSError, ValueError, EOFError, MemoryError) as error:
        raise DataError(f"{path}: not a readable .npy file: {error}") from error
    if not isinstance(array, np.ndarray):
        raise DataError(f"{path}: not a readable .npy file: an .npz archive")
    return array


def npy_bytes(array: NDArray[Any]) -> bytes:
    """The content of a .npy file."""
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


def load_bin(path: Path, dtype: np.dtype[Any]) -> NDArray[Any]:
    """The little-endian values of a file without header; DataError names the file."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}") from error
    if len(content) % dtype.itemsize:
        raise DataError(f"{path}: {len(content)} bytes are not whole {dtype.name} values")
    return np.frombuffer(content, dtype.newbyteorder("<")).astype(dtype)


def load_labels(
    path: Path, classes: tuple[str, ...] = ()
) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Class indices in a .npy file (integers, one-hot rows or words), and the classes' names."""
    try:
        return class_indices(load_npy(path), classes)
    except DataError as error:
        what = error.what if str(path) in error.what else f"{path}: {error.what}"
        raise DataError(what, hint=error.hint) from error


def check_axes(
    path: Path | str, shape: tuple[int, ...], wanted: tuple[int, ...], row_values: int
) -> None:
    """DataError for an array whose last axes are not those of an input `wanted`: channels first for
    last, grey for colour. Its values would go to the wrong places.

    Flat arrays, rows of `row_values` and whole windows in a row have no axes to compare. Axes of
    length 1 do not count.
    """
    have, want = (tuple(size for size in axes if size != 1) for axes in (shape, wanted))
    if len(have) < 2 or len(want) < 2 or have[-len(want) :] == want:
        return
    in_other_order = sorted(have[-len(want) :]) == sorted(want)
    in_rows = have[-1] in (row_values, math.prod(want)) or max(len(have), len(want)) < 3
    if in_rows and not in_other_order:
        return
    raise DataError(
        f"{path}: shape {list(shape)}, the model takes {list(wanted)}",
        hint="transpose the axes to that order"
        if in_other_order
        else "reshape the array, or use the data that the model was trained on",
    )


def check_rows(path: Path | str, values: NDArray[Any], row_values: int, least_rows: int) -> None:
    """DataError unless `values` are whole rows, at least `least_rows`, and finite."""
    count, rest = divmod(values.size, row_values)
    if rest:
        raise DataError(f"{path}: {values.size} values are not whole rows of {row_values}")
    if count < least_rows:
        raise DataError(f"{path}: {count} rows, one window needs {least_rows}")
    if not np.isfinite(values).all():
        raise DataError(f"{path}: holds NaN or infinite values")
