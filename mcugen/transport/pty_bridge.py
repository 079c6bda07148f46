# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A process link as a serial port: a pseudo terminal that any serial program can open."""

from __future__ import annotations

import contextlib
import os
import select
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mcugen.errors import EnvironmentError_
from mcugen.system import open_terminal
from mcugen.transport.process_link import ProcessLink

CHUNK_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Pty:
    """An open pseudo terminal: we hold `master`, others open `path`."""

    master: int
    path: str


@contextmanager
def open_pty(alias: Path | None) -> Iterator[Pty]:
    """A pseudo terminal in raw mode; `alias` becomes a symbolic link to it and goes with the block.

    The slave side stays open here too, so that the device never notices who opens and closes it.
    EnvironmentError_ where there are no pseudo terminals, or when `alias` is something else already.
    """
    master, slave, path = open_terminal()
    try:
        with _linked(alias, path):
            yield Pty(master, path)
    finally:
        os.close(slave)
        os.close(master)


@contextmanager
def _linked(alias: Path | None, path: str) -> Iterator[None]:
    if alias is None:
        yield
        return
    if alias.is_symlink():  # of a server that was killed
        alias.unlink()
    try:
        alias.symlink_to(path)
    except OSError as error:
        raise EnvironmentError_(f"cannot make the link {alias}: {error.strerror}") from error
    try:
        yield
    finally:
        with contextlib.suppress(FileNotFoundError):
            alias.unlink()


def shuttle(link: ProcessLink, master: int) -> None:
    """Carries bytes both ways until the process ends (DeviceError) or an interrupt comes."""
    device = link.fileno()
    while True:
        ready, _, _ = select.select([master, device], [], [])
        if master in ready:
            link.write(os.read(master, CHUNK_BYTES))
        if device in ready:
            _write_all(master, link.read(CHUNK_BYTES, link.clock()))


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
