# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen doctor`: what a board needs on this machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from mcugen.boards import find_board
from mcugen.cli.console import say
from mcugen.cli.sections import board_dir_option
from mcugen.errors import UserError
from mcugen.platforms.choose import platform_of
from mcugen.toolchain.doctor import examine


@click.command()
@click.option("--board", "board_name", required=True, help="Board to check for.")
@board_dir_option
def command(board_name: str, board_dir: Path | None) -> None:
    """Check that the tools a board needs are installed (exit status 2 if not)."""
    board = find_board(board_name, board_dir)
    findings = examine(board, os.environ, platform_of(board).checks)
    for finding in findings:
        sign = "ok      " if finding.ok else "MISSING " if finding.needed else "optional"
        say(f"{sign} {finding.what}: {finding.found or finding.how}")
    if any(finding.needed and not finding.ok for finding in findings):
        sys.exit(UserError.exit_status)
