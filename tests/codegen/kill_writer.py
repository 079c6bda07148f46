# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Kills `write_tree` with SIGKILL before every change that it makes on the disk, one after the other.

`python -m tests.codegen.kill_writer FOLDER` prints how many instants there were. A program of its
own, with one thread, so that it may fork.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from mcugen.codegen.tree import MARKER, read_tree
from mcugen.codegen.tree_writer import is_half_written, seal_manifest, write_tree

CHANGES = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree")
FACTS = {"tool": "mcugen 0"}
MINE = {"thesis.txt": b"years of work", "src/notes.txt": b"mine", "build/firmware.elf": b"\x7fELF"}


def sealed(files: dict[str, bytes]) -> dict[str, bytes]:
    return {**files, MARKER: seal_manifest(FACTS, files)}


OLD = sealed({"a.c": b"1", "same.c": b"same", "gone/old.c": b"old", "src/b.c": b"2"})
NEW = sealed({"a.c": b"one", "same.c": b"same", "src/b.c": b"two", "new/deep/c.c": b"3"})


def killed_at(count: int, tree: dict[str, bytes], out: Path) -> bool:
    """Whether the write was killed before its `count`-th change; False: it ended before."""
    child = os.fork()
    if child == 0:
        left = count

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal left
            reads = event == "open" and not int(str(arguments[2])) & (os.O_WRONLY | os.O_RDWR)
            if event in CHANGES and not reads:
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        write_tree(tree, out)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    assert status in (0, signal.SIGKILL), status
    return status == signal.SIGKILL


def trials(folder: Path, first: bool) -> Iterator[None]:
    """Kills at change 1, 2, ...; each time nothing of the user's is lost, and a rebuild completes."""
    for count in range(1, 1000):
        out = folder / str(count)
        if not first:
            write_tree(OLD, out)
            for name, content in MINE.items():
                (out / name).parent.mkdir(exist_ok=True)
                (out / name).write_bytes(content)
        if not killed_at(count, NEW, out):
            return
        mine = {} if first else MINE
        if not first:
            check(out)
        write_tree(NEW if count % 2 else OLD, out)
        assert read_tree(out) == {**(NEW if count % 2 else OLD), **mine}
        assert not (out / ".mcugen-update").exists()
        shutil.rmtree(out)
        yield


def check(out: Path) -> None:
    """The folder after a kill: the user's files, and each of mcugen's as it was or as it will be."""
    found = {p: c for p, c in read_tree(out).items() if not p.startswith(".mcugen-update")}
    assert {name: found.pop(name) for name in MINE} == MINE
    assert all(content in (OLD.get(path), NEW.get(path)) for path, content in found.items())
    assert is_half_written(out) or found in (OLD, NEW), "a mixture must be known as one"
    assert OLD.keys() & NEW.keys() <= found.keys()


if __name__ == "__main__":
    root = Path(sys.argv[1])
    counts = [sum(1 for _ in trials(root / str(first), first)) for first in (True, False)]
    print(*counts)
