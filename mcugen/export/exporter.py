# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What a platform offers to `generate`, and the choices that it is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from mcugen import __version__
from mcugen.boards import Board
from mcugen.codegen.tree import SourceTree
from mcugen.engines.contract import Engine
from mcugen.features.spec import FrontEnd
from mcugen.samples.sample_set import SampleSet


@dataclass(frozen=True, slots=True)
class CompiledModel:
    """The model compiled for the board's NPU on this computer; `estimate` is the compiler's, not measured."""

    content: bytes
    compiler: str  # "vela 5.2.0"
    estimate: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What the user chose besides model, front-end and board. Empty strings: the board's default."""

    engine: Engine
    optimize: str = "speed"
    npu: bool = False
    variant: str = ""
    memory: str = ""
    npu_model: CompiledModel | None = None  # for exporters that carry one
    front_end: FrontEnd | None = None
    score: str = "none"
    test_set: SampleSet | None = None  # for exporters whose vendor's tools take one


@dataclass(frozen=True, slots=True)
class Exporter:
    """What a platform writes around an application.

    `emit` gets the application's files, the board, the model's name and the options, and returns the
    files around them. `compile_flags` are the flags that shape the code: a part of its identity.
    """

    emit: Callable[[SourceTree, Board, str, ExportOptions], SourceTree]
    compile_flags: Callable[[Board, str], tuple[str, ...]]


def common_context(app: SourceTree, board: Board, model: str) -> dict[str, Any]:
    """What the templates of every platform are given: tool, board, model, sources and header folders."""
    return {
        "tool": f"mcugen {__version__}",
        "board": board,
        "model": model,
        "sources": [path for path in sorted(app) if path.endswith((".c", ".cc", ".S"))],
        "include_dirs": sorted({str(PurePosixPath(p).parent) for p in app if p.endswith(".h")}),
    }
