# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Results in a folder that the user also works in: what mcugen did not write is kept.

`.mcugen-files` beside the results lists what mcugen wrote, in the form that `sha256sum --check` reads.
A file that is not as listed there moves to a numbered name before another takes its place.
"""

from __future__ import annotations

import hashlib
import warnings
from pathlib import Path

from mcugen.files import write_bytes

LIST = ".mcugen-files"


class KeptWarning(UserWarning):
    """A file of the user was in the way and has another name now."""


def write_own(path: Path, content: bytes) -> Path:
    """`files.write_bytes`, after `keep_foreign`."""
    keep_foreign(path, content)
    _list(path, content)
    return write_bytes(path, content)


def move_own(part: Path, path: Path) -> Path:
    """Renames `part`, a file that mcugen has just written, to `path`, after `keep_foreign`."""
    content = part.read_bytes()
    keep_foreign(path, content)
    _list(path, content)
    return part.replace(path)


def keep_foreign(path: Path, content: bytes = b"") -> None:
    """Moves what is at `path` aside, with a KeptWarning, unless it is mcugen's or equal to `content`."""
    if not path.is_file():
        return
    found = path.read_bytes()
    if found == content or _line(path, found) in _lines(path.parent / LIST):
        return
    kept = free_name(path)
    path.rename(kept)
    warnings.warn(f"{path} is not as mcugen wrote it: kept as {kept}", KeptWarning, stacklevel=2)


def free_name(path: Path) -> Path:
    """The first of NAME.1.ENDING, NAME.2.ENDING, ... that is free."""
    number = 1
    while (name := path.with_name(f"{path.stem}.{number}{path.suffix}")).exists():
        number += 1
    return name


def _list(path: Path, content: bytes) -> None:
    """Before the file is written: a kill in between leaves nothing that mcugen would not know."""
    lines, line = _lines(path.parent / LIST), _line(path, content)
    if line not in lines:
        write_bytes(path.parent / LIST, b"".join([*lines, line]))


def _lines(listed: Path) -> list[bytes]:
    return listed.read_bytes().splitlines(keepends=True) if listed.is_file() else []


def _line(path: Path, content: bytes) -> bytes:
    name = path.name.encode("utf-8", "surrogateescape")
    return hashlib.sha256(content).hexdigest().encode() + b"  " + name + b"\n"
