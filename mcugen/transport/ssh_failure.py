# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Where ssh connects to, and what its messages mean when it fails."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

from mcugen.errors import DeviceError


@dataclass(frozen=True, slots=True)
class SshTarget:
    """Where to connect: `root@imx93`, or a Host of ~/.ssh/config, and further arguments for ssh."""

    host: str
    options: tuple[str, ...] = ()
    connect_timeout_s: int = 10
    alive_interval_s: int = 5  # three times that without an answer is the end of a connection
    program: str = "ssh"

    def command_line(self) -> str:
        """What a user types to connect by hand."""
        return shlex.join(["ssh", *self.options, self.host])


@dataclass(frozen=True, slots=True)
class _Failure:
    """A pattern in the messages of ssh, what it means, and what to try ({ssh}, {host} filled in)."""

    pattern: str
    what: str
    hint: str


FAILURES = (
    _Failure(
        "REMOTE HOST IDENTIFICATION HAS CHANGED",
        "the host key of {host} has changed",
        "if you installed the board anew and trust the network, remove the old key with"
        " `{remove}`, then compare and accept the new one with `{ssh}`",
    ),
    _Failure(
        "Host key verification failed|host key is known for",
        "the host key of {host} is not known",
        "connect once by hand, compare the fingerprint with the board's, and accept it: `{ssh}`",
    ),
    _Failure(
        "Connection refused",
        "{host} refuses the connection",
        "check the address and port, and that an SSH server runs on the board",
    ),
    _Failure(
        "Could not resolve hostname",
        "the name {host} is not known",
        "use the board's address, or add a Host to ~/.ssh/config",
    ),
    _Failure(
        "timed out|No route to host|Network is unreachable|not responding",
        "{host} does not answer",
        "check cable, address and that the board has booted: `{ssh}`",
    ),
    _Failure(
        "Permission denied|Too many authentication failures|No supported authentication",
        "{host} does not accept any of your keys",
        "mcugen never asks for a password: install your key with `ssh-copy-id {options}{host}`"
        " (NXP's development images let root in without a password), or choose one in ~/.ssh/config",
    ),
    _Failure(
        "Bad configuration option|Bad owner or permissions|command-line line|no argument after",
        "ssh does not accept its configuration",
        "try `{ssh}`",
    ),
)
"""First match wins: a changed key also says `verification failed`."""


def explain_ssh(target: SshTarget, messages: str, output: str, ended: bool) -> DeviceError:
    """The error that explains the messages of ssh, and what to type."""
    remove = re.search(r"ssh-keygen -f .*-R .*", messages)
    words = {
        "host": target.host,
        "ssh": target.command_line(),
        "remove": remove[0].strip() if remove else f"ssh-keygen -R {target.host}",
        "options": f"{shlex.join(target.options)} " if target.options else "",
    }
    if folder := re.search(r"^.*\bmktemp\b.*$", messages, re.MULTILINE):
        return DeviceError(
            f"{target.host} cannot make a temporary folder: {folder[0].strip()}",
            hint="the target needs mktemp and room in /tmp, or in TMPDIR where that is set",
        )
    for failure in FAILURES:
        if re.search(failure.pattern, messages):
            return DeviceError(failure.what.format(**words), hint=failure.hint.format(**words))
    if not ended:
        return DeviceError(
            f"{target.host} stopped answering",
            hint="what was started there ends by itself; check the board and try again",
        )
    telling = last_line(messages) or last_line(output)
    return DeviceError(
        f"lost the connection to {target.host}" + (f": {telling}" if telling else ""),
        hint=f"check that `{words['ssh']}` gives a POSIX shell on the board, and try again",
    )


def last_line(text: str) -> str:
    """The last line that is not blank, stripped; empty when there is none."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""
