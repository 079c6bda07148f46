# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""How a function that takes long says how far it is: by a call, never by printing."""

from __future__ import annotations

from collections.abc import Callable

OnProgress = Callable[[str, float], None]
"""Called with what is being done, and the part of the whole that is done, 0 to 1."""
OnNote = Callable[[str], None]
"""Called with a line for the user, such as what happens to older results."""


def no_progress(_what: str, _part: float) -> None:
    """Nobody wants to know."""


def no_note(_text: str) -> None:
    """Nobody wants to know."""


def counted(on_progress: OnProgress, what: str, total: int) -> Callable[[object], None]:
    """A function to call with each of `total` things when it is done."""
    done = 0

    def step(_: object) -> None:
        nonlocal done
        done += 1
        on_progress(what, done / total)

    return step
