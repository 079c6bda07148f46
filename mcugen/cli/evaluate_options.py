# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The options of `mcugen evaluate` as one value."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from mcugen.cli.sections import PATH, apply, in_section
from mcugen.errors import ConfigError

_device = in_section("Device")
_judgement = in_section("Judgement")
_result = in_section("Result")

_OPTIONS = (
    _device("--board", "board_name", help="Also evaluate on this board, see `mcugen boards`."),
    _device("--board-dir", type=PATH, help="Folder that contains your own boards."),
    _device(
        "--engine",
        default="",
        help="Inference engine. Default: that of mcugen.toml, else the first one that the board lists.",
    ),
    _device(
        "--rounding",
        default="",
        help="Rounding: double (equals TFLite Micro) or single. Default: that of mcugen.toml, else double.",
    ),
    _device(
        "--tflm",
        type=PATH,
        help="Folder with a TFLite Micro build (headers, libtensorflow-microlite.a), for --engine tflm.",
    ),
    _device(
        "--port",
        help="Port of a device flashed with the project of `mcugen build MODEL --board`. Default: the "
        "board's emulator.",
    ),
    _judgement(
        "--type", "machine_type", help="Machine type. Default: the name of the model's folder."
    ),
    _judgement(
        "--front-end", help="Front-end preset. Default: that of mcugen.toml beside MODEL, else raw."
    ),
    _judgement(
        "--false-alarm-rate",
        type=click.FloatRange(0, 1),
        default=0.01,
        show_default=True,
        help="Share of normal clips that may score above the threshold.",
    ),
    _judgement(
        "--resamples",
        type=click.IntRange(0),
        default=1000,
        show_default=True,
        help="Number of bootstrap samples for the AUC interval; 0 disables it.",
    ),
    _result(
        "--out",
        type=PATH,
        default=Path("result"),
        show_default=True,
        help="Folder for the results.",
    ),
    _result(
        "--beside",
        type=PATH,
        multiple=True,
        help="OUT of an earlier evaluation of a classifier, to show in the same table; repeatable.",
    ),
)


def evaluate_options(function: Any) -> Any:
    """Adds every option of `mcugen evaluate` but those of feature extraction."""
    return apply(_OPTIONS, function)


@dataclass(frozen=True, slots=True)
class EvaluateOptions:
    """The options as given; the last three are those of `feature_options`."""

    board_name: str | None
    board_dir: Path | None
    engine: str
    rounding: str
    tflm: Path | None
    port: str | None
    machine_type: str | None
    front_end: str | None
    false_alarm_rate: float
    resamples: int
    out: Path
    beside: tuple[Path, ...]
    jobs: int
    parallel: str
    cache: Path | None


def refuse_idle_options(options: EvaluateOptions) -> None:
    """ConfigError that names every option of a device when there is none."""
    fields = ("board_dir", "engine", "rounding", "tflm", "port")
    given = [f"--{name.replace('_', '-')}" for name in fields if getattr(options, name)]
    if given and options.board_name is None:
        raise ConfigError(f"{', '.join(given)}: no board is given", hint="--board NAME")
