# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The options of `mcugen build` as one value, and which of them mean something where."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from mcugen.boards import Board
from mcugen.cli.sections import PATH, apply, in_section
from mcugen.config import Config
from mcugen.errors import ConfigError
from mcugen.export.project import Request
from mcugen.export.request import Choices
from mcugen.toolchain.compilers import Places
from mcugen.toolchain.doctor import SDK_VARIABLE

_board = in_section("Board")
_model = in_section("Model and firmware")
_sdk = in_section("Vendors' software")
_npu = in_section("NPU")
_test = in_section("Test set, for vendors' tools that test by themselves")
_result = in_section("Result")

_OPTIONS = (
    _board("--board", "board_name", help="Board to build for; see `mcugen boards`."),
    _board("--board-dir", type=PATH, help="Folder that contains your own boards."),
    _board("--variant", default="", help="Board variant, for boards that have several."),
    _board("--memory", default="", help="Memory layout, for boards that have several."),
    _model(
        "--engine",
        default="",
        help="Inference engine: aot, tflm, axon or efinix. Default: the board's first.",
    ),
    _model(
        "--front-end",
        default="",
        help="Front-end preset (mlperf-ad, raw, ...). Default: that of mcugen.toml.",
    ),
    _model("--score", default="", help="What a clip is scored by: reconstruction-error or none."),
    _model(
        "--rounding", default="", help="Rounding: double (default, equals TFLite Micro) or single."
    ),
    _model("--optimize", default="", help="Optimise for speed (default) or size."),
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
    _model("--no-prune", is_flag=True, help="Keep channels that provably never affect the output."),
    _model(
        "--mlperf-id",
        default="",
        help="Benchmark id for the MLPerf Tiny runner (ad01, kws01, ic01, vww01), see docs/mlperf.md.",
    ),
    _sdk(
        "--tflm",
        type=PATH,
        help="Folder with a TFLite Micro build (headers, libtensorflow-microlite.a), for --engine tflm.",
    ),
    _sdk(
        "--sdk",
        "--axon-sdk",
        "sdk",
        type=PATH,
        help="Vendor's SDK to compile the project with: MCUXpresso SDK or nRF Edge AI Add-on.",
    ),
    _npu(
        "--accelerator",
        type=click.Choice(["cpu", "npu"]),
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
    _test("--class-names", type=PATH, help="Class names: a text file with one per line."),
    _result("--out", type=PATH, help="Folder of the project. Default: build/MODEL-BOARD."),
    _result("--no-compile", is_flag=True, help="Write the project without compiling it."),
)


def build_options(function: Any) -> Any:
    """Adds every option of `mcugen build`; the command receives what BuildOptions takes."""
    return apply(_OPTIONS, function)


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """What the user said, option by option; an empty text or None where he said nothing."""

    board_name: str | None
    board_dir: Path | None
    variant: str
    memory: str
    engine: str
    front_end: str
    score: str
    rounding: str
    optimize: str
    arena_bytes: int | None
    per_layer: bool
    no_prune: bool
    mlperf_id: str
    tflm: Path | None
    sdk: Path | None
    accelerator: str
    neutron_sdk: Path | None
    npu_model: Path | None
    test_data: tuple[Path, ...]
    test_labels: Path | None
    class_names: Path | None
    out: Path | None
    no_compile: bool

    @property
    def npu(self) -> bool:
        """Whether the model is to run on the board's NPU."""
        return self.accelerator == "npu"

    @property
    def choices(self) -> Choices:
        """What mcugen.toml may say as well."""
        return Choices(
            engine=self.engine,
            front_end=self.front_end,
            score=self.score,
            rounding=self.rounding,
            optimize=self.optimize,
            per_layer=self.per_layer,
            prune=not self.no_prune,
            npu=self.npu,
            variant=self.variant,
            memory=self.memory,
            mlperf_id=self.mlperf_id,
            arena_bytes=self.arena_bytes,
        )

    def places(self, request: Request) -> Places:
        """Where the software is that a build of the request needs."""
        return Places(
            engine=request.engine,
            optimize=request.engine_options.optimize,
            tflm=self.tflm,
            sdk=self.sdk,
            sdk_variable=os.environ.get(SDK_VARIABLE, ""),
            variant=self.variant,
            neutron_sdk=self.neutron_sdk,
            npu_model=self.npu_model,
        )


@dataclass(frozen=True, slots=True)
class _Use:
    """Where options mean something; elsewhere they would change nothing, and are refused."""

    fields: tuple[str, ...]
    where: str
    is_met: Callable[[BuildOptions, Board, str], bool]  # options, board, engine


_USES = (
    _Use(
        ("variant", "memory", "neutron_sdk", "npu_model"),
        "a board with an MCUXpresso SDK",
        lambda _, board, __: board.exporter == "mcuxpresso",
    ),
    _Use(
        ("sdk",),
        "a board whose vendor's SDK compiles the project",
        lambda _, board, __: board.exporter in ("mcuxpresso", "axon"),
    ),
    _Use(
        ("test_data",),
        "a board whose vendor's tools test by themselves",
        lambda _, board, __: board.exporter in ("axon", "efinix"),
    ),
    _Use(
        ("tflm",),
        "--engine tflm on a board that mcugen compiles for by itself",
        lambda _, board, engine: engine == "tflm" and board.exporter in ("cmake", "linux-bundle"),
    ),
    _Use(("per_layer", "no_prune"), "--engine aot", lambda _, __, engine: engine == "aot"),
    _Use(("neutron_sdk", "npu_model"), "--accelerator npu", lambda options, _, __: options.npu),
    _Use(
        ("test_labels", "class_names"),
        "--test-data",
        lambda options, _, __: bool(options.test_data),
    ),
)


def refuse_idle_options(options: BuildOptions, board: Board, config: Config) -> None:
    """ConfigError that names every option given which this board or engine does not look at."""
    engine = options.engine or config.engine or board.engines[0]
    faults = [
        f"--{field.replace('_', '-')} needs {use.where}"
        for use in _USES
        for field in use.fields
        if getattr(options, field) and not use.is_met(options, board, engine)
    ]
    if (options.rounding or config.rounding) == "single" and engine != "aot":
        faults.append("rounding single needs --engine aot")
    if faults:
        raise ConfigError(
            f"board {board.name}, engine {engine}: {'; '.join(faults)}",
            hint="leave out what does not apply, or choose another board or engine",
        )
