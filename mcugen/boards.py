# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""board.toml -> Board: a board is a folder of data, never a name that Python compares with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mcugen.errors import ConfigError, unknown
from mcugen.paths import boards_dir
from mcugen.strict_toml import TomlTable, read_toml

TICK_UNITS = ("cycles", "instructions", "nanoseconds")
OWN_TABLES = ("toolchain", "memory", "ticks", "run")
PROCESS_LINKS = ("stdio", "tcp")
RUN_LINKS = (*PROCESS_LINKS, "serial", "none")
ISAS = ("dsp", "mve", "simd")
"""Capabilities that choose kernels: "dsp" are the DSP instructions of Armv7E-M and Armv8-M, "mve" is Helium
(Armv8.1-M), "simd" the 128-bit vectors of 64-bit cores: SSE2 and AVX2, NEON, SDOT where cpu_flags name a
core that has it."""
DEFAULT_ENGINES = ("aot", "tflm")
IMAGES = ("bin", "hex")
"""What objcopy makes of an .elf for flash programs that want it: plain bytes, Intel HEX."""
DESCRIPTION = ("board.toml", "README.md", "chip.toml")


@dataclass(frozen=True, slots=True)
class MemoryRegion:
    """A memory; `reserved_bytes` of it hold stack, buffers and code of the runtime, not the model."""

    name: str
    bytes: int
    reserved_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Board:
    """All that mcugen knows of a board. `folder` holds board.toml and its own files; `shares` names
    files of other boards, which count as its own: `sources` may name them."""

    name: str
    title: str
    folder: Path
    exporter: str  # a key of platforms.PLATFORMS
    isa: frozenset[str]  # of ISAS
    compiler_prefix: str  # "arm-none-eabi-", "" for the native compiler
    cpu_flags: tuple[str, ...]
    link_flags: tuple[str, ...]
    defines: tuple[str, ...]
    images: tuple[str, ...]  # of IMAGES, made from the .elf
    sources: tuple[str, ...]
    flash: MemoryRegion | None  # None: no limit worth a check
    ram: MemoryRegion | None
    tick_unit: str
    run_command: tuple[str, ...]  # with {elf} and {port}, for PROCESS_LINKS
    run_link: str  # of RUN_LINKS; "none": only over the network
    baud: int  # of a serial device at start
    max_baud: int  # what it may be changed to
    packages: tuple[str, ...]  # Debian packages that bring compiler and emulator
    zig_flags: tuple[str, ...] = ()  # for zig, which stands in where the GCC is not installed
    compiler_how: str = ""  # where the compiler comes from, if not from a package
    engines: tuple[str, ...] = DEFAULT_ENGINES  # the first is the default
    shares: tuple[Path, ...] = ()
    extra: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Tables of a platform or of `mcugen flash`, read and checked there."""

    def table(self, name: str) -> TomlTable:
        """One of `extra`, empty where the board has none."""
        return TomlTable(self.extra.get(name, {}), f"{self.folder / 'board.toml'} [{name}]")

    @property
    def files(self) -> Mapping[str, Path]:
        """What travels into a project as `board/<name>`: all but the board's description."""
        own = {path.name: path for path in self.folder.iterdir() if path.is_file()}
        files = {**{path.name: path for path in self.shares}, **own}
        return {name: files[name] for name in sorted(files) if name not in DESCRIPTION}


def load_board(folder: Path) -> Board:
    """The board described by `folder`/board.toml; ConfigError names the file and key at fault."""
    top = read_toml(folder / "board.toml")
    toolchain, memory = top.table("toolchain"), top.table("memory")
    ticks, run = top.table("ticks"), top.table("run")
    baud = run.integer("baud", 115200, low=1)
    board = Board(
        name=top.text("name"),
        title=top.text("title"),
        folder=folder,
        exporter=top.text("exporter"),
        isa=frozenset(top.words("isa", ISAS, ())),
        compiler_prefix=toolchain.text("prefix", "", may_be_empty=True),
        cpu_flags=toolchain.texts("cpu_flags", ()),
        link_flags=toolchain.texts("link_flags", ()),
        defines=toolchain.texts("defines", ()),
        images=tuple(toolchain.words("images", IMAGES, ())),
        sources=top.texts("sources", ()),
        flash=_region(memory, "flash"),
        ram=_region(memory, "ram"),
        tick_unit=ticks.choice("unit", TICK_UNITS),
        run_command=run.texts("command", ()),
        run_link=run.choice("link", RUN_LINKS),
        baud=baud,
        max_baud=run.integer("max_baud", baud, low=baud),
        packages=top.texts("packages", ()),
        zig_flags=toolchain.texts("zig_flags", ()),
        compiler_how=toolchain.text("how", ""),
        engines=top.texts("engines", DEFAULT_ENGINES),
        shares=tuple(_shared(name, folder) for name in top.texts("shares", ())),
        extra=top.other_tables(),
    )
    for table in (toolchain, memory, ticks, run, top):
        table.finish()
    _check(board, run)
    return board


def _shared(name: str, folder: Path) -> Path:
    """`BOARD/FILE` of a board beside this one or, for a board of the user's own, of mcugen."""
    for root in (folder.parent, boards_dir()):
        if (root / name).is_file() and len(Path(name).parts) == 2:
            return root / name
    raise ConfigError(
        f"{folder / 'board.toml'}: shares names {name!r}, which is no file of a board",
        hint="BOARD/FILE, for example mcxn947/port.c",
    )


def _region(memory: TomlTable, name: str) -> MemoryRegion | None:
    if name not in memory:
        return None
    table = memory.table(name)
    size_bytes = table.integer("bytes", low=1)
    region = MemoryRegion(name, size_bytes, table.integer("reserved_bytes", 0, low=0))
    table.finish()
    if region.reserved_bytes >= size_bytes:
        raise table.wrong("reserved_bytes", f"below bytes = {size_bytes}")
    return region


def _check(board: Board, run: TomlTable) -> None:
    """What no single key can show."""
    where = board.folder / "board.toml"
    if not board.engines:
        raise ConfigError(f"{where}: engines is empty", hint="leave it out, or name one")
    if board.run_link in PROCESS_LINKS and "{elf}" not in "".join(board.run_command):
        raise run.wrong("command", f"the words that start {{elf}}, for link = {board.run_link!r}")
    if board.run_link not in PROCESS_LINKS and board.run_command:
        raise run.wrong("link", f"one of {', '.join(PROCESS_LINKS)} where there is a command")
    for name, flags in (("cpu_flags", board.cpu_flags), ("link_flags", board.link_flags)):
        if plain := next((flag for flag in flags if not flag.startswith("-")), None):
            raise ConfigError(
                f"{where} [toolchain]: {name} holds {plain!r}, which is not a flag (-...)"
            )
    if plain := next(
        (d for d in board.defines if not re.fullmatch(r"[A-Za-z_]\w*(=.*)?", d)), None
    ):
        raise ConfigError(f"{where} [toolchain]: defines holds {plain!r}, not NAME or NAME=VALUE")
    if board.name != board.folder.name:
        raise ConfigError(f"{where}: name = {board.name!r} differs from the folder's name")
    for source in board.sources:
        if source not in board.files:
            raise ConfigError(f"{where}: source {source!r} does not exist in {board.folder}")


def board_names(extra_dir: Path | None = None) -> tuple[str, ...]:
    """The names of `load_boards`, without reading the boards."""
    found = {path.parent.name for root in _roots(extra_dir) for path in root.glob("*/board.toml")}
    return tuple(sorted(found))


def load_boards(extra_dir: Path | None = None) -> tuple[Board, ...]:
    """Every board shipped with mcugen and, first, those in the folders of `extra_dir`, by name."""
    roots = _roots(extra_dir)
    found: dict[str, Board] = {}
    for root in roots:
        for description in sorted(root.glob("*/board.toml")):
            found.setdefault(description.parent.name, load_board(description.parent))
    return tuple(found[name] for name in sorted(found))


def _roots(extra_dir: Path | None) -> tuple[Path, ...]:
    """Where boards are looked for; ConfigError when the user's own folder is not there."""
    if extra_dir is None:
        return (boards_dir(),)
    if not extra_dir.is_dir():
        raise ConfigError(
            f"--board-dir {extra_dir} is not a folder",
            hint="pass the folder that holds NAME/board.toml",
        )
    return (extra_dir, boards_dir())


def find_board(name: str, extra_dir: Path | None = None, what: str = "board") -> Board:
    """The board of that name; ConfigError names the nearest one when there is none.

    `what` says where it was chosen.
    """
    for root in _roots(extra_dir):
        if (root / name / "board.toml").is_file():
            return load_board(root / name)
    raise unknown(what, name, board_names(extra_dir))
