# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What a stream costs: means of rows that cost very different amounts, and the part of the core."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mcugen.records import Run
from mcugen.report.files import summary
from mcugen.report.load import front_end_per_window, headroom_text, load_lines, load_of
from mcugen.report.text import figure_lines
from tests.report.runs import clip, head

ROWS = (3_650,) * 48 + (1_420_000,)
"""An MFCC front-end: its last row divides the whole clip by its largest sample."""


def kws_run(**changes: object) -> Run:
    """Two clips of one second: 49 rows of 20 ms, one inference each."""
    facts = {"row_s": 0.02, "stride_rows": 49, "front_end": "mfcc", "threshold": None}
    one = replace(clip(1, None, 1.0, (2_000_000,)), row_ticks=ROWS)
    two = replace(clip(2, None, 1.0, (2_100_000,)), row_ticks=ROWS)
    return Run(head(**(facts | changes)), (one, two))


def test_the_mean_of_the_rows_counts() -> None:
    per_window = front_end_per_window(kws_run())
    assert per_window == pytest.approx(sum(ROWS))
    load = load_of(kws_run())
    assert load is not None and load.hop_s == pytest.approx(0.98)
    assert load.per_second(load.per_window) == pytest.approx((sum(ROWS) + 2_050_000) / 0.98)
    assert load.burst == 1_420_000 + 2_100_000
    assert load.share is None and load.burst_s is None


def test_cycles_are_a_part_of_the_core() -> None:
    run = kws_run(tick_unit="cycles", ticks_per_second=150_000_000)
    load = load_of(run)
    assert load is not None and load.share is not None
    busy_s = (sum(ROWS) + 2_050_000) / 150e6
    assert load.share == pytest.approx(busy_s / 0.98)
    assert f"uses {load.share * 100:.2f} % of the core" in load_lines(run)[-1]
    assert headroom_text(1 / 2214) == "2,214 times real time"
    assert headroom_text(1 / 2.5) == "2.5 times real time"
    assert summary(run)["load"]["share"] == load.share


def test_a_device_that_does_not_keep_up_is_called_so() -> None:
    lines = load_lines(kws_run(tick_unit="cycles", ticks_per_second=1_000_000))
    assert "it does not keep up" in lines[-1]


def test_instructions_are_no_time() -> None:
    lines = load_lines(kws_run())
    assert "instructions per second of audio" in lines[-1]
    assert "core" not in lines[-1] and " ms" not in " ".join(lines)
    assert set(lines) <= set(figure_lines(kws_run()))


def test_without_audio_there_is_no_load() -> None:
    picture = kws_run(row_s=None)
    assert load_of(picture) is None
    assert load_lines(picture) == ("front-end per window: 1,595,200 instructions",)


def test_pushed_features_have_no_front_end() -> None:
    run = kws_run()
    pushed = replace(run, clips=tuple(replace(one, row_ticks=()) for one in run.clips))
    load = load_of(pushed)
    assert load is not None and load.front_end_per_window is None
    assert "real time, inference only: " in load_lines(pushed)[-1]
