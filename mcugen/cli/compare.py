# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen compare`: two runs of one model side by side."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from mcugen.cli.console import console, say


@click.command("compare")
@click.argument("run_a", type=click.Path(path_type=Path))
@click.argument("run_b", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def command(run_a: Path, run_b: Path, as_json: bool) -> None:
    """Show the figures of RUN_A and RUN_B (folders of `mcugen run`) and what else differs."""
    from mcugen.api.compare import compare

    comparison = compare(run_a, run_b)
    if as_json:
        say(json.dumps(asdict(comparison), indent=2))
        return
    from mcugen.report.text import comparison_table

    terminal = console()
    terminal.print(f"A: {run_a}\nB: {run_b}", soft_wrap=True)
    for name, a, b in comparison.made_by:
        terminal.print(f"{name}: {a} | {b}")
    terminal.print(comparison_table(comparison))
    for note in comparison.notes:
        terminal.print(note)
