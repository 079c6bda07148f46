# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Every verb explains itself, is documented, and `--help` answers at once."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

from mcugen.cli import VERBS, cli
from tests.cli.calls import call
from tests.conftest import ROOT

HELP_S = 0.3


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_and_option_has_help(verb: str, capfd: pytest.CaptureFixture[str]) -> None:
    answer = call(capfd, verb, "--help")
    assert answer.status == 0 and "Usage: mcugen" in answer.out
    command = cli.get_command(click.Context(cli), verb)
    assert command is not None
    parts = [command, *(command.commands.values() if isinstance(command, click.Group) else ())]
    for part in parts:
        assert part.help
        silent = [p.name for p in part.params if isinstance(p, click.Option) and not p.help]
        assert not silent, f"{part.name}: options without help: {silent}"


def test_the_reference_is_current() -> None:
    """`python tools/write_docs.py` makes it so. In a process of its own: click remembers the help
    option of a command that another test called without its group, which has no -h."""
    written = (ROOT / "docs" / "cli.md").read_text()
    program = "from tools.write_docs import cli_reference; print(cli_reference(), end='')"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert written == done.stdout
    assert all(f"\n## mcugen {verb}\n" in written for verb in VERBS)


def test_help_answers_at_once() -> None:
    """Processor time, best of five: the machine may be busy, the program may not be slow."""

    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, "-m", "mcugen", "--help"], check=True, stdout=subprocess.DEVNULL
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

    assert min(seconds() for _ in range(5)) < HELP_S


def test_an_unknown_verb_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    answer = call(capfd, "biuld")
    assert answer.status == 2 and "No such command 'biuld'" in answer.err


def test_nothing_here_depends_on_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call(capfd, "--version").out.startswith("mcugen, version ")


def test_ctrl_c_ends_with_130_and_one_word(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("mcugen.cli.boards.load_boards", interrupt)
    answer = call(capfd, "boards")
    assert answer.status == 130 and answer.err.split() == ["interrupted"]


def test_a_termination_cleans_up_as_ctrl_c_does(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Else an emulator stays behind whoever ends mcugen: `timeout`, CI, a terminal that closes."""
    cleaned = []

    def terminate(*_: object) -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
        finally:
            cleaned.append(True)

    monkeypatch.setattr("mcugen.cli.boards.load_boards", terminate)
    before = signal.getsignal(signal.SIGTERM)
    answer = call(capfd, "boards")
    assert answer.status == 130 and cleaned
    assert signal.getsignal(signal.SIGTERM) is before


def test_long_help_is_in_sections(capfd: pytest.CaptureFixture[str]) -> None:
    lines = call(capfd, "build", "--help").out.splitlines()
    headings = [line for line in lines if line.endswith(":") and not line.startswith(" ")]
    assert headings[0] == "Board:" and headings[-2:] == ["Result:", "Other:"]
    assert len(headings) == 7


def test_a_signal_that_nohup_has_the_program_ignore_stays_ignored(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        monkeypatch.setattr(cli, "main", lambda **_: os.kill(os.getpid(), signal.SIGHUP))
        assert call(capfd, "boards").status == 0
    finally:
        signal.signal(signal.SIGHUP, before)


def test_the_reference_is_80_columns_wide() -> None:
    lines = (ROOT / "docs" / "cli.md").read_text().splitlines()
    assert [line for line in lines if len(line) > 80] == []
