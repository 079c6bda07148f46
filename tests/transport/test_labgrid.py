# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A board lent by a labgrid coordinator of this computer: `--port labgrid:PLACE`, and the driver."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import mcugen
from mcugen.errors import DeviceError, UserError
from mcugen.paths import examples_dir
from mcugen.toolchain.project import open_project, project_link
from mcugen.train.synth_set import demo_clips
from mcugen.transport.process_link import ProcessLink
from tests.api.test_page import TEST_FILE, run_pytest
from tests.conftest import require_package, require_tool

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]  # labgrid's own warnings
PLACE = "bench-3"
START_S = 60.0
CHUNK_BYTES = 65536


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def serve(board: ProcessLink, server: socket.socket) -> None:
    """The serial port of a board behind a TCP port, as ser2net offers it: one client at a time."""
    with contextlib.suppress(OSError):  # the end of `server`
        while True:
            connection, _ = server.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with connection, contextlib.suppress(ConnectionError):
                carry(board, connection)


def carry(board: ProcessLink, connection: socket.socket) -> None:
    """Bytes in both directions until the client leaves."""
    while True:
        ready, _, _ = select.select([connection, board.fileno()], [], [])
        if connection in ready:
            data = connection.recv(CHUNK_BYTES)
            if not data:
                return
            board.write(data)
        if board.fileno() in ready:
            connection.sendall(board.read(CHUNK_BYTES, time.monotonic()))


def client(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "labgrid.remote.client", "-p", PLACE, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def wait_for(what: str, *words: str) -> None:
    deadline = time.monotonic() + START_S
    while what not in (done := client(*words)).stdout:
        assert time.monotonic() < deadline, done.stdout + done.stderr
        time.sleep(0.2)


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a compiled project, named as in docs/python.md."""
    require_package("labgrid")
    for tool in ("arm-none-eabi-gcc", "qemu-system-arm", "cmake"):
        require_tool(tool)
    folder = tmp_path_factory.mktemp("desk") / "project"
    return mcugen.build(examples_dir() / "machine-sound", board="mps2-an505", out=folder).folder


@pytest.fixture(scope="module")
def port(build: Path) -> Iterator[int]:
    """The TCP port on which the emulated board answers."""
    board = project_link(open_project(build), None)
    assert isinstance(board, ProcessLink)
    board.open()
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve, args=(board, server), daemon=True)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(START_S)
            board.close()


@pytest.fixture(scope="module")
def place(port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A coordinator, an exporter with the board's port, and an acquired place."""
    folder = tmp_path_factory.mktemp("labgrid")
    coordinator = f"127.0.0.1:{free_port()}"
    (folder / "exporter.yaml").write_text(
        f"board:\n  NetworkSerialPort: {{host: 127.0.0.1, port: {port}, protocol: raw}}\n"
    )
    exporter = ["labgrid.remote.exporter", "-c", coordinator, "-n", "lab", "exporter.yaml"]
    commands = (["labgrid.remote.coordinator", "-l", coordinator], exporter)
    processes = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LG_COORDINATOR", coordinator)
        try:
            for command, sign in zip(commands, ("", "lab/board"), strict=True):
                with (folder / "log").open("ab") as log:
                    words = [sys.executable, "-m", *command]
                    processes.append(subprocess.Popen(words, cwd=folder, stdout=log, stderr=log))
                wait_for(sign, "resources")
            for words in (["create"], ["add-match", "lab/board/NetworkSerialPort"], ["acquire"]):
                done = client(*words)
                assert done.returncode == 0, done.stderr
            yield
        finally:
            for process in reversed(processes):
                process.kill()  # asked to end, the exporter takes 5 s
                process.wait()


def test_a_run_on_the_board_of_a_place(place: None, build: Path, tmp_path: Path) -> None:
    clip = next(clip for clip in demo_clips(tmp_path / "clips") if "id_01" in clip.name)
    outcome = mcugen.run(build, clip, input="int8", port=f"labgrid:{PLACE}", out=tmp_path / "run")
    assert outcome.is_complete and len(outcome.run.clips) == 1
    assert outcome.run.clips[0].score == pytest.approx(outcome.run.clips[0].reference_score)
    assert ("link", f"labgrid:{PLACE}") in outcome.run.head.facts


def test_the_ten_lines_run_on_the_board_of_a_place(place: None, build: Path) -> None:
    """The test file of docs/python.md."""
    (build.parent / "test_machine.py").write_text(TEST_FILE)
    printed = run_pytest(build.parent, "test_machine.py", "--mcugen-port", f"labgrid:{PLACE}")
    assert "1 passed" in printed


def test_places_that_cannot_be_used_are_named(
    place: None, build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match="bench-9 matches nothing") as caught:
        mcugen.Device(build, "labgrid:bench-9").open()
    assert caught.value.hint == "labgrid-client -p bench-9 acquire"
    monkeypatch.setitem(os.environ, "LG_COORDINATOR", f"127.0.0.1:{free_port()}")
    with pytest.raises(DeviceError, match="does not answer"):
        mcugen.Device(build, f"labgrid:{PLACE}").open()


def test_the_driver_opens_the_device(place: None, build: Path, tmp_path: Path) -> None:
    """Last: labgrid's own session of this process stays open."""
    from labgrid import Environment

    config = tmp_path / "environment.yaml"
    config.write_text(
        "imports: [mcugen.labgrid_driver]\n"
        "targets:\n  main:\n    resources:\n"
        f"      RemotePlace: {{name: {PLACE}}}\n"
        f"      McugenBuild: {{build_dir: {build}}}\n"
        "    drivers:\n      McugenDriver: {}\n"
    )
    target = Environment(str(config)).get_target("main")
    driver = target.get_driver("McugenDriver")
    assert driver.device.stats().arena_used_bytes == driver.device.manifest.arena_bytes
    target.deactivate(driver)
    with pytest.raises(DeviceError, match="is not open"):
        driver.device.stats()
