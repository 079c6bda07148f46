# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What POSIX and Windows do differently, in one place: processes that end with us, signals, locks, files,
pipes, pseudo terminals. Nothing else asks which system this is (tests/test_architecture.py).

mypy checks the Windows half with `--platform win32`; docs/platform-support.md says what was tried where.
"""

from __future__ import annotations

import contextlib
import os
import select
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from mcugen.errors import EnvironmentError_

EXIT_S = 2.0
POLL_S = 0.002
LOCK_AT = 1 << 30  # Windows locks bytes, and nobody else may read them: one far behind the content

if sys.platform == "win32":
    import ctypes
    import msvcrt
    from ctypes import wintypes

    IS_WINDOWS = True
    PLAIN_FILE = os.O_BINARY | os.O_NOINHERIT
    NO_LINK = 0
    HAS_FOLDER_LOCKS = False
    CMAKE_GENERATOR: tuple[str, ...] = ("-G", "Ninja")
else:
    import ctypes
    import fcntl

    IS_WINDOWS = False
    PLAIN_FILE = os.O_CLOEXEC
    NO_LINK = os.O_NOFOLLOW
    HAS_FOLDER_LOCKS = True
    CMAKE_GENERATOR: tuple[str, ...] = ()
"""Flags for os.open: of a file that children do not inherit and that is read as it is; of one that
must not be a symbolic link. HAS_FOLDER_LOCKS: whether a folder can be opened and locked. CMAKE_GENERATOR:
for a project of any compiler; CMake's own choice on Windows, Visual Studio, takes no GCC."""


# --- commands -----------------------------------------------------------------------------------


def shell_line(command: Sequence[str]) -> str:
    """The command as it is typed into this system's shell."""
    return subprocess.list2cmdline(command) if sys.platform == "win32" else shlex.join(command)


def run_text(
    command: Sequence[str], timeout_s: float, **settings: Any
) -> subprocess.CompletedProcess[str]:
    """A program run to its end, its two outputs as text, whatever bytes they are.

    `settings` are those of subprocess.run (env, cwd). TimeoutExpired after `timeout_s`, OSError where it
    does not start.
    """
    return subprocess.run(
        command,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=timeout_s,
        check=False,
        **settings,
    )


# --- processes ----------------------------------------------------------------------------------


def start_group(command: Sequence[str], **pipes: Any) -> subprocess.Popen[bytes]:
    """The process, leader of a group of its own: Ctrl-C reaches only us, and we decide what ends."""
    if sys.platform == "win32":
        own: dict[str, Any] = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    else:
        own = {"start_new_session": True}
    settings: dict[str, Any] = {**own, **pipes}
    process: subprocess.Popen[bytes] = subprocess.Popen(command, **settings)
    return process


def end_group(process: subprocess.Popen[bytes]) -> None:
    """Asks the group of a process of `start_group` to end, then kills it."""
    for kill in (False, True):
        _signal_group(process, kill)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(EXIT_S)
            return


def _signal_group(process: subprocess.Popen[bytes], kill: bool) -> None:
    if sys.platform == "win32":
        if kill:  # with its children, which have no group there
            command = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
            subprocess.run(command, capture_output=True, check=False)
        else:
            with contextlib.suppress(OSError):
                process.send_signal(signal.CTRL_BREAK_EVENT)
    else:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL if kill else signal.SIGTERM)


_GUARD = 'read -r _; kill -s KILL -- "-$1"'


class Guard:
    """Kills the group of a process when this process is gone, however it ends, until `release`.

    POSIX: a small shell in a session of its own waits for the end of a pipe whose other end only we
    hold. Windows: a job object that kills what is in it when its last handle closes.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._shell: subprocess.Popen[bytes] | None = None
        self._job: int | None = None
        if sys.platform == "win32":
            self._job = _job_of(process)
        else:
            self._shell = subprocess.Popen(
                ["/bin/sh", "-c", _GUARD, "mcugen-guard", str(process.pid)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )

    def release(self) -> None:
        """Ends the guard: call it when the group has ended, or is about to. Safe to call twice."""
        if sys.platform == "win32" and self._job is not None:
            ctypes.windll.kernel32.CloseHandle(self._job)
            self._job = None
        if self._shell is not None:
            self._shell.kill()
            self._shell.wait()
            assert self._shell.stdin is not None
            with contextlib.suppress(OSError):
                self._shell.stdin.close()


if sys.platform == "win32":
    _KILL_ON_CLOSE = 0x2000  # JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
    _EXTENDED_LIMITS = 9  # JobObjectExtendedLimitInformation

    class _Limits(ctypes.Structure):
        """JOBOBJECT_EXTENDED_LIMIT_INFORMATION of winnt.h."""

        _fields_ = (
            ("times", ctypes.c_int64 * 2),
            ("flags", wintypes.DWORD),
            ("working_set", ctypes.c_size_t * 2),
            ("processes", wintypes.DWORD),
            ("affinity", ctypes.c_size_t),
            ("classes", wintypes.DWORD * 2),
            ("io", ctypes.c_uint64 * 6),
            ("memory", ctypes.c_size_t * 4),
        )

    def _job_of(process: subprocess.Popen[bytes]) -> int | None:
        """A job with the process in it; None where the system refuses, as in a job that forbids it."""
        kernel = ctypes.windll.kernel32
        kernel.CreateJobObjectW.restype = wintypes.HANDLE
        job = kernel.CreateJobObjectW(None, None)
        limits = _Limits(flags=_KILL_ON_CLOSE)
        size = ctypes.sizeof(limits)
        handle = wintypes.HANDLE(int(getattr(process, "_handle")))  # noqa: B009 (not in typeshed)
        is_set = job and kernel.SetInformationJobObject(
            wintypes.HANDLE(job), _EXTENDED_LIMITS, ctypes.byref(limits), size
        )
        if is_set and kernel.AssignProcessToJobObject(wintypes.HANDLE(job), handle):
            return int(job)
        return None


def ending_signals() -> tuple[int, ...]:
    """Signals by which others ask us to end, besides Ctrl-C."""
    names = ("SIGTERM", "SIGHUP", "SIGBREAK")
    return tuple(getattr(signal, name) for name in names if hasattr(signal, name))


# --- files --------------------------------------------------------------------------------------


def lock(descriptor: int) -> None:
    """Locks an open file, or a folder where HAS_FOLDER_LOCKS, until it is closed. BlockingIOError
    when another process holds it; nothing where the file system has no locks."""
    if sys.platform == "win32":
        at = os.lseek(descriptor, 0, os.SEEK_CUR)
        os.lseek(descriptor, LOCK_AT, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError(str(error)) from error
        finally:
            os.lseek(descriptor, at, os.SEEK_SET)
    else:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise
        except OSError:
            return


def read_at(descriptor: int, count: int, offset: int) -> bytes:
    """Up to `count` bytes from `offset` of a file."""
    os.lseek(descriptor, offset, os.SEEK_SET)
    return os.read(descriptor, count)


def sync_folder(folder: str | os.PathLike[str]) -> None:
    """Waits until names in the folder are on disk, where a folder can be opened at all."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows; a parent that we may not read
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# --- pipes, terminals, memory -------------------------------------------------------------------


def set_nonblocking(pipe: int) -> None:
    """A write to the pipe raises BlockingIOError instead of waiting; Windows waits."""
    if sys.platform != "win32":
        os.set_blocking(pipe, False)


def wait_readable(pipe: int, seconds: float) -> bool:
    """Whether the pipe has bytes, or has ended, within that time."""
    if sys.platform == "win32":  # where select knows no pipes
        deadline = time.monotonic() + seconds
        handle = wintypes.HANDLE(msvcrt.get_osfhandle(pipe))
        available = wintypes.DWORD()
        peek = ctypes.windll.kernel32.PeekNamedPipe
        while peek(handle, None, 0, None, ctypes.byref(available), None):
            if available.value or time.monotonic() >= deadline:
                return bool(available.value)
            time.sleep(POLL_S)
        return True  # it has ended: the read says so
    return bool(select.select([pipe], [], [], seconds)[0])


def open_terminal() -> tuple[int, int, str]:
    """A pseudo terminal in raw mode: the end that we hold, the other one, and its path.

    EnvironmentError_ where there are none.
    """
    if sys.platform == "win32":
        raise EnvironmentError_(
            "Windows has no pseudo terminals that serial programs open",
            hint="com0com pairs two virtual COM ports; or serve on Linux, in WSL for example",
        )
    import pty
    import tty

    master, slave = pty.openpty()
    tty.setraw(slave)
    return master, slave, os.ttyname(slave)


M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, KEPT_BYTES = -1, -3, 1 << 30  # malloc.h of glibc


def link_words(library: str) -> tuple[str, ...]:
    """For a compiler that makes a library which calls `library`, one that this process has loaded."""
    if sys.platform == "win32":
        return (library,)
    return ("-Wl,-undefined,dynamic_lookup",) if sys.platform == "darwin" else ()


def keep_freed_memory() -> None:
    """Has glibc keep what is freed; does nothing elsewhere."""
    if sys.platform != "win32":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", lambda _threshold, _bytes: 0)
        for threshold in (M_TRIM_THRESHOLD, M_MMAP_THRESHOLD):
            mallopt(threshold, KEPT_BYTES)
