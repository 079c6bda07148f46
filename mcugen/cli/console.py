# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The only way to the terminal: lines, tables and bars, with the words of others made safe.

Tables go to a terminal in its own width, to a file or pipe in a width that wraps nothing.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from mcugen.errors import EnvironmentError_
from mcugen.foreign_text import printable
from mcugen.progress import OnProgress
from mcugen.system import shell_line

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.progress import Progress
    from rich.segment import Segment

BROKEN_PIPE_STATUS = 141
"""What a shell reports of a program that ends because nobody reads what it prints."""
_PIPE_COLUMNS = 160
_LEAST_COLUMNS = 72
"""A narrower terminal wraps the lines of a table itself: cells of one letter say nothing."""


def say(text: str = "", *, err: bool = False, nl: bool = True) -> None:
    """Prints a line, or several, to standard output, or to standard error with `err`."""
    with _printing(sys.stderr if err else sys.stdout):
        click.echo(printable(text), err=err, nl=nl)


def command_line() -> str:
    """The command as it can be given to a shell again."""
    return shell_line(["mcugen", *sys.argv[1:]])


def say_json(value: object) -> None:
    """Prints a value for programs, paths as text."""
    say(json.dumps(value, indent=2, allow_nan=False, default=os.fspath))


def note(text: str) -> None:
    """Prints a line about what happens, not what was found: to standard error."""
    say(text, err=True)


def flush() -> None:
    """Ends a command: what was printed has arrived, or an error says that it did not."""
    with _printing(sys.stdout):
        sys.stdout.flush()


@contextmanager
def _printing(stream: TextIO) -> Iterator[None]:
    """Ends the program when nobody reads on (`mcugen inspect | head -1`), as the signal would.

    EnvironmentError_ when what it is written to takes no more. Either way the stream is given up,
    or Python would complain about it at its end.
    """
    try:
        yield
    except OSError as error:
        with contextlib.suppress(OSError, ValueError), Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), stream.fileno())
        if isinstance(error, BrokenPipeError):
            raise SystemExit(BROKEN_PIPE_STATUS) from None
        raise EnvironmentError_(f"cannot print: {error.strerror}") from error


def console() -> Console:
    """Standard output, for tables. Numbers keep the colour of the text around them."""
    make = functools.partial(
        _console_class(), highlight=False, color_system=None if _is_plain() else "auto"
    )
    found = make()
    return make(width=max(found.width, _LEAST_COLUMNS) if found.is_terminal else _PIPE_COLUMNS)


def _is_plain() -> bool:
    """Whether the user wants no escape sequence at all (https://no-color.org, and bold is one)."""
    return bool(os.environ.get("NO_COLOR"))


def bar() -> Progress:
    """A progress bar on standard error where that is a terminal, nothing elsewhere."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    own = _console_class()(stderr=True)
    text = TextColumn("{task.description}", markup=False)
    columns = (text, BarColumn(), TimeRemainingColumn())
    shows = own.is_terminal and not _is_plain()
    # Lines for standard output come above the bar, unless that goes elsewhere.
    above = sys.stdout.isatty()
    return Progress(*columns, console=own, transient=True, disable=not shows, redirect_stdout=above)


@contextmanager
def progress() -> Iterator[OnProgress]:
    """What an OnProgress is called with, as a bar on a terminal; nothing elsewhere."""
    with bar() as shown:
        task = shown.add_task("", total=1.0)

        def on_progress(what: str, part: float) -> None:
            shown.update(task, description=what, completed=part)

        yield on_progress


@functools.cache
def _console_class() -> type[Console]:
    """Rich's console without markup, whose words are printable: rich is imported when it is used."""
    from rich.console import Console
    from rich.segment import Segment

    class SafeConsole(Console):
        """`[bold]` in a name is no markup, `:x:` no picture, and an escape sequence is shown."""

        def __init__(self, **settings: Any) -> None:
            super().__init__(markup=False, emoji=False, **settings)

        def print(self, *objects: Any, **settings: Any) -> None:
            with _printing(sys.stdout):
                super().print(*objects, **settings)

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

        def render_str(self, text: str, **settings: Any) -> Any:  # measured as it is shown
            return super().render_str(printable(text), **settings)

        def render(
            self, renderable: RenderableType, options: ConsoleOptions | None = None
        ) -> Iterable[Segment]:
            for segment in super().render(renderable, options):
                safe = segment.text if segment.control else printable(segment.text)
                yield Segment(safe, segment.style, segment.control)

    return SafeConsole
