# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A generated project as a value."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from mcugen.paths import runtime_dir

SourceTree = Mapping[str, bytes]
"""Relative POSIX path -> file content. Trees are merged with `merge`, written with `tree_writer`."""


def merge(*trees: SourceTree) -> dict[str, bytes]:
    """All files of all trees, sorted by path; two contents for one path are a bug."""
    merged: dict[str, bytes] = {}
    for tree in trees:
        for path, content in tree.items():
            assert merged.get(path, content) == content, f"two trees write {path}"
            merged[path] = content
    return dict(sorted(merged.items()))


def tree_sha256(tree: SourceTree) -> str:
    """Hash of all paths and contents, independent of order."""
    digest = hashlib.sha256()
    for path in sorted(tree):
        digest.update(f"{path}\0{hashlib.sha256(tree[path]).hexdigest()}\n".encode())
    return digest.hexdigest()


def read_tree(root: Path, under: str = "") -> dict[str, bytes]:
    """All files below `root` as a tree whose paths start with `under`."""
    return {
        str(PurePosixPath(under) / path.relative_to(root).as_posix()): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def runtime_tree(names: Iterable[str]) -> dict[str, bytes]:
    """Hand-written C, verbatim."""
    return {f"runtime/{name}": (runtime_dir() / name).read_bytes() for name in names}


MARKER = "manifest.json"
"""The file of a tree that lists all others: `tree_writer.seal_manifest`."""
