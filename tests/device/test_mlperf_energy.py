# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The energy mode of MLPerf Tiny: the official runner, an interface board and a power monitor that are
played here, and the firmware of board `host`, whose pin is a file."""

from __future__ import annotations

import os
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest

from mcugen.paths import examples_dir
from mcugen.toolchain.project import open_project
from mcugen.transport.pty_bridge import open_pty
from tests.cli.calls import call
from tests.conftest import ROOT, require_tool
from tests.device.test_mlperf_cli import anomaly_set, build, official_runner  # noqa: F401 - a fixture
from tests.schemas import written_as

Capture = pytest.CaptureFixture[str]
WATTS, VOLTS, RATE_HZ = 0.030, 3.0, 20_000
INFERENCES = 3000
SETTLE_S = 0.5  # the monitor is read this long before the runner looks
DEVICES = f"""
- {{name: stm32h573i-dk, type: interface, baud: 115200, usb: {{0x0483: 0x374B}}}}
- {{name: mcugen, type: dut, baud: {{energy: 9600}}, usb: {{0x1FC9: 0x0143}}}}
- {{name: js220, type: power, interface: direct_usb, raw_sampling_rate: {RATE_HZ},
   virtual_sampling_rate: 1000, usb: {{0x16D0: 0x10BA}}}}
"""
TESTS = f"""
ad01: {{name: ad, model: ad01, truth_file: y_labels.csv,
        script: [{{loop 5: [download, infer {INFERENCES} 0]}}]}}
"""
PLAYED_USB = """
import types
exec(open({tool!r}).read())
usb.core.find = lambda **_: [types.SimpleNamespace(idVendor=0x16D0, idProduct=0x10BA)]
"""
PLAYED_MONITOR = f"""
import os, time
import numpy as np

class Device:
    '''As far as the runner calls a JS220: a constant power, and the pin of the firmware as GPI 0.'''
    def open(self):
        self.began = time.monotonic()
        return self
    def parameter_set(self, name, value): pass
    start = stop = close = lambda self: None
    stream_buffer = property(lambda self: self)
    @property
    def sample_id_range(self):
        return 0, max(int((time.monotonic() - self.began - 0.05) * {RATE_HZ}), 0)
    def samples_get(self, first, last, fields):
        times = self.began + np.arange(first, last) / {RATE_HZ}
        lines = open(os.environ['MCUGEN_PIN']).read().splitlines()
        edges = np.array([line.split() for line in lines], float).reshape(-1, 2)
        at = np.searchsorted(edges[:, 0] * 1e-9, times, 'right') - 1
        pin = np.where(at >= 0, edges[:, 1][np.maximum(at, 0)], 1)
        even = np.ones(len(times))
        return dict(signals=dict(
            current=dict(value={WATTS / VOLTS} * even), voltage=dict(value={VOLTS} * even),
            current_lsb=dict(value=pin)))

def scan(): return [Device()]
"""


class InterfaceBoard(threading.Thread):
    """Passes `dut COMMAND` on to the device and its lines back, as the benchmark's interface board does."""

    def __init__(self, master: int, device: subprocess.Popen[bytes]) -> None:
        super().__init__(daemon=True)
        self._master, self._device = master, device

    def run(self) -> None:
        command = b""
        with suppress(OSError):  # until the port is closed
            while byte := os.read(self._master, 1):
                if byte != b"%":
                    command += byte
                    continue
                self._answer(command.strip())
                command = b""

    def _answer(self, command: bytes) -> None:
        os.write(self._master, b"m-[" + command[:40] + b"]\r\nm-ready\r\n")
        if not command.startswith(b"dut "):
            return
        assert self._device.stdin is not None and self._device.stdout is not None
        self._device.stdin.write(command[4:] + b"%")
        line = b""
        while not line.startswith(b"m-ready"):
            line = self._device.stdout.readline()
            if line.startswith(b"m-ready") and command.startswith(b"dut infer"):
                time.sleep(SETTLE_S)
            os.write(self._master, b"[dut]: " + line)


@contextmanager
def interface_board(elf: Path, alias: Path, pin: Path) -> Iterator[None]:
    """A port that leads to the firmware, which the power monitor has just started."""
    environment = {**os.environ, "MCUGEN_PIN": str(pin)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([elf], **pipes, bufsize=0, env=environment) as device:
        assert device.stdout is not None
        banner = [device.stdout.readline() for _ in range(3)]
        assert banner == [b"m-timestamp-mode-energy\r\n", b"m-init-done\r\n", b"m-ready\r\n"]
        try:
            with open_pty(alias) as pty:
                InterfaceBoard(pty.master, device).start()
                yield
        finally:
            device.kill()


@pytest.fixture(scope="module")
def energetic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    model = examples_dir() / "machine-sound/mcugen.toml"
    return build(tmp_path_factory.mktemp("energetic"), model, "--mlperf-energy")


def test_the_build_says_that_it_starts_at_9600_baud(energetic: Path, capfd: Capture) -> None:
    assert written_as("manifest", energetic / "manifest.json")["baud"] == 9600
    assert open_project(energetic).board.baud == 9600
    answer = call(capfd, "verify", energetic, "--vectors", 2)
    assert answer.status == 0, "the framed protocol is there as well"
    answer = call(capfd, "mlperf", energetic, "--dataset", energetic)
    assert answer.status == 2 and "built for the runner's energy mode" in answer.err


def test_a_board_without_a_pin_is_refused(tmp_path: Path, capfd: Capture) -> None:
    words = ("--board", "mps2-an505", "--mlperf-energy", "--no-compile", "--out", tmp_path / "p")
    answer = call(capfd, "build", examples_dir() / "machine-sound", *words)
    assert answer.status == 2
    assert "board mps2-an505 drives no pin" in answer.err and "mcugen_port_mark" in answer.err


def test_the_official_runner_measures_energy(
    energetic: Path,
    anomaly_set: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    python, runner = official_runner()
    require_tool("bash")
    played = tmp_path / "played"
    played.mkdir()
    tool = str(ROOT / "tools" / "mlperf_runner" / "sitecustomize.py")
    (played / "sitecustomize.py").write_text(PLAYED_USB.format(tool=tool))
    (played / "joulescope.py").write_text(PLAYED_MONITOR)
    (tmp_path / "devices.yaml").write_text(DEVICES)
    (tmp_path / "tests.yaml").write_text(TESTS)
    alias, pin = tmp_path / "tty", tmp_path / "pin"
    environment = {"MCUGEN_PORT": str(alias), "MCUGEN_PIN": str(pin), "PYTHONPATH": str(played)}
    words = ("-d", "devices.yaml", "-t", "tests.yaml", "-s", anomaly_set, "-m", "e")
    with interface_board(open_project(energetic).elf, alias, pin):
        done = subprocess.run(
            [python, runner / "main.py", *words],
            env={**os.environ, **environment},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    (median,) = re.findall(r"Median energy cost is ([\d.]+) uJ/inf", done.stdout)
    rises = [int(line.split()[0]) for line in pin.read_text().splitlines() if line.endswith("1")]
    assert len(rises) == 1 + 2 * 5, "one at start, two for each of five windows"
    windows_s = [(end - start) * 1e-9 for start, end in zip(rises[1::2], rises[2::2], strict=True)]
    expected = np.median(windows_s) * WATTS / INFERENCES * 1e6
    resolution = 2 / (min(windows_s) * 1000)  # a window begins and ends at a sample of 1 ms
    assert float(median) == pytest.approx(expected, rel=resolution)
