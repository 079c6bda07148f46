# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Where the hand-written C, the templates, the boards and the examples are."""

from __future__ import annotations

import os
from pathlib import Path

StrPath = str | os.PathLike[str]


def _data_dir() -> Path:
    """mcugen/_data in an installed wheel, the top of the checkout otherwise."""
    package = Path(__file__).resolve().parent
    installed = package / "_data"
    return installed if installed.is_dir() else package.parent


def optional_path(path: StrPath | None) -> Path | None:
    """The path, or None where none is given."""
    return None if path is None else Path(path)


def runtime_dir() -> Path:
    """Hand-written C, copied verbatim into every project."""
    return _data_dir() / "runtime"


def templates_dir() -> Path:
    """Jinja2 templates of generated files."""
    return _data_dir() / "templates"


def boards_dir() -> Path:
    """One folder per board mcugen ships."""
    return _data_dir() / "boards"


def examples_dir() -> Path:
    """The bundled models with their mcugen.toml."""
    return _data_dir() / "examples"


def licence_file() -> Path:
    """The text of Apache-2.0, which goes with the hand-written C."""
    return _data_dir() / "LICENSE"
