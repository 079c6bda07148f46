# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Boards and scorer projects that all tests of Linux boards share."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcugen.toolchain.project import Project
from tests.conftest import require_tool
from tests.platforms.linux.scorer_projects import EMULATOR, EXAMPLE, boards_for_tests, build_project


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
