# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen build`: a project on disk, compiled where the toolchain is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mcugen.api.build import build
from mcugen.cli.build_options import build_options
from mcugen.cli.console import console, note, progress, say, say_json
from mcugen.cli.sections import PATH, SectionedCommand, json_option
from mcugen.report.build_text import build_json, build_table


@click.command(cls=SectionedCommand)
@click.argument("model", type=PATH, required=False)
@build_options
@json_option
def command(model: Path | None, as_json: bool, **options: Any) -> None:
    """Write (and compile) a project for MODEL on a board.

    Without MODEL: the one that mcugen.toml in this folder names, or else the bundled example.
    """
    with progress() as on_progress:
        on_note = note if as_json else say
        built = build(model, on_progress=on_progress, on_note=on_note, **options)
    if as_json:
        facts = (built.folder, built.project, built.board, built.result)
        say_json(build_json(*facts, built.notes, built.next_steps))
        return
    console().print(build_table(built.project, built.board, built.result))
    for line in built.notes:
        say(line)
    for step in built.next_steps:
        say(f"next: {step}")
