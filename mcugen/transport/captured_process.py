# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A local process whose outputs are read as they come, with deadlines and a cap on what is kept."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from typing import IO

from mcugen.errors import EnvironmentError_
from mcugen.system import Guard, start_group

MESSAGE_BYTES = 16384  # of standard error


class CapturedOutput:
    """Reads one pipe to its end and keeps the first and the last half of `capacity` bytes.

    On a thread, because that is the one way to read a pipe with a deadline that Windows has too.
    """

    def __init__(self, pipe: IO[bytes], capacity: int) -> None:
        self._pipe = pipe
        self._half = capacity // 2
        self._head = bytearray()
        self._tail = bytearray()
        self._ended = False
        self._changed = threading.Condition()
        self.dropped_bytes = 0  # cut out of the middle
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with self._pipe:
            while chunk := os.read(self._pipe.fileno(), 65536):
                with self._changed:
                    self._keep(chunk)
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _keep(self, chunk: bytes) -> None:
        room = self._half - len(self._head)
        self._head += chunk[:room]
        self._tail += chunk[room:]
        excess = len(self._tail) - self._half
        if excess > 0:
            del self._tail[:excess]
            self.dropped_bytes += excess

    def wait(self, ready: Callable[[bytes], bool], deadline: float) -> bytes:
        """The output once `ready` accepts it, it has ended, or `deadline` (time.monotonic) is past."""
        with self._changed:
            while not (self._ended or ready(bytes(self._head + self._tail))):
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(min(left, 0.5))  # short, so that Windows delivers Ctrl-C
            cut = b"\n[... %d bytes ...]\n" % self.dropped_bytes if self.dropped_bytes else b""
            return bytes(self._head + cut + self._tail)

    def close(self) -> None:
        """Waits shortly for the end of the pipe; a shared ssh connection may hold it longer than its
        process lives, then the thread closes it."""
        self._thread.join(0.2)


class CapturedProcess:
    """One running process: its input is fed, its two outputs are captured."""

    def __init__(self, argv: Sequence[str], capacity: int) -> None:
        try:
            self.process = start_group(
                argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except OSError as error:
            raise EnvironmentError_(f"cannot start {argv[0]}: {error.strerror}") from error
        self._guard = Guard(self.process)
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self.output = CapturedOutput(self.process.stdout, capacity)
        self.messages = CapturedOutput(self.process.stderr, MESSAGE_BYTES)
        self._feeder: threading.Thread | None = None

    def feed(self, content: bytes) -> None:
        """Writes `content` to its input and ends the input, without waiting for it."""
        self._feeder = threading.Thread(target=self._feed, args=(content,), daemon=True)
        self._feeder.start()

    def _feed(self, content: bytes) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):  # it ended first: its status says why
            self.process.stdin.write(content)
        self.end_input()

    def end_input(self) -> None:
        """Ends its input."""
        assert self.process.stdin is not None
        with contextlib.suppress(OSError):
            self.process.stdin.close()

    def ends_within(self, seconds: float) -> bool:
        """True when it has ended, or does within that time."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        return self.process.returncode is not None

    def close(self) -> None:
        """Ends it if it still runs, and frees everything."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._guard.release()
        if self._feeder is not None:
            self._feeder.join(5)
        self.end_input()
        self.output.close()
        self.messages.close()


def end_of(seconds: float) -> float:
    """The deadline that many seconds from now."""
    return time.monotonic() + seconds
