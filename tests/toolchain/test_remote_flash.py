# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Starting a core from its Linux host: a real SSH server, and a folder in place of remoteproc's files."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from mcugen.boards import find_board
from mcugen.cli.flash import command
from mcugen.errors import ConfigError, DeviceError
from mcugen.toolchain.flash_data import read_flash_data
from mcugen.toolchain.remote_flash import start_over_ssh
from tests.device.projects import make_bench
from tests.ssh_server import Server, running_server

DATA = read_flash_data(find_board("imx93-m33"))
NEXT = {"start\n": "running\n", "stop\n": "offline\n"}


class Remoteproc:
    """The files `state` and `firmware` of one core; what is written to `state` is obeyed."""

    def __init__(self, folder: Path, obeys: bool = True) -> None:
        self.folder = folder
        self.obeys = obeys
        self.asked: list[str] = []
        folder.mkdir()
        (folder / "firmware").touch()
        (folder / "state").write_text("running\n")
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while not self._ended.wait(0.02):
            word = (self.folder / "state").read_text()
            if word in NEXT:
                self.asked.append(word.strip())
                (self.folder / "state").write_text(NEXT[word] if self.obeys else "crashed\n")

    def end(self) -> None:
        self._ended.set()
        self._thread.join()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server("openssh", tmp_path_factory.mktemp("openssh")) as running:
        yield running


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Remoteproc]:
    (tmp_path / "firmware").mkdir()
    core = Remoteproc(tmp_path / "remoteproc0")
    yield core
    core.end()


def start(server: Server, tmp_path: Path, remoteproc: Path) -> None:
    elf = tmp_path / "a.elf"
    elf.write_bytes(b"image")
    words = {"remoteproc": str(remoteproc), "firmware_folder": str(tmp_path / "firmware")}
    start_over_ssh(DATA.runner(""), words, elf, server.target)


def test_a_running_core_is_stopped_and_started_with_the_new_image(
    server: Server, core: Remoteproc, tmp_path: Path
) -> None:
    start(server, tmp_path, core.folder)
    assert core.asked == ["stop", "start"]
    name = (core.folder / "firmware").read_text().strip()
    assert (tmp_path / "firmware" / name).read_bytes() == b"image"
    assert server.left_over() == []


def test_a_core_that_does_not_start_is_told(
    server: Server, core: Remoteproc, tmp_path: Path
) -> None:
    core.obeys = False
    with pytest.raises(DeviceError, match="is crashed, not offline") as caught:
        start(server, tmp_path, core.folder)
    assert "dmesg" in caught.value.hint


def test_a_linux_without_remoteproc_is_told(server: Server, tmp_path: Path) -> None:
    (tmp_path / "firmware").mkdir()
    with pytest.raises(DeviceError, match="boot Linux with the device tree"):
        start(server, tmp_path, tmp_path / "none")


def test_the_command_wants_a_host_and_shows_what_it_would_do(tmp_path: Path) -> None:
    bench = make_bench(tmp_path)
    manifest = bench.folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace(bench.manifest.board, "imx93-m33"))
    image = tmp_path / "a.elf"
    image.write_bytes(b"image")
    words = [str(bench.folder), "--image", str(image)]
    shown = CliRunner().invoke(command, [*words, "--dry-run"])
    assert shown.exit_code == 0, shown.output
    assert "cp {file} /lib/firmware/mcugen-imx93-m33.elf" in shown.output
    refused = CliRunner().invoke(command, words)
    assert isinstance(refused.exception, ConfigError)
    assert "--host" in refused.exception.hint
    manifest.write_text(manifest.read_text().replace("imx93-m33", "mcxn947"))
    refused = CliRunner().invoke(command, [*words, "--host", "root@board"])
    assert isinstance(refused.exception, ConfigError)
