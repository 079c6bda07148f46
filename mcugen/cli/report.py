# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen report`: the files of a run again, from its records alone."""

from __future__ import annotations

from pathlib import Path

import click

from mcugen.cli.console import say
from mcugen.cli.sections import PATH, Words


@click.command("report")
@click.argument("run_dir", type=PATH)
@click.option("--out", type=PATH, help="Folder for the files. Default: RUN_DIR.")
@click.option(
    "--format",
    "form",
    type=Words(["json", "html", "csv", "junit"]),
    help="Print the run in this format instead of writing files.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def command(run_dir: Path, out: Path | None, form: str | None, as_json: bool) -> None:
    """Write report.html, scores.csv, latency.csv and summary.json from RUN_DIR/records.jsonl.

    --format csv prints the clips' scores, or the costs of a run without clips; junit a test case per
    clip, failed where device and reference disagree. The JSON files have schemas: docs/schemas.
    """
    from mcugen.report.files import FORMATS, load_run, write_report

    run = load_run(run_dir)
    if as_json or form:
        say(FORMATS[form or "json"](run).decode(), nl=False)
        return
    folder = out or (run_dir if run_dir.is_dir() else run_dir.parent)
    say(f"report: {write_report(run, folder)}")
