# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Results replace results, and nothing of the user's."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mcugen.own_files import LIST, KeptWarning, move_own, write_own


def test_results_replace_results(tmp_path: Path) -> None:
    for content in (b"one", b"two", b"one"):
        assert write_own(tmp_path / "a.csv", content).read_bytes() == content
    assert {path.name for path in tmp_path.iterdir()} == {"a.csv", LIST}


def test_what_the_user_changed_is_kept_and_said(tmp_path: Path) -> None:
    path = tmp_path / "mcugen.toml"
    write_own(path, b"one")
    for number in (1, 2):
        path.write_bytes(b"edited %d" % number)
        with pytest.warns(KeptWarning, match=rf"kept as .*mcugen\.{number}\.toml"):
            write_own(path, b"two")
        assert (tmp_path / f"mcugen.{number}.toml").read_bytes() == b"edited %d" % number
        assert path.read_bytes() == b"two"


def test_what_the_user_brought_is_kept_unless_it_is_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.tflite").write_bytes(b"same")
    write_own(tmp_path / "a.tflite", b"same")
    (tmp_path / "model.keras").write_bytes(b"mine")
    (tmp_path / "part").write_bytes(b"new")
    with pytest.warns(KeptWarning):
        move_own(tmp_path / "part", tmp_path / "model.keras")
    assert (tmp_path / "model.1.keras").read_bytes() == b"mine"
    assert (tmp_path / "model.keras").read_bytes() == b"new"


def test_the_list_is_that_of_sha256sum(tmp_path: Path) -> None:
    write_own(tmp_path / "a b.csv", b"content")
    subprocess.run(["sha256sum", "--check", "--strict", LIST], cwd=tmp_path, check=True)
