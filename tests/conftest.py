# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the whole suite: tools that may be missing, models that may be there."""

from __future__ import annotations

import importlib
import os
import re
import shutil
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

# CMake takes it for every project that a test builds: no generated file may cause a warning.
os.environ["CFLAGS"] = "-Werror"


def pytest_configure() -> None:
    """Projects that tests build, and their programs, share what has been compiled once."""
    from tests.c_compiler import use_ccache

    use_ccache()


# The same examples every time, and no limit to the time of one: a result does not depend on luck or on
# a quiet machine. To look further: pytest --hypothesis-profile=explore --hypothesis-seed=N.
settings.register_profile("same", derandomize=True, deadline=None, database=None)
settings.register_profile("explore", deadline=None, database=None)
settings.load_profile("same")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="rewrite tests/golden instead of comparing"
    )


SLOW_HELPERS = re.compile(
    r"tests\.(c_program|c_compiler|lstm_models|replay_board|ssh_server|stub_sdk)|benchmarks\.|"
    r"tests\.(engines\.(vectors|c_engine)|features\.c_front_end|firmware\.fake_firmware)|"
    r"tests\.(device\.(projects|text_device)|platforms\.linux\.scorer_projects|train\.commands)|"
    r"mcugen\.train\.(backend|convert)"
)
"""Modules whose functions compile C, emulate a board, load TensorFlow or start a server."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks as slow what uses such a helper, or a program; `make quick` leaves these tests out."""
    for item in items:
        names = vars(item.module) if isinstance(item, pytest.Function) else {}
        homes = (str(getattr(value, "__module__", "")) for value in names.values())
        if "require_tool" in names or any(map(SLOW_HELPERS.match, homes)):
            item.add_marker(pytest.mark.slow)


def require_tool(name: str) -> str:
    """Path of a program; a visible skip when it is missing, a failure in CI."""
    path = shutil.which(name)
    if path is None:
        message = f"{name} is not installed: run `make setup`"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return path


def require_package(name: str) -> ModuleType:
    """A Python package of the tests; a visible skip when it is missing, a failure in CI."""
    try:
        return importlib.import_module(name)
    except ImportError:
        message = f"the package {name} is not installed: run `make test`"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)


@pytest.fixture(scope="session")
def real_models() -> Path:
    """Folder with the MLPerf Tiny models and a real clip, which are not part of this repository."""
    folder = Path(os.environ.get("MCUGEN_MODELS", ROOT.parent / "shared" / "models"))
    if not folder.is_dir():
        pytest.skip(f"no folder {folder.name} with real models: set MCUGEN_MODELS")
    return folder
