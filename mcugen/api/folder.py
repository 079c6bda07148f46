# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The folder that a command writes to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mcugen.device.journal import check_writable
from mcugen.folder_lock import locked


@contextmanager
def held_folder(out: Path) -> Iterator[Path]:
    """Makes the folder and holds it until the block ends. EnvironmentError_ when nothing can be
    written there, or another command does already."""
    check_writable(out)
    with locked(out):
        yield out


def beside(build_dir: Path, what: str) -> Path:
    """The default folder for results of a project: `mcugen build` replaces the project's own whole."""
    return build_dir.with_name(f"{build_dir.resolve().name}-{what}")
