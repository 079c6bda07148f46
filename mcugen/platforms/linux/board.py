# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The table [linux] of a board.toml -> LinuxBoard: how a model is timed on a board that runs Linux."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mcugen.boards import Board
from mcugen.errors import ConfigError
from mcugen.strict_toml import TomlTable

ACCELERATORS = ("cpu", "npu")


@dataclass(frozen=True, slots=True)
class Configuration:
    """One way to run the model, one row of the table."""

    name: str  # "cpu-1"
    title: str  # "CPU, 1 thread"
    accelerator: str  # what is asked for: "cpu" or "npu"
    threads: int


@dataclass(frozen=True, slots=True)
class VelaSettings:
    """What Vela needs to know of the board's Ethos-U."""

    accelerator_config: str
    config: str
    system_config: str
    memory_mode: str
    arena_cache_bytes: int


@dataclass(frozen=True, slots=True)
class SupportPackage:
    """A board support package and the versions it carries."""

    name: str
    tflite: str
    vela: str | None


@dataclass(frozen=True, slots=True)
class Published:
    """Published latencies of exactly this model file on this board."""

    model: str
    model_sha256: str
    source: str
    note: str
    milliseconds: Mapping[str, float]  # by configuration


@dataclass(frozen=True, slots=True)
class LinuxBoard:
    """All that the launcher knows of a board; `environment` is set for the NPU's configurations."""

    tools: tuple[str, ...]  # glob patterns of benchmark_model
    accelerator: str
    delegates: tuple[str, ...]  # candidates, the first that is there is used
    devices: tuple[str, ...]
    environment: Mapping[str, str]
    port: Path  # port.c of the scorer: a process on standard input and output
    configurations: tuple[Configuration, ...]
    vela: VelaSettings | None
    packages: tuple[SupportPackage, ...]
    published: tuple[Published, ...]


def linux_board(board: Board) -> LinuxBoard:
    """The board's [linux] table; ConfigError names what is missing, unknown or wrong in it."""
    if "linux" not in board.extra:
        raise ConfigError(f"board {board.name!r} does not run Linux: no [linux] in its board.toml")
    table = board.table("linux")
    where = table.where
    described = LinuxBoard(
        tools=table.texts("tools"),
        accelerator=table.text("accelerator", ""),
        delegates=table.texts("delegates", ()),
        devices=table.texts("devices", ()),
        environment=_environment(table.named_texts("environment", may_be_empty=True), where),
        port=board.folder / table.text("port"),
        configurations=_configurations(table, where),
        vela=_vela(table.table("vela")) if "vela" in table else None,
        packages=_packages(table),
        published=_published(table),
    )
    table.finish()
    _check(described, where)
    return described


def _environment(values: Mapping[str, str], where: str) -> Mapping[str, str]:
    for name, value in values.items():
        if not re.fullmatch(r"\w+", name) or not re.fullmatch(r"[\w./:-]*", value):
            raise ConfigError(f"{where}: {name} = {value!r} holds more than plain characters")
    return values


def _configurations(table: TomlTable, where: str) -> tuple[Configuration, ...]:
    found = []
    for name, one in table.named_tables("configurations").items():
        if not re.fullmatch(r"[a-z0-9-]+", name):
            raise ConfigError(f"{where}: configuration {name!r} is not lower-case-and-digits")
        accelerator = one.choice("accelerator", ACCELERATORS)
        found.append(one.read(Configuration, name=name, accelerator=accelerator))
    return tuple(found)


def _vela(table: TomlTable) -> VelaSettings:
    settings = table.read(VelaSettings)
    chip = re.match(r"ethos-(u\d+)", settings.accelerator_config)
    memory = re.match(r"Ethos_(U\d+)", settings.system_config)
    if chip and memory and chip[1] != memory[1].lower():  # Vela takes it and estimates nonsense
        raise ConfigError(
            f"{table.where}: system_config {settings.system_config!r} is not one of"
            f" {settings.accelerator_config!r}"
        )
    return settings


def _packages(table: TomlTable) -> tuple[SupportPackage, ...]:
    return tuple(
        one.read(SupportPackage, name=name, vela=one.text("vela", "") or None)
        for name, one in table.named_tables("bsp").items()
    )


def _published(table: TomlTable) -> tuple[Published, ...]:
    found = []
    for name, one in table.named_tables("published").items():
        times = one.table("milliseconds")
        milliseconds = {key: times.number(key) for key in one.mapping("milliseconds")}
        note = one.text("note", "", may_be_empty=True)
        found.append(one.read(Published, model=name, note=note, milliseconds=milliseconds))
    return tuple(found)


def _check(board: LinuxBoard, where: str) -> None:
    """What no single key can show."""
    if not board.port.is_file():
        raise ConfigError(f"{where}: port = {board.port} does not exist")
    names = {configuration.name for configuration in board.configurations}
    if not names:
        raise ConfigError(f"{where}: no configurations")
    if any(c.accelerator == "npu" for c in board.configurations) and not board.delegates:
        raise ConfigError(f"{where}: an NPU is to be timed but delegates is empty")
    for published in board.published:
        if unknown := set(published.milliseconds) - names:
            raise ConfigError(
                f"{where}: published.{published.model} names unknown configurations:"
                f" {', '.join(sorted(unknown))}",
                hint=f"configurations: {', '.join(sorted(names))}",
            )
    for path in (*board.tools, *board.delegates, *board.devices):
        if not re.fullmatch(r"[\w./*?+-]+", path):
            raise ConfigError(f"{where}: {path!r} is not a plain path or glob pattern")
