# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Links to processes and ports: what they say when something is wrong, and that nothing is left over."""

from __future__ import annotations

import os
import pty
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from mcugen.boards import find_board
from mcugen.errors import ConfigError, DeviceError, EnvironmentError_, McugenError, UserError
from mcugen.transport.choose import link_for
from mcugen.transport.process_link import ProcessLink
from mcugen.transport.serial_link import SerialLink

ECHO = "import sys\nwhile b := sys.stdin.buffer.read1(): sys.stdout.buffer.write(b); sys.stdout.flush()"
CONNECT = (
    "import socket, sys\ns = socket.create_connection(('127.0.0.1', int(sys.argv[1])))\n"
    "while b := s.recv(999): s.sendall(b)"
)


def python(code: str, *arguments: str) -> ProcessLink:
    return ProcessLink([sys.executable, "-c", code, *arguments])


def soon(seconds: float = 10.0) -> float:
    return time.monotonic() + seconds


def exact(link: ProcessLink | SerialLink, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = link.read(count - len(data), soon())
        assert piece
        data += piece
    return data


@pytest.mark.parametrize("link", [python(ECHO), python(CONNECT, "{port}")], ids=["pipes", "tcp"])
def test_bytes_go_through_a_process(link: ProcessLink) -> None:
    data = bytes(range(256)) * 40
    for _ in range(2):  # a link can be opened again
        link.open()
        try:
            link.write(data)
            assert exact(link, len(data)) == data
            started = time.monotonic()
            assert link.read(1, soon(0.05)) == b""
            assert 0.04 < time.monotonic() - started < 5
        finally:
            link.close()
            link.close()


def test_early_exit_is_told_with_what_the_process_said() -> None:
    link = python("import sys; sys.exit('no such machine')")
    link.open()
    try:
        with pytest.raises(DeviceError, match=r"ended with status 1: no such machine"):
            link.read(1, soon())
    finally:
        link.close()
    link = python("import sys; sys.exit('no such machine')", "{port}")
    with pytest.raises(DeviceError, match="no such machine"):
        link.open()


def test_close_ends_children_too(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    code = (
        "import subprocess, sys, pathlib\n"
        "child = subprocess.Popen(['sleep', '60'])\n"
        f"pathlib.Path({str(pid_file)!r}).write_text(str(child.pid))\n"
        "print('x', flush=True)\nchild.wait()"
    )
    link = python(code)
    link.open()
    assert link.read(1, soon()) == b"x"
    link.close()
    pid = int(pid_file.read_text())
    deadline = soon()
    while _runs(pid) and time.monotonic() < deadline:
        os.sched_yield()
    assert not _runs(pid)


def _runs(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


def test_missing_program_names_what_to_install() -> None:
    link = ProcessLink(["qemu-system-none"], install_hint="apt-get install qemu-system-none")
    with pytest.raises(EnvironmentError_, match="qemu-system-none is not installed") as caught:
        link.open()
    assert caught.value.hint == "apt-get install qemu-system-none"


def test_missing_port() -> None:
    with pytest.raises(UserError, match="there is no port /dev/ttyNONE9"):
        SerialLink("/dev/ttyNONE9", 115200).open()


def test_unknown_kind_of_port() -> None:
    with pytest.raises(UserError, match="nonsense"):
        SerialLink("nonsense://x", 115200).open()


def test_serial_port_reads_busy_and_gone() -> None:
    device, terminal = pty.openpty()
    path = os.ttyname(terminal)
    link = SerialLink(path, 115200)
    link.open()
    try:
        with pytest.raises(DeviceError, match="is busy"):
            SerialLink(path, 115200).open()
        link.write(b"to the device")
        assert os.read(device, 99) == b"to the device"
        os.write(device, b"to the host")
        assert exact(link, 11) == b"to the host"
        assert link.read(5, soon(0.05)) == b""
        link.set_baud(921600)
        os.close(terminal)
        os.close(device)
        with pytest.raises(DeviceError, match="is gone"):
            link.read(1, soon())
    finally:
        link.close()


def test_socket_that_refuses() -> None:
    with pytest.raises(McugenError, match="does not open"):
        SerialLink("socket://127.0.0.1:1", 115200).open()


def test_link_of_a_board_is_data(tmp_path: Path) -> None:
    board = find_board("host")
    assert link_for(board, tmp_path / "firmware.elf").name == "firmware.elf"
    assert link_for(board, tmp_path / "firmware.elf", "/dev/ttyACM0").name == "/dev/ttyACM0"
    with pytest.raises(ConfigError, match="needs --port"):
        link_for(replace(board, run_command=()), tmp_path / "firmware.elf")


@pytest.mark.parametrize(
    ("board", "what", "hint"),
    [
        ("imx93", "board imx93 needs --host", "for example --host root@imx93"),
        ("mcxn947", "board mcxn947 needs --port", "`mcugen ports`"),
    ],
)
def test_a_board_that_was_not_named_says_how_to_name_it(board: str, what: str, hint: str) -> None:
    with pytest.raises(ConfigError, match=what) as caught:
        link_for(find_board(board), None)
    assert caught.value.hint.startswith(hint)
