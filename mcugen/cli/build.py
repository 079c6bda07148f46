# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen build`: a project on disk, compiled where the toolchain is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mcugen.api.build import build
from mcugen.cli.build_options import build_options
from mcugen.cli.console import console, progress, say
from mcugen.cli.sections import PATH, SectionedCommand
from mcugen.report.build_text import build_table


@click.command(cls=SectionedCommand)
@click.argument("model", type=PATH, required=False)
@build_options
def command(model: Path | None, **options: Any) -> None:
    """Write (and compile) a project for MODEL on a board.

    Without MODEL: the one that mcugen.toml in this folder names, or else the bundled example.
    """
    with progress() as on_progress:
        built = build(model, on_progress=on_progress, on_note=say, **options)
    console().print(build_table(built.project, built.board, built.result))
    for note in built.notes:
        say(note)
