# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Labels of clips: from file names, folders and CSV files."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

from mcugen.errors import DataError, nearest
from mcugen.scoring.labels import ANOMALY, NORMAL

LABEL_WORDS = {"normal": NORMAL, "anomaly": ANOMALY, "abnormal": ANOMALY}
"""Word in a file name, or name of a folder -> label."""
LABEL_DIGITS = {"0": NORMAL, "1": ANOMALY}
"""What a CSV may also hold; any other word is the name of a class."""
NAME = re.compile(
    r"(?:(section_\d+)_)?(?:(?:source|target)_)?(?:(?:train|test)_)?"
    r"(?:(normal|anomaly|abnormal)_)?(?:(id_\d+)_)?.*",
    re.IGNORECASE | re.DOTALL,
)
"""DCASE 2020 (anomaly_id_01_00000003.wav) to 2025 (section_00_source_test_anomaly_0000_vel_6.wav)."""
MACHINE_FOLDER = re.compile(r"(?:id|section)_\d+", re.IGNORECASE)
"""A folder of one machine: MIMII's fan/id_00/normal/00000003.wav."""


def labels_of(name: str) -> tuple[str | None, str]:
    """Label and machine id (or section) in a file name: anomaly_id_01_00000003.wav -> ("anomaly",
    "id_01")."""
    match = NAME.fullmatch(name)
    section, word, machine = match.groups() if match else (None, None, None)
    return (LABEL_WORDS[word.lower()] if word else None), (machine or section or "").lower()


def class_of(word: str, classes: Sequence[str]) -> str | None:
    """The class that a word names, whatever its case, or whose number it is; None for another word."""
    named = {name.lower(): name for name in classes}
    if word.lower() in named:
        return named[word.lower()]
    return classes[int(word)] if word.isdecimal() and int(word) < len(classes) else None


def class_in_name(path: Path, classes: Sequence[str]) -> str | None:
    """The class that a clip's folder is called after, or that its file name begins with (yes_01.wav)."""
    named = {name.lower(): name for name in classes}
    stem = path.stem.lower()
    words = (path.parent.name.lower(), stem, re.split(r"[_\-. ]*\d", stem)[0])
    return next((named[word] for word in words if word in named), None)


def read_labels(path: Path, classes: Sequence[str] = ()) -> dict[str, str]:
    """File name -> label of a CSV `file,label`; a header line is allowed.

    With the names of `classes` a label is one of them or its number, also as MLPerf Tiny writes it
    (`file,classes,number`); without, 0 and 1 stand for normal and anomaly. DataError names the line
    that is not of this form.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "not UTF-8 text"
        raise DataError(
            f"cannot read labels {path}: {why}", hint="use a CSV with one `file,label` per line"
        ) from error
    labels: dict[str, str] = {}
    rows = csv.reader(io.StringIO(text))
    for number, row in enumerate(rows, start=1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (number == 1 and cells[0].lower() in ("file", "name", "clip")):
            continue
        if len(cells) < 2 or not cells[0] or not cells[1]:
            raise DataError(f"{path}:{number}: not `file,label`: {','.join(row)!r}")
        name = Path(cells[0]).name
        label = _label(cells, classes)
        if label is None:
            known = nearest(cells[1], classes) or ", ".join(classes[:12])
            raise DataError(
                f"{path}:{number}: {cells[1]!r} is none of the {len(classes)} classes",
                hint=f"classes: {known}",
            )
        if labels.setdefault(name, label) != label:
            raise DataError(f"{path}:{number}: {name} has two labels, {labels[name]} and {label}")
    if not labels:
        raise DataError(f"{path}: holds no labels", hint="one `file,label` per line")
    return labels


def _label(cells: Sequence[str], classes: Sequence[str]) -> str | None:
    """The label of a line; None where it is no class."""
    if not classes:
        return (LABEL_WORDS | LABEL_DIGITS).get(cells[1].lower(), cells[1])
    as_mlperf = len(cells) == 3 and cells[1] == str(len(classes)) and cells[2].isdecimal()
    return class_of(cells[2 if as_mlperf else 1], classes)


def read_class_names(path: Path) -> tuple[str, ...]:
    """Names of classes in a text file, one per line; DataError unless they are unique."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "not UTF-8 text"
        raise DataError(
            f"class names {path} cannot be read: {why}",
            hint="use a text file with one name per line",
        ) from error
    names = tuple(line.strip() for line in lines if line.strip())
    if not names or len(set(names)) != len(names):
        raise DataError(f"{path}: class names must be unique, one per line")
    return names
