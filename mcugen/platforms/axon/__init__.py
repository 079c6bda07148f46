# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Nordic boards: a Zephyr application for nRF Connect SDK, with the Axon NPU by Nordic's compiler."""

from __future__ import annotations

from pathlib import Path

from mcugen.boards import Board
from mcugen.export.exporter import Exporter
from mcugen.model.tflite import read_tflite
from mcugen.platforms.axon.compile import compile_workspace
from mcugen.platforms.axon.engine import ENGINE
from mcugen.platforms.axon.results import workspace_records
from mcugen.platforms.axon.uart_log import log_records
from mcugen.platforms.axon.zephyr import export_axon, read_zephyr_board
from mcugen.platforms.platform import Compiled, Places, Platform, ResultReader
from mcugen.platforms.zephyr.application import compile_flags
from mcugen.records import Record
from mcugen.toolchain.project import Project


def _compile(project: Path, _board: Board, places: Places) -> Compiled:
    if places.engine is not ENGINE:
        return Compiled(None, ("README.md has the lines that build and flash it",))
    if places.sdk is None:
        return Compiled(
            None, ("no nRF Edge AI Add-on (--axon-sdk): README.md has the lines to go on",)
        )
    header = compile_workspace(project, places.sdk)
    return Compiled(None, (f"Nordic's compiler wrote {header}",))


def _log(project: Project, text: str, where: str) -> tuple[Record, ...]:
    graph = read_tflite(project.model)
    values = [graph.tensors[index].elements for index in graph.outputs]
    return log_records(text, project.manifest, values, where)


AXON = Platform(
    Exporter(export_axon, compile_flags),
    engines={ENGINE.name: ENGINE},
    options=frozenset({"sdk", "test_data"}),
    tables={"axon": read_zephyr_board},
    compile=_compile,
    results=ResultReader(workspace_records, _log),
)
