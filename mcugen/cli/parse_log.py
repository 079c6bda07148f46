# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen parse-log`: figures and verdict of a stored benchmark_model or launch.sh log."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from mcugen.cli.console import say, say_json
from mcugen.cli.sections import PATH, json_option
from mcugen.errors import DataError
from mcugen.platforms.linux.launcher_log import MeasuredSection, measure, read_launcher_log
from mcugen.platforms.linux.log_text import log_text
from mcugen.platforms.linux.records import latency_records, op_table, table_rows, text_table
from mcugen.report.gains import gains

NO_FIGURES_STATUS = 3
_LOG_HINT = "pass the text that benchmark_model or launch.sh printed"


@click.command()
@click.argument("file", type=PATH)
@json_option
def command(file: Path, as_json: bool) -> None:
    """Read the log of benchmark_model or of launch.sh; - is standard input.

    Exit status 0: all figures are valid. 3: some are not; the reason is printed.
    """
    log = read_launcher_log(_content(file))
    measured = tuple(measure(section) for section in log.sections)
    if as_json:
        runs = [_as_json(one) for one in measured]
        say_json({"schema": 1, "facts": dict(log.facts), "runs": runs})
    else:
        say(text_table(table_rows(measured)))
        words = gains(latency_records(measured))
        for line in (*filter(None, map(op_table, measured)), *words):
            say(line)
    if not measured or not all(one.verdict.ok for one in measured):
        sys.exit(NO_FIGURES_STATUS)


def _content(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read()
    try:
        content = file.read_bytes()
    except OSError as error:
        raise DataError(f"cannot read {file}: {error.strerror}", hint=_LOG_HINT) from error
    if "\0" in log_text(content):
        raise DataError(f"{file} is not a log: it is not text", hint=_LOG_HINT)
    return content


def _as_json(one: MeasuredSection) -> dict[str, object]:
    log = asdict(one.log)
    log.pop("text")
    return {
        "name": one.section.name,
        "ok": one.verdict.ok,
        "accelerator": one.verdict.accelerator,
        "errors": one.verdict.errors,
        "warnings": one.verdict.warnings,
        "status": one.section.status,
        "facts": dict(one.section.facts),
        **log,
    }
