# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""kill -9 of the host leaves no device process behind, and no guard."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ssh_server import eventually, processes_with

# A device that does not care whether anybody is there, with a child of its own, as an emulator's.
STUBBORN = (
    "import socket, subprocess, sys, time\n"
    "port = [int(word) for word in sys.argv[1:] if word.isdigit()]\n"
    "held = [socket.create_connection(('127.0.0.1', number)) for number in port]\n"
    "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(300)', sys.argv[-1]])\n"
    "time.sleep(300)\n"
)
HOST = (
    "import sys, time\n"
    "from mcugen.transport.process_link import ProcessLink\n"
    "link = ProcessLink([sys.executable, '-c', *sys.argv[1:]])\n"
    "link.open()\n"
    "print('open', flush=True)\n"
    "time.sleep(300)\n"
)


@pytest.mark.parametrize("port", [["{port}"], []], ids=["tcp", "pipes"])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_the_device_goes_with_its_host(
    port: list[str], how: signal.Signals, tmp_path: Path
) -> None:
    mark = str(tmp_path / "mark")
    command = [sys.executable, "-c", HOST, STUBBORN, *port, mark]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as host:
        assert host.stdout is not None
        assert host.stdout.readline() == b"open\n"
        assert eventually(lambda: len(processes_with(mark)) == 3), "host, device and its child"
        (group,) = {pid for pid in processes_with(mark) if pid != host.pid and leads(pid)}
        assert guards_of(group) == 1
        host.send_signal(how)
    assert eventually(lambda: not processes_with(mark))
    assert eventually(lambda: guards_of(group) == 0)


def leads(pid: int) -> bool:
    """Whether the process leads a group."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[2]) == pid


def guards_of(group: int) -> int:
    """How many guards watch over a group."""
    return len(set(processes_with("mcugen-guard")) & set(processes_with(str(group))))
