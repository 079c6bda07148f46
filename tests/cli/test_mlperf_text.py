# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Figures of the MLPerf Tiny modes: no time where there is none, no doubt about a short window."""

from __future__ import annotations

from mcugen.cli.mlperf_text import result_lines
from mcugen.device.mlperf import Inference
from mcugen.device.mlperf_run import Accuracy, FileScore, Performance
from mcugen.protocol import Identity


def identity(ticks_per_second: int | None, **facts: str) -> Identity:
    return Identity(1, 512, ticks_per_second, 640, 640, {"mlperf_id": "ad01", **facts})


WINDOWS = (Inference(1000, 10_000_000, (1.0,)), Inference(1000, 8_000_000, (2.0,)))


def test_throughput_and_a_window_that_is_too_short() -> None:
    assert tuple(result_lines(Performance(WINDOWS), identity(150_000_000))) == (
        "1000 inferences in 10.000 s",
        "1000 inferences in 8.000 s: shorter than 10 s, not valid",
        "median 112.500 inferences/s",
    )


def test_instructions_are_not_time() -> None:
    text = "\n".join(result_lines(Performance(WINDOWS), identity(None, tick_unit="instructions")))
    assert "10.000 nominal s" in text and "inferences/s" not in text
    assert "no throughput: this device counts instructions, which are not times" in text


def test_accuracy_beside_what_the_benchmark_asks() -> None:
    found = Accuracy((FileScore("a.bin", "normal", 196, (9.5,)),), "AUC", 0.8614)
    assert tuple(result_lines(found, identity(None))) == (
        "ad01: 1 files, 196 windows",
        "AUC 0.8614 (the closed division asks for 0.85)",
    )
    own = tuple(result_lines(found, identity(None, mlperf_id="own")))
    assert own[1] == "AUC 0.8614"
