# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The contract of a platform: a family of boards that is exported, compiled, accelerated and read alike."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mcugen.boards import Board
from mcugen.engines.contract import Engine
from mcugen.export.exporter import Exporter
from mcugen.export.project import BuildRequest
from mcugen.progress import OnProgress, no_progress
from mcugen.records import Record
from mcugen.toolchain.build import BuildResult
from mcugen.toolchain.doctor import Finding
from mcugen.toolchain.project import Project


@dataclass(frozen=True, slots=True)
class Places:
    """Where the user keeps what mcugen does not ship, and which build is wanted."""

    engine: Engine
    optimize: str = "speed"
    tflm: Path | None = None  # TFLite Micro: tensorflow/, third_party/, libtensorflow-microlite.a
    sdk: Path | None = None  # the vendor's SDK
    variant: str = ""
    neutron_sdk: Path | None = None  # NXP's eIQ Neutron SDK, which holds neutron-converter
    npu_model: Path | None = None  # a model that is converted already
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    on_progress: OnProgress = no_progress


@dataclass(frozen=True, slots=True)
class Compiled:
    """What came out: an image where everything needed was there, and lines for the user."""

    result: BuildResult | None
    notes: tuple[str, ...] = ()


Accelerated = tuple[BuildRequest, tuple[str, ...]]
"""The request with what the NPU runs, and lines for the user."""


@dataclass(frozen=True, slots=True)
class ResultReader:
    """What `mcugen results` reads of a project: files that the vendor's compiler left there, and the
    text of a log with its name."""

    files: Callable[[Project], tuple[Record, ...]] | None = None
    log: Callable[[Project, str, str], tuple[Record, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Platform:
    """One row of PLATFORMS. Whatever is None or empty, the platform does not have.

    `engines` come with the platform, beside those of mcugen.engines. `options` names the options of
    `mcugen build` that not every platform takes and this one does. `tables` maps each table of its own
    in a board.toml to the function that reads and checks it. `npu_tolerance_lsb` is how far an output
    of the NPU may be from the reference, in steps of the output's quantisation.
    """

    exporter: Exporter
    engines: Mapping[str, Engine] = field(default_factory=dict)
    options: frozenset[str] = frozenset()
    tables: Mapping[str, Callable[[Board], object]] = field(default_factory=dict)
    compile: Callable[[Path, Board, Places], Compiled] | None = None
    accelerate: Callable[[BuildRequest, Places, Path], Accelerated] | None = None
    npu_tolerance_lsb: int = 0
    memories: Callable[[Board], Mapping[str, Board]] | None = None
    results: ResultReader | None = None
    checks: Callable[[Board, Mapping[str, str]], tuple[Finding, ...]] | None = None
