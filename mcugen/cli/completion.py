# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What a shell may complete: boards, engines, front-ends, ports. docs/cli.md says how to switch it on.

Called only while the shell asks. A completion never fails: what cannot be listed is not offered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click

Completer = Callable[[click.Context, click.Parameter, str], list[str]]


def _completer(words: Callable[[click.Context], Iterable[str]]) -> Completer:
    def complete(context: click.Context, _: click.Parameter, begun: str) -> list[str]:
        try:
            return [word for word in words(context) if word.startswith(begun)]
        except Exception:  # the shell would show a traceback in the middle of the user's line
            return []

    return complete


def _boards(context: click.Context) -> Iterable[str]:
    from mcugen.boards import board_names

    return board_names(context.params.get("board_dir"))


def _engines(_: click.Context) -> Iterable[str]:
    from mcugen.platforms.choose import all_engines

    return all_engines()


def _front_ends(_: click.Context) -> Iterable[str]:
    from mcugen.features.spec import PRESETS

    return (*PRESETS, "image", "raw")


def _ports(_: click.Context) -> Iterable[str]:
    from mcugen.toolchain.ports import system_ports

    return (port.device for port in system_ports())


boards = _completer(_boards)
engines = _completer(_engines)
front_ends = _completer(_front_ends)
ports = _completer(_ports)
