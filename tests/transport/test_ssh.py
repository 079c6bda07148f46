# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""SSH sessions against a real OpenSSH server and a real dropbear that has no sftp."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mcugen.errors import ConfigError, DeviceError, EnvironmentError_
from mcugen.transport.ssh import KEEPER, SshSession
from mcugen.transport.ssh_failure import SshTarget, explain_ssh
from tests.ssh_server import (
    KINDS,
    Server,
    eventually,
    make_key,
    processes_with,
    running_server,
    trust,
)

ODD_WORDS = (
    "",
    "two words",
    "$HOME",
    "a'b\"c",
    "*",
    "-n",
    "é\u4e16",
    "new\nline",
    "back\\slash;&|<>",
)


@pytest.fixture(scope="module", params=KINDS)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    with running_server(request.param, tmp_path_factory.mktemp(request.param)) as running:
        yield running


@pytest.fixture
def session(server: Server) -> Iterator[SshSession]:
    with SshSession(server.target) as opened:
        yield opened


def sleep_argument() -> str:
    """A duration that no other process of this machine sleeps for."""
    return f"{100_000 + os.getpid()}.{time.monotonic_ns() % 1_000_000}"


def test_uploads_live_in_one_private_folder_and_go_with_it(server: Server) -> None:
    content = os.urandom(300_000)
    with SshSession(server.target) as session:
        path = session.upload("model/with space.tflite", content)
        assert Path(path).read_bytes() == content
        assert [str(folder) for folder in server.left_over()] == [session.folder]
        assert Path(session.folder).stat().st_mode & 0o777 == 0o700
        assert session.close()
    assert server.left_over() == []


def test_downloads_are_what_was_there(session: SshSession) -> None:
    content = b"\n\0\n" + os.urandom(200_000) + b"\n"
    session.upload("out.bin", content)
    assert session.download("out.bin", len(content)) == content
    with pytest.raises(DeviceError, match=r"out.bin on board does not have 7 bytes"):
        session.download("out.bin", 7)
    with pytest.raises(DeviceError, match=r"cannot read none.bin on board: .*No such file"):
        session.download("none.bin", 1)


def test_words_arrive_as_they_were(session: SshSession) -> None:
    result = session.run(["printf", "<%s>", *ODD_WORDS], timeout_s=10)
    assert result.output == "".join(f"<{word}>" for word in ODD_WORDS)
    assert (result.status, result.timed_out, result.dropped_bytes) == (0, False, 0)


def test_environment_reaches_the_command(session: SshSession) -> None:
    script = 'printf "%s" "$USE_GPU_INFERENCE"; pwd'
    result = session.run(
        ["sh", "-c", script], timeout_s=10, environment={"USE_GPU_INFERENCE": "0 '"}
    )
    assert result.output == f"0 '{session.folder}\n"


@pytest.mark.parametrize(
    ("script", "status"),
    [
        ("exit 0", 0),
        ("exit 42", 42),
        ("exit 255", 255),
        ("kill -SEGV $$", 139),
        ("kill -ABRT $$", 134),
    ],
)
def test_exit_status_is_the_commands_own(session: SshSession, script: str, status: int) -> None:
    assert session.run(["sh", "-c", script], timeout_s=10).status == status


def test_a_missing_command_is_status_127(session: SshSession) -> None:
    result = session.run(["no-such-tool"], timeout_s=10)
    assert result.status == 127
    assert "no-such-tool" in result.output


def test_both_outputs_are_merged_in_order(session: SshSession) -> None:
    result = session.run(["sh", "-c", "echo 1; echo 2 >&2; echo 3"], timeout_s=10)
    assert result.output == "1\n2\n3\n"


def test_a_talkative_login_is_not_heard(tmp_path: Path) -> None:
    with running_server("openssh", tmp_path) as server:
        (server.folder / "home/.ssh/rc").write_text("echo welcome to the board\n")
        with SshSession(server.target) as session:
            assert session.run(["echo", "hello"], timeout_s=10).output == "hello\n"


def test_a_forged_status_line_is_output(session: SshSession) -> None:
    result = session.run(["printf", "\n0123456789abcdef 0\n"], timeout_s=10)
    assert (result.status, result.output) == (0, "\n0123456789abcdef 0\n")


def test_long_output_keeps_its_ends(session: SshSession) -> None:
    script = "echo first; i=0; while [ $i -lt 20000 ]; do echo failed to invoke; i=$((i+1)); done; echo last"
    result = session.run(["sh", "-c", script], timeout_s=30, capacity_bytes=2000)
    assert result.output.startswith("first\n")
    assert result.output.endswith("last\n")
    assert result.dropped_bytes > 300_000
    assert len(result.output) < 2100


def test_a_late_command_and_its_children_are_ended(session: SshSession) -> None:
    word = sleep_argument()
    start = time.monotonic()
    result = session.run(["sh", "-c", f"echo started; sleep {word}; echo no"], timeout_s=1)
    assert result.timed_out
    assert result.output == "started\n"
    assert time.monotonic() - start < 10
    assert eventually(lambda: not processes_with(word))


def test_a_command_that_ignores_the_end_is_killed(session: SshSession) -> None:
    word = sleep_argument()
    script = f"trap '' TERM; while :; do sleep 0.1; done; : {word}"
    assert session.run(["sh", "-c", script, word], timeout_s=1).timed_out
    assert eventually(lambda: not processes_with(word))


def test_nothing_waits_for_the_limit_of_a_quick_command(session: SshSession) -> None:
    session.run(["true"], timeout_s=98_765)
    assert eventually(lambda: not processes_with("98765"))


def test_what_a_command_left_behind_is_ended(session: SshSession) -> None:
    word = sleep_argument()
    result = session.run(["sh", "-c", f"sleep {word} >/dev/null 2>&1 & echo $!"], timeout_s=10)
    assert result.output.strip().isdigit()
    assert eventually(lambda: not processes_with(word))


RUN_FOREVER = """
import os, sys
from mcugen.transport.ssh import SshSession
from mcugen.transport.ssh_failure import SshTarget
with SshSession(SshTarget("board", ("-F", sys.argv[1]))) as session:
    session.upload("model.tflite", b"x" * 1000)
    session.run(["sh", "-c", "sleep " + os.environ["WORD"] + "; :"], timeout_s=600)
"""


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_whatever_ends_this_side_nothing_stays_on_the_target(
    server: Server, end: signal.Signals, tmp_path: Path
) -> None:
    word = sleep_argument()
    config = str(server.folder / "ssh_config")
    host = subprocess.Popen(
        [sys.executable, "-c", RUN_FOREVER, config],
        stderr=subprocess.DEVNULL,
        env={**os.environ, "WORD": word, "TMPDIR": str(tmp_path)},
    )
    try:
        assert eventually(lambda: bool(processes_with(word)), 20)
        assert server.left_over()
        host.send_signal(end)
        assert host.wait(20) != 0
    finally:
        host.kill()
        host.wait()
    assert eventually(lambda: not processes_with(word))
    assert eventually(lambda: not server.left_over())


def test_a_lost_connection_is_told_and_cleaned_up(server: Server) -> None:
    word = sleep_argument()

    def drop() -> None:
        if eventually(lambda: bool(processes_with(word))):
            server.drop_connections()

    dropper = threading.Thread(target=drop)
    with SshSession(server.target) as session:
        dropper.start()
        with pytest.raises(DeviceError, match="lost the connection to board") as caught:
            session.run(["sleep", word], timeout_s=60)
        dropper.join()
        assert "try again" in caught.value.hint
        assert not re.search("[0-9a-f]{16}", caught.value.what)  # no token of ours
        assert not session.close()
    assert eventually(lambda: not processes_with(word))
    assert eventually(lambda: not server.left_over())


def test_a_connection_that_falls_silent(server: Server) -> None:
    """A pulled cable: nothing is refused or closed, there is just no answer any more."""
    word = sleep_argument()
    frozen: list[int] = []

    def freeze() -> None:
        if eventually(lambda: bool(processes_with(word))):
            frozen.extend(server.signal_connections(signal.SIGSTOP))

    freezer = threading.Thread(target=freeze)
    session = SshSession(replace(server.target, alive_interval_s=1))
    session.open()
    try:
        freezer.start()
        with pytest.raises(DeviceError, match="board does not answer") as caught:
            session.run(["sleep", word], timeout_s=60)
        freezer.join()
        assert "cable" in caught.value.hint
        assert not session.close()
    finally:
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)
        session.close()
    assert eventually(lambda: not processes_with(word))
    assert eventually(lambda: not server.left_over())


def test_a_full_disk_is_named(session: SshSession) -> None:
    session.run(["ln", "-s", "/dev/full", "model.tflite"], timeout_s=10)
    with pytest.raises(
        DeviceError, match=r"no space left on board for model.tflite \(100000 bytes\)"
    ):
        session.upload("model.tflite", b"x" * 100_000)


def test_a_file_that_cannot_be_stored_is_named(session: SshSession) -> None:
    session.run(["mkdir", "model.tflite"], timeout_s=10)
    with pytest.raises(DeviceError, match=r"cannot store model.tflite.*[Dd]irectory"):
        session.upload("model.tflite", b"x")


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


def test_a_command_that_cannot_be_watched_is_not_left_running(session: SshSession) -> None:
    """As on a disk without inodes: the mark by which the keeper finds the command is not written."""
    session.run(["sh", "-c", "rm -r .running && echo >.running"], timeout_s=10)
    word = sleep_argument()
    start = time.monotonic()
    result = session.run(["sleep", word], timeout_s=60)
    assert time.monotonic() - start < 30
    assert result.status == 137
    assert "cannot write to" in result.output
    assert eventually(lambda: not processes_with(word))


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


def test_the_first_command_fits_an_old_dropbear() -> None:
    assert len(KEEPER) < 900  # of 1024, the rest is quoting and the token
