# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Help in sections, for commands with more options than a person reads as one list."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click

Decorator = Callable[[Any], Any]
PATH = click.Path(path_type=Path)


class SectionOption(click.Option):
    """An option that `--help` shows under a heading."""

    def __init__(self, *args: Any, section: str, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.section = section


class SectionedCommand(click.Command):
    """A command whose `--help` shows its SectionOptions under their headings, then the others."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        options = [p for p in self.get_params(ctx) if isinstance(p, click.Option)]
        sections: dict[str, list[tuple[str, str]]] = {}
        for option in sorted(options, key=lambda one: not isinstance(one, SectionOption)):
            title = option.section if isinstance(option, SectionOption) else "Other"
            if (record := option.get_help_record(ctx)) is not None:
                sections.setdefault(title, []).append(record)
        for title, records in sections.items():
            with formatter.section(title):
                formatter.write_dl(records)


def in_section(title: str) -> Callable[..., Decorator]:
    """`click.option`, for options that belong under that heading."""
    return partial(click.option, cls=SectionOption, section=title)


def apply(decorators: tuple[Decorator, ...], function: Any) -> Any:
    """The function under those decorators, the first outermost, so that help keeps their order."""
    for decorator in reversed(decorators):
        function = decorator(function)
    return function
