# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What can be asked of a build, and which of it means something where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypedDict

from mcugen.api.options import refuse_strangers
from mcugen.boards import Board
from mcugen.config import Config
from mcugen.errors import ConfigError
from mcugen.export.project import BuildRequest
from mcugen.paths import StrPath
from mcugen.platforms.choose import all_engines, all_platforms, platform_of
from mcugen.platforms.platform import Places
from mcugen.platforms.request import Choices, choose_engine, said
from mcugen.progress import OnProgress


class BuildOptions(TypedDict, total=False):
    """The options of `mcugen build`, by their names; `mcugen build --help` says what each is.

    None, an empty text and False are the same as leaving it out.
    """

    board: str | None
    board_dir: StrPath | None
    variant: str
    memory: str
    engine: str
    front_end: str
    score: str
    rounding: str
    optimize: str
    arena_bytes: int | None
    per_layer: bool
    profile: bool
    no_prune: bool
    mlperf_id: str
    mlperf_energy: bool
    tflm: StrPath | None
    sdk: StrPath | None
    accelerator: str
    neutron_sdk: StrPath | None
    npu_model: StrPath | None
    test_data: Sequence[StrPath]
    test_labels: StrPath | None
    class_names: StrPath | None
    out: StrPath | None
    no_compile: bool


Given = Mapping[str, Any]
"""The options that were given, paths as Path."""

_PATHS = (
    "board_dir",
    "tflm",
    "sdk",
    "neutron_sdk",
    "npu_model",
    "test_labels",
    "class_names",
    "out",
)
_CHOICES = (
    "engine front_end score rounding optimize per_layer profile variant memory mlperf_id "
    "mlperf_energy arena_bytes class_names"
).split()
_PLACES = "tflm sdk variant neutron_sdk npu_model".split()


def given_options(options: BuildOptions) -> Given:
    """What was given; TypeError for a name that is no option."""
    refuse_strangers("build", options, BuildOptions)
    given: dict[str, Any] = {name: value for name, value in options.items() if value}
    for name in given.keys() & _PATHS:
        given[name] = Path(given[name])
    if "test_data" in given:
        given["test_data"] = tuple(map(Path, given["test_data"]))
    return given


def is_npu(given: Given) -> bool:
    """Whether the model is to run on the board's NPU."""
    return given.get("accelerator") == "npu"


def choices_of(given: Given) -> Choices:
    """What mcugen.toml may say as well."""
    chosen = {name: given[name] for name in _CHOICES if name in given}
    return Choices(npu=is_npu(given), prune="no_prune" not in given, **chosen)


def places_of(given: Given, request: BuildRequest, on_progress: OnProgress) -> Places:
    """Where the software is that a build of the request needs."""
    named = {name: given[name] for name in _PLACES if name in given}
    optimize = request.engine_options.optimize
    return Places(request.engine, optimize, on_progress=on_progress, **named)


PREREQUISITES = (
    ("neutron_sdk", "accelerator npu", is_npu),
    ("npu_model", "accelerator npu", is_npu),
    ("test_labels", "test-data", lambda given: "test_data" in given),
)
"""Options that mean nothing without another: name, what to give, whether it is given."""


def refuse_idle_options(given: Given, board: Board, config: Config) -> None:
    """ConfigError that names every option given which this board or engine does not look at."""
    engine = choose_engine(board, *said("engine", choices_of(given), config))
    platform = platform_of(board)
    engines, platforms = all_engines(), all_platforms()
    faults = [
        f"{_flag(name)} needs --{other}"
        for name, other, is_given in PREREQUISITES
        if name in given and not is_given(given)
    ]
    for name in (name for name in BuildOptions.__annotations__ if name in given):
        takers = [word for word, one in engines.items() if name in one.options]
        if takers and name not in engine.options:
            faults.append(f"{_flag(name)} needs --engine {' or '.join(takers)}")
        hosts = [word for word, one in platforms.items() if name in one.options]
        if hosts and name not in platform.options:
            faults.append(f"{_flag(name)} needs a board whose exporter is {' or '.join(hosts)}")
    rounding = given.get("rounding") or config.rounding
    takers = [word for word, one in engines.items() if rounding in one.roundings]
    if takers and rounding not in engine.roundings:
        faults.append(f"rounding {rounding} needs --engine {' or '.join(takers)}")
    if faults:
        raise ConfigError(
            f"board {board.name}, engine {engine.name}: {'; '.join(faults)}",
            hint="leave out what does not apply, or choose another board or engine",
        )


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
