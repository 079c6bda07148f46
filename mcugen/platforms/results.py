# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What the tools of a board's vendor measured by themselves -> Records."""

from __future__ import annotations

from pathlib import Path

from mcugen.errors import ConfigError, DataError
from mcugen.platforms.choose import platform_of
from mcugen.records import Record
from mcugen.toolchain.project import Project


def read_vendor_results(project: Project, log: Path | None) -> tuple[Record, ...]:
    """The records; ConfigError when there is nothing to read for such a board."""
    reader = platform_of(project.board).results
    if reader is None:
        raise ConfigError(
            f"board {project.board.name!r} has no vendor results that mcugen reads",
            hint="measure it by `mcugen run`",
        )
    if log is not None and reader.log is not None:
        try:
            return reader.log(project, log.read_text(encoding="utf-8", errors="replace"), str(log))
        except OSError as error:
            raise DataError(f"{log} cannot be read: {error.strerror}") from error
    if log is not None or reader.files is None:
        what = "no log" if log is not None else "only a log: pass --log"
        raise ConfigError(f"for board {project.board.name!r} mcugen reads {what}")
    return reader.files(project)
