# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""records.jsonl while a run grows: every record is on disk before the next clip starts."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from mcugen.errors import EnvironmentError_
from mcugen.own_files import free_name
from mcugen.records import (
    RECORDS_NAME,
    ClipRecord,
    Record,
    Run,
    RunRecord,
    as_run,
    complete_lines,
    parse_records,
    to_json_line,
)
from mcugen.system import PLAIN_FILE, read_at, sync_folder

TAIL_BYTES = 65536
SAME_RUN = ("model_sha256", "firmware_sha256", "board", "front_end", "input", "tick_unit")
"""Fields of RunRecord that must agree for a run to be continued."""


@dataclass(frozen=True, slots=True)
class Journal:
    """The records file of one run, and what it already held when it was opened."""

    path: Path
    head: RunRecord
    done: tuple[ClipRecord, ...]
    set_aside: Path | None  # where the records of a different, earlier run were moved

    def append(self, record: Record) -> None:
        """Writes one record and waits until it is on disk."""
        _append(self.path, to_json_line(record).encode())

    def run(self) -> Run:
        """Everything in the file now."""
        content = complete_lines(self.path.read_bytes())
        return as_run(parse_records(content, str(self.path)), str(self.path))


def check_writable(out: Path) -> None:
    """Makes the folder; EnvironmentError_ when nothing can be written there."""
    if out.exists() and not out.is_dir():
        raise EnvironmentError_(f"{out} is a file", hint="pass another folder with --out")
    probe = out / ".mcugen-write-test"
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise EnvironmentError_(
            f"cannot write to {out}: {error.strerror}", hint="pass a writable folder with --out"
        ) from error


def open_journal(out: Path, head: RunRecord) -> Journal:
    """Continues the run in `out` when it is the same one, else starts a new file.

    A torn last line does not count; it goes before the next record comes. Records of another run
    (firmware, model or input differ) are kept under a numbered name. DataError when the file is there
    but is not a records file.
    """
    path = out / RECORDS_NAME
    before = _earlier_run(path)
    set_aside = None
    if before is not None and not same_run(before.head, head):
        set_aside = free_name(path)
        path.rename(set_aside)
        sync_folder(out)
        before = None
    if before is None:
        _append(path, to_json_line(head).encode())
    return Journal(path, head, before.clips if before else (), set_aside)


def same_run(a: RunRecord, b: RunRecord) -> bool:
    """Whether clips measured under `a` need not be measured again under `b`."""
    return all(getattr(a, name) == getattr(b, name) for name in SAME_RUN)


def _earlier_run(path: Path) -> Run | None:
    """The run that the file holds; None when there is none, or none whole."""
    if not path.exists():
        return None
    whole = complete_lines(path.read_bytes())
    if not whole:
        return None
    return as_run(parse_records(whole, str(path)), str(path))


def _append(path: Path, line: bytes) -> None:
    """The line is in the file, whole and on disk, or the file is as it was: whatever happens."""
    is_new = not path.exists()
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | PLAIN_FILE, 0o666)
        try:
            _append_to(descriptor, line)
        finally:
            os.close(descriptor)
        if is_new:
            sync_folder(path.parent)
            sync_folder(path.parent.resolve().parent)
    except OSError as error:
        raise EnvironmentError_(
            f"cannot write {path}: {error.strerror}",
            hint="free some space or pass another folder with --out",
        ) from error


def _append_to(descriptor: int, line: bytes) -> None:
    whole = _whole_bytes(descriptor)
    try:
        os.ftruncate(descriptor, whole)  # what a crash tore
        rest = memoryview(line)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    except BaseException:  # a full disk, Ctrl-C
        os.ftruncate(descriptor, whole)
        raise


def _whole_bytes(descriptor: int) -> int:
    """Bytes up to and including the last newline."""
    end = os.fstat(descriptor).st_size
    while end > 0:
        start = max(0, end - TAIL_BYTES)
        newline = read_at(descriptor, end - start, start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        end = start
    return 0
