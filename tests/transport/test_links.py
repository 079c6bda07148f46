# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Links to processes and ports: what they say when something is wrong, and that nothing is left over."""

from __future__ import annotations

import contextlib
import gc
import os
import pty
import socket
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
import serial
import serial.rfc2217

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


@pytest.mark.parametrize(
    ("url", "what", "hint"),
    [
        ("socket://127.0.0.1", "no port number", "socket://HOST:PORT"),
        ("rfc2217://127.0.0.1", "no port number", "rfc2217://HOST:PORT"),
        ("socket://127.0.0.1:99999", "is no port", "socket://HOST:PORT"),
        ("socket://127.0.0.1:4000?speed=9", "is no port", "socket://HOST:PORT"),
        ("hwgrep://(", "is no port", "hwgrep://REGULAR"),
        ("hwgrep://no such adapter", "no port matches", "`mcugen ports`"),
        ("spy:///dev/ttyNONE9", "there is no port", "`mcugen ports`"),
    ],
)
def test_a_wrong_url_is_explained(url: str, what: str, hint: str) -> None:
    with pytest.raises(UserError, match=what) as caught:
        SerialLink(url, 115200).open()
    assert hint in caught.value.hint


@pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")
def test_rfc2217_server_that_refuses() -> None:
    with pytest.raises(DeviceError, match="does not open"):
        SerialLink("rfc2217://127.0.0.1:1", 115200).open()


def talk(link: SerialLink, device: int) -> None:
    link.open()
    try:
        link.write(b"to the device\xff")
        assert os.read(device, 99) == b"to the device\xff"
        os.write(device, b"to the host\xff")
        assert exact(link, 12) == b"to the host\xff"
        link.set_baud(921600)
        assert link.read(5, soon(0.05)) == b""
    finally:
        link.close()


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # its file stays open
def test_a_port_that_is_spied_on(tmp_path: Path) -> None:
    device, terminal = pty.openpty()
    try:
        talk(SerialLink(f"spy://{os.ttyname(terminal)}?file={tmp_path / 'log'}", 115200), device)
    finally:
        os.close(terminal)
        os.close(device)
    assert "to the device" in (tmp_path / "log").read_text()


class Wired(serial.Serial):
    """A pseudo-terminal has no modem lines."""

    cts = dsr = ri = cd = property(lambda self: False)

    def _update_dtr_state(self) -> None: ...
    def _update_rts_state(self) -> None: ...
    def _update_break_state(self) -> None: ...


class Client:
    """What an RFC 2217 server writes to."""

    def __init__(self, connection: socket.socket) -> None:
        self.write = connection.sendall


def serve_rfc2217(listener: socket.socket, port: serial.Serial) -> None:
    """One client, as in pyserial's example server."""
    connection, _ = listener.accept()
    manager = serial.rfc2217.PortManager(port, Client(connection))

    def upwards() -> None:
        with contextlib.suppress(OSError, TypeError, serial.SerialException):
            while True:
                if data := port.read(port.in_waiting or 1):
                    connection.sendall(b"".join(manager.escape(data)))

    threading.Thread(target=upwards, daemon=True).start()
    with contextlib.suppress(OSError), connection:
        while data := connection.recv(1024):
            port.write(b"".join(manager.filter(data)))


@pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")  # pyserial 3.5
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # leaves its socket
def test_a_device_behind_an_rfc_2217_server() -> None:
    device, terminal = pty.openpty()
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        Wired(os.ttyname(terminal), timeout=0.02) as port,
    ):
        server = threading.Thread(target=serve_rfc2217, args=(listener, port))
        server.start()
        talk(SerialLink(f"rfc2217://127.0.0.1:{listener.getsockname()[1]}", 115200), device)
        server.join(20)
        assert not server.is_alive()
    os.close(terminal)
    os.close(device)
    gc.collect()  # so that the socket is noticed in this test


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
