# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Instructions, code and memory per model, engine and way to optimise, on an emulated Cortex-M33.

Run by `make bench`; writes results.csv and results.md beside this file. Models: the bundled one,
those in the folder MCUGEN_MODELS, and any paths given. Instructions come from QEMU's -icount and
are not cycles; the recorded TFLM column was measured the same way (see RECORDED).
"""

from __future__ import annotations

import csv
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from mcugen.boards import find_board
from mcugen.codegen.tree import read_tree, tree_sha256, write_tree
from mcugen.config import Config
from mcugen.errors import ModelError
from mcugen.export.cmake import compile_flags
from mcugen.export.project import generate
from mcugen.export.request import Choices, make_request
from mcugen.model.tflite import read_tflite
from mcugen.paths import examples_dir, runtime_dir
from mcugen.run.client import Client
from mcugen.run.expected import input_quant
from mcugen.run.measure import push_zero_window, repeat_inference
from mcugen.run.project import open_device, open_project, project_link
from mcugen.toolchain.build import BuildResult, compile_project
from mcugen.toolchain.size import parse_map

HERE = Path(__file__).resolve().parent
BOARD = "mps2-an505"
ENGINE_FOLDERS = ("/model/", "/runtime/kernels/")

RECORDED_TFLM = {
    "ad01_int8": 583_300,
    "kws_ref_model": 7_681_000,
    "pretrainedResnet_quant": 29_960_000,
    "str_ww_ref_model": 2_221_000,
    "vww_96_int8": 24_050_000,
}
"""Instructions per Invoke of TFLM 90b983c + CMSIS-NN 4ab83cc, -O2, arm-none-eabi-gcc 12.2.1, on the
same emulated machine; recorded once, not measured in this run."""


COLUMNS = (
    "model, engine, optimize, instructions, TFLM + CMSIS-NN, ratio, code B, weights B, RAM B, stack B"
).split(", ")
"""Of results.md."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of results.csv."""

    model: str
    engine: str
    board: str
    optimize: str
    instructions_per_inference: int
    code_bytes: int  # code and tables of the engine, without weights
    weight_bytes: int
    activation_ram_bytes: int
    stack_bytes: int


def models(paths: Iterable[str]) -> tuple[Path, ...]:
    """The bundled models, those of the folder with real ones where it is there, and `paths`."""
    default = HERE.parent.parent / "shared" / "models"
    real = Path(os.environ.get("MCUGEN_MODELS", default))
    return (
        *sorted(examples_dir().glob("*/*.tflite")),
        *sorted(real.glob("*.tflite")),
        *map(Path, paths),
    )


def bench(model: Path, optimize: str, folder: Path) -> tuple[Row, BuildResult]:
    """Builds the model behind the raw front-end, runs it, and reads the device's own counters."""
    board = find_board(BOARD)
    request = make_request(Config(model, {}), board, Choices(engine="aot", optimize=optimize))
    project = generate(request)
    write_tree(project.tree, folder)
    result = compile_project(folder, board)
    opened = open_project(folder)
    link = project_link(opened, None)
    with open_device(link, opened.manifest, _client) as (client, _):
        graph = read_tflite(model)
        push_zero_window(client, opened.manifest.front_end, input_quant(graph))
        samples = repeat_inference(client, warmup=1, repeats=3)
        stack_bytes = client.stats().stack_used_bytes
    row = Row(
        model=project.manifest.model,
        engine="aot",
        board=BOARD,
        optimize=optimize,
        instructions_per_inference=round(median(samples)),
        code_bytes=engine_bytes(folder) - project.plan.weight_bytes,
        weight_bytes=project.plan.weight_bytes,
        activation_ram_bytes=project.plan.arena_bytes,
        stack_bytes=stack_bytes or 0,
    )
    return row, result


def _client(link: object) -> Client:
    return Client(link, secrets.randbits(32))  # type: ignore[arg-type]


def engine_bytes(folder: Path) -> int:
    """Bytes in flash of the generated model and the kernels it calls, from the linker's map."""
    contributions = parse_map((folder / "build" / "firmware.map").read_text())
    return sum(
        part.bytes
        for part in contributions
        if part.section in (".text", ".rodata", ".data")
        and any(name in part.file for name in ENGINE_FOLDERS)
    )


def rows(paths: Iterable[Path]) -> Iterator[tuple[Row, BuildResult]]:
    """One row per model and way to optimise; a model the engine refuses is told and left out."""
    for path in paths:
        for optimize in ("speed", "size"):
            with tempfile.TemporaryDirectory() as folder:
                try:
                    yield bench(path, optimize, Path(folder) / "project")
                except ModelError as error:
                    print(f"skipped {path.name}: {error.what}", file=sys.stderr)
                    break


def write_csv(table: list[Row], path: Path) -> None:
    """results.csv, one line per row."""
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(asdict(table[0])))
        writer.writeheader()
        writer.writerows(asdict(row) for row in table)


def markdown(table: list[Row], compiler: str) -> str:
    """results.md: the same with the recorded TFLM figures beside it and where all came from."""
    board = find_board(BOARD)
    qemu = _first_line(["qemu-system-arm", "--version"])
    kernels = tree_sha256(read_tree(runtime_dir() / "kernels"))
    lines = [
        "# What an inference costs",
        "",
        "Written by `make bench`. Instructions, counted by QEMU (`-icount shift=0`, 50 instructions of",
        "resolution), are not cycles: the emulator has no wait states and no stalls.",
        "",
        f"- board `{BOARD}`: {board.title}",
        f"- compiler: {compiler}",
        f"- flags, speed: `{' '.join(compile_flags(board, 'speed'))}`; size: `-Os` for `-O2`",
        f"- emulator: {qemu}",
        f"- kernels: sha256 of runtime/kernels `{kernels[:16]}`",
        "- TFLM: recorded, not measured in this run: TFLM 90b983c with CMSIS-NN 4ab83cc, -O2, same",
        "  compiler and machine",
        "",
        f"| {' | '.join(COLUMNS)} |",
        "|---|---|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    return "\n".join((*lines, *(_markdown_row(row) for row in table))) + "\n"


def _markdown_row(row: Row) -> str:
    recorded = RECORDED_TFLM.get(row.model)
    ratio = f"{row.instructions_per_inference / recorded:.2f}" if recorded else ""
    numbers = (row.code_bytes, row.weight_bytes, row.activation_ram_bytes, row.stack_bytes)
    cells = (
        row.model,
        row.engine,
        row.optimize,
        f"{row.instructions_per_inference:,}",
        f"{recorded:,}" if recorded else "",
        ratio,
        *(f"{number:,}" for number in numbers),
    )
    return f"| {' | '.join(cells)} |"


def _first_line(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.splitlines()[0]


def main() -> None:
    """Measures everything, then writes both files."""
    table: list[Row] = []
    compiler = ""
    for row, result in rows(models(sys.argv[1:])):
        table.append(row)
        compiler = result.compiler
        print(_markdown_row(row), flush=True)
    write_csv(table, HERE / "results.csv")
    (HERE / "results.md").write_text(markdown(table, compiler))


if __name__ == "__main__":
    main()
