# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The compiled scorer as a device on its Linux board: the same protocol, over ssh instead of a UART."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mcugen.errors import DeviceError
from mcugen.platforms.linux.bundle import read_plan
from mcugen.toolchain.project import Project, project_link
from mcugen.transport.link import Link
from mcugen.transport.process_link import ProcessLink
from mcugen.transport.ssh import SshSession
from mcugen.transport.ssh_failure import SshTarget

START_TIMEOUT_S = 30.0


def ssh_target(host: str | None, options: tuple[str, ...]) -> SshTarget | None:
    """The target of `--host` and `--ssh-option`; None without a host."""
    return SshTarget(host, options) if host is not None else None


@contextmanager
def device_link(project: Project, port: str | None, target: SshTarget | None) -> Iterator[Link]:
    """The link that was asked for: over ssh, to a port, or to the board's emulator."""
    if target is None:
        yield project_link(project, port)
    else:
        with linux_device_link(project, target) as link:
            yield link


@contextmanager
def linux_device_link(project: Project, target: SshTarget) -> Iterator[ProcessLink]:
    """A link, not yet open, to the project's program on the target; nothing stays there afterwards.

    The program ends when its input does: however the connection goes, it does not stay behind.
    """
    read_plan(project.folder)  # says so when the project is for another kind of board
    program = project.elf.read_bytes()
    with SshSession(target) as session:
        path = session.upload("scorer", program)
        _check_starts(session, path)
        yield ProcessLink(session.stream_command([path]))


def _check_starts(session: SshSession, path: str) -> None:
    """DeviceError that states why the target cannot run the program; without input it ends at once."""
    made = session.run(["chmod", "700", path], timeout_s=START_TIMEOUT_S)
    result = session.run([path], timeout_s=START_TIMEOUT_S) if made.status == 0 else made
    if result.status == 0:
        return
    said = result.output.strip().splitlines()
    machine = session.run(["uname", "-m"], timeout_s=START_TIMEOUT_S).output.strip()
    raise DeviceError(
        f"{session.target.host} ({machine}) cannot run the scorer: "
        f"{said[-1] if said else f'status {result.status}'}",
        hint="the build must be for this board, and its TMPDIR (/tmp) must allow programs",
    )
