# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The wheel carries all it needs: it builds and runs the example outside the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT, require_tool


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling", reason="the `test` extra is not installed")
    folder = tmp_path_factory.mktemp("wheel")
    words = ["wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", *words, str(ROOT)], check=True, timeout=120)
    (made,) = folder.glob("mcugen-*.whl")
    return made


def test_it_carries_boards_templates_runtime_and_examples(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("boards", "examples", "runtime", "templates"):
        files = subprocess.run(
            ["git", "ls-files", folder], cwd=ROOT, check=True, capture_output=True, text=True
        )
        assert {f"mcugen/_data/{name}" for name in files.stdout.split()} <= names
    assert "mcugen/emulator/core/loop.c" in names
    assert not any(name.startswith("tests/") for name in names)


def test_it_works_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    require_tool("cmake")
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    environment = {**os.environ, "PYTHONPATH": str(site)}

    def mcugen(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "mcugen", *words],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    where = [sys.executable, "-P", "-c", "import mcugen; print(mcugen.__file__)"]
    loaded = subprocess.run(where, env=environment, capture_output=True, text=True, check=True)
    assert Path(loaded.stdout.strip()).is_relative_to(site)
    assert "mps2-an505" in mcugen("boards")
    mcugen("build", "--board", "host", "--out", "made")
    assert "bit-exact with double rounding" in mcugen("verify", "made", "--vectors", "20")
