# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A device that is a process: the host binary on its pipes, or an emulator that calls us over TCP."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from typing import IO

from mcugen.errors import DeviceError, EnvironmentError_
from mcugen.foreign_text import one_line
from mcugen.system import Guard, end_group, set_nonblocking, start_group, wait_readable

CONNECT_S = 60.0  # an emulator compiles its core first
WRITE_S = 20.0
EXIT_S = 2.0
STDERR_TAIL_BYTES = 500


class ProcessLink:
    """Bytes to a process started by `open` and killed, with all its children, by `close`, or when
    we are gone.

    `{port}` in `command` makes it a TCP link: we listen on a free port of the loopback interface and
    put its number there, so there is no port to guess and no connection to retry.
    """

    def __init__(self, command: Sequence[str], *, install_hint: str = "", name: str = "") -> None:
        self._command = tuple(command)
        self._name = name
        self._install_hint = install_hint
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: Guard | None = None
        self._socket: socket.socket | None = None
        self._stderr: IO[bytes] | None = None
        self._read_fd = self._write_fd = -1

    @property
    def name(self) -> str:
        """The name it was given, else that of the program."""
        return self._name or os.path.basename(self._command[0])  # noqa: PTH119 (a command, perhaps not a path)

    def open(self) -> None:
        """Starts the process and, over TCP, waits until it has connected."""
        if any("{port}" in word for word in self._command):
            self._open_tcp()
        else:
            process = self._start(self._command, subprocess.PIPE)
            assert process.stdin is not None and process.stdout is not None
            self._write_fd, self._read_fd = process.stdin.fileno(), process.stdout.fileno()
            set_nonblocking(self._write_fd)

    def close(self) -> None:
        """Ends the process group; safe to call twice."""
        if self._socket is not None:
            self._socket.close()
        process = self._process
        if process is not None:
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()
            end_group(process)
        if self._guard is not None:
            self._guard.release()
        if self._stderr is not None:
            self._stderr.close()
        self._process = self._guard = self._socket = self._stderr = None
        self._read_fd = self._write_fd = -1

    def write(self, data: bytes) -> None:
        """Writes all of `data`; DeviceError when the process has ended or takes nothing."""
        deadline = time.monotonic() + WRITE_S
        if self._socket is not None:
            self._write_socket(self._socket, data)
            return
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._write_fd, rest) :]
            except BlockingIOError:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise self._stuck() from None
                select.select([], [self._write_fd], [], left)
            except OSError as error:
                raise self._ended() from error

    def _write_socket(self, connection: socket.socket, data: bytes) -> None:
        connection.settimeout(WRITE_S)
        try:
            connection.sendall(data)
        except TimeoutError:
            raise self._stuck() from None
        except OSError as error:
            raise self._ended() from error

    def _stuck(self) -> DeviceError:
        return DeviceError(f"{self.name} takes no input for {WRITE_S:g} s")

    def clock(self) -> float:
        """This computer's."""
        return time.monotonic()

    def read(self, count: int, deadline: float) -> bytes:
        """1 to `count` bytes, or b"" at `deadline`; DeviceError when the process has ended."""
        left = max(deadline - time.monotonic(), 0.0)
        try:
            if self._socket is not None:
                if not select.select([self._socket], [], [], left)[0]:
                    return b""
                data = self._socket.recv(count)
            elif wait_readable(self._read_fd, left):
                data = os.read(self._read_fd, count)
            else:
                return b""
        except OSError as error:
            raise self._ended() from error
        if not data:
            raise self._ended()
        return data

    def set_baud(self, baud: int) -> None:
        """A pipe has no rate."""

    def fileno(self) -> int:
        """The descriptor that is readable when bytes of the device are there, for `select`."""
        return self._read_fd

    def _open_tcp(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            self._start([word.replace("{port}", str(port)) for word in self._command], None)
            self._socket = self._accept(server)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._read_fd = self._socket.fileno()

    def _accept(self, server: socket.socket) -> socket.socket:
        server.settimeout(0.1)
        deadline = time.monotonic() + CONNECT_S
        while time.monotonic() < deadline:
            try:
                return server.accept()[0]
            except TimeoutError:
                if self._process is not None and self._process.poll() is not None:
                    break
        error = self._ended()
        self.close()
        raise error

    def _start(self, command: Sequence[str], pipes: int | None) -> subprocess.Popen[bytes]:
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 (closed by close)
        try:
            self._process = start_group(
                command,
                stdin=pipes or subprocess.DEVNULL,
                stdout=pipes or subprocess.DEVNULL,
                stderr=self._stderr,
                bufsize=0,
            )
        except FileNotFoundError as error:
            self.close()
            raise EnvironmentError_(
                f"{command[0]} is not installed",
                hint=self._install_hint or "build the project first",
            ) from error
        except OSError as error:
            self.close()
            raise EnvironmentError_(f"{command[0]} does not start: {error.strerror}") from error
        self._guard = Guard(self._process)
        return self._process

    def _ended(self) -> DeviceError:
        process, stderr = self._process, self._stderr
        if process is None or stderr is None:
            return DeviceError(f"{self.name} is not running")
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(EXIT_S)
        stderr.seek(0, os.SEEK_END)
        stderr.seek(max(stderr.tell() - STDERR_TAIL_BYTES, 0))
        said = one_line(stderr.read().decode(errors="replace").strip())
        status = process.poll()
        how = "closed its port" if status is None else f"ended with status {status}"
        return DeviceError(f"{self.name} {how}" + (f": {said}" if said else ""))
