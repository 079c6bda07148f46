# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The clock of an emulated chip: a deadline is what the chip has run, not what this computer took."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mcugen.errors import DeviceError
from mcugen.transport import emulated_link
from mcugen.transport.emulated_link import EmulatedLink, Emulator, Pulse

SILENT = "line.recv(1)"
SLOW = "line.recv(1), time.sleep(1.0), line.sendall(b'late'), line.recv(1)"


def emulator(folder: Path, script: str) -> Emulator:
    """A program that calls back and does as `script` says; the test moves its pulse."""
    call = "line = socket.create_connection(('127.0.0.1', int(sys.argv[1])))"
    code = f"import socket, sys, time; {call}; {script}"
    return Emulator((sys.executable, "-c", code, "{port}"), folder / "pulse")


@pytest.fixture
def link(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EmulatedLink]:
    opened = EmulatedLink(emulator(tmp_path, request.param))
    opened.open()
    yield opened
    opened.close()


@pytest.mark.parametrize("link", [SLOW], indirect=True)
def test_time_in_which_the_chip_did_not_run_does_not_count(link: EmulatedLink) -> None:
    link.write(b"?")
    assert link.read(9, link.clock() + 0.01) == b"late"
    assert link.clock() == 0.0


@pytest.mark.parametrize("link", [SILENT], indirect=True)
def test_a_deadline_passes_when_the_chip_has_run_that_long(
    link: EmulatedLink, tmp_path: Path
) -> None:
    Pulse(tmp_path / "pulse").ran(10.5)
    assert link.read(9, 10.0) == b"" and link.clock() == 10.5


@pytest.mark.parametrize("link", [SILENT], indirect=True)
def test_a_chip_that_sleeps_and_has_heard_everything_will_not_answer(
    link: EmulatedLink, tmp_path: Path
) -> None:
    Pulse(tmp_path / "pulse").slept(0)
    assert link.read(9, 3600.0) == b"" and link.clock() == 3600.0
    assert link.read(9, link.clock()) == b"" and link.clock() == 3600.0


@pytest.mark.parametrize("link", [SILENT], indirect=True)
def test_a_chip_that_sleeps_but_is_about_to_hear_more_is_awaited(
    link: EmulatedLink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Pulse(tmp_path / "pulse").slept(0)
    monkeypatch.setattr(emulated_link, "STANDS_STILL_S", 0.2)
    link._sent_bytes = 1  # on its way
    with pytest.raises(DeviceError, match=r"has run no instruction for 0\.2 s"):
        link.read(9, 10.0)
