# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What we started ends with us, however we end: also by kill -9, which nobody can handle.

A guard is a small shell beside a process group. It waits for the end of a pipe whose other end only we
hold; the system closes that when we are gone. Windows: a job object would do the same.
"""

from __future__ import annotations

import contextlib
import subprocess

_SCRIPT = 'read -r _; kill -s KILL -- "-$1"'


class Guard:
    """Kills the process group `group` when this process is gone, until `release`."""

    def __init__(self, group: int) -> None:
        # In a session of its own: what ends us, or the group, does not end it.
        self._shell = subprocess.Popen(
            ["/bin/sh", "-c", _SCRIPT, "mcugen-guard", str(group)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def release(self) -> None:
        """Ends the guard: call it when the group has been ended, or is about to be. Safe to call twice."""
        self._shell.kill()
        self._shell.wait()
        assert self._shell.stdin is not None
        with contextlib.suppress(OSError):
            self._shell.stdin.close()
