# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The files a user names, as clips: found, hashed and labelled before any device is opened."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mcugen.errors import DataError, near_path
from mcugen.samples.arrays import ARRAYS
from mcugen.samples.labels import LABEL_WORDS, class_in_name, labels_of

TENSOR_FILES = (".npy", ".bin")
"""Files of one input tensor each, in a folder that is a clip."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One file (or folder of input tensors) that will go through the device."""

    name: str  # as the user named it
    path: Path
    sha256: str
    label: str | None  # "normal", "anomaly" or a class; None: not known


def find_clips(
    named: Sequence[Path],
    suffixes: Sequence[str],
    labels: Mapping[str, str] | None = None,
    classes: Sequence[str] = (),
    *,
    tensors: int = 1,
) -> tuple[Clip, ...]:
    """All clips named directly or by their folder, each once, folders sorted by path.

    `labels` is what `read_labels` returned; without it labels come from the names of files and folders,
    and are `classes` where these are named. Of a model with several input `tensors`, a folder with as many
    arrays is one clip.
    DataError lists every name that is missing, unreadable or of another type, at once.
    """
    faults: list[str] = []
    clips: dict[Path, Clip] = {}
    for path in (file for item in named for file in _files_of(item, suffixes, faults, tensors)):
        if path.resolve() in clips:
            continue
        try:
            digest = _digest(path)
        except OSError as error:
            faults.append(f"{path}: {error.strerror}")
            continue
        clips[path.resolve()] = Clip(path.as_posix(), path, digest, label_of(path, labels, classes))
    if faults:
        raise DataError("; ".join(faults), hint=_hint(suffixes))
    return tuple(clips.values())


def tensor_files(folder: Path) -> tuple[Path, ...]:
    """The arrays in a folder that is one clip, sorted by name."""
    return tuple(sorted(p for p in folder.iterdir() if _is_clip(p, TENSOR_FILES)))


def _digest(path: Path) -> str:
    """SHA-256 of a file; of a folder, of the names and contents of its arrays."""
    if not path.is_dir():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    whole = hashlib.sha256()
    for file in tensor_files(path):
        whole.update(f"{file.name}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()


def _hint(suffixes: Sequence[str]) -> str:
    hint = f"pass {' or '.join(suffixes)} files or folders"
    if tuple(suffixes) != ARRAYS:
        return hint
    return f"{hint}; for sounds or images, build the project with a --front-end that reads them"


def _files_of(
    item: Path, suffixes: Sequence[str], faults: list[str], tensors: int
) -> tuple[Path, ...]:
    if item.is_dir():
        folders = [item, *sorted(p for p in item.rglob("*") if p.is_dir())] if tensors > 1 else []
        whole = tuple(folder for folder in folders if len(tensor_files(folder)) == tensors)
        inside = (p for p in item.rglob("*") if p.parent not in whole and _is_clip(p, suffixes))
        found = (*whole, *sorted(inside))
        if not found:
            faults.append(f"{item}: no {' or '.join(suffixes)} file in this folder")
        return found
    if not item.exists():
        near = near_path(item)
        faults.append(f"{item}: no such file or folder" + (f" ({near})" if near else ""))
        return ()
    if not _is_clip(item, suffixes):
        faults.append(f"{item}: not a {' or '.join(suffixes)} file")
        return ()
    return (item,)


def _is_clip(path: Path, suffixes: Sequence[str]) -> bool:
    return path.suffix.lower() in suffixes and path.is_file()


def label_of(
    path: Path, labels: Mapping[str, str] | None, classes: Sequence[str] = ()
) -> str | None:
    """The file's label in a label file; without one the class or the label that its name says (see
    labels.py), else its folder's."""
    if labels is not None:
        return labels.get(path.name)
    if classes:
        return class_in_name(path.resolve(), classes)
    return labels_of(path.name)[0] or LABEL_WORDS.get(path.parent.name.lower())
