# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A command line called as the user does, without a process around it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from mcugen.cli import main


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command left behind."""

    status: int
    out: str
    err: str


def call(capfd: pytest.CaptureFixture[str], *argv: object) -> Answer:
    """Runs `mcugen ARGV...`; anything but a clean exit is a traceback, which fails the test."""
    capfd.readouterr()
    status = 0
    try:
        main([str(word) for word in argv])
    except SystemExit as leaving:
        status = leaving.code if isinstance(leaving.code, int) else 1
    captured = capfd.readouterr()
    return Answer(status, captured.out, captured.err)
