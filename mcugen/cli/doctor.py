# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen doctor`: what a board needs on this machine."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from pathlib import Path

import click

from mcugen.boards import find_board
from mcugen.cli import completion
from mcugen.cli.console import note, say, say_json
from mcugen.cli.sections import PATH, board_dir_option, json_option
from mcugen.errors import ConfigError, UserError
from mcugen.files import write_bytes
from mcugen.platforms.choose import platform_of
from mcugen.toolchain.bundle import make_bundle
from mcugen.toolchain.doctor import examine
from mcugen.toolchain.ports import system_ports


@click.command()
@click.option(
    "--board",
    "board_name",
    required=True,
    shell_complete=completion.boards,
    help="Board to check for.",
)
@click.option(
    "--bundle",
    type=PATH,
    help="Also write what a bug report needs to this .zip, without names and serial numbers.",
)
@click.option("--build", "build_dir", type=PATH, help="With --bundle: a build that went wrong.")
@json_option
@board_dir_option
def command(
    board_name: str,
    bundle: Path | None,
    build_dir: Path | None,
    as_json: bool,
    board_dir: Path | None,
) -> None:
    """Check that the tools a board needs are installed (exit status 2 if not)."""
    if build_dir is not None and bundle is None:
        raise ConfigError("--build needs --bundle", hint="see mcugen doctor --help")
    board = find_board(board_name, board_dir)
    findings = examine(board, os.environ, platform_of(board).checks)
    if as_json:
        shown = [{**asdict(finding), "ok": finding.ok} for finding in findings]
        say_json({"schema": 1, "board": board.name, "findings": shown})
    else:
        for finding in findings:
            sign = "ok      " if finding.ok else "MISSING " if finding.needed else "optional"
            say(f"{sign} {finding.what}: {finding.found or finding.how}")
    if bundle is not None:
        write_bytes(bundle, make_bundle(findings, system_ports(), os.environ, build_dir))
        note(f"wrote {bundle}: please look through it before you send it")
    if any(finding.needed and not finding.ok for finding in findings):
        sys.exit(UserError.exit_status)
