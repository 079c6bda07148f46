# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Trees as values."""

from __future__ import annotations

import pytest

from mcugen.codegen.tree import merge, tree_sha256

TREE = {"manifest.json": b"{}\n", "src/a.c": b"int a;\n"}


def test_the_hash_sees_paths_and_contents_but_not_order() -> None:
    assert tree_sha256(TREE) == tree_sha256(dict(reversed(TREE.items())))
    assert tree_sha256(TREE) != tree_sha256({**TREE, "src/a.c": b"int b;\n"})
    assert tree_sha256({"ab": b"c"}) != tree_sha256({"a": b"bc"})


def test_two_trees_never_write_different_files_to_one_path() -> None:
    assert list(merge({"b": b""}, {"a": b"", "b": b""})) == ["a", "b"]
    with pytest.raises(AssertionError):
        merge(TREE, {"src/a.c": b""})
