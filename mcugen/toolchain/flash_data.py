# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The table [flash] of a board.toml: which programs flash the board and how they are called."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass

from mcugen.boards import Board, find_board
from mcugen.errors import ConfigError, nearest, unknown
from mcugen.strict_toml import TomlTable
from mcugen.system import IS_WINDOWS

OWN_WORDS = frozenset(("elf", "probe", "build", "script", "list_script", "file"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """One flash program. Arguments hold {words}; `*_probe` replaces its sibling when a probe is named.

    `program` is its name on this system: the board's `program_windows`, where it has one, on Windows.
    `script` and `list_script` are lines of a command file, for programs that take one. `remote`, in place
    of `load`, is a sh script for the Linux host of a core that it starts; {file} is the image there.
    `exporter`: it flashes only projects of this one.
    """

    name: str
    program: str
    folders: tuple[str, ...] = ()  # glob patterns searched when the program is not on PATH
    load: tuple[str, ...]
    load_probe: tuple[str, ...]
    reset: tuple[str, ...] = ()  # empty: loading resets
    reset_probe: tuple[str, ...] = ()
    list: tuple[str, ...] = ()  # empty: the program cannot list probes
    script: tuple[str, ...] = ()
    list_script: tuple[str, ...] = ()
    install: str  # how to get it
    remote: tuple[str, ...] = ()
    exporter: str = ""


@dataclass(frozen=True, slots=True)
class FlashData:
    """How a board is flashed and by which USB ids its serial port is known."""

    default_runner: str
    default_variant: str
    vcom_usb_ids: Mapping[tuple[int, int], str]  # vendor, product -> name of the probe
    vcom_name: str
    socket: str
    variants: Mapping[str, Mapping[str, str]]  # variant -> word -> value
    runners: Mapping[str, Runner]

    def runner(self, name: str) -> Runner:
        """The runner of that name, the default for an empty one."""
        return self.runners[_choose("runner", name or self.default_runner, self.runners)]

    def words(self, variant: str) -> Mapping[str, str]:
        """The words of that variant, the default for an empty one."""
        return self.variants[_choose("variant", variant or self.default_variant, self.variants)]


def read_flash_data(board: Board) -> FlashData:
    """[flash] of the board, checked to the last {word}; ConfigError for a board that has none."""
    if "flash" not in board.extra:
        raise ConfigError(
            f"board {board.name!r} is not flashed",
            hint="`mcugen run` starts it by itself" if board.run_command else "",
        )
    table = board.table("flash")
    variants = {name: one.texts_by_name() for name, one in table.named_tables("variants").items()}
    runners = _runners(board, table)
    vcom_name = table.text("vcom_name", "")
    data = FlashData(
        default_runner=table.choice("default_runner", tuple(runners)),
        default_variant=table.choice("default_variant", tuple(variants)),
        vcom_usb_ids=_usb_ids(table.texts("vcom_usb_ids", ()), vcom_name, table.where),
        vcom_name=vcom_name,
        socket=table.text("socket", ""),
        variants=variants,
        runners=runners,
    )
    table.finish()
    _check_words(data, table.where)
    return data


def _runners(board: Board, table: TomlTable) -> dict[str, Runner]:
    """The board's own; with `runners_of`, after those of another board, beside it or mcugen's, that flash
    projects of this one."""
    own = {name: _runner(board, name, one) for name, one in table.named_tables("runners").items()}
    other = table.text("runners_of", "")
    if not other:
        return own
    if other == board.name:
        raise table.wrong("runners_of", "the name of another board")
    lender = find_board(other, board.folder.parent, "board in runners_of")
    lent = read_flash_data(lender).runners
    return {name: it for name, it in lent.items() if it.exporter in ("", board.exporter)} | own


def _runner(board: Board, name: str, table: TomlTable) -> Runner:
    program = table.text("program")
    on_windows = table.text("program_windows", program)
    remote = table.texts("remote", ())
    return table.read(
        Runner,
        name=name,
        program=on_windows if IS_WINDOWS else program,
        load=() if remote else table.texts("load"),
        load_probe=() if remote else table.texts("load_probe"),
        remote=remote,
        exporter=table.choice("exporter", ("", board.exporter), ""),
    )


def _usb_ids(texts: tuple[str, ...], name: str, where: str) -> Mapping[tuple[int, int], str]:
    """`1fc9:0143` or `1366:1015 J-Link`: an id, and the probe's name where it is not `name`."""
    ids = {}
    for text in texts:
        usb_id, _, own_name = text.partition(" ")
        try:
            vendor, product = (int(part, 16) for part in usb_id.split(":"))
        except ValueError:
            raise ConfigError(f"{where}: {text!r} is not a USB id like 1fc9:0143") from None
        ids[vendor, product] = own_name or name
    return ids


def _check_words(data: FlashData, where: str) -> None:
    for runner in data.runners.values():
        texts = runner.load + runner.load_probe + runner.reset + runner.reset_probe + runner.script
        texts += runner.remote
        used = {word for text in texts for _, word, _, _ in string.Formatter().parse(text) if word}
        for variant, words in data.variants.items():
            for word in sorted(used - OWN_WORDS - words.keys()):
                near = nearest(word, OWN_WORDS | words.keys())
                raise ConfigError(
                    f"{where}: runner {runner.name} uses {{{word}}}, variant {variant} lacks it",
                    hint=f"did you mean {{{near}}}?" if near else "",
                )


def _choose(what: str, name: str, known: Mapping[str, object]) -> str:
    if name not in known:
        raise unknown(what, name, known)
    return name
