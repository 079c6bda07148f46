# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The folder that a command writes to."""

from __future__ import annotations

from pathlib import Path

import click

from mcugen.device.journal import check_writable
from mcugen.folder_lock import locked


def hold_folder(out: Path) -> None:
    """Makes the folder and holds it until the command ends. EnvironmentError_ when nothing can be
    written there, or another command does already."""
    check_writable(out)
    click.get_current_context().with_resource(locked(out))
