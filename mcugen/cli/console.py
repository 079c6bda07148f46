# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Where tables go: a terminal in its own width, a file or pipe in a width that wraps nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_PIPE_COLUMNS = 160
_LEAST_COLUMNS = 72
"""A narrower terminal wraps the lines of a table itself: cells of one letter say nothing."""


def console() -> Console:
    """Standard output, for tables. Numbers keep the colour of the text around them."""
    from rich.console import Console

    found = Console(highlight=False)
    width = max(found.width, _LEAST_COLUMNS) if found.is_terminal else _PIPE_COLUMNS
    return Console(highlight=False, width=width)
