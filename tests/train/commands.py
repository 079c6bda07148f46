# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Commands called as the user does, their errors as exceptions."""

from __future__ import annotations

from typing import Any

from click.testing import CliRunner, Result

from mcugen.cli import cli
from mcugen.errors import McugenError
from tests.schemas import written_as


def run(*words: object) -> str:
    """Output of `mcugen WORDS...`; its McugenError, if it raises one."""
    return _done(*words).output


def facts(schema: str, *words: object) -> Any:
    """What the command prints with `--json`, once it is what its schema says."""
    return written_as(schema, _done(*words, "--json").stdout)


def _done(*words: object) -> Result:
    result = CliRunner().invoke(cli, [str(word) for word in words])
    if isinstance(result.exception, McugenError):
        raise result.exception
    assert result.exit_code == 0, (result.output, result.exception)
    return result
