# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A generated project as a value, and the one way it reaches the disk."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from mcugen.errors import ConfigError, EnvironmentError_

SourceTree = Mapping[str, bytes]
"""Relative POSIX path -> file content. Trees are merged with `merge`, written with `write_tree`."""


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


MARKER = "manifest.json"


def write_tree(tree: SourceTree, out: Path) -> None:
    """Writes the tree as folder `out`, all or nothing.

    An existing folder is replaced only when it is empty or holds an earlier export (`manifest.json`);
    anything else is refused so that no work of the user is lost.
    """
    if out.exists() and not out.is_dir():
        raise ConfigError(f"{out} is a file", hint="give another folder with --out")
    if out.is_dir() and any(out.iterdir()) and not (out / MARKER).is_file():
        raise ConfigError(
            f"{out} is not empty and was not made by mcugen", hint="give another folder with --out"
        )
    try:
        _swap_in(tree, out)
    except OSError as error:
        raise EnvironmentError_(
            f"cannot write {out}: {error.strerror}", hint="give a writable folder with --out"
        ) from error


def _swap_in(tree: SourceTree, out: Path) -> None:
    """Writes beside `out`, then renames, so that `out` is either the old or the new tree."""
    out.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        staging.chmod(0o755)
        for path, content in tree.items():
            target = staging / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        if out.exists():
            retired = staging.with_name(staging.name + "-old")
            out.replace(retired)
            staging.replace(out)
            shutil.rmtree(retired)
        else:
            staging.replace(out)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
