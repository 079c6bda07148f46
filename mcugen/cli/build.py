# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen build`: a project on disk, compiled where the toolchain is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mcugen.boards import Board, find_board
from mcugen.codegen.tree import write_tree
from mcugen.config import find_config
from mcugen.errors import ConfigError
from mcugen.export.project import Project, generate
from mcugen.export.request import Choices, make_request
from mcugen.paths import examples_dir
from mcugen.report.build_text import build_table
from mcugen.toolchain.build import BuildResult, compile_project

BUNDLED = "machine-sound"


@click.command()
@click.argument("model", type=click.Path(path_type=Path), required=False)
@click.option("--board", "board_name", help="Board to build for; see `mcugen boards`.")
@click.option(
    "--board-dir", type=click.Path(path_type=Path), help="Folder with boards of your own."
)
@click.option("--engine", default="", help="aot (default) or tflm.")
@click.option("--front-end", default="", help="mlperf-ad, raw, ...; default: as mcugen.toml says.")
@click.option("--score", default="", help="reconstruction-error or none.")
@click.option("--rounding", default="", help="double (default: equals TFLite Micro) or single.")
@click.option("--optimize", default="", help="speed (default) or size.")
@click.option(
    "--per-layer", is_flag=True, help="Make every layer readable, for verify --per-layer."
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the project.")
@click.option("--no-compile", is_flag=True, help="Only write the project.")
def command(
    model: Path | None,
    board_name: str | None,
    board_dir: Path | None,
    out: Path | None,
    no_compile: bool,
    **choices: Any,
) -> None:
    """Write (and compile) a project for MODEL on a board.

    Without MODEL: the one that mcugen.toml in this folder names, or else the bundled example.
    """
    config = find_config(model, Path.cwd(), examples_dir() / BUNDLED)
    name = board_name or config.board
    if not name:
        raise ConfigError("no board is given", hint="--board host, or one of `mcugen boards`")
    board = find_board(name, board_dir)
    project = generate(make_request(config, board, Choices(**choices)))
    folder = out or Path("build") / f"{project.manifest.model}-{board.name}"
    write_tree(project.tree, folder)
    click.echo(
        f"wrote {folder}: {len(project.tree)} files, {project.manifest.model} for {board.title}"
    )
    result = None if no_compile else compile_project(folder, board)
    _print(project, board, result)


def _print(project: Project, board: Board, result: BuildResult | None) -> None:
    from rich.console import Console

    Console().print(build_table(project, board, result))
