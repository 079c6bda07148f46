# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What commands and groups do beyond click: help in sections, the nearest name of a command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import click

from mcugen.cli import completion
from mcugen.errors import nearest

Decorator = Callable[[Any], Any]
PATH = click.Path(path_type=Path)
shown_option = partial(click.option, show_default=True)
"""`click.option` whose default `--help` shows."""
_SHARED: Mapping[str, Mapping[str, Any]] = {
    "--board-dir": {"type": PATH, "help": "Folder that contains your own boards."},
    "--emulate": {"is_flag": True, "help": "Run the exact image on a model of its chip."},
    "--port": {
        "shell_complete": completion.ports,
        "help": "Port of the device (/dev/ttyACM0, COM3, socket://host:port, labgrid:PLACE).",
    },
    "--ram-seed": {
        "type": click.IntRange(0, 2**32 - 1),
        "help": "With --emulate: seed of what RAM holds at power-on. Default: a new one each time.",
    },
    "--ssh-option": {
        "multiple": True,
        "help": "Extra argument for ssh, repeatable (--ssh-option=-p2222).",
    },
    "--tflm": {
        "type": PATH,
        "help": "Folder with a TFLite Micro build (headers, libtensorflow-microlite.a), for --engine tflm.",
    },
}


def shared(name: str, option: Callable[..., Decorator] = click.option) -> Decorator:
    """An option that means the same in several commands."""
    return option(name, **_SHARED[name])


board_dir_option = shared("--board-dir")
port_option = shared("--port")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


class Words(click.Choice):  # type: ignore[type-arg, unused-ignore]
    """A choice of words that names the nearest one for a word that is none of them."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        near = nearest(str(value), list(self.choices))
        message: str = super().get_invalid_choice_message(value, ctx)
        return f"{message} Did you mean {near!r}?" if near else message


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


class SuggestingGroup(click.Group):
    """A group that names the nearest of its commands for one it does not know."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        known = self.list_commands(ctx)
        if name not in known and not name.startswith("-") and (near := nearest(name, known)):
            ctx.fail(f"No such command {name!r}. Did you mean {near!r}?")
        return super().resolve_command(ctx, args)


def in_section(title: str) -> Callable[..., Decorator]:
    """`click.option`, for options that belong under that heading."""
    return partial(click.option, cls=SectionOption, section=title)


def apply(decorators: tuple[Decorator, ...], function: Any) -> Any:
    """The function under those decorators, the first outermost, so that help keeps their order."""
    for decorator in reversed(decorators):
        function = decorator(function)
    return function


def emulate_options(function: Any) -> Any:
    """Adds --emulate and --ram-seed."""
    return apply((shared("--emulate"), shared("--ram-seed")), function)
