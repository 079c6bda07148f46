# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The page of a run: well formed, self-contained, with the figures of the records in it."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from mcugen.records import ClipRecord, Run
from mcugen.report.anchors import ANCHORS
from mcugen.report.html import report_html
from tests.report.runs import clip, head, labelled_run, linux_latency

VOID = {"meta", "br", "link", "img"}


class Page(HTMLParser):
    """Checks that tags nest, collects texts and everything that could load something."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []
        self.references: list[str] = []
        self.tags: set[str] = set()
        self.feed(content.decode())
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.references += [f"{k}={v}" for k, v in attrs if k in ("src", "href", "xlink:href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.texts.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.texts))


def page_of(run: Run) -> Page:
    return Page(report_html(run))


def test_page_is_self_contained() -> None:
    content = report_html(labelled_run())
    page = Page(content)
    assert page.references == []
    assert not page.tags & {"script", "link", "img", "iframe"}
    assert b"url(" not in content and b"@import" not in content and b"http" not in content


def test_figures_of_the_run_are_on_the_page() -> None:
    run = labelled_run()
    text = page_of(run).text
    for words in (
        "ad01_int8 on mps2-an505",
        "double rounding",
        run.head.model_sha256,
        "5f" * 32,
        "arm-none-eabi-gcc 12.2.1",
        "280.6 KiB",  # flash
        "512 KiB",
        "1,416 B",
        "An emulator counted instructions",
        "AUC",
    ):
        assert words in text, words
    first = run.clips[0]
    assert Path(first.clip).name in text and f"{first.score:.4f}" in text
    assert f"{first.reference_score:.4f}" in text


def test_emulated_runs_show_no_time() -> None:
    text = page_of(labelled_run()).text
    own, published = text.split("Published figures")
    assert "as time" not in own
    assert not re.search(r"\d (ms|µs|ns)\b", own)
    assert "5.605 ms" in published


def test_cycles_are_shown_as_time_where_the_clock_is_known() -> None:
    run = labelled_run()
    cycles = tuple(replace(x, unit="cycles") for x in run.latencies)
    board = replace(
        run, head=head(tick_unit="cycles", ticks_per_second=150_000_000), latencies=cycles
    )
    text = page_of(board).text
    assert "1.85 ms" in text and "150 MHz" in text and "An emulator" not in text


def test_published_figures_only_for_the_very_model() -> None:
    assert "Bosch HALE" in page_of(labelled_run()).text
    other = replace(labelled_run(), head=head(model_sha256="00" * 32))
    assert "Bosch HALE" not in page_of(other).text


def test_published_figures_are_their_own_products() -> None:
    """Kilocycles are milliseconds times the clock, as far as milliseconds are given."""
    assert len(ANCHORS) == 4
    for anchor in (a for anchors in ANCHORS.values() for a in anchors if a.kilocycles):
        assert anchor.clock_mhz is not None
        assert anchor.kilocycles == pytest.approx(anchor.clock_mhz * anchor.milliseconds, rel=2e-3)


def test_every_latency_record_gets_its_row() -> None:
    run = Run(
        head=head(board="imx93", tick_unit="nanoseconds", engine="benchmark_model"),
        latencies=(
            linux_latency("CPU, 1 thread", "cpu", 152_000.0),
            linux_latency("NPU", "ethos-u65", 143_000.0),
        ),
    )
    text = page_of(run).text
    for words in (
        "CPU, 1 thread",
        "ethos-u65",
        "libethosu_delegate.so",
        "143 µs",
        "init: 3.25 ms",
        "NPU: 3 of 10 operators ran on the CPU",
        "0.143 ms",
        "this run, mean: 143,000 nanoseconds",
    ):
        assert words in text, words


def test_unlabelled_run_says_why_there_is_no_auc() -> None:
    run = labelled_run()
    plain = replace(run, clips=tuple(replace(c, label=None) for c in run.clips))
    text = page_of(plain).text
    assert "AUC is not computed" in text and "operating characteristic" not in text


def test_run_without_scores_shows_outputs() -> None:
    record = ClipRecord(
        "a.npy", "0" * 64, None, 3, None, None, inference_ticks=(5, 5, 5),
        outputs_compared=30, outputs_different=2,
    )  # fmt: skip
    text = page_of(Run(head(score="none", threshold=None, input="int8"), (record,))).text
    assert "2 of 30 output values differ from tflite-micro" in text and "28 / 30" in text


@pytest.mark.parametrize(
    ("input_name", "different", "largest", "is_warned"),
    [
        ("pcm", 0, 0, False),
        ("pcm", 10, 1, False),  # a thousandth, by one step: float32 against float64
        ("pcm", 11, 1, True),
        ("pcm", 1, 2, True),
        ("features", 1, 1, True),
    ],
)
def test_features_that_differ_more_than_float32_explains_are_a_warning(
    input_name: str, different: int, largest: int, is_warned: bool
) -> None:
    checked = replace(
        clip(1, None, 1.0, (1, 2)),
        features_compared=10_000,
        features_different=different,
        features_largest_difference=largest,
        outputs_compared=10_000,
        outputs_different=0,
    )
    text = page_of(Run(head(input=input_name), (checked,))).text
    pc = "the front-end on this PC"
    words = f"{different} of 10,000 quantised features differ from {pc}, by {largest} at most"
    assert (words in text) == is_warned


def test_disagreement_is_a_warning() -> None:
    bad = replace(clip(1, None, 11.0, (1, 2)), reference_score=10.9)
    text = page_of(Run(head(), (bad, clip(2, None, 11.0, (1, 2))))).text
    assert "scores of 1 clips differ by more than 0.1%, by +1.0e-01 at most" in text


def test_equal_samples_need_no_chart() -> None:
    run = Run(head(), (clip(1, None, 1.0, (7, 7, 7)),), labelled_run().latencies)
    assert "all 3 samples are 7 instructions" in page_of(run).text


@pytest.mark.parametrize("count", [0, 1, 2, 300])
def test_any_number_of_clips(count: int) -> None:
    clips = tuple(clip(i, None, 1.0 + i / 7, (5, 6)) for i in range(count))
    assert page_of(Run(head(), clips)).text


def test_names_are_escaped() -> None:
    evil = replace(clip(1, None, 1.0, (1, 2)), clip='<script>alert("x")<b>.wav')
    page = page_of(Run(head(model="<b>"), (evil,)))
    assert "script" not in page.tags and '<script>alert("x")<b>.wav' in page.text
