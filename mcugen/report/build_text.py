# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What a project takes of its board, as a table for the terminal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from mcugen.boards import Board, MemoryRegion
from mcugen.codegen.tree import MARKER
from mcugen.engines.contract import Engine
from mcugen.export.project import GeneratedProject
from mcugen.toolchain.build import BuildResult, image_facts

Row = tuple[str, str, int, MemoryRegion | None]


def project_line(project: GeneratedProject, board: Board, engine: Engine) -> str:
    """What was written, with the choices that decide what it computes."""
    manifest = project.manifest
    rounding = f", {manifest.rounding} rounding" if len(engine.roundings) > 1 else ""
    return (
        f"{manifest.model} for {board.title}: engine {manifest.engine}{rounding}, "
        f"front-end {manifest.front_end.kind}, score {manifest.score}"
    )


def build_table(project: GeneratedProject, board: Board, result: BuildResult | None) -> Table:
    """Planned bytes; also linked ones, once it is compiled for a board whose memory has limits."""
    title = f"{project.manifest.model} on {board.name}"
    table = Table("memory", "what", "bytes", "of", title=title, title_justify="left")
    table.columns[2].justify = table.columns[3].justify = "right"
    plan = project.plan
    rows: list[Row] = [("flash", "weights and tables (plan)", plan.weight_bytes, board.flash)]
    if plan.step_names:
        of = f" of {plan.batch} windows at once" if plan.batch > 1 else ""
        what = f"activations and scratch{of} (plan), most in {plan.peak_step}"
        rows.append(("RAM", what, plan.arena_bytes, board.ram))
    if plan.state_bytes:
        rows.append(("RAM", "of these, state that is kept (plan)", plan.state_bytes, None))
    if result is not None and board.flash is not None:
        rows += _linked(result, board)
    for memory, what, size_bytes, region in rows:
        table.add_row(memory, what, f"{size_bytes:,}", _limit(size_bytes, region))
    return table


def build_json(
    folder: Path,
    project: GeneratedProject,
    board: Board,
    result: BuildResult | None,
    notes: Sequence[str],
    next_steps: Sequence[str],
) -> dict[str, Any]:
    """The same facts for programs, with the whole manifest. `image` is None where none was linked."""
    plan = project.plan
    return {
        "schema": 1,
        "board": board.name,
        "manifest": json.loads(project.tree[MARKER]),
        "plan": {
            "weight_bytes": plan.weight_bytes,
            "arena_bytes": plan.arena_bytes,
            "peak": plan.peak_step,
        },
        "image": result and image_facts(result, folder / "build"),
        "notes": list(notes),
        "next": list(next_steps),
    }


def _linked(result: BuildResult, board: Board) -> list[Row]:
    rows: list[Row] = []
    for section in result.sections:
        places = (("flash", section.loaded), ("RAM", section.writable))
        memory = " + ".join(name for name, is_in in places if is_in)
        of = {"flash": board.flash, "RAM": board.ram}.get(memory)
        rows.append((memory, f"section {section.name}", section.bytes, of))
    rows.append(("flash", "total (linked)", result.flash_bytes, board.flash))
    rows.append(("RAM", "total (linked)", result.ram_bytes, board.ram))
    return rows


def _limit(size_bytes: int, region: MemoryRegion | None) -> str:
    if region is None:
        return ""
    return f"{region.bytes:,} ({100 * size_bytes / region.bytes:.1f} %)"
