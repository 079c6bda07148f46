# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Which reader takes the results of which vendor's tools, by the exporter of the board."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mcugen.errors import ConfigError, DataError
from mcugen.model.tflite import read_tflite
from mcugen.records import Record
from mcugen.run.axon_log import log_records as axon_log_records
from mcugen.run.axon_results import workspace_records
from mcugen.run.efinix_log import log_records as efinix_log_records
from mcugen.run.project import Project


@dataclass(frozen=True, slots=True)
class Reader:
    """What is read of a project: files that the vendor's compiler left there, a log's text."""

    files: Callable[[Project], tuple[Record, ...]] | None
    log: Callable[[Project, str, str], tuple[Record, ...]] | None


def _axon_log(project: Project, text: str, where: str) -> tuple[Record, ...]:
    graph = read_tflite(project.model)
    values = [graph.tensors[index].elements for index in graph.outputs]
    return axon_log_records(text, project.manifest, values, where)


READERS: Mapping[str, Reader] = {
    "axon": Reader(workspace_records, _axon_log),
    "efinix": Reader(None, efinix_log_records),
}
"""Key of EXPORTERS -> reader."""


def read_vendor_results(project: Project, log: Path | None) -> tuple[Record, ...]:
    """The records; ConfigError when there is nothing to read for such a board."""
    reader = READERS.get(project.board.exporter)
    if reader is None:
        raise ConfigError(
            f"board {project.board.name!r} has no vendor's tool whose results are read",
            hint="mcugen run measures it",
        )
    if log is not None and reader.log is not None:
        try:
            return reader.log(project, log.read_text(errors="replace"), str(log))
        except OSError as error:
            raise DataError(f"{log} cannot be read: {error.strerror}") from error
    if log is not None or reader.files is None:
        what = "no log" if log is not None else "a log only: give --log"
        raise ConfigError(f"of board {project.board.name!r} mcugen reads {what}")
    return reader.files(project)
