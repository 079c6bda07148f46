# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Commands called as the user does, their errors as exceptions."""

from __future__ import annotations

from click.testing import CliRunner

from mcugen.cli import cli
from mcugen.errors import McugenError


def run(*words: object) -> str:
    """Output of `mcugen WORDS...`; its McugenError, if it raises one."""
    result = CliRunner().invoke(cli, [str(word) for word in words])
    if isinstance(result.exception, McugenError):
        raise result.exception
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output
