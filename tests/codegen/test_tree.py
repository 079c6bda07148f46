# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A tree is written whole or not at all, and never over the user's own files."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcugen.codegen.tree import merge, read_tree, tree_sha256, write_tree
from mcugen.errors import ConfigError, EnvironmentError_

TREE = {"manifest.json": b"{}\n", "src/a.c": b"int a;\n"}


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    write_tree(TREE, tmp_path / "out")
    assert read_tree(tmp_path / "out") == TREE


def test_an_earlier_export_is_replaced_and_leaves_nothing_behind(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_tree({**TREE, "old.c": b""}, out)
    write_tree(TREE, out)
    assert read_tree(out) == TREE
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_of_the_user_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ConfigError, match="not empty"):
        write_tree(TREE, tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(ConfigError, match="is a file"):
        write_tree(TREE, tmp_path / "out")


def test_a_failure_half_way_leaves_the_old_tree(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_tree(TREE, out)
    blocked = {"manifest.json": b"new", "a": b"a file", "a/b": b"cannot be below a file"}
    with pytest.raises(EnvironmentError_):
        write_tree(blocked, out)
    assert read_tree(out) == TREE
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_the_hash_sees_paths_and_contents_but_not_order() -> None:
    assert tree_sha256(TREE) == tree_sha256(dict(reversed(TREE.items())))
    assert tree_sha256(TREE) != tree_sha256({**TREE, "src/a.c": b"int b;\n"})
    assert tree_sha256({"ab": b"c"}) != tree_sha256({"a": b"bc"})


def test_two_trees_never_write_different_files_to_one_path() -> None:
    assert list(merge({"b": b""}, {"a": b"", "b": b""})) == ["a", "b"]
    with pytest.raises(AssertionError):
        merge(TREE, {"src/a.c": b""})
