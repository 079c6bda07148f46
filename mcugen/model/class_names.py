# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Names of classes in the metadata of a .tflite, whose files are a ZIP archive after the model."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections import Counter

MOST_BYTES = 1 << 20
"""Of a label file; ImageNet's names take 20 KB."""
_DAMAGE = (zipfile.BadZipFile, OSError, EOFError, ValueError, RuntimeError, NotImplementedError)


def packed_class_names(model: bytes, classes: int) -> tuple[str, ...]:
    """The names in the file of labels that has one line for each class; nothing where there is none.

    Of several such files the one that is called labels; a name that comes twice is numbered.
    Source: TensorFlow Lite metadata, AssociatedFile.
    """
    if not zipfile.is_zipfile(io.BytesIO(model)):
        return ()
    try:
        with zipfile.ZipFile(io.BytesIO(model)) as archive:
            names = [i.filename for i in archive.infolist() if i.file_size <= MOST_BYTES]
            texts = sorted(n for n in names if n.lower().endswith(".txt"))
            candidates = [_lines(archive.read(name)) for name in sorted(texts, key=_is_other)]
    except (*_DAMAGE, zlib.error):
        return ()
    return next((_numbered(lines) for lines in candidates if len(lines) == classes), ())


def _is_other(name: str) -> bool:
    return "label" not in name.lower()


def _lines(content: bytes) -> list[str]:
    lines = (line.strip() for line in content.decode("utf-8", "replace").splitlines())
    return [line for line in lines if line]


def _numbered(lines: list[str]) -> tuple[str, ...]:
    seen: Counter[str] = Counter()
    names = []
    for line in lines:
        seen[line] += 1
        names.append(line if seen[line] == 1 else f"{line} ({seen[line]})")
    return tuple(names)
