# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The errors a user may see; everything else that escapes is a bug.

McugenError               what, where and what to try; carries the exit status
├── UserError     (2)     the request cannot be carried out as given
│   ├── ModelError        the .tflite file, or what it asks of an engine
│   ├── ConfigError       mcugen.toml, board.toml, command line values
│   ├── DataError         clips, label files, data sets
│   └── EnvironmentError_ a tool, a package, a permission or a folder is missing
└── DeviceError   (3)     the device, the link to it or what it answered
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterable
from pathlib import Path

from mcugen.error_codes import code_of


class McugenError(Exception):
    """Base of all errors shown to the user as one `error:` line and, with a hint, one `try:` line."""

    exit_status = 1

    def __init__(self, what: str, *, hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint
        made = sys._getframe(1)
        self._place = (made.f_code.co_filename, made.f_lineno)

    @property
    def code(self) -> str:
        """`MCU1004`: the same for this message in every release (docs/errors.md); empty where it has none."""
        return code_of(*self._place)


class UserError(McugenError):
    """The request cannot be carried out as given."""

    exit_status = 2


class ModelError(UserError):
    """The model file is damaged, or asks for something that is not supported."""


class ConfigError(UserError):
    """A configuration file or option has a wrong key or value."""


class DataError(UserError):
    """A clip, a label file or a data set cannot be used."""


class EnvironmentError_(UserError):
    """A tool, package, permission or folder that the command needs is missing."""


class DeviceError(McugenError):
    """The device, the link to it, or what it answered."""

    exit_status = 3


def unknown(what: str, word: str, known: Iterable[str]) -> ConfigError:
    """The error for a word that is none of `known`: names the nearest one, or else all of them.

    `what` is what the word stands for, with the place in front: "board.toml: exporter".
    """
    words = tuple(known)
    near = nearest(word, words)
    hint = f"did you mean {near!r}?" if near else f"known: {', '.join(words)}"
    where, colon, name = what.rpartition(": ")
    return ConfigError(f"{where}{colon}unknown {name} {word!r}", hint=hint)


def nearest(word: str, known: Iterable[str], cutoff: float = 0.5) -> str:
    """The known word closest to `word`, or an empty string when none is close (see difflib's ratio)."""
    matches = difflib.get_close_matches(word, list(known), n=1, cutoff=cutoff)
    return matches[0] if matches else ""


def near_path(path: Path) -> str:
    """`did you mean X?` for a path that is not there, where its folder has a name like it with the same
    suffix; else empty."""
    try:
        kin = sorted(it.name for it in path.parent.iterdir() if it.suffix == path.suffix)
        found = nearest(path.name, kin, cutoff=0.6)  # a folder has many names
    except OSError:
        return ""
    return f"did you mean {str(path.with_name(found))!r}?" if found and found != path.name else ""
