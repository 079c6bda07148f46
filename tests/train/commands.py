# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Commands called as the user does, their errors as exceptions."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
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


def run_apart(tests: Path, *folders: str) -> None:
    """Runs tests with the packages that .venv/FOLDER holds before the others: their versions contradict
    those of the other tests."""
    places = [Path(sys.prefix) / folder for folder in folders]
    if not all(place.is_dir() for place in places):
        message = f"no packages in .venv/{', .venv/'.join(folders)}: run `make test`"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    programs = [str(place / "bin") for place in places]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", tests],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(map(str, places)),
            "PATH": os.pathsep.join([*programs, os.environ["PATH"]]),
        },
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0 and " passed" in done.stdout, done.stdout[-3000:]
