# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The command line: one module per verb, imported only when the verb is used."""

from __future__ import annotations

import importlib
import io
import os
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

import click

from mcugen import __version__
from mcugen.cli.console import flush, say
from mcugen.cli.sections import SuggestingGroup
from mcugen.errors import EnvironmentError_, McugenError
from mcugen.own_files import KeptWarning
from mcugen.system import ending_signals

INTERRUPTED_STATUS = 130
"""What a shell reports of a program that Ctrl-C ended."""

VERBS = {
    "data": "Make or download a data set.",
    "train": "Train a model.",
    "convert": "Convert a model to int8.",
    "evaluate": "Score a data set, from float to device.",
    "inspect": "Show what is in a model and what it needs.",
    "build": "Write and compile a project for a board.",
    "sdk": "Pack models for your own firmware.",
    "weights": "Write replaceable weights for a packed model.",
    "run": "Send clips to a device and compare its scores with the reference.",
    "verify": "Prove that a device computes what the reference computes.",
    "mlperf": "Measure as MLPerf Tiny does, through its text dialect.",
    "serve": "Offer an emulated device as a serial port.",
    "compare": "Put two runs side by side.",
    "results": "Import measurements made by a vendor's tool.",
    "report": "Write the report of a run again.",
    "demo": "Show the whole product on an emulated board.",
    "parse-log": "Read a stored benchmark_model log: figures, or why there are none.",
    "boards": "List the boards.",
    "flash": "Put a built project on its board.",
    "ports": "List serial ports and the boards behind them.",
    "doctor": "Check that the tools a board needs are installed.",
}
"""Verb -> one-line help. The verb `a-b` is the click command `command` of mcugen/cli/a_b.py."""


class LazyGroup(SuggestingGroup):
    """A group that knows its verbs from VERBS and imports one only to run it: `--help` stays fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"mcugen.cli.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mcugen")
def cli() -> None:
    """From an int8 .tflite to firmware that is measured and proven against its reference."""


def main(argv: list[str] | None = None) -> NoReturn:
    """Runs one command; every McugenError becomes one clear line and its exit status."""
    _never_fail_to_print()
    _say_what_was_kept()
    try:
        with _ended_as_by_ctrl_c():
            ended = cli.main(args=argv, prog_name="mcugen", standalone_mode=False)
        flush()
    except SystemExit as leaving:
        # 1 is click's: nobody reads on in the help that it prints. No command of ours ends so.
        sys.exit(0 if leaving.code == 1 else leaving.code)
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        say(shown.getvalue(), err=True, nl=False)
        sys.exit(error.exit_code)
    except click.Abort:
        say("interrupted", err=True)
        sys.exit(INTERRUPTED_STATUS)
    except McugenError as error:
        _report(error)
    except OSError as error:  # a disk that is full, a file that may not be read
        where = f"{os.fsdecode(error.filename)}: " if error.filename is not None else ""
        _report(EnvironmentError_(f"{where}{error.strerror or error}"))
    sys.exit(ended if isinstance(ended, int) else 0)


def _report(error: McugenError) -> NoReturn:
    """One `error:` line, and a `try:` line; lines that a name brings along are seen to belong to it."""
    code = f" [{error.code}]" if error.code else ""
    for head, text in (("error: ", error.what + code), ("try:   ", error.hint)):
        first, *others = text.split("\n")
        lines = [head + first, *(line if line.startswith(" ") else f"  {line}" for line in others)]
        if text:
            say("\n".join(lines), err=True)
    sys.exit(error.exit_status)


@contextmanager
def _ended_as_by_ctrl_c() -> Iterator[None]:
    """SIGTERM and SIGHUP are handled like Ctrl-C: emulators are stopped and results are kept.
    Signals that are already ignored (nohup) stay ignored."""
    if threading.current_thread() is not threading.main_thread():  # only that one has signals
        yield
        return
    heeded = [number for number in ending_signals() if signal.getsignal(number) == signal.SIG_DFL]
    before = [(number, signal.signal(number, _stop)) for number in heeded]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _say_what_was_kept() -> None:
    """A KeptWarning is a line for the user; other warnings are shown as Python shows them."""
    usual = warnings.showwarning

    def show(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
        if issubclass(category, KeptWarning):
            say(f"note: {message}", err=True)
        else:
            usual(message, category, *where, **more)

    warnings.showwarning = show


def _never_fail_to_print() -> None:
    """A stream that is not UTF-8 (LC_ALL=POSIX, an old Windows console) gets ? for what it lacks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="replace")
