# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Building again compiles what has changed, and everything where the compiler or the folder has."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mcugen.boards import find_board
from mcugen.codegen.tree_writer import write_tree
from mcugen.config import Config
from mcugen.export.project import generate
from mcugen.paths import examples_dir
from mcugen.platforms.request import Choices, make_request
from mcugen.toolchain.build import compile_project
from tests.conftest import require_tool


def times(project: Path) -> dict[str, int]:
    """When each object was compiled, by file name."""
    objects = [*(project / "build").rglob("*.obj"), *(project / "build").rglob("*.o")]
    assert len(objects) > 10
    return {path.name: path.stat().st_mtime_ns for path in objects}


def test_only_what_changed_is_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    require_tool("gcc")
    require_tool("cmake")
    board = find_board("host")
    model = examples_dir() / "machine-sound" / "machine_sound_int8.tflite"
    project = tmp_path / "project"
    write_tree(
        generate(make_request(Config(model, {}), board, Choices(engine="aot"))).tree, project
    )
    compile_project(project, board)
    first = times(project)
    compile_project(project, board)
    assert times(project) == first

    source = project / "runtime" / "frame.c"
    source.write_text(source.read_text() + "// changed\n")
    compile_project(project, board)
    second = times(project)
    assert {name for name, time in second.items() if time != first[name]} == {"frame.c.o"}

    monkeypatch.setenv("CFLAGS", "-Werror -O0")
    compile_project(project, board)
    assert not set(times(project).values()) & set(second.values())

    moved = Path(shutil.move(project, tmp_path / "moved"))
    assert compile_project(moved, board).elf.is_relative_to(moved)
