# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A project on disk, compiled where the toolchain is there."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Unpack

from mcugen.api.build_options import (
    BuildOptions,
    Given,
    choices_of,
    given_options,
    is_npu,
    places_of,
    refuse_idle_options,
)
from mcugen.boards import Board, find_board
from mcugen.codegen.tree_writer import write_tree
from mcugen.config import Config, find_config
from mcugen.engines.contract import Engine
from mcugen.errors import ConfigError
from mcugen.export.project import BuildRequest, GeneratedProject, generate
from mcugen.features.benchmarks import known_model
from mcugen.paths import StrPath, examples_dir, optional_path
from mcugen.platforms.choose import platform_of
from mcugen.platforms.platform import Compiled, Places
from mcugen.platforms.request import make_request
from mcugen.progress import OnNote, OnProgress, no_note, no_progress
from mcugen.report.build_text import project_line
from mcugen.system import shell_line
from mcugen.toolchain.build import BuildResult

BUNDLED = "machine-sound"
"""The example that is built where no model is given."""
_NOT_COMPILED = Compiled(
    None, ("not compiled: for an image, run build again, without --no-compile",)
)


@dataclass(frozen=True, slots=True)
class Build:
    """A project that was written: the folder, what is in it, and the image, where one was compiled.

    `notes` are lines for the user.
    """

    folder: Path
    project: GeneratedProject
    board: Board
    engine: Engine
    result: BuildResult | None
    notes: tuple[str, ...]

    @property
    def next_steps(self) -> tuple[str, ...]:
        """The commands that follow: to put it on its board, to prove it, to measure it."""
        folder = shell_line([str(self.folder)])
        if self.board.run_command:
            steps = (f"mcugen verify {folder}", f"mcugen run {folder} CLIPS")
            return steps if self.result is not None else ()
        if self.board.run_link == "none":
            host = f"--host root@{self.board.name}"
            return f"mcugen verify {folder} {host}", f"mcugen run {folder} CLIPS {host}"
        has = self.board.extra if self.result is not None else {}  # an image first
        emulate = (f"mcugen verify {folder} --emulate",) if "emulator" in has else ()
        flash = (f"mcugen flash {folder}",) if "flash" in has else ()
        steps = (f"mcugen verify {folder} --port PORT", f"mcugen run {folder} CLIPS --port PORT")
        return (*emulate, *flash, *steps)


def build(
    model: StrPath | None = None,
    *,
    on_progress: OnProgress = no_progress,
    on_note: OnNote = no_note,
    **options: Unpack[BuildOptions],
) -> Build:
    """Writes and compiles the project of a model for a board, as `mcugen build` does.

    Without a model: the one that mcugen.toml in this folder names, or else the bundled example.
    ModelError and ConfigError when model, board and options do not go together,
    EnvironmentError_ when a tool is missing.
    """
    given = given_options(options)
    config = find_config(optional_path(model), Path.cwd(), examples_dir() / BUNDLED)
    board = _board(given, config)
    refuse_idle_options(given, board, config)
    on_progress("generating", 0.0)
    request = _request(given, config, board)
    places = places_of(given, request, on_progress)
    request, project, notes = _generate(request, places, npu=is_npu(given))
    folder: Path = given.get("out") or Path("build") / f"{project.manifest.model}-{board.name}"
    write_tree(project.tree, folder)
    on_note(f"wrote {folder}: {len(project.tree)} files")
    on_note(project_line(project, board, request.engine))
    compiled = _NOT_COMPILED if given.get("no_compile") else _compile(folder, board, places)
    taken = request.graph.taken
    about_file = (f"the file has several parts: it is {taken}",) if taken else ()
    known = known_model(request.graph)
    advice = (known,) if known and request.front_end.kind == "raw" else ()
    lines = (*about_file, *advice, *notes, *compiled.notes)
    return Build(folder, project, request.board, request.engine, compiled.result, lines)


def _board(given: Given, config: Config) -> Board:
    what, name = "board", given.get("board")
    if not name:
        what, name = f"{config.where} [build]: board", config.board
    if not name:
        raise ConfigError("no board is given", hint="--board host, or one of `mcugen boards`")
    return find_board(name, given.get("board_dir"), what)


def _request(given: Given, config: Config, board: Board) -> BuildRequest:
    request = make_request(config, board, choices_of(given))
    if "test_data" not in given:
        return request
    from mcugen.samples.sample_set import read_test_set

    test_set = read_test_set(
        given["test_data"],
        given.get("test_labels"),
        given.get("class_names"),
        request.graph,
        request.front_end,
    )
    return replace(request, export_options=replace(request.export_options, test_set=test_set))


def _generate(
    request: BuildRequest, places: Places, *, npu: bool
) -> tuple[BuildRequest, GeneratedProject, tuple[str, ...]]:
    """The project, for the request as an NPU's compiler changed it, and what that compiler said."""
    notes: tuple[str, ...] = ()
    with tempfile.TemporaryDirectory() as work:
        if npu:
            accelerate = platform_of(request.board).accelerate
            if accelerate is None:
                raise ConfigError(
                    f"board {request.board.name} has no NPU", hint="--accelerator cpu"
                )
            request, notes = accelerate(request, places, Path(work))
        return request, generate(request), notes


def _compile(folder: Path, board: Board, places: Places) -> Compiled:
    places.on_progress("compiling", 0.0)
    compiler = platform_of(board).compile
    return compiler(folder, board, places) if compiler is not None else Compiled(None)
