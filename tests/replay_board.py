# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A made-up i.MX image: the files launch.sh looks for, with a benchmark_model that replays logs."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from mcugen.boards import find_board
from mcugen.codegen.tree_writer import write_tree
from mcugen.export.exporter import CompiledModel
from mcugen.platforms.linux.bundle import Effort, export_linux_bundle

FIXTURES = Path(__file__).parent / "fixtures"
LOGS = FIXTURES / "benchmark_logs"
VERSION = "2.16.2"
FILES = {
    "etc/os-release": 'NAME="NXP i.MX"\nPRETTY_NAME="NXP i.MX Release Distro 6.6-scarthgap"\n',
    "proc/device-tree/model": "NXP i.MX93 11X11 EVK board\0",
    "proc/cpuinfo": "processor\t: 0\n\nprocessor\t: 1\n",
    "proc/meminfo": "MemTotal: 2000000 kB\nMemAvailable:    1500000 kB\n",
    "proc/loadavg": "0.07 0.03 0.01 1/123 456\n",
    "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "performance\n",
    "sys/devices/system/cpu/cpu1/cpufreq/scaling_governor": "performance\n",
    "sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq": "1700000\n",
    "sys/devices/system/cpu/cpu1/cpufreq/scaling_cur_freq": "900000\n",
    "sys/class/thermal/thermal_zone0/temp": "41000\n",
    "sys/class/thermal/thermal_zone1/temp": "45500\n",
    "usr/lib/libethosu_delegate.so": "",
    "usr/lib/libvx_delegate.so": "",
    "dev/ethosu0": "",
}


@dataclass(frozen=True)
class ReplayBoard:
    """The image below `root`."""

    root: Path

    def tool(self, version: str = VERSION) -> Path:
        return self.root / f"usr/bin/tensorflow-lite-{version}/examples/benchmark_model"

    def install(self, version: str = VERSION) -> None:
        """Adds a benchmark_model of that version."""
        tool = self.tool(version)
        tool.parent.mkdir(parents=True)
        shutil.copy(FIXTURES / "replay_benchmark_model.sh", tool)
        shutil.copy(LOGS / "help.log", tool.parent)
        self.plays("cpu-1", "tf29_cpu", 0, version)
        self.plays("cpu-n", "tf218_xnnpack_explicit", 0, version)
        self.plays("npu", "tf216_ethosu_part", 0, version)

    def plays(self, key: str, log: str, ending: int | str, version: str = VERSION) -> None:
        """What the tool does from now on for "cpu-1", "cpu-n" or "npu"."""
        folder = self.tool(version).parent
        shutil.copy(LOGS / f"{log}.log", folder / f"{key}.log")
        (folder / f"{key}.ending").write_text(str(ending))

    def hangs(self, key: str, log: str, seconds: str) -> None:
        """The tool prints the log and then sleeps."""
        self.plays(key, log, "hang")
        (self.tool().parent / "hang.seconds").write_text(seconds)

    def install_vela(self, script: str = 'echo its own >"$3/ad01_int8_vela.tflite"') -> None:
        """Adds a vela that is called with MODEL --output-dir FOLDER."""
        vela = self.root / "usr/bin/vela"
        vela.write_text(f"#!/bin/sh\n{script}\n")
        vela.chmod(0o755)

    def calls(self) -> list[str]:
        path = self.tool().parent / "calls"
        return path.read_text().splitlines() if path.exists() else []


def make_board(root: Path) -> ReplayBoard:
    """A fresh image with one benchmark_model."""
    shutil.rmtree(root, ignore_errors=True)
    for name, content in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content)
    board = ReplayBoard(root)
    board.install()
    return board


def make_bundle(
    folder: Path, board: str = "imx93", *, compiled: bool = False, max_seconds: float = 30.0
) -> Path:
    """A bundle on disk, with a model that only the replaying tool can run."""
    npu = CompiledModel(b"compiled", "vela 5.2.0", {"inference_us": 58.15}) if compiled else None
    tree = export_linux_bundle(
        find_board(board),
        "ad01_int8",
        b"a model",
        npu_model=npu,
        effort=Effort(max_seconds=max_seconds),
    )
    write_tree({**tree, "manifest.json": b"{}"}, folder)
    return folder
