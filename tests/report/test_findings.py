# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What a report warns of and advises."""

from __future__ import annotations

from dataclasses import replace

from mcugen.records import MemoryRecord, Run
from mcugen.report.findings import findings, fit_lines
from tests.report.runs import clip, head, labelled_run


def run_with_arena(engine: str, used_bytes: int, given_bytes: int) -> Run:
    arena = MemoryRecord("arena", used_bytes, given_bytes, "device")
    return replace(labelled_run(), head=head(engine=engine), memories=(arena,))


def test_an_arena_too_large_comes_with_the_size_to_take() -> None:
    (advice,) = (
        text for text in findings(run_with_arena("tflm", 22_820, 49_152)) if "arena" in text
    )
    assert "uses 22,820 of the 49,152 bytes" in advice
    assert "--arena-bytes 23968" in advice  # 5 % more, in steps of 16


def test_no_advice_where_there_is_nothing_to_gain_or_to_choose() -> None:
    for run in (run_with_arena("tflm", 22_820, 23_000), run_with_arena("aot", 100, 49_152)):
        assert not any("arena" in text for text in findings(run))


def test_clips_that_do_not_fit_the_windows_are_counted() -> None:
    clips = [
        replace(clip(n, "normal", 1.0, (1,)), fit=fit)
        for n, fit in enumerate(("longer", "", "shorter", "longer"))
    ]
    assert fit_lines(clips) == (
        "2 of 4 clips are longer than the model's windows: what remains is not used.",
        "1 of 4 clips are shorter than the model's windows: padded with zeros.",
    )
