# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen report`: the files of a run again, from its records alone."""

from __future__ import annotations

from pathlib import Path

import click

from mcugen.cli.console import say


@click.command("report")
@click.argument("run_dir", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder for the files. Default: RUN_DIR."
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print summary.json instead of writing files."
)
def command(run_dir: Path, out: Path | None, as_json: bool) -> None:
    """Write report.html, scores.csv, latency.csv and summary.json from RUN_DIR/records.jsonl."""
    from mcugen.report.files import load_run, summary_json, write_report

    run = load_run(run_dir)
    if as_json:
        say(summary_json(run).decode(), nl=False)
        return
    folder = out or (run_dir if run_dir.is_dir() else run_dir.parent)
    say(f"report: {write_report(run, folder)}")
