# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Real SSH servers on loopback: OpenSSH, and dropbear without sftp; keys and configuration of their own."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mcugen.transport.ssh_failure import SshTarget
from tests.conftest import require_tool

KINDS = ("openssh", "dropbear")


@dataclass
class Server:
    """One running server and the client's side of it, all below `folder`."""

    kind: str
    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def target(self) -> SshTarget:
        return SshTarget("board", ("-F", str(self.folder / "ssh_config")))

    @property
    def board(self) -> Path:
        """The root folder that launch.sh finds on the target."""
        return self.folder / "board"

    @property
    def temporary(self) -> Path:
        """Where the target makes its temporary folders."""
        return self.folder / "remote-tmp"

    def left_over(self) -> list[Path]:
        return sorted(self.temporary.iterdir())

    def drop_connections(self) -> None:
        """Ends every connection from the server's side."""
        self.signal_connections(signal.SIGKILL)

    def signal_connections(self, number: signal.Signals) -> list[int]:
        """Sends a signal to the server's process of every connection; their ids."""
        found = []
        for pid in descendants(self.process.pid):
            with contextlib.suppress(OSError):  # gone meanwhile
                name = Path(f"/proc/{pid}/comm").read_text().strip()
                if name in ("sshd", "sshd-session", "dropbear"):  # sshd-session: OpenSSH 9.8
                    os.kill(pid, number)
                    found.append(pid)
        return found

    def stop(self) -> None:
        self.drop_connections()
        self.process.kill()
        self.process.wait()


def descendants(pid: int) -> list[int]:
    found: list[int] = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                child = int(stat.parent.name)
                found += [child, *descendants(child)]
    return found


def processes_with(word: str) -> list[int]:
    """Processes, zombies excepted, that have `word` as one of their arguments."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if word.encode() in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
    return found


def eventually(condition: Callable[[], bool], seconds: float = 60) -> bool:
    """True as soon as the condition holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def make_key(path: Path) -> None:
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", path], check=True
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as probe:
        return probe.recv(4) == b"SSH-"
    return False


def _own_account(folder: Path) -> dict[str, str]:
    """Shows a server this user with a home folder of the test's and a plain shell."""
    wrapper = next(Path("/usr/lib").glob("*/libnss_wrapper.so"), None)
    if wrapper is None:
        require_tool("libnss_wrapper.so")
    user = pwd.getpwuid(os.getuid())
    lines = [f"{user.pw_name}:x:{user.pw_uid}:{user.pw_gid}::{folder}/home:/bin/sh"]
    with contextlib.suppress(KeyError):  # whom root's sshd makes its unprivileged half
        lines.append(":".join(str(field) for field in pwd.getpwnam("sshd")))
    (folder / "passwd").write_text("\n".join(lines) + "\n")
    (folder / "group").write_text(f"test:x:{user.pw_gid}:\n")
    return {
        "LD_PRELOAD": str(wrapper),
        "NSS_WRAPPER_PASSWD": str(folder / "passwd"),
        "NSS_WRAPPER_GROUP": str(folder / "group"),
        "TMPDIR": f"{folder}/remote-tmp",
        "MCUGEN_ROOT": f"{folder}/board",
    }


def _openssh(folder: Path, port: int) -> list[str]:
    program = require_tool("sshd") if shutil.which("sshd") else require_tool("/usr/sbin/sshd")
    if os.getuid() == 0:  # where root's sshd confines its unprivileged half
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    config = folder / "sshd_config"
    config.write_text(
        f"ListenAddress 127.0.0.1:{port}\nHostKey {folder}/host_key\nPidFile none\n"
        "StrictModes no\nUsePAM no\nPermitRootLogin yes\nMaxStartups 100\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\n"
        f"SetEnv TMPDIR={folder}/remote-tmp MCUGEN_ROOT={folder}/board"
        f" PATH={folder}/board/usr/bin:{os.environ['PATH']}\n"
    )
    return [program, "-D", "-e", "-f", str(config)]


def _dropbear(folder: Path, port: int) -> list[str]:
    program = require_tool("dropbear")
    key = folder / "dropbear_key"
    subprocess.run(["dropbearkey", "-t", "ed25519", "-f", key], check=True, capture_output=True)
    address = f"127.0.0.1:{port}"
    return [program, "-F", "-E", "-e", "-s", "-p", address, "-r", str(key), "-P", f"{folder}/pid"]


COMMANDS = {"openssh": _openssh, "dropbear": _dropbear}


def start_server(kind: str, folder: Path) -> Server:
    """A server of that kind that accepts the key `folder`/id."""
    require_tool("ssh")
    port = _free_port()
    for name in ("home/.ssh", "remote-tmp"):
        (folder / name).mkdir(parents=True, mode=0o700)
    make_key(folder / "id")
    make_key(folder / "host_key")
    shutil.copy(folder / "id.pub", folder / "home" / ".ssh" / "authorized_keys")
    argv = COMMANDS[kind](folder, port)
    environment = _own_account(folder)
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, **environment},
        )
    write_client(folder, port)
    if not eventually(lambda: _answers(port)):
        process.kill()
        process.wait()
        pytest.fail(f"{kind} did not start: {(folder / 'server.log').read_text()}")
    server = Server(kind, folder, port, process)
    trust(server)
    return server


def write_client(folder: Path, port: int) -> None:
    user = pwd.getpwuid(os.getuid()).pw_name
    (folder / "ssh_config").write_text(
        f"Host board\n HostName 127.0.0.1\n Port {port}\n User {user}\n IdentityFile {folder}/id\n"
        f" IdentitiesOnly yes\n UserKnownHostsFile {folder}/known_hosts\n"
        " GlobalKnownHostsFile /dev/null\n"
    )


def trust(server: Server) -> None:
    """Makes the host key known, as a user does who has compared it."""
    scan = subprocess.run(
        ["ssh-keyscan", "-t", "ed25519", "-p", str(server.port), "127.0.0.1"],
        capture_output=True,
        check=True,
    )
    (server.folder / "known_hosts").write_bytes(scan.stdout)


@contextlib.contextmanager
def running_server(kind: str, folder: Path) -> Iterator[Server]:
    server = start_server(kind, folder)
    try:
        yield server
    finally:
        server.stop()
