# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen build`: a project on disk, compiled where the toolchain is there."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from mcugen.boards import Board, find_board
from mcugen.codegen.tree import write_tree
from mcugen.config import find_config
from mcugen.errors import ConfigError
from mcugen.export.project import Project, Request, generate
from mcugen.export.request import Choices, make_request
from mcugen.paths import examples_dir
from mcugen.report.build_text import build_table
from mcugen.toolchain.accelerators import accelerate
from mcugen.toolchain.build import BuildResult
from mcugen.toolchain.compilers import COMPILERS, Compiled, Places
from mcugen.toolchain.doctor import SDK_VARIABLE

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
    "--mlperf-id", default="", help="ad01, kws01, ic01, vww01 or a name: see docs/mlperf.md."
)
@click.option(
    "--per-layer", is_flag=True, help="Make every layer readable, for verify --per-layer."
)
@click.option("--variant", default="", help="Board variant, where a board has several.")
@click.option("--memory", default="", help="Memory layout, where a board has several.")
@click.option(
    "--arena-bytes",
    type=click.IntRange(1),
    help="Arena of --engine tflm; default: measured on this PC, and a margin.",
)
@click.option("--tflm", type=click.Path(path_type=Path), help="A TFLite Micro for --engine tflm.")
@click.option(
    "--sdk",
    "--axon-sdk",
    "sdk",
    type=click.Path(path_type=Path),
    help="Vendor's SDK that compiles the project: MCUXpresso SDK or nRF Edge AI Add-on.",
)
@click.option(
    "--accelerator",
    type=click.Choice(["cpu", "npu"]),
    default="cpu",
    show_default=True,
    help="npu: compile the model for the board's NPU.",
)
@click.option("--neutron-sdk", type=click.Path(path_type=Path), help="Folder of neutron-converter.")
@click.option(
    "--npu-model", type=click.Path(path_type=Path), help="MODEL as converted for the NPU."
)
@click.option(
    "--test-data",
    multiple=True,
    type=click.Path(path_type=Path),
    help="x_test.npy, or clips: for vendor tools that test by themselves.",
)
@click.option(
    "--test-labels", type=click.Path(path_type=Path), help="y_test.npy, or CSV `file,label`."
)
@click.option(
    "--class-names", type=click.Path(path_type=Path), help="Text file, one class per line."
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the project.")
@click.option("--no-compile", is_flag=True, help="Only write the project.")
def command(
    model: Path | None,
    board_name: str | None,
    board_dir: Path | None,
    out: Path | None,
    no_compile: bool,
    tflm: Path | None,
    sdk: Path | None,
    accelerator: str,
    neutron_sdk: Path | None,
    npu_model: Path | None,
    test_data: tuple[Path, ...],
    test_labels: Path | None,
    class_names: Path | None,
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
    npu = accelerator == "npu"
    request = make_request(config, board, Choices(**choices, npu=npu))
    if test_data:
        request = _with_test_set(request, test_data, test_labels, class_names)
    places = Places(
        engine=request.engine,
        optimize=request.engine_options.optimize,
        tflm=tflm,
        sdk=sdk,
        sdk_variable=os.environ.get(SDK_VARIABLE, ""),
        variant=request.export_options.variant,
        neutron_sdk=neutron_sdk,
        npu_model=npu_model,
    )
    notes: tuple[str, ...] = ()
    with tempfile.TemporaryDirectory() as work:
        if npu:
            request, notes = accelerate(request, places, Path(work))
        project = generate(request)
    folder = out or Path("build") / f"{project.manifest.model}-{board.name}"
    write_tree(project.tree, folder)
    click.echo(
        f"wrote {folder}: {len(project.tree)} files, {project.manifest.model} for {board.title}"
    )
    compiler = COMPILERS.get(board.exporter)
    compiled = Compiled(None)
    if compiler is not None and not no_compile:
        compiled = compiler(folder, board, places)
    _print(project, request.board, compiled.result)
    for note in (*notes, *compiled.notes):
        click.echo(note)


def _with_test_set(
    request: Request, data: tuple[Path, ...], labels: Path | None, class_names: Path | None
) -> Request:
    from mcugen.run.test_set import read_test_set

    test_set = read_test_set(data, labels, class_names, request.graph, request.front_end)
    return replace(request, export_options=replace(request.export_options, test_set=test_set))


def _print(project: Project, board: Board, result: BuildResult | None) -> None:
    from rich.console import Console

    Console().print(build_table(project, board, result))
