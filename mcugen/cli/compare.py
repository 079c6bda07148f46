# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen compare`: two runs of one model side by side."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mcugen.cli.console import console, say, say_json
from mcugen.cli.sections import PATH, json_option
from mcugen.files import write_bytes
from mcugen.report.junit import junit_xml

if TYPE_CHECKING:
    from mcugen.report.compare import Comparison

FAILED_STATUS = 3


@click.command("compare")
@click.argument("run_a", type=PATH)
@click.argument("run_b", type=PATH)
@click.option(
    "--fail-if",
    multiple=True,
    metavar="CONDITION",
    help="Exit with status 3 if a figure of B changed so from A: 'inference > +3 %', 'auc < -0.01', "
    "'any layer > +5 %', 'energy per inference > +2 %', 'flash > +512 bytes'; repeatable.",
)
@click.option(
    "--unlike",
    is_flag=True,
    help="Also compare and judge runs that differ in model, clips, board or flags.",
)
@click.option("--junit", type=PATH, help="Also write the conditions as JUnit XML to this file.")
@json_option
def command(
    run_a: Path,
    run_b: Path,
    fail_if: tuple[str, ...],
    unlike: bool,
    junit: Path | None,
    as_json: bool,
) -> None:
    """Show the figures of RUN_A and RUN_B (folders of `mcugen run`) and what else differs.

    With --fail-if it is a gate for continuous integration: a condition fails unless the samples
    exclude the change (docs/gate.md). Exit status 3: one failed.
    """
    from mcugen.api.compare import compare

    comparison = compare(run_a, run_b, fail_if=fail_if, unlike=unlike)
    if junit is not None:
        cases = [
            (gate.condition, gate.reason if gate.is_failed else "") for gate in comparison.gates
        ]
        write_bytes(junit, junit_xml("mcugen compare", cases))
    if as_json:
        say_json({"schema": 1, **asdict(comparison)})
    else:
        _print(comparison, run_a, run_b)
    if not comparison.is_passed:
        raise SystemExit(FAILED_STATUS)


def _print(comparison: Comparison, run_a: Path, run_b: Path) -> None:
    from mcugen.report.text import comparison_table

    terminal = console()
    terminal.print(f"A: {run_a}\nB: {run_b}", soft_wrap=True)
    for name, a, b in comparison.made_by:
        terminal.print(f"{name}: {a} | {b}")
    terminal.print(comparison_table(comparison))
    for note in comparison.notes:
        terminal.print(note)
    for gate in comparison.gates:
        say(f"{'FAILED' if gate.is_failed else 'passed'}: {gate.condition}: {gate.reason}")
