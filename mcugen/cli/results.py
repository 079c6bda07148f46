# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen results`: what the vendor's own tools measured, as records and report."""

from __future__ import annotations

from pathlib import Path

import click

from mcugen.cli.console import say, say_json
from mcugen.cli.sections import PATH, board_dir_option, json_option


@click.command("results")
@click.argument("build_dir", type=PATH)
@click.option("--log", type=PATH, help="UART log of the vendor's test application.")
@click.option("--out", type=PATH, help="Folder for the results. Default: BUILD_DIR-results.")
@json_option
@board_dir_option
def command(
    build_dir: Path, log: Path | None, out: Path | None, as_json: bool, board_dir: Path | None
) -> None:
    """Import measurements that a vendor's tool made of the project in BUILD_DIR.

    Without --log they are those in the files that the vendor's compiler left in the project.
    """
    from mcugen.api.folder import beside
    from mcugen.cli.folder import hold_folder
    from mcugen.own_files import write_own
    from mcugen.platforms.results import read_vendor_results
    from mcugen.records import RECORDS_NAME, as_run, to_json_line
    from mcugen.report.files import summary, write_report
    from mcugen.report.text import figure_lines
    from mcugen.toolchain.project import open_project

    records = read_vendor_results(open_project(build_dir, board_dir), log)
    folder = out or beside(build_dir, "results")
    hold_folder(folder)
    write_own(folder / RECORDS_NAME, "".join(map(to_json_line, records)).encode())
    run = as_run(records, str(folder))
    page = write_report(run, folder)
    if as_json:
        say_json(summary(run))
        return
    for name, value in run.head.facts:
        say(f"{name}: {value}")
    for line in figure_lines(run):
        say(line)
    say(f"report: {page}")
