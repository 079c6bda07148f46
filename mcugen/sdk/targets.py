# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What an SDK is made for: a board of mcugen, or a bare core whose board mcugen does not know."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from mcugen.boards import Board, find_board, load_boards
from mcugen.errors import ConfigError, nearest

HOST = "host"


@dataclass(frozen=True, slots=True)
class Core:
    """A processor core: what kernels it has instructions for, and how it is compiled for."""

    isa: frozenset[str]
    compiler_prefix: str
    cpu_flags: tuple[str, ...]


def _arm(cpu: str, *flags: str, isa: tuple[str, ...] = ()) -> Core:
    return Core(frozenset(isa), "arm-none-eabi-", (f"-mcpu={cpu}", "-mthumb", *flags))


_HARD_SINGLE = ("-mfloat-abi=hard", "-mfpu=fpv5-sp-d16")

CORES = {
    "cortex-m0plus": _arm("cortex-m0plus"),
    "cortex-m3": _arm("cortex-m3"),
    "cortex-m4": _arm("cortex-m4", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16", isa=("dsp",)),
    "cortex-m7": _arm("cortex-m7", "-mfloat-abi=hard", "-mfpu=fpv5-d16", isa=("dsp",)),
    "cortex-m33": _arm("cortex-m33", *_HARD_SINGLE, isa=("dsp",)),
    "cortex-m55": _arm("cortex-m55", "-mfloat-abi=hard", isa=("dsp", "mve")),
    "rv32imc": Core(
        frozenset(),
        "riscv64-unknown-elf-",
        ("-march=rv32imc", "-mabi=ilp32", "-misa-spec=2.2", "--specs=picolibc.specs"),
    ),
}
"""Cores that `--target` takes besides the names of boards."""


def find_target(name: str, board_dir: Path | None) -> Board:
    """The board of that name, or a board that is nothing but the core of that name."""
    core = CORES.get(name)
    if core is not None:
        return replace(
            find_board(HOST),
            name=name,
            title=f"any {name}",
            isa=core.isa,
            compiler_prefix=core.compiler_prefix,
            cpu_flags=core.cpu_flags,
        )
    boards = [board.name for board in load_boards(board_dir)]
    if name in boards:
        return find_board(name, board_dir)
    near = nearest(name, [*CORES, *boards])
    known = f"cores: {', '.join(CORES)}; boards: {', '.join(boards)}"
    raise ConfigError(f"unknown target {name!r}", hint=f"did you mean {near!r}?" if near else known)
