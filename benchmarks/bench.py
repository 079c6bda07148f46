# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Instructions, code and memory per model, engine and way to optimise, on an emulated Cortex-M33.

Run by `make bench`; writes results.csv and results.md beside this file. Models: the bundled one,
those in the folder MCUGEN_MODELS, and any paths given. Instructions come from QEMU's -icount and
are not cycles; those are estimated by cycles.py, where a plugin for QEMU can be built. With
`--tflm DIR` (make bench TFLM=DIR) the same harness runs a TFLite Micro built for this machine beside
it, and both must give the same outputs; without, its column is the recorded one.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median

from benchmarks import batches, cycles, helium
from benchmarks import vectors as with_vectors
from benchmarks.device import VECTORS, build, first_line, measure
from benchmarks.layers import LayerCost, layer_costs
from benchmarks.link_map import parse_map
from mcugen.boards import find_board
from mcugen.codegen.tree import read_tree, tree_sha256
from mcugen.config import Config
from mcugen.errors import ModelError
from mcugen.export.project import generate
from mcugen.paths import examples_dir, runtime_dir
from mcugen.platforms.cmake.project import compile_flags
from mcugen.platforms.request import Choices, make_request

HERE = Path(__file__).resolve().parent
BOARD = "mps2-an505"
TFLM_LIBRARY = "libtensorflow-microlite.a"
ENGINE_FILES = (
    "/model/",
    "/runtime/kernels/",
    "/runtime/engine_tflm.",
    f"{TFLM_LIBRARY}(",
)
WORST = 4  # layers of each model that results.md shows

RECORDED_TFLM = {
    "ad01_int8": 583_300,
    "kws_ref_model": 7_681_000,
    "pretrainedResnet_quant": 29_960_000,
    "str_ww_ref_model": 2_221_000,
    "vww_96_int8": 24_050_000,
}
"""Instructions per Invoke of TFLM 90b983c + CMSIS-NN 4ab83cc, -O2, arm-none-eabi-gcc 12.2.1, on the
same emulated machine; recorded once, for runs without a TFLM."""

COLUMNS = (
    "model, engine, optimize, instructions, estimated cycles M33, TFLM + CMSIS-NN, ratio, outputs, "
    "code B, weights B, RAM B, stack B"
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
    estimated_cycles: int | None  # None: QEMU could not count, or the engine is not mcugen's
    code_bytes: int  # code and tables of the engine, without weights
    weight_bytes: int
    activation_ram_bytes: int
    stack_bytes: int
    outputs_sha256: str  # of what it answers to the inputs of `vectors`
    layers: tuple[LayerCost, ...]


def models(paths: Iterable[str]) -> tuple[Path, ...]:
    """The bundled models, those of the folder with real ones where it is there, and `paths`."""
    default = HERE.parent.parent / "shared" / "models"
    real = Path(os.environ.get("MCUGEN_MODELS", default))
    return (
        *sorted(examples_dir().glob("*/*.tflite")),
        *sorted(real.glob("*.tflite")),
        *map(Path, paths),
    )


def bench(model: Path, choices: Choices, tflm: Path | None, folder: Path) -> Row:
    """Builds the model behind the raw front-end, runs it, and reads the device's own counters."""
    opened = build(model, BOARD, folder, choices, tflm)
    counting = None
    if choices.engine == "aot":
        counting = cycles.counting(opened.elf, opened.board.compiler_prefix, folder)
    if counting is not None:
        command = (*opened.board.run_command, *counting.arguments)
        opened = replace(opened, board=replace(opened.board, run_command=command))
    found = measure(opened)
    estimate = cycles.estimate(counting) if counting is not None else None
    weight_bytes = weights(model, choices)
    return Row(
        model=opened.manifest.model,
        engine=choices.engine,
        board=BOARD,
        optimize=choices.optimize,
        instructions_per_inference=round(median(found.samples)),
        estimated_cycles=estimate.cycles if estimate is not None else None,
        code_bytes=engine_bytes(folder) - weight_bytes,
        weight_bytes=weight_bytes,
        activation_ram_bytes=found.arena_used_bytes,
        stack_bytes=found.stack_used_bytes or 0,
        outputs_sha256=found.outputs_sha256,
        layers=layer_costs(model, BOARD, choices, estimate) if estimate is not None else (),
    )


def engine_bytes(folder: Path) -> int:
    """Bytes in flash of the model and of all code of the engine, from the linker's map."""
    contributions = parse_map((folder / "build" / "firmware.map").read_text())
    return sum(
        part.bytes
        for part in contributions
        if part.section in (".text", ".rodata", ".data")
        and any(name in part.file for name in ENGINE_FILES)
    )


def rows(paths: Iterable[Path], tflm: Path | None) -> Iterator[Row]:
    """One row per model and way to optimise, TFLM first; a model that is refused is left out, and the
    way `fastest` where it is the same as `speed`."""
    ways = [Choices(engine="aot", optimize=optimize) for optimize in ("speed", "size", "fastest")]
    speed, *_ = ways
    if tflm is not None:
        ways.insert(0, Choices(engine="tflm", optimize="speed"))
    for path in paths:
        for choices in ways:
            if choices.optimize == "fastest" and weights(path, speed) == weights(path, choices):
                continue
            with tempfile.TemporaryDirectory() as folder:
                try:
                    yield bench(path, choices, tflm, Path(folder) / "project")
                except ModelError as error:
                    print(f"skipped {path.name}: {error.what}", file=sys.stderr)
                    break


def weights(model: Path, choices: Choices) -> int:
    """Bytes of all tables, as planned."""
    return generate(make_request(Config(model, {}), find_board(BOARD), choices)).plan.weight_bytes


def write_csv(table: list[Row], path: Path) -> None:
    """results.csv, one line per row; what the outputs were is for `differing` alone."""
    rows = [asdict(row) for row in table]
    for row in rows:
        del row["outputs_sha256"], row["layers"]
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def differing(table: list[Row]) -> tuple[str, ...]:
    """Models of which not all engines and ways to optimise gave the same outputs."""
    answers: dict[str, set[str]] = {}
    for row in table:
        answers.setdefault(row.model, set()).add(row.outputs_sha256)
    return tuple(model for model, found in answers.items() if len(found) > 1)


def markdown(table: list[Row], tflm: Path | None) -> str:
    """results.md: the same beside TFLM's figures, measured or recorded, and where all came from."""
    board = find_board(BOARD)
    compiler = first_line([f"{board.compiler_prefix}gcc", "--version"])
    qemu = first_line(["qemu-system-arm", "--version"])
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
        f"- TFLM: {_tflm_text(tflm)}",
        f"- outputs: of {VECTORS} random and 6 extreme inputs; the first digits of their SHA-256: the",
        "  same digits are the same outputs",
        "- RAM: of the arena, as the device counts it; stack: deepest use, harness included",
        "- estimated cycles: what QEMU executed, at the costs of a Cortex-M4: an estimate, not a",
        "  measurement; README.md beside this file says how far it is from devices",
        "",
        f"| {' | '.join(COLUMNS)} |",
        "|---|---|---|---:|---:|---:|---:|---|---:|---:|---:|---:|",
        *(markdown_row(row, table) for row in table),
        *worst_layers(table),
    ]
    return "\n".join(lines) + "\n"


def worst_layers(table: Iterable[Row]) -> Iterator[str]:
    """The layers that take most of the estimated cycles of each model at `speed`."""
    yield from (
        "",
        "## Where the cycles go",
        "",
        f"The {WORST} most expensive layers of each model.",
    )
    yield from (
        "",
        "| model | layer | instructions | estimated cycles M33 | MACs | cycles per MAC |",
    )
    yield "|---|---|---:|---:|---:|---:|"
    for row in table:
        if row.optimize != "speed":
            continue
        for layer in sorted(row.layers, key=lambda layer: -layer.estimated_cycles)[:WORST]:
            each = f"{layer.estimated_cycles / layer.macs:.2f}" if layer.macs else ""
            numbers = (layer.instructions, layer.estimated_cycles, layer.macs)
            cells = (row.model, layer.name, *(f"{number:,}" for number in numbers), each)
            yield f"| {' | '.join(cells)} |"


def _tflm_text(tflm: Path | None) -> str:
    if tflm is None:
        return (
            "recorded, not measured in this run: TFLM 90b983c with CMSIS-NN 4ab83cc, -O2, same\n"
            "  compiler and machine"
        )
    found = next(path for path in tflm.rglob(TFLM_LIBRARY))
    digest = hashlib.sha256(found.read_bytes()).hexdigest()
    return f"measured in this run, behind the same harness; sha256 of its library `{digest[:16]}`"


def markdown_row(row: Row, table: Iterable[Row]) -> str:
    """One line of results.md; TFLM's figure is that of `table`, else the recorded one."""
    measured = {r.model: r.instructions_per_inference for r in table if r.engine == "tflm"}
    recorded = measured.get(row.model, RECORDED_TFLM.get(row.model))
    ratio = f"{row.instructions_per_inference / recorded:.2f}" if recorded else ""
    numbers = (row.code_bytes, row.weight_bytes, row.activation_ram_bytes, row.stack_bytes)
    cells = (
        row.model,
        row.engine,
        row.optimize,
        f"{row.instructions_per_inference:,}",
        "–" if row.estimated_cycles is None else f"{row.estimated_cycles:,}",
        f"{recorded:,}" if recorded else "",
        ratio,
        row.outputs_sha256[:8],
        *(f"{number:,}" for number in numbers),
    )
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Measures everything, then writes all files; status 1 when engines disagree."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", help="more models")
    parser.add_argument("--tflm", type=Path, help="a TFLite Micro for the Cortex-M33")
    given = parser.parse_args()
    table: list[Row] = []
    for row in rows(models(given.models), given.tflm):
        table.append(row)
        print(markdown_row(row, table), flush=True)
    write_csv(table, HERE / "results.csv")
    (HERE / "results.md").write_text(markdown(table, given.tflm))
    helium.write(models(given.models))
    wrong = (*differing(table), *with_vectors.write(models(given.models)))
    batches.append(models(given.models))
    if wrong:
        sys.exit(f"not all engines give the same outputs: {', '.join(wrong)}")


if __name__ == "__main__":
    main()
