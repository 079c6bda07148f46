# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""SSH sessions against a real OpenSSH server and a real dropbear that has no sftp."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from mcugen.errors import DeviceError
from mcugen.transport.ssh import CONTROL_PATH_BYTES, GUARD, KEEPER, SshSession
from tests.ssh_server import (
    Server,
    eventually,
    processes_with,
    running_server,
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


@pytest.mark.parametrize("beyond", [0, 1, 8])
def test_a_long_temporary_folder_is_no_hindrance(
    server: Server, beyond: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the longest path of a socket that ssh takes, and beyond it without sharing the connection."""
    inside = len("/mcugen-12345678/s")
    name = "x" * (CONTROL_PATH_BYTES + beyond - inside - len("/tmp/") - len("-12345678"))
    with tempfile.TemporaryDirectory(prefix=f"{name}-", dir="/tmp") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        with SshSession(server.target) as session:
            assert session.run(["echo", "here"], timeout_s=10).output == "here\n"
            shared = [path for path in Path(folder).rglob("*") if path.is_socket()]
            assert len(shared) == (beyond == 0)


RUN_FOREVER = """
import os, signal, sys
from mcugen.transport.ssh import SshSession
from mcugen.transport.ssh_failure import SshTarget
signal.signal(signal.SIGINT, signal.default_int_handler)  # shells ignore it for "pytest &"
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
        assert eventually(lambda: bool(processes_with(word)))
        assert server.left_over()
        host.send_signal(end)
        assert host.wait(60) != 0
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


# `rm` on the target, before which a command starts: between it and the keeper there is no order.
START_BEFORE_REMOVAL = """\
#!/bin/sh
if [ "$1" = -rf ]; then
  (sh "$GUARD" token "$2" 600 sleep "$WORD" >/dev/null; : >"$DONE") &
  until [ -e "$DONE" ] || ls "$2"/.running/* >/dev/null 2>&1; do sleep 0.02; done
fi
exec /bin/rm "$@"
"""


def test_a_command_that_starts_while_the_session_ends_does_not_stay(tmp_path: Path) -> None:
    word = sleep_argument()
    programs, folders = tmp_path / "bin", tmp_path / "folders"
    for folder in (programs, folders):
        folder.mkdir()
    guard, rm = tmp_path / "guard", programs / "rm"
    guard.write_text(GUARD)
    rm.write_text(START_BEFORE_REMOVAL)
    rm.chmod(0o755)
    place = {"TMPDIR": str(folders), "PATH": f"{programs}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["sh", "-c", KEEPER, "keeper", "token"],
        env={"GUARD": str(guard), "WORD": word, "DONE": str(tmp_path / "done"), **place},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.endswith("token removed\n"), done.stderr
    assert eventually(lambda: not processes_with(word), 10)
    assert list(folders.iterdir()) == []


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


def test_the_first_command_fits_an_old_dropbear() -> None:
    assert len(KEEPER) < 900  # of 1024, the rest is quoting and the token
