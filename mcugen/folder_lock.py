# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""One command at a time writes to a folder. Who does is said to the one that comes second.

The lock is the system's, so it goes with its holder, also after kill -9; the file that carries it
holds nothing but words. File systems without locks get none.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from mcugen.errors import EnvironmentError_
from mcugen.foreign_text import one_line
from mcugen.system import IS_WINDOWS, NO_LINK, PLAIN_FILE, lock, read_at, shell_line

LOCK_NAME = ".mcugen-lock"
WORDS_BYTES = 300


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Holds the folder, which must be there. EnvironmentError_ with whose it is, when it is held."""
    path = folder / LOCK_NAME
    try:
        descriptor = _acquire(path)
    except OSError as error:
        raise EnvironmentError_(
            f"cannot write {path}: {error.strerror}", hint="give a writable folder with --out"
        ) from error
    try:
        _write_owner(descriptor)
        yield
    finally:
        if not IS_WINDOWS:  # which removes no open file: there it stays, and holds nothing
            path.unlink(missing_ok=True)  # while it is held: whoever opens it now looks again
        os.close(descriptor)


def _acquire(path: Path) -> int:
    """The open file, locked, and still the one of that name."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | NO_LINK | PLAIN_FILE, 0o666)
        try:
            _lock(descriptor, path)
            if _is_still(descriptor, path):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _lock(descriptor: int, path: Path) -> None:
    try:
        lock(descriptor)
    except BlockingIOError:
        words = read_at(descriptor, WORDS_BYTES, 0).decode(errors="replace")
        raise EnvironmentError_(
            f"{path.parent} is in use by {one_line(words.strip()) or 'another mcugen'}",
            hint="wait until it has ended, or give another folder with --out",
        ) from None


def _is_still(descriptor: int, path: Path) -> bool:
    """Whether nobody has removed the file between its opening and its lock."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.lstat())
    except FileNotFoundError:
        return False


def _write_owner(descriptor: int) -> None:
    command = shell_line(["mcugen", *sys.argv[1:]])
    since = datetime.now().astimezone().isoformat(timespec="seconds")
    words = f"process {os.getpid()} on {socket.gethostname()} since {since}: {command}"
    os.ftruncate(descriptor, 0)
    os.write(descriptor, words.encode(errors="replace")[:WORDS_BYTES])
