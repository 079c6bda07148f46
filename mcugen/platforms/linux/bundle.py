# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The export for boards that run Linux: model, run plan and launcher for the board's own
benchmark_model, and the sources of a scorer that needs nothing of the board but its kernel."""

from __future__ import annotations

import hashlib
import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from mcugen import __version__
from mcugen.boards import Board
from mcugen.codegen.render import render
from mcugen.codegen.tree import SourceTree
from mcugen.errors import ConfigError
from mcugen.export.exporter import CompiledModel, ExportOptions
from mcugen.paths import runtime_dir, templates_dir
from mcugen.platforms.cmake.project import export_cmake
from mcugen.platforms.linux.board import Configuration, LinuxBoard, linux_board
from mcugen.toolchain.build import ZIG_TOOLCHAIN

PLAN = "plan.json"
SCHEMA_VERSION = 1
FIRMWARE_MAIN = "runtime/main.c"
SCORER = "runtime/scorer_main.c"
VERBATIM = ("launch.sh", "score_tflite.py")


@dataclass(frozen=True, slots=True)
class Effort:
    """How long benchmark_model warms up and measures; runs and seconds are both minimums."""

    warmup_runs: int = 10
    warmup_seconds: float = 0.5
    runs: int = 50
    seconds: float = 1.0
    max_seconds: float = 30.0

    def flags(self) -> tuple[str, ...]:
        """As flags of benchmark_model."""
        return (
            f"--warmup_runs={self.warmup_runs}",
            f"--warmup_min_secs={self.warmup_seconds:g}",
            f"--num_runs={self.runs}",
            f"--min_secs={self.seconds:g}",
            f"--max_secs={self.max_seconds:g}",
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """What a bundle measures: plan.json as a value."""

    board: str
    model: str
    model_file: str
    model_sha256: str
    npu_model_file: str | None
    npu_compiler: str | None
    npu_estimate: Mapping[str, float]
    max_seconds: float
    configurations: tuple[Configuration, ...]


def export_linux(app: SourceTree, board: Board, model: str, options: ExportOptions) -> SourceTree:
    """The files around an application: the bundle, and how the scorer is compiled."""
    content = app[f"model/{model}.tflite"]
    bundle = export_linux_bundle(board, model, content, npu_model=options.npu_model)
    if options.engine.runs_file:
        return {path: bundle[path] for path in bundle if path not in app}
    scorer = {
        "board/port.c": linux_board(board).port.read_bytes(),
        SCORER: (runtime_dir() / "scorer_main.c").read_bytes(),
    }
    program = {path: app[path] for path in app if path != FIRMWARE_MAIN} | scorer
    around = {**export_cmake(program, board, model, options), **scorer, **bundle}
    return {path: around[path] for path in sorted(around) if path not in app}


def export_linux_bundle(
    board: Board,
    model: str,
    content: bytes,
    *,
    npu_model: CompiledModel | None = None,
    effort: Effort = Effort(),  # noqa: B008 - frozen
) -> SourceTree:
    """All files of the bundle but the manifest."""
    linux = linux_board(board)
    if not re.fullmatch(r"[\w.+-]+", model):
        raise ConfigError(
            f"{model!r} cannot name files on the board", hint="letters, digits and _.+- only"
        )
    npu_path = f"model/{model}_vela.tflite" if linux.vela else None
    if npu_model and not npu_path:
        raise ConfigError(f"board {board.name!r} compiles models for its NPU itself")
    plan = Plan(
        board=board.name,
        model=model,
        model_file=f"model/{model}.tflite",
        model_sha256=hashlib.sha256(content).hexdigest(),
        npu_model_file=npu_path,
        npu_compiler=npu_model.compiler if npu_model else None,
        npu_estimate=npu_model.estimate if npu_model else {},
        max_seconds=effort.warmup_seconds + 2 * effort.max_seconds,
        configurations=linux.configurations,
    )
    tree = {
        plan.model_file: content,
        PLAN: _plan_json(plan),
        "plan.sh": render("linux/plan.sh.j2", _shell_values(plan, linux, effort)),
        "README.md": render("linux/README.md.j2", _readme_values(plan, linux, board)),
        **{name: (templates_dir() / "linux" / name).read_bytes() for name in VERBATIM},
    }
    if npu_model and npu_path:
        tree[npu_path] = npu_model.content
    return dict(sorted(tree.items()))


def _plan_json(plan: Plan) -> bytes:
    return json.dumps({"schema": SCHEMA_VERSION, **asdict(plan)}, indent=2).encode() + b"\n"


def read_plan(build_dir: Path) -> Plan:
    """The plan of a bundle's folder; ConfigError when it is not one or is damaged."""
    path = build_dir / PLAN
    try:
        data = json.loads(path.read_bytes())
        if data.pop("schema") != SCHEMA_VERSION:
            raise ConfigError(
                f"{path} was written by a different mcugen version", hint="run `mcugen build` again"
            )
        configurations = tuple(Configuration(**entry) for entry in data.pop("configurations"))
        return Plan(configurations=configurations, **data)
    except FileNotFoundError:
        raise ConfigError(
            f"{build_dir} was not built for a board that runs Linux: no {PLAN} in it",
            hint="mcugen build --board imx93",
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"{path} is damaged: {error}", hint="run `mcugen build` again") from error


def _shell_values(plan: Plan, linux: LinuxBoard, effort: Effort) -> dict[str, object]:
    """Everything quoted for sh."""
    settings = [f"{name}={value}" for name, value in linux.environment.items()]
    return {
        "tool": f"mcugen {__version__}",
        "model": shlex.quote(plan.model_file),
        "npu_model": shlex.quote(plan.npu_model_file or ""),
        "tools": shlex.quote(" ".join(linux.tools)),
        "delegates": shlex.quote(" ".join(linux.delegates)),
        "devices": shlex.quote(" ".join(linux.devices)),
        "flags": shlex.quote(" ".join(effort.flags())),
        "names": shlex.quote(" ".join(c.name for c in plan.configurations)),
        "environment": shlex.quote(" ".join(settings)),
        "configurations": [
            {
                "name": c.name,
                "title": shlex.quote(c.title),
                "accelerator": c.accelerator,
                "threads": c.threads,
            }
            for c in plan.configurations
        ],
    }


def _readme_values(plan: Plan, linux: LinuxBoard, board: Board) -> dict[str, object]:
    return {
        "tool": f"mcugen {__version__}",
        "board": board.name,
        "board_title": board.title,
        "model_name": plan.model,
        "model_path": plan.model_file,
        "model_sha256": plan.model_sha256,
        "npu_path": plan.npu_model_file if plan.npu_compiler else None,
        "npu_state": f" by {plan.npu_compiler}",
        "npu_text": _npu_text(plan),
        "accelerator": linux.accelerator,
        "configurations": plan.configurations,
        "prefix": board.compiler_prefix,
        "zig_toolchain": ZIG_TOOLCHAIN,
    }


def _npu_text(plan: Plan) -> str:
    """How the NPU gets the model."""
    if plan.npu_compiler:
        us = plan.npu_estimate["inference_us"]
        return (
            f"The NPU gets the model compiled by {plan.npu_compiler}, which estimates {us:.1f} us per"
            " inference. That is an estimate, not a measurement. If the board's driver refuses the"
            " file, delete it: the delegate then compiles the model itself."
        )
    if plan.npu_model_file:
        return (
            "The NPU's delegate compiles the model on the board when it loads it (from LF6.1.36 on);"
            " `sh launch.sh compile` does so beforehand with the board's own `vela`."
        )
    return "The NPU's driver compiles the model in the first inference, which takes seconds."
