# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Labels of clips: from file names, folders and CSV files."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from mcugen.errors import DataError
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


def read_labels(path: Path) -> dict[str, str]:
    """File name -> label of a CSV `file,label` (0 and 1 stand for normal and anomaly; a header
    line is allowed). DataError names the line that is not of this form."""
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
        label = (LABEL_WORDS | LABEL_DIGITS).get(cells[1].lower(), cells[1])
        if labels.setdefault(name, label) != label:
            raise DataError(f"{path}:{number}: {name} has two labels, {labels[name]} and {label}")
    if not labels:
        raise DataError(f"{path}: holds no labels", hint="one `file,label` per line")
    return labels
