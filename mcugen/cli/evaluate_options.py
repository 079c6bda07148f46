# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The options of `mcugen evaluate`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mcugen.cli import completion
from mcugen.cli.sections import PATH, apply, in_section, shared

_device = in_section("Device")
_judgement = in_section("Judgement")
_result = in_section("Result")

_OPTIONS = (
    _device(
        "--board",
        shell_complete=completion.boards,
        help="Also evaluate on this board, see `mcugen boards`.",
    ),
    shared("--board-dir", _device),
    _device(
        "--engine",
        shell_complete=completion.engines,
        default="",
        help="Inference engine. Default: that of mcugen.toml, else the first one that the board lists.",
    ),
    _device(
        "--rounding",
        default="",
        help="Rounding: double (equals TFLite Micro) or single. Default: that of mcugen.toml, else double.",
    ),
    shared("--tflm", _device),
    _device(
        "--port",
        shell_complete=completion.ports,
        help="Port of a device flashed with the project of `mcugen build MODEL --board`. Default: the "
        "board's emulator.",
    ),
    _judgement("--type", help="Machine type. Default: the name of the model's folder."),
    _judgement(
        "--front-end",
        shell_complete=completion.front_ends,
        help="Front-end preset. Default: that of mcugen.toml beside MODEL, else raw.",
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
