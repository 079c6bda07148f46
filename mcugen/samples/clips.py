# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The files a user names, as clips: found, hashed and labelled before any device is opened."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mcugen.errors import DataError

ARRAYS = (".npy", ".npz", ".bin")
LABEL_PREFIXES = {"normal": "normal", "anomaly": "anomaly", "abnormal": "anomaly"}
"""What a file name starts with (up to the first `_`) -> its label."""
LABEL_WORDS = LABEL_PREFIXES | {"0": "normal", "1": "anomaly"}
"""What a label file may say -> the label; any other word is the name of a class."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One file that will go through the device."""

    name: str  # as the user named it
    path: Path
    sha256: str
    label: str | None  # "normal", "anomaly" or a class; None: not known


def find_clips(
    named: Sequence[Path], suffixes: Sequence[str], labels: Mapping[str, str] | None = None
) -> tuple[Clip, ...]:
    """All clips named directly or by their folder, each once, folders sorted by path.

    `labels` is what `read_labels` returned; without it labels come from the file names.
    DataError lists every name that is missing, unreadable or of another type, at once.
    """
    faults: list[str] = []
    clips: dict[Path, Clip] = {}
    for path in (file for item in named for file in _files_of(item, suffixes, faults)):
        if path.resolve() in clips:
            continue
        try:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            faults.append(f"{path}: {error.strerror}")
            continue
        clips[path.resolve()] = Clip(path.as_posix(), path, digest, label_of(path, labels))
    if faults:
        raise DataError("; ".join(faults), hint=_hint(suffixes))
    return tuple(clips.values())


def _hint(suffixes: Sequence[str]) -> str:
    hint = f"give {' or '.join(suffixes)} files or folders"
    if tuple(suffixes) != ARRAYS:
        return hint
    return f"{hint}; for sounds or images, build the project with a --front-end that reads them"


def _files_of(item: Path, suffixes: Sequence[str], faults: list[str]) -> tuple[Path, ...]:
    if item.is_dir():
        found = tuple(sorted(p for p in item.rglob("*") if _is_clip(p, suffixes)))
        if not found:
            faults.append(f"{item}: no {' or '.join(suffixes)} file in this folder")
        return found
    if not item.exists():
        faults.append(f"{item}: no such file")
        return ()
    if not _is_clip(item, suffixes):
        faults.append(f"{item}: not a {' or '.join(suffixes)} file")
        return ()
    return (item,)


def _is_clip(path: Path, suffixes: Sequence[str]) -> bool:
    return path.suffix.lower() in suffixes and path.is_file()


def label_of(path: Path, labels: Mapping[str, str] | None) -> str | None:
    """The label a label file gives the file's name, else what `normal_`, `anomaly_` names say."""
    if labels is not None:
        return labels.get(path.name)
    return LABEL_PREFIXES.get(path.name.partition("_")[0].lower())


def read_labels(path: Path) -> dict[str, str]:
    """File name -> label of a CSV `file,label` (0 and 1 stand for normal and anomaly; a header
    line is allowed). DataError names the line that is not of this form."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "not UTF-8 text"
        raise DataError(
            f"cannot read labels {path}: {why}", hint="give a CSV with one `file,label` per line"
        ) from error
    labels: dict[str, str] = {}
    rows = csv.reader(io.StringIO(text))
    for number, row in enumerate(rows, start=1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (number == 1 and cells[0].lower() in ("file", "name", "clip")):
            continue
        if len(cells) < 2 or not cells[0] or not cells[1]:
            raise DataError(f"{path}:{number}: not `file,label`: {','.join(row)!r}")
        word = cells[1].lower()
        name = Path(cells[0]).name
        label = LABEL_WORDS.get(word, cells[1])
        if labels.setdefault(name, label) != label:
            raise DataError(f"{path}:{number}: {name} has two labels, {labels[name]} and {label}")
    if not labels:
        raise DataError(f"{path}: no labels in it", hint="one `file,label` per line")
    return labels
