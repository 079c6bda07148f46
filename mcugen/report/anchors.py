# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Published figures for well-known model files, by the file's SHA-256: anchors for the reader."""

from __future__ import annotations

from dataclasses import dataclass

from mcugen.features.benchmarks import AD01_SHA256, IC01_SHA256, KWS01_SHA256, VWW01_SHA256

ZOO = "NXP eIQ model zoo"
MLPERF = "MLPerf Tiny closed division"


@dataclass(frozen=True, slots=True)
class Anchor:
    """One published latency. `kilocycles` is clock / throughput, the harness loop included."""

    engine: str
    device: str
    clock_mhz: int | None
    milliseconds: float
    kilocycles: int | None
    source: str


def _fastest(m4_ms: float, m7_ms: float, m85_ms: float) -> tuple[Anchor, ...]:
    """The lowest latency that anybody published for each of three cores, at its clock in MHz."""
    engine, source = "the fastest published", f"{MLPERF} v1.1 to v1.3"
    rows = (("Cortex-M4", 120, m4_ms), ("Cortex-M7", 280, m7_ms), ("Cortex-M85", 480, m85_ms))
    return tuple(Anchor(engine, core, mhz, ms, round(mhz * ms), source) for core, mhz, ms in rows)


# Nobody has published a closed result for sww01, up to v1.3.
ANCHORS: dict[str, tuple[Anchor, ...]] = {
    AD01_SHA256: (
        Anchor("NXP TFLM, SDK 2.13", "MCX N947, Cortex-M33", None, 5.605, None, ZOO),
        Anchor("NXP Neutron NPU", "MCX N947", None, 0.797, None, ZOO),
        Anchor("CPU, 1 thread", "i.MX 8M Plus", None, 0.152, None, ZOO),
        Anchor("CPU, 4 threads", "i.MX 8M Plus", None, 0.151, None, ZOO),
        Anchor("NPU", "i.MX 8M Plus", None, 0.140, None, ZOO),
        Anchor("CPU, 1 thread", "i.MX 93", None, 0.152, None, ZOO),
        Anchor("CPU, 2 threads", "i.MX 93", None, 0.152, None, ZOO),
        Anchor("NPU (Ethos-U65)", "i.MX 93", None, 0.143, None, ZOO),
        Anchor("Bosch HALE, max performance", "STM32U575, M33", 160, 3.09, 495, f"{MLPERF} v1.2"),
        Anchor("X-CUBE-AI 10.2", "STM32U575, M33", 160, 3.21, 514, f"{MLPERF} v1.3"),
        Anchor("Plumerai 2023.05", "STM32U575, M33", 160, 3.67, 588, f"{MLPERF} v1.1"),
        Anchor("microTVM + CMSIS-NN", "nRF5340, M33", 128, 6.29, 805, f"{MLPERF} v1.1"),
        Anchor("TFLM", "RA6M4, M33", 200, 4.61, 922, f"{MLPERF} v0.7"),
        *_fastest(4.05, 1.083, 0.531),
    ),
    KWS01_SHA256: (
        Anchor("X-CUBE-AI 10.2", "STM32U575, M33", 160, 28.98, 4637, f"{MLPERF} v1.3"),
        *_fastest(43.19, 11.32, 3.465),
    ),
    IC01_SHA256: (
        Anchor("Plumerai 2023.05", "STM32U575, M33", 160, 104.3, 16_690, f"{MLPERF} v1.1"),
        *_fastest(165.1, 40.85, 8.478),
    ),
    VWW01_SHA256: (
        Anchor("X-CUBE-AI 10.2", "STM32U575, M33", 160, 59.24, 9479, f"{MLPERF} v1.3"),
        *_fastest(88.9, 23.80, 13.39),
    ),
}


def anchors_for(model_sha256: str) -> tuple[Anchor, ...]:
    """What others published for exactly this model file; empty when nothing is known."""
    return ANCHORS.get(model_sha256, ())
