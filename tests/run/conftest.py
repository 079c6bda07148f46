# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Projects and the reference interpreter that all tests of a run share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mcugen.model.reference import Reference, open_reference
from mcugen.run.project import Project
from tests.conftest import require_tool
from tests.run.projects import Bench, make_bench
from tests.run.scorer_projects import EMULATOR, EXAMPLE, boards_for_tests, build_project


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return make_bench(tmp_path_factory.mktemp("bench"))


@pytest.fixture(scope="session")
def reference(bench: Bench) -> Iterator[Reference]:
    with open_reference(bench.model) as opened:
        yield opened


@pytest.fixture(scope="session")
def boards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return boards_for_tests(tmp_path_factory.mktemp("boards"))


@pytest.fixture(scope="session")
def emulated(boards: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    require_tool(EMULATOR)
    require_tool("aarch64-linux-gnu-gcc")
    return build_project(tmp_path_factory.mktemp("e") / "p", boards, "emulated", str(EXAMPLE))


@pytest.fixture(scope="session")
def native(boards: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return build_project(tmp_path_factory.mktemp("n") / "p", boards, "native", str(EXAMPLE))
