# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Instructions of a whole invoke of LiteRT with XNNPACK on the processors of Linux boards.

The environment variable MCUGEN_LITERT_AARCH64 names a folder with the files of an aarch64 system whose
python3.11 has ai-edge-litert; README.md says how to make it. LiteRT runs under qemu-aarch64, and edges.c
counts all instructions of the process; what twice as many invokes take more is what they take.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks import cycles

HERE = Path(__file__).resolve().parent
ROOT = "MCUGEN_LITERT_AARCH64"
INVOKES = 40
RECORDED = {
    "machine_sound_int8": (139_288, 46_058),
    "ad01_int8": (139_288, 46_058),
    "kws_ref_model": (1_337_668, 801_277),
    "pretrainedResnet_quant": (5_011_718, 2_002_113),
    "str_ww_ref_model": (378_346, 180_056),
    "vww_96_int8": (4_015_531, 2_193_731),
}
"""On a Cortex-A53 and A55 with ai-edge-litert 2.3.0 (wheel manylinux_2_27_aarch64, Python 3.11.2 of
Debian 12, qemu-aarch64 7.2.22): taken where the variable is not set."""


@dataclass(frozen=True, slots=True)
class Processor:
    """What QEMU plays, and what /proc/cpuinfo says of it: LiteRT chooses its kernels by both."""

    core: str
    part: int
    variant: int
    revision: int
    features: str


_ARMV8 = "fp asimd evtstrm aes pmull sha1 sha2 crc32 cpuid"
PROCESSORS = {
    "imx8mp": Processor("cortex-a53", 0xD03, 0, 4, _ARMV8),
    # QEMU 7.2 has no Cortex-A55. This one has its instructions, and neither SVE nor I8MM, as "max" has.
    "imx93": Processor(
        "cortex-a76", 0xD05, 2, 0, f"{_ARMV8} atomics fphp asimdhp asimdrdm lrcpc dcpop asimddp"
    ),
}
"""Board -> its processor."""


def instructions(model: Path, folder: Path) -> tuple[int, int] | None:
    """Of an invoke on each of PROCESSORS; None for a model without a recorded count where nothing is run.

    `folder` gets the plugin and its counts.
    """
    root = os.environ.get(ROOT)
    if not root:
        return RECORDED.get(model.stem)
    first, last = (_count(Path(root), it, model, folder) for it in PROCESSORS.values())
    return first, last


def version() -> str:
    """Where the counts come from."""
    root = os.environ.get(ROOT)
    if not root:
        return "ai-edge-litert 2.3.0, recorded, not counted in this run"
    (found,) = Path(root).rglob("ai_edge_litert-*.dist-info")
    return f"ai-edge-litert {found.stem.split('-')[1]}, counted in this run"


def _count(root: Path, processor: Processor, model: Path, folder: Path) -> int:
    _describe(root, processor)
    totals = [_total(root, processor, model, folder, n) for n in (INVOKES, 2 * INVOKES)]
    return round((totals[1] - totals[0]) / INVOKES)


def _describe(root: Path, processor: Processor) -> None:
    """What LiteRT reads of its processor; otherwise QEMU would show that of this computer."""
    lines = (
        "processor\t: 0",
        f"Features\t: {processor.features}",
        "CPU implementer\t: 0x41",
        "CPU architecture: 8",
        f"CPU variant\t: {processor.variant:#x}",
        f"CPU part\t: {processor.part:#x}",
        f"CPU revision\t: {processor.revision}",
    )
    files = {"proc/cpuinfo": "\n".join(lines) + "\n\n"}
    files |= {f"sys/devices/system/cpu/{name}": "0\n" for name in ("possible", "present")}
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _total(root: Path, processor: Processor, model: Path, folder: Path, invokes: int) -> int:
    """Of a process that invokes so often."""
    python = root / "usr" / "bin" / "python3.11"
    counted = cycles.counting_all(python, folder)
    if counted is None:
        sys.exit("instructions are counted by a plugin of QEMU, which needs a C compiler (CC)")
    emulator = ("qemu-aarch64", *counted.arguments, "-L", str(root), "-cpu", processor.core)
    command = [*emulator, str(python), str(HERE / "litert.py"), str(model), str(invokes)]
    environment = {**os.environ, "PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1"}
    subprocess.run(command, env=environment, capture_output=True, timeout=600, check=True)
    return cycles.instructions(counted)
