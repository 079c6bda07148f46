# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The options of `mcugen run`."""

from __future__ import annotations

from typing import Any

import click

from mcugen.cli.sections import PATH, Words, apply, in_section, shared
from mcugen.features.spec import RESIZES

_device = in_section("Device")
_linux = in_section("Board that runs Linux (with --host)")
_measurement = in_section("Measurement")
_result = in_section("Result")

_OPTIONS = (
    shared("--port", _device),
    _device(
        "--baud",
        type=click.IntRange(1),
        help="With --port: baud rate to switch to, at most max_baud of board.toml.",
    ),
    shared("--emulate", _device),
    shared("--ram-seed", _device),
    shared("--board-dir", _device),
    _linux("--host", help="Board that runs Linux, as in ssh (root@imx93)."),
    shared("--ssh-option", _linux),
    _linux("--only", multiple=True, help="Time only this configuration (cpu-1, npu), repeatable."),
    _linux(
        "--compile-on-board",
        is_flag=True,
        help="Compile the model with the vela installed on the board.",
    ),
    _linux(
        "--interpreter",
        metavar="PYTHON",
        help="Score with the TensorFlow Lite of this Python (python3) on the board.",
    ),
    _measurement(
        "--input",
        type=Words(["pcm", "features", "int8"]),
        help="What is sent: pcm (the front-end's source), features (float32), or int8 (input tensors of "
        "any type). Default: pcm, or int8 without a front-end.",
    ),
    _measurement(
        "--resize",
        type=Words(RESIZES),
        help="Bring pictures of another size to the model's: all of it between bars, the middle, or "
        "stretched. Default: `resize` of the front-end, or they are refused.",
    ),
    _measurement(
        "--repeats",
        type=click.IntRange(0, 100_000),
        default=0,
        help="Also time this number of inferences on one input.",
    ),
    _measurement(
        "--profile",
        is_flag=True,
        help="Also measure the cost of every layer (build with --profile); with --host: time every "
        "operator instead of whole inferences.",
    ),
    _measurement(
        "--labels", type=PATH, help="CSV of `file,label` lines. Default: labels from file names."
    ),
    _measurement(
        "--check-outputs", is_flag=True, help="Read every output and compare it with the reference."
    ),
    _measurement(
        "--energy",
        metavar="INSTRUMENT",
        help="Also measure energy: joulescope, ppk2 (or ppk2:PORT), or csv:FILE, a recording with marks.",
    ),
    _measurement("--volts", type=click.FloatRange(0.5, 12), help="Supply voltage, for ppk2."),
    _result("--out", type=PATH, help="Folder for the results. Default: BUILD_DIR-run."),
)


def run_options(function: Any) -> Any:
    """Adds every option of `mcugen run`: those of mcugen.run, and of timing on Linux."""
    return apply(_OPTIONS, function)
