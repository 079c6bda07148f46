# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""NXP's boards with an MCUXpresso SDK; the Neutron NPU by neutron-converter."""

from __future__ import annotations

from pathlib import Path

from mcugen.boards import Board
from mcugen.export.exporter import Exporter
from mcugen.export.project import BuildRequest
from mcugen.platforms.mcuxpresso import neutron
from mcugen.platforms.mcuxpresso.build import compile_with_sdk, compile_without_sdk, find_sdk
from mcugen.platforms.mcuxpresso.doctor import SDK_VARIABLE, sdk_findings
from mcugen.platforms.mcuxpresso.project import (
    export_mcuxpresso,
    memory_layouts,
    npu_target,
    read_sdk_board,
    sdk_compile_flags,
)
from mcugen.platforms.platform import Accelerated, Compiled, Places, Platform


def _find_sdk(places: Places) -> Path | None:
    return find_sdk(places.sdk, places.environment.get(SDK_VARIABLE, ""))


def _compile(project: Path, board: Board, places: Places) -> Compiled:
    sdk = _find_sdk(places)
    if sdk is None:
        partial = compile_without_sdk(project, board, places.optimize, places.on_progress)
        other = read_sdk_board(board).without_sdk
        now = f"--board {other} needs no SDK: an image to flash now, not yet run on silicon"
        return Compiled(
            None,
            (
                f"no MCUXpresso SDK (--sdk): compiled {len(partial.compiled)} files for the core",
                f"left for the SDK: {', '.join(partial.left)}",
                "README.md has the lines that build, link and flash it",
                *((now,) if other else ()),
            ),
        )
    built = compile_with_sdk(project, board, sdk, places.variant)
    regions = (
        f"{region.name}: {region.used_bytes} of {region.given_bytes} bytes"
        for region in built.regions
    )
    note = (built.note,) if built.note else ()
    return Compiled(built.result, (f"linked {built.result.elf}", *regions, *note))


def _accelerate(request: BuildRequest, places: Places, work: Path) -> Accelerated:
    target = npu_target(request.board, request.export_options.memory)
    original = work / request.model_file
    original.write_bytes(request.model_bytes)
    ready = neutron.prepare(
        original, target, places.npu_model, places.neutron_sdk, _find_sdk(places), work
    )
    accelerated = request.with_linked_model(
        ready.model.read_bytes(), ready.arena_bytes, ready.notes
    )
    return accelerated, ready.notes


MCUXPRESSO = Platform(
    Exporter(export_mcuxpresso, sdk_compile_flags),
    options=frozenset({"variant", "memory", "neutron_sdk", "npu_model", "sdk"}),
    tables={"mcuxpresso": read_sdk_board},
    compile=_compile,
    accelerate=_accelerate,
    npu_tolerance_lsb=neutron.TOLERANCE_LSB,
    memories=memory_layouts,
    checks=sdk_findings,
)
