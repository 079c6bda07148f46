# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The options of `mcugen build` as one value, and which of them mean something where."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from mcugen.boards import Board
from mcugen.cli.sections import PATH, apply, in_section
from mcugen.config import Config
from mcugen.errors import ConfigError
from mcugen.export.project import BuildRequest
from mcugen.platforms.choose import all_engines, all_platforms, platform_of
from mcugen.platforms.platform import Places
from mcugen.platforms.request import Choices, choose_engine, said

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
        help="Front-end: mlperf-ad, -kws, -ic, -vww, image (pictures of the model's own size) or raw. "
        "Default: that of mcugen.toml.",
    ),
    _model("--score", default="", help="What a clip is scored by: reconstruction-error or none."),
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
        help="Optimise for speed (default), for size, or be fastest at the price of flash.",
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
    _result("--out", type=PATH, help="Folder of the project. Default: build/MODEL-BOARD."),
    _result("--no-compile", is_flag=True, help="Write the project without compiling it."),
)


def build_options(function: Any) -> Any:
    """Adds every option of `mcugen build`; the command receives what BuildOptions takes."""
    return apply(_OPTIONS, function)


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """The options as given; an empty string or None where an option was not."""

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
            class_names=self.class_names,
        )

    def places(self, request: BuildRequest) -> Places:
        """Where the software is that a build of the request needs."""
        return Places(
            engine=request.engine,
            optimize=request.engine_options.optimize,
            tflm=self.tflm,
            sdk=self.sdk,
            variant=self.variant,
            neutron_sdk=self.neutron_sdk,
            npu_model=self.npu_model,
        )


PREREQUISITES = (
    ("neutron_sdk", "accelerator npu", "npu"),
    ("npu_model", "accelerator npu", "npu"),
    ("test_labels", "test-data", "test_data"),
)
"""Options that mean nothing without another: field, what to give, the field that says it is given."""


def refuse_idle_options(options: BuildOptions, board: Board, config: Config) -> None:
    """ConfigError that names every option given which this board or engine does not look at."""
    engine = choose_engine(board, *said("engine", options.choices, config))
    platform = platform_of(board)
    engines, platforms = all_engines(), all_platforms()
    faults = [
        f"--{field.replace('_', '-')} needs --{other}"
        for field, other, needed in PREREQUISITES
        if getattr(options, field) and not getattr(options, needed)
    ]
    for field in BuildOptions.__dataclass_fields__:
        if not getattr(options, field):
            continue
        flag = f"--{field.replace('_', '-')}"
        takers = [name for name, one in engines.items() if field in one.options]
        if takers and field not in engine.options:
            faults.append(f"{flag} needs --engine {' or '.join(takers)}")
        hosts = [name for name, one in platforms.items() if field in one.options]
        if hosts and field not in platform.options:
            faults.append(f"{flag} needs a board whose exporter is {' or '.join(hosts)}")
    rounding = options.rounding or config.rounding
    takers = [name for name, one in engines.items() if rounding in one.roundings]
    if takers and rounding not in engine.roundings:
        faults.append(f"rounding {rounding} needs --engine {' or '.join(takers)}")
    if faults:
        raise ConfigError(
            f"board {board.name}, engine {engine.name}: {'; '.join(faults)}",
            hint="leave out what does not apply, or choose another board or engine",
        )
