# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The options of `mcugen build`."""

from __future__ import annotations

from typing import Any

import click

from mcugen.cli import completion
from mcugen.cli.sections import PATH, Words, apply, in_section, shared

_board = in_section("Board")
_model = in_section("Model and firmware")
_sdk = in_section("Vendors' software")
_npu = in_section("NPU")
_test = in_section("Test set, for vendors' tools that test by themselves")
_result = in_section("Result")

_OPTIONS = (
    _board(
        "--board", shell_complete=completion.boards, help="Board to build for; see `mcugen boards`."
    ),
    shared("--board-dir", _board),
    _board("--variant", default="", help="Board variant, for boards that have several."),
    _board("--memory", default="", help="Memory layout, for boards that have several."),
    _model(
        "--engine",
        shell_complete=completion.engines,
        default="",
        help="Inference engine: aot, tflm, axon, efinix or benchmark_model. Default: the board's first.",
    ),
    _model(
        "--front-end",
        shell_complete=completion.front_ends,
        default="",
        help="Front-end: mlperf-ad, -kws, -ic, -vww, image (pictures of the model's own size) or raw. "
        "Default: that of mcugen.toml.",
    ),
    _model(
        "--score",
        default="",
        help="What a clip is scored by: reconstruction-error, wake-word or none.",
    ),
    _model(
        "--class-names",
        type=PATH,
        help="Class names of a classifier: a text file with one per line, in the order of its outputs. "
        "Default: those of the preset or of the model's metadata.",
    ),
    _model(
        "--rounding", default="", help="Rounding: double (default, equals TFLite Micro) or single."
    ),
    _model(
        "--optimize",
        default="",
        help="Optimise for speed (default), size, or fastest (more flash).",
    ),
    _model(
        "--arena-bytes",
        type=click.IntRange(1),
        help="Arena size in bytes for --engine tflm. Default: measured on this PC plus a margin.",
    ),
    _model(
        "--per-layer",
        is_flag=True,
        help="Make the output of every layer readable, for verify --per-layer.",
    ),
    _model(
        "--profile",
        is_flag=True,
        help="Make the cost of every layer measurable, for run --profile.",
    ),
    _model(
        "--no-prune",
        is_flag=True,
        help="Compute what provably never affects the output, and copy parts of tensors.",
    ),
    _model(
        "--mlperf-id",
        default="",
        help="Benchmark id for the MLPerf Tiny runner (ad01, kws01, ic01, vww01), see docs/mlperf.md.",
    ),
    _model(
        "--mlperf-energy",
        is_flag=True,
        help="Mark time stamps on a pin and start at 9600 baud, for the runner's energy mode.",
    ),
    shared("--tflm", _sdk),
    _sdk(
        "--sdk",
        "--axon-sdk",
        "sdk",
        type=PATH,
        help="Vendor's SDK to compile the project with: MCUXpresso SDK or nRF Edge AI Add-on.",
    ),
    _npu(
        "--accelerator",
        type=Words(["cpu", "npu"]),
        default="cpu",
        show_default=True,
        help="npu compiles the model for the board's NPU.",
    ),
    _npu("--neutron-sdk", type=PATH, help="Folder that contains neutron-converter."),
    _npu("--npu-model", type=PATH, help="The model already converted by neutron-converter."),
    _test("--test-data", multiple=True, type=PATH, help="Test inputs: x_test.npy, or clips."),
    _test(
        "--test-labels", type=PATH, help="Test labels: y_test.npy, or a CSV of `file,label` lines."
    ),
    _result("--out", type=PATH, help="Folder of the project. Default: build/MODEL-BOARD."),
    _result("--no-compile", is_flag=True, help="Write the project without compiling it."),
)


def build_options(function: Any) -> Any:
    """Adds every option of `mcugen build`; the command receives what mcugen.build takes."""
    return apply(_OPTIONS, function)
