# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""records.jsonl while it grows."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest

from mcugen.device.journal import check_writable, open_journal
from mcugen.errors import DataError, EnvironmentError_
from mcugen.records import to_json_line
from tests.report.runs import clip, head


def test_every_record_is_on_disk_when_append_returns(tmp_path: Path) -> None:
    journal = open_journal(tmp_path, head())
    for number in (1, 2):
        journal.append(clip(number, None, 1.0, (1,)))
        assert len(open_journal(tmp_path, head()).done) == number


def test_a_torn_line_is_cut_off_before_anything_is_appended(tmp_path: Path) -> None:
    journal = open_journal(tmp_path, head())
    journal.append(clip(1, None, 1.0, (1,)))
    with journal.path.open("ab") as file:
        file.write(b'{"schema":1,"kind":"clip","cl')
    again = open_journal(tmp_path, head())
    assert len(again.done) == 1
    again.append(clip(2, None, 2.0, (1,)))
    assert len(again.run().clips) == 2


def test_a_crash_at_any_byte_of_a_record_loses_that_record_only(tmp_path: Path) -> None:
    open_journal(tmp_path, head()).append(clip(1, None, 1.0, (1,)))
    path = tmp_path / "records.jsonl"
    before = path.read_bytes()
    line = to_json_line(clip(2, None, 2.0, (1,))).encode()
    for count in range(len(line)):
        path.write_bytes(before + line[:count])
        journal = open_journal(tmp_path, head())
        assert len(journal.done) == 1
        journal.append(clip(2, None, 2.0, (1,)))
        assert path.read_bytes() == before + line


def test_a_record_longer_than_a_block_that_was_torn_is_cut_off(tmp_path: Path) -> None:
    journal = open_journal(tmp_path, head())
    before = journal.path.read_bytes()
    journal.path.write_bytes(before + b"x" * 200_000)
    journal.append(clip(1, None, 1.0, (1,)))
    assert journal.path.read_bytes() == before + to_json_line(clip(1, None, 1.0, (1,))).encode()


@pytest.mark.parametrize(
    ("stop", "seen"),
    [
        (KeyboardInterrupt(), KeyboardInterrupt),
        (OSError(errno.ENOSPC, "No space left on device"), EnvironmentError_),
    ],
)
def test_an_append_that_is_stopped_leaves_the_file_as_it_was(
    stop: BaseException,
    seen: type[BaseException],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    journal = open_journal(tmp_path, head())
    before = journal.path.read_bytes()
    pieces = iter([lambda fd, data: write(fd, data[:10]), lambda fd, data: throw(stop)])
    write = os.write
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", lambda fd, data: next(pieces)(fd, data))
        with pytest.raises(seen):
            journal.append(clip(1, None, 1.0, (1,)))
    assert journal.path.read_bytes() == before
    journal.append(clip(1, None, 1.0, (1,)))
    assert len(journal.run().clips) == 1


def throw(error: BaseException) -> int:
    raise error


def test_opening_cuts_nothing_that_another_is_writing(tmp_path: Path) -> None:
    """The second of two runs is refused; where there are no locks it must still do no harm."""
    path = open_journal(tmp_path, head()).path
    line = to_json_line(clip(1, None, 1.0, (1,))).encode()
    with path.open("ab", buffering=0) as file:
        file.write(line[:20])
        open_journal(tmp_path, head())
        file.write(line[20:])
    assert len(open_journal(tmp_path, head()).done) == 1


def test_a_file_torn_in_its_first_line_starts_anew(tmp_path: Path) -> None:
    (tmp_path / "records.jsonl").write_bytes(b'{"schema":1,"ki')
    assert open_journal(tmp_path, head()).run().head == head()


@pytest.mark.parametrize("field", ["firmware_sha256", "model_sha256", "input", "board"])
def test_another_run_is_kept_under_another_name(tmp_path: Path, field: str) -> None:
    for number in (1, 2, 3):
        open_journal(tmp_path, head(**{field: f"other {number}"})).append(clip(1, None, 1.0, (1,)))
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["records.1.jsonl", "records.2.jsonl", "records.jsonl"]


def test_other_threshold_or_link_is_the_same_run(tmp_path: Path) -> None:
    open_journal(tmp_path, head()).append(clip(1, None, 1.0, (1,)))
    other = replace(head(), threshold=3.0, facts=(("link", "/dev/ttyACM1"),))
    assert len(open_journal(tmp_path, other).done) == 1


def test_somebody_elses_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    path.write_text("my shopping list\n")
    with pytest.raises(DataError, match=r"records\.jsonl:1: not JSON"):
        open_journal(tmp_path, head())
    assert path.read_text() == "my shopping list\n"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentError_, match="cannot write to"):
        check_writable(tmp_path / "file" / "out")


def test_a_folder_nobody_may_write_to_is_told() -> None:
    with pytest.raises(EnvironmentError_) as caught:
        check_writable(Path("/proc/self"))  # refuses root, too
    assert "cannot write to /proc/self" in caught.value.what and "--out" in caught.value.hint
