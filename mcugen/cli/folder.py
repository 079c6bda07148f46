# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The folder that a command writes to."""

from __future__ import annotations

from pathlib import Path

import click

from mcugen.api.folder import held_folder


def hold_folder(out: Path) -> None:
    """Holds the folder until the command ends, as `held_folder` does."""
    click.get_current_context().with_resource(held_folder(out))
