# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What reaches the terminal: escapes are shown, markup is text, closed pipes and full disks end well."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.table import Table
from rich.text import Text

from mcugen.cli.console import BROKEN_PIPE_STATUS, _console_class
from mcugen.paths import examples_dir

MODEL = examples_dir() / "machine-sound/machine_sound_int8.tflite"
NAME = "[bold]x[/bold]\x1b[31m:warning:"
SHOWN = "[bold]x[/bold]\\x1b[31m:warning:"

pytestmark = pytest.mark.slow  # each starts the command as a process of its own


def mcugen(*words: str, **settings: object) -> subprocess.CompletedProcess[bytes]:
    command = [os.fsencode(word) for word in (sys.executable, "-m", "mcugen", *words)]
    return subprocess.run(command, stderr=subprocess.PIPE, timeout=120, **settings)  # type: ignore[call-overload,no-any-return]


def test_words_of_others_do_nothing_in_tables() -> None:
    table = Table("name")
    table.add_row(NAME)
    table.add_row(Text(NAME))
    out = io.StringIO()
    own = _console_class()(file=out, force_terminal=True, width=80)
    own.print(table)
    own.print(NAME)
    assert out.getvalue().count(SHOWN) >= 2 and "\x1b[31m" not in out.getvalue()


def test_an_error_shows_the_escapes_of_a_name_and_looks_like_one_error() -> None:
    done = mcugen("inspect", "a\x1b[2J\nerror: all is well.tflite", stdout=subprocess.PIPE)
    assert done.returncode == 2 and b"\x1b" not in done.stderr
    heads = [line.split(b":")[0] for line in done.stderr.splitlines()]
    assert heads.count(b"error") == 1 and heads[1].startswith(b"  ")


@pytest.mark.parametrize("words", [("inspect",), ("inspect", "--json")])
def test_a_pipe_that_nobody_reads_ends_the_command_in_silence(words: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = mcugen(*words, str(MODEL), stdout=writer)
    os.close(writer)
    assert (done.returncode, done.stderr) == (BROKEN_PIPE_STATUS, b"")


@pytest.mark.parametrize("words", [("inspect", str(MODEL)), ("ports",), ("boards",)])
def test_a_full_disk_behind_standard_output_is_one_line(words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = mcugen(*words, stdout=full)
    assert (done.returncode, done.stderr) == (
        2,
        b"error: cannot print: No space left on device [MCU4002]\n",
    )


def test_a_model_whose_name_is_not_utf_8(tmp_path: Path) -> None:
    model = tmp_path / os.fsdecode(b"caf\xe9 \x1b[31m.tflite")
    model.write_bytes(MODEL.read_bytes())
    for words in (("inspect",), ("build", "--board", "host", "--out", str(tmp_path / "out"))):
        done = mcugen(*words, str(model), stdout=subprocess.PIPE)
        assert done.returncode == 0, done.stderr
        assert b"\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize("out", ["/dev/full", "/proc/nothing/here"])
def test_a_place_that_takes_no_folder_is_one_line(out: str) -> None:
    done = mcugen("build", str(MODEL), "--board", "host", "--out", out, stdout=subprocess.PIPE)
    assert done.returncode == 2 and b"Traceback" not in done.stderr
    assert done.stderr.startswith(b"error: ") and out.encode() in done.stderr


@pytest.mark.parametrize("words", [("--help",), ("build", "--help"), ("--version",)])
def test_help_that_nobody_reads_is_no_failure(words: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = mcugen(*words, stdout=writer)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize(("setting", "escapes"), [({"NO_COLOR": "1"}, False), ({}, True)])
def test_no_color_is_no_escape_at_all_and_80_columns_are_enough(
    setting: dict[str, str], escapes: bool
) -> None:
    """Bold is an escape sequence, and so is what a progress bar moves the cursor with."""
    pty = pytest.importorskip("pty")
    master, end = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80", **setting}
    command = [sys.executable, "-m", "mcugen", "inspect", str(MODEL)]
    with subprocess.Popen(command, stdout=end, stderr=end, env=environment) as process:
        os.close(end)
        said = b""
        while piece := _rest(master):
            said += piece
        os.close(master)
    assert process.returncode == 0
    assert (b"\x1b" in said) == escapes
    if not escapes:
        assert max(len(line) for line in said.decode().splitlines()) <= 80


def _rest(master: int) -> bytes:
    try:
        return os.read(master, 65536)
    except OSError:  # Linux: the other end is closed
        return b""
