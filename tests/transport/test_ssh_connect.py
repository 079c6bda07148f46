# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""How a session comes about: the user's configuration is respected, refusals are told apart."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mcugen.errors import ConfigError, DeviceError, EnvironmentError_
from mcugen.transport.ssh import SshSession
from mcugen.transport.ssh_failure import SshTarget, explain_ssh
from tests.ssh_server import Server, eventually, make_key, trust


def test_an_unknown_host_key_is_refused(server: Server) -> None:
    known = server.folder / "known_hosts"
    known.unlink()
    try:
        with pytest.raises(DeviceError, match="host key of board is not known") as caught:
            SshSession(server.target).open()
        assert f"`ssh -F {server.folder}/ssh_config board`" in caught.value.hint
        assert not known.exists()
    finally:
        trust(server)


def test_a_changed_host_key_is_refused(server: Server) -> None:
    known = server.folder / "known_hosts"
    make_key(server.folder / "other_host_key")
    other = (server.folder / "other_host_key.pub").read_text()
    known.write_text(f"[127.0.0.1]:{server.port} {other}")
    try:
        with pytest.raises(DeviceError, match="host key of board has changed") as caught:
            SshSession(server.target).open()
        assert "ssh-keygen -f" in caught.value.hint
        assert other in known.read_text()
    finally:
        trust(server)
        for path in server.folder.glob("other_host_key*"):
            path.unlink()


def test_a_key_the_target_does_not_take(server: Server, tmp_path: Path) -> None:
    make_key(tmp_path / "wrong")
    config = tmp_path / "config"
    text = (server.folder / "ssh_config").read_text()
    config.write_text(text.replace(f"{server.folder}/id", f"{tmp_path}/wrong"))
    with pytest.raises(DeviceError, match="does not accept any of your keys") as caught:
        SshSession(SshTarget("board", ("-F", str(config)))).open()
    assert "ssh-copy-id" in caught.value.hint


def test_a_refused_connection(tmp_path: Path, server: Server) -> None:
    config = tmp_path / "config"
    text = (server.folder / "ssh_config").read_text()
    config.write_text(text.replace(f"Port {server.port}", "Port 9"))
    with pytest.raises(DeviceError, match="board refuses the connection"):
        SshSession(SshTarget("board", ("-F", str(config)))).open()


def test_a_target_without_room_for_a_folder(server: Server) -> None:
    server.temporary.rename(server.folder / "gone")
    try:
        with pytest.raises(DeviceError, match="board cannot make a temporary folder: mktemp"):
            SshSession(server.target).open()
    finally:
        (server.folder / "gone").rename(server.temporary)


@pytest.mark.parametrize("reason", ["No space left on device", "Permission denied"])
def test_what_mktemp_says_is_no_word_of_ssh(reason: str) -> None:
    """`Permission denied` of a folder is not one of keys."""
    said = f"mktemp: failed to create directory via template '/t/mcugen.XXXXXX': {reason}"
    error = explain_ssh(SshTarget("board"), f"Warning: x\n{said}\n", "", True)
    assert error.what == f"board cannot make a temporary folder: {said}"


def config_for(server: Server, folder: Path, change: Callable[[str], str]) -> SshTarget:
    """The server under a ~/.ssh/config of the user's own making."""
    config = folder / "config"
    config.write_text(change((server.folder / "ssh_config").read_text()))
    return SshTarget("board", ("-F", str(config)))


def test_a_jump_host_is_used(server: Server, tmp_path: Path) -> None:
    def behind(text: str) -> str:
        return text.replace("Host board\n", "Host gate\n") + text.replace(
            "Host board\n", "Host board\n ProxyJump gate\n"
        )

    def logins() -> int:
        log = (server.folder / "server.log").read_text()
        return len(re.findall("Accepted publickey|Pubkey auth succeeded", log))

    before = logins()
    with SshSession(config_for(server, tmp_path, behind)) as session:
        assert session.run(["echo", "through"], timeout_s=10).output == "through\n"
        session.upload("model.tflite", b"x" * 100_000)
        assert eventually(lambda: logins() == before + 2)  # the gate, and the board behind it
    assert eventually(lambda: not server.left_over())


def test_a_key_of_the_agent_is_used(server: Server, tmp_path: Path) -> None:
    socket_path = tmp_path / "agent"
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", socket_path], stdout=subprocess.DEVNULL)
    try:
        assert eventually(socket_path.exists)
        key = server.folder / "id"
        environment = {**os.environ, "SSH_AUTH_SOCK": str(socket_path)}
        subprocess.run(["ssh-add", "-q", key], env=environment, check=True)

        def from_agent(text: str) -> str:
            no_file = text.replace(f" IdentityFile {key}\n IdentitiesOnly yes\n", "")
            assert no_file != text
            return f"{no_file} IdentityAgent {socket_path}\n"

        with SshSession(config_for(server, tmp_path, from_agent)) as session:
            assert session.run(["echo", "hello"], timeout_s=10).output == "hello\n"
    finally:
        agent.kill()
        agent.wait()


def test_what_a_configuration_has_for_people_is_not_in_the_way(
    server: Server, tmp_path: Path
) -> None:
    def for_people(text: str) -> str:
        return f"{text} RemoteCommand exec tmux attach\n RequestTTY force\n ControlMaster auto\n"

    with SshSession(config_for(server, tmp_path, for_people)) as session:
        assert session.run(["printf", "a\\nb"], timeout_s=10).output == "a\nb"


def test_an_unknown_name() -> None:
    with pytest.raises(DeviceError, match="the name no-such-board.invalid is not known"):
        SshSession(SshTarget("no-such-board.invalid", ("-F", "/dev/null"))).open()


def test_a_target_that_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        options = ("-F", "/dev/null", "-p", str(silent.getsockname()[1]))
        with pytest.raises(DeviceError, match="127.0.0.1 does not answer"):
            SshSession(SshTarget("127.0.0.1", options, connect_timeout_s=1)).open()


@pytest.mark.parametrize("host", ["", "-oProxyCommand=date", "root@board extra"])
def test_what_is_not_a_host_is_refused(host: str) -> None:
    with pytest.raises(ConfigError, match="is not a host"):
        SshSession(SshTarget(host))


def test_without_ssh() -> None:
    with pytest.raises(EnvironmentError_, match="no-such-ssh is not installed") as caught:
        SshSession(SshTarget("board", program="no-such-ssh")).open()
    assert "openssh-client" in caught.value.hint


def test_a_wrong_option_is_told() -> None:
    with pytest.raises(DeviceError, match="ssh does not accept its configuration"):
        SshSession(SshTarget("board", ("-o", "NoSuchOption=1"))).open()
