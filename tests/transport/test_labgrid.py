# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A board lent by a labgrid coordinator of this computer: `--port labgrid:PLACE`, and the driver."""

from __future__ import annotations

import os
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
from tests.device.projects import Bench, make_bench
from tests.device.simulated_device import Clock

pytest.importorskip("labgrid", reason="the extra `labgrid` is not installed")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]  # labgrid's own warnings
PLACE = "bench-3"
START_S = 60.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def serve(bench: Bench, server: socket.socket) -> None:
    """The board: a simulated device behind a TCP port, as ser2net has it."""
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        device = bench.device(Clock())
        device.open()
        with connection:
            while data := connection.recv(65536):
                device.write(data)
                while answer := device.read(65536, 0.0):
                    connection.sendall(answer)
        device.close()


def client(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "labgrid.remote.client", "-p", PLACE, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def wait_for(what: str, *words: str) -> None:
    deadline = time.monotonic() + START_S
    while what not in (done := client(*words)).stdout:
        assert time.monotonic() < deadline, done.stdout + done.stderr
        time.sleep(0.2)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return make_bench(tmp_path_factory.mktemp("bench"))


@pytest.fixture(scope="module")
def place(bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A coordinator, an exporter with the board's port, and an acquired place."""
    folder = tmp_path_factory.mktemp("labgrid")
    coordinator = f"127.0.0.1:{free_port()}"
    server = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=serve, args=(bench, server), daemon=True).start()
    port = server.getsockname()[1]
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
            for process in processes:
                process.terminate()
                process.wait(20)
            server.close()


def test_a_run_on_the_board_of_a_place(place: None, bench: Bench, tmp_path: Path) -> None:
    outcome = mcugen.run(bench.folder, bench.clips, port=f"labgrid:{PLACE}", out=tmp_path)
    assert outcome.is_complete and len(outcome.run.clips) == 4
    assert ("link", f"labgrid:{PLACE}") in outcome.run.head.facts


def test_places_that_cannot_be_used_are_named(
    place: None, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match="bench-9 matches nothing") as caught:
        mcugen.Device(bench.folder, "labgrid:bench-9").open()
    assert caught.value.hint == "labgrid-client -p bench-9 acquire"
    monkeypatch.setitem(os.environ, "LG_COORDINATOR", f"127.0.0.1:{free_port()}")
    with pytest.raises(DeviceError, match="does not answer"):
        mcugen.Device(bench.folder, f"labgrid:{PLACE}").open()


def test_the_driver_opens_the_device(place: None, bench: Bench, tmp_path: Path) -> None:
    """Last: labgrid's own session of this process stays open."""
    from labgrid import Environment

    config = tmp_path / "environment.yaml"
    config.write_text(
        "imports: [mcugen.labgrid_driver]\n"
        "targets:\n  main:\n    resources:\n"
        f"      RemotePlace: {{name: {PLACE}}}\n"
        f"      McugenBuild: {{build_dir: {bench.folder}}}\n"
        "    drivers:\n      McugenDriver: {}\n"
    )
    target = Environment(str(config)).get_target("main")
    driver = target.get_driver("McugenDriver")
    assert driver.device.stats().arena_given_bytes == 256
    target.deactivate(driver)
    with pytest.raises(DeviceError, match="is not open"):
        driver.device.stats()
