# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen build`: a project on disk, compiled where the toolchain is there."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from mcugen.boards import Board, find_board
from mcugen.cli.build_options import BuildOptions, build_options, refuse_idle_options
from mcugen.cli.console import console, say
from mcugen.cli.sections import PATH, SectionedCommand
from mcugen.codegen.tree_writer import write_tree
from mcugen.config import Config, find_config
from mcugen.errors import ConfigError
from mcugen.export.project import BuildRequest, GeneratedProject, generate
from mcugen.features.benchmarks import known_model
from mcugen.paths import examples_dir
from mcugen.platforms.choose import platform_of
from mcugen.platforms.platform import Compiled, Places
from mcugen.platforms.request import make_request
from mcugen.report.build_text import build_table, project_line

BUNDLED = "machine-sound"

NOT_COMPILED = Compiled(
    None, ("not compiled: for an image, run build again, without --no-compile",)
)


@click.command(cls=SectionedCommand)
@click.argument("model", type=PATH, required=False)
@build_options
def command(model: Path | None, **given: Any) -> None:
    """Write (and compile) a project for MODEL on a board.

    Without MODEL: the one that mcugen.toml in this folder names, or else the bundled example.
    """
    options = BuildOptions(**given)
    config = find_config(model, Path.cwd(), examples_dir() / BUNDLED)
    board = _board(options, config)
    refuse_idle_options(options, board, config)
    request = _request(options, config, board)
    places = options.places(request)
    request, project, notes = _generate(request, places, npu=options.npu)
    folder = options.out or Path("build") / f"{project.manifest.model}-{board.name}"
    write_tree(project.tree, folder)
    say(f"wrote {folder}: {len(project.tree)} files")
    say(project_line(project, board, request.engine))
    compiled = NOT_COMPILED if options.no_compile else _compile(folder, board, places)
    console().print(build_table(project, request.board, compiled.result))
    taken = (
        (f"the file has several parts: it is {request.graph.taken}",) if request.graph.taken else ()
    )
    known = known_model(request.graph.sha256)
    advice = (known,) if known and project.manifest.front_end.kind == "raw" else ()
    for note in (*taken, *advice, *notes, *compiled.notes):
        say(note)


def _board(options: BuildOptions, config: Config) -> Board:
    what, name = "board", options.board_name
    if not name:
        what, name = f"{config.where} [build]: board", config.board
    if not name:
        raise ConfigError("no board is given", hint="--board host, or one of `mcugen boards`")
    return find_board(name, options.board_dir, what)


def _request(options: BuildOptions, config: Config, board: Board) -> BuildRequest:
    request = make_request(config, board, options.choices)
    if not options.test_data:
        return request
    from mcugen.samples.sample_set import read_test_set

    test_set = read_test_set(
        options.test_data,
        options.test_labels,
        options.class_names,
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
    compiler = platform_of(board).compile
    return compiler(folder, board, places) if compiler is not None else Compiled(None)
