# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What `mcugen run --host` does beside scoring with the scorer: timing."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mcugen.cli import INTERRUPTED_STATUS
from mcugen.cli.console import say, say_json
from mcugen.errors import DeviceError

if TYPE_CHECKING:
    from mcugen.platforms.linux.timing import LinuxOptions, LinuxResult
    from mcugen.records import Run
    from mcugen.transport.ssh_failure import SshTarget

LOG_NAME = "launcher.log"
NO_FIGURES_STATUS = 3


def time_on_board(
    build_dir: Path,
    target: SshTarget,
    options: LinuxOptions,
    out: Path | None,
    board_dir: Path | None,
    as_json: bool = False,
) -> None:
    """Runs every configuration, writes records, log and report, prints the table.

    Exit status 3 when a configuration has no figures, 130 after Ctrl-C; what there is, is kept.
    """
    from mcugen.api.folder import beside, held_folder
    from mcugen.platforms.linux.timing import run_linux
    from mcugen.report.files import REPORT_NAME, summary

    with held_folder(out or beside(build_dir, "timing")) as folder:
        result = run_linux(
            build_dir,
            target,
            options=options,
            board_dir=board_dir,
            say=lambda text: say(text, err=True),
        )
        if result.stopped is None and not options.only and not options.profile:
            result = _with_scorer(result, build_dir, target, board_dir)
        run = _write(result, folder)
    if as_json:
        say_json(summary(run))
    else:
        _print(result, folder / REPORT_NAME)
    if not result.cleaned:
        say(
            f"{target.host} could not be reached for clean-up; the board removes the folder itself",
            err=True,
        )
    if isinstance(result.stopped, KeyboardInterrupt):
        sys.exit(INTERRUPTED_STATUS)
    if result.stopped is not None:
        raise result.stopped
    if not all(one.verdict.ok for one in result.measured):
        sys.exit(NO_FIGURES_STATUS)


def _with_scorer(
    result: LinuxResult, build_dir: Path, target: SshTarget, board_dir: Path | None
) -> LinuxResult:
    """With the latency of the scorer, which may be missing: then the reason is said."""
    from mcugen.api.scorer import SCORER, scorer_latency

    say(SCORER, err=True)
    try:
        return replace(result, scorer=scorer_latency(build_dir, target, board_dir))
    except DeviceError as error:
        say(f"the scorer was not timed: {error.what}", err=True)
        return result


def _write(result: LinuxResult, folder: Path) -> Run:
    """The records, the board's output as it was, and the report."""
    from mcugen.device.journal import open_journal
    from mcugen.own_files import write_own
    from mcugen.records import RunRecord
    from mcugen.report.files import write_report

    write_own(folder / LOG_NAME, result.text.encode())
    head, *figures = result.records
    assert isinstance(head, RunRecord)
    journal = open_journal(folder, head)  # records of another run are kept under a numbered name
    journal.path.unlink()  # those of the same one are replaced: a timing is measured as a whole
    journal = open_journal(folder, head)
    for record in figures:
        journal.append(record)
    run = journal.run()
    write_report(run, folder)
    return run


def _print(result: LinuxResult, page: Path) -> None:
    from mcugen.platforms.linux.records import (
        compiler_remark,
        latency_records,
        op_table,
        published_ms,
        scorer_row,
        table_rows,
        text_table,
    )
    from mcugen.report.gains import gains

    published = published_ms(result.plan, result.board)
    rows = table_rows(result.measured, published)
    own = () if result.scorer is None else (scorer_row(result.scorer),)
    say(text_table((*rows, *own)))
    for one in result.measured:
        if one.log.ops:
            say(f"{one.section.title}, operator by operator:\n{op_table(one)}")
    for line in gains(latency_records(result.measured)):
        say(line)
    for figures in result.board.published if published else ():
        note = f"; {figures.note}" if figures.note else ""
        say(f"published: {figures.source}{note}")
    if remark := compiler_remark(result.plan, result.board, result.log.facts):
        say(remark)
    if "inference_us" in result.plan.npu_estimate:
        estimate_ms = result.plan.npu_estimate["inference_us"] / 1000
        say(
            f"estimate of {result.plan.npu_compiler} for the NPU, not measured: {estimate_ms:.3f} ms"
        )
    say(f"report: {page}")
