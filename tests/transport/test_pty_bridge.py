# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A process as a serial port: bytes pass, clients come and go, nothing is left over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mcugen.errors import DeviceError, EnvironmentError_
from mcugen.transport.process_link import ProcessLink
from mcugen.transport.pty_bridge import open_pty, shuttle
from mcugen.transport.serial_link import SerialLink
from tests.conftest import ROOT

ECHO = "import sys\nwhile b := sys.stdin.buffer.read1(): sys.stdout.buffer.write(b); sys.stdout.flush()"
ALL_BYTES = bytes(range(256))  # also those a terminal would take for itself


@contextmanager
def served_echo(ended: list[DeviceError]) -> Iterator[str]:
    """The path of a port that echoes; `ended` gets what ends the bridge."""
    link = ProcessLink([sys.executable, "-c", ECHO])

    def run(master: int) -> None:
        try:
            shuttle(link, master)
        except DeviceError as error:
            ended.append(error)

    with open_pty(None) as pty:
        link.open()
        thread = threading.Thread(target=run, args=(pty.master,))
        thread.start()
        try:
            yield pty.path
        finally:
            os.killpg(link._process.pid, signal.SIGKILL)  # type: ignore[union-attr]
            thread.join(10)
            link.close()


def echo(path: str, data: bytes) -> bytes:
    port = SerialLink(path, 921600)
    port.open()
    try:
        port.write(data)
        back = b""
        deadline = time.monotonic() + 10
        while len(back) < len(data) and (piece := port.read(4096, deadline)):
            back += piece
        return back
    finally:
        port.close()


def test_bytes_pass_unchanged_to_one_client_after_the_other() -> None:
    ended: list[DeviceError] = []
    with served_echo(ended) as path:
        for _ in range(3):
            assert echo(path, ALL_BYTES * 20) == ALL_BYTES * 20
    assert "ended with status" in ended[0].what


def test_the_alias_goes_with_the_port(tmp_path: Path) -> None:
    alias = tmp_path / "tty"
    alias.symlink_to(tmp_path / "gone")  # left by a server that was killed
    with open_pty(alias) as pty:
        assert str(alias.readlink()) == pty.path
    assert not alias.is_symlink()


def test_an_alias_that_is_a_file_is_left_alone(tmp_path: Path) -> None:
    alias = tmp_path / "tty"
    alias.write_text("precious")
    with pytest.raises(EnvironmentError_, match="cannot make the link"), open_pty(alias):
        pass
    assert alias.read_text() == "precious"


STUB_USB = "def find(find_all=False):\n    raise RuntimeError('No backend available')\n"


def test_the_official_runner_is_shown_the_port(tmp_path: Path) -> None:
    """It asks pyserial for ports with a USB identity, and pyusb for power monitors."""
    (tmp_path / "usb").mkdir()
    (tmp_path / "usb" / "__init__.py").touch()
    (tmp_path / "usb" / "core.py").write_text(STUB_USB)
    program = (
        "from serial.tools import list_ports\nimport usb.core\n"
        "print([(p.device, p.vid, p.pid) for p in list_ports.comports(True) if p.vid][0])\n"
        "print(list(usb.core.find(find_all=True)))"
    )
    folders = (ROOT / "tools" / "mlperf_runner", tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": ":".join(map(str, folders)), "MCUGEN_PORT": "/dev/here"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout == f"('/dev/here', {0x0483}, {0x374B})\n[]\n"
