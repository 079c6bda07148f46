# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen inspect`: what is in a model and what it needs."""

from __future__ import annotations

from pathlib import Path

import click

from mcugen.api.inspect import inspect
from mcugen.cli.console import console, say_json
from mcugen.cli.sections import PATH, board_dir_option, json_option
from mcugen.report.inspect_text import inspection_json, inspection_text


@click.command()
@click.argument("model", type=PATH)
@json_option
@board_dir_option
def command(model: Path, as_json: bool, board_dir: Path | None) -> None:
    """Show the layers of MODEL, its memory plan, and which engines and boards support it."""
    inspection = inspect(model, board_dir=board_dir)
    if as_json:
        say_json(inspection_json(inspection))
        return
    terminal = console()
    terminal.print(inspection_text(inspection, terminal.width))
