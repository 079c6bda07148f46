# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Compiles a model for an Ethos-U with Arm's Vela, always as a process of its own.

Vela dies of a segmentation fault on a truncated model, and it ends with status 0 when it has put no
operator on the NPU (float models, models it has compiled before). Both are errors here. The figures
it gives are estimates and are called so.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from mcugen.boards import Board
from mcugen.errors import ConfigError, EnvironmentError_, ModelError
from mcugen.export.exporter import CompiledModel
from mcugen.export.project import BuildRequest
from mcugen.platforms.linux.board import VelaSettings, linux_board
from mcugen.system import run_text

VELA_TIMEOUT_S = 300.0
KIB = 1024
NO_VELA_HINT = (
    "pip install 'mcugen[imx93]', or leave out --accelerator npu: the board's delegate then compiles"
    " the model when it loads it"
)


@dataclass(frozen=True, slots=True)
class VelaEstimate:
    """What Vela expects, from its own model of the NPU; nothing of it is measured."""

    inference_us: float
    sram_bytes: int
    dram_bytes: int
    macs: int
    cycles: int


@dataclass(frozen=True, slots=True)
class VelaResult:
    """The compiled model and where its operators went."""

    content: bytes
    version: str  # "5.2.0"
    npu_operators: int
    cpu_operators: int
    estimate: VelaEstimate


def compile_for_board(board: Board, name: str, content: bytes) -> CompiledModel:
    """The model compiled for the NPU of the board; ConfigError when the board compiles models itself."""
    settings = linux_board(board).vela
    if settings is None:
        raise ConfigError(f"board {board.name!r} compiles models for its NPU itself")
    result = compile_for_ethos_u(content, name, settings)
    estimate = {key: float(value) for key, value in asdict(result.estimate).items()}
    counts = {"npu_operators": result.npu_operators, "cpu_operators": result.cpu_operators}
    return CompiledModel(result.content, f"vela {result.version}", {**counts, **estimate})


def with_vela_model(request: BuildRequest) -> tuple[BuildRequest, str]:
    """The request with its model compiled for the board's Ethos-U, and a message about it.

    Without Vela, or for a board that compiles models itself, the request stays as it is: then the
    delegate compiles the model on the board. A model that Vela cannot take is a ModelError.
    """
    if linux_board(request.board).vela is None:
        return request, "the NPU's driver compiles the model on the board"
    try:
        find_vela()
    except EnvironmentError_:
        return request, (
            "vela is not installed (pip install 'mcugen[imx93]'):"
            " the delegate compiles the model on the board"
        )
    model = compile_for_board(request.board, request.graph.name, request.model_bytes)
    options = replace(request.export_options, npu_model=model)
    counts = {name: int(model.estimate[f"{name}_operators"]) for name in ("npu", "cpu")}
    return replace(request, export_options=options), (
        f"{model.compiler}: {counts['npu']} operators on the NPU, {counts['cpu']} on the CPU;"
        f" estimate, not measured: {model.estimate['inference_us']:.1f} us per inference"
    )


def find_vela() -> str:
    """Path of the `vela` program, beside this Python or on PATH; EnvironmentError_ without one."""
    beside = shutil.which("vela", path=str(Path(sys.executable).parent))
    found = beside or shutil.which("vela")
    if found is None:
        raise EnvironmentError_("vela is not installed", hint=NO_VELA_HINT)
    return found


def compile_for_ethos_u(
    content: bytes, name: str, settings: VelaSettings, *, program: str | None = None
) -> VelaResult:
    """The model compiled for the NPU.

    ModelError when Vela cannot compile it or leaves every operator to the CPU, EnvironmentError_ when
    Vela is missing or does not know the settings.
    """
    vela = program or find_vela()
    with tempfile.TemporaryDirectory(prefix="mcugen-vela-") as folder:
        source = Path(folder) / f"{name}.tflite"
        source.write_bytes(content)
        out = Path(folder) / "out"
        done = _run([vela, *_arguments(settings), "--output-dir", str(out), str(source)])
        text = done.stdout + done.stderr
        if done.returncode != 0:
            raise _failure(name, done.returncode, text)
        npu, cpu = (_operators(text, where) for where in ("NPU", "CPU"))
        if not npu:
            raise ModelError(
                f"{name}: Vela put none of its operators on the NPU{_reasons(text)}",
                hint="the NPU takes int8 models that Vela has not compiled before",
            )
        compiled, summary = out / f"{name}_vela.tflite", next(out.glob("*_summary_*.csv"), None)
        if summary is None or not compiled.is_file():
            raise EnvironmentError_(
                "vela ended well but wrote no model or no summary", hint=NO_VELA_HINT
            )
        estimate = read_summary(summary.read_text(encoding="utf-8"))
        return VelaResult(compiled.read_bytes(), vela_version(vela), npu, cpu or 0, estimate)


def vela_version(program: str) -> str:
    """The version that the program prints; "unknown" when it prints none."""
    found = re.search(r"\d+\.\d+[\w.]*", _run([program, "--version"]).stdout)
    return found[0] if found else "unknown"


def read_summary(text: str) -> VelaEstimate:
    """The estimate in Vela's summary CSV (4.x and 5.x; 3.x has the same columns)."""
    rows = list(csv.DictReader(io.StringIO(text)))
    try:
        row = rows[0]
        return VelaEstimate(
            inference_us=float(row["inference_time"]) * 1e6,
            sram_bytes=round(float(row["sram_memory_used"]) * KIB),
            dram_bytes=round(float(row["dram_memory_used"]) * KIB),
            macs=round(float(row["nn_macs"])),
            cycles=round(float(row["cycles_total"])),
        )
    except (IndexError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise EnvironmentError_(
            f"the summary of this version of vela cannot be read: {error!r}",
            hint="mcugen knows the summaries of vela 3.x to 5.x",
        ) from error


def _arguments(settings: VelaSettings) -> list[str]:
    return [
        *("--accelerator-config", settings.accelerator_config),
        *("--config", settings.config),
        *("--system-config", settings.system_config),
        *("--memory-mode", settings.memory_mode),
        *("--arena-cache-size", str(settings.arena_cache_bytes)),
    ]


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    try:
        return run_text(command, VELA_TIMEOUT_S, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        raise EnvironmentError_(f"vela did not finish in {VELA_TIMEOUT_S:.0f} s") from None
    except OSError as error:
        raise EnvironmentError_(
            f"cannot start {command[0]}: {error.strerror}", hint=NO_VELA_HINT
        ) from error


def _operators(text: str, where: str) -> int | None:
    found = re.search(rf"^{where} operators = (\d{{1,9}})\b", text, re.MULTILINE)
    return int(found[1]) if found else None


def _reasons(text: str) -> str:
    """Why, in Vela's words: the first operator that it refused (5.x, then 3.x)."""
    patterns = (
        r"operator: (\w+), .*\nReason: (.*)",
        r"(\w+) .* not supported on the NPU.*\n\s*- (.*)",
    )
    found = next(filter(None, (re.search(pattern, text) for pattern in patterns)), None)
    return f": {found[1]}: {found[2].strip()}" if found else ""


def _failure(name: str, status: int, text: str) -> ModelError | EnvironmentError_:
    if status < 0:
        return ModelError(
            f"{name}: vela crashed (signal {-status}): the model is truncated or damaged",
            hint="`mcugen inspect` shows whether the model can be read",
        )
    last = next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
    if re.search(r"invalid choice|CliOptionError|ConfigOptionError|configuration file", text):
        return EnvironmentError_(
            f"vela does not take the board's settings: {last}",
            hint="check [linux.vela] in board.toml, or update ethos-u-vela",
        )
    return ModelError(f"{name}: vela cannot compile it: {last or f'status {status}'}")
