# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Every kind of page that mcugen writes, in a browser: on a desk and on a phone, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mcugen.evaluation.detection import Evaluation, judge_step
from mcugen.records import Decoded, EnergyRecord, LayerRecord, Run, StageRecord
from mcugen.report.evaluation import write_evaluation
from mcugen.report.files import write_picture, write_report
from tests.browser import Page, browser
from tests.cli.calls import call
from tests.evaluation.test_detection import clip as scored
from tests.report.runs import clip, head, labelled_run
from tests.report.test_configurations import GOOD, board_run
from tests.schemas import written_as
from tests.tflite_writer import fully_connected

WIDTHS = (1280, 390)
SCHEMES = ("light", "dark")
CARD = {"light": "rgb(255, 255, 255)", "dark": "rgb(28, 34, 43)"}
LONG = "functional_1/activation_1/Relu;functional_1/batch_normalization_1/FusedBatchNormV3" * 3

WIDER = """(width => { const wide = [];
for (const one of document.querySelectorAll("body *")) {
  if (one.getBoundingClientRect().right > width + 1 && !one.closest(".scroll, figure"))
    wide.push(one.tagName + "." + one.className);
}
if (document.documentElement.scrollWidth > width) wide.push("page");
return wide; })"""
CHARTS = """[...document.querySelectorAll("figure svg[role=img]")].map(svg => ({
  title: svg.getAttribute("aria-label"),
  height: svg.getBoundingClientRect().height,
  text: Math.min(...[...svg.querySelectorAll("text")].filter(word => word.textContent)
    .map(word => word.getBoundingClientRect().height)),
  marks: [...svg.querySelectorAll("rect.bar, circle, polyline")].filter(mark => {
    const box = mark.getBoundingClientRect(), style = getComputedStyle(mark);
    return box.width + box.height > 0 && (style.fill !== "none" || style.stroke !== "none");
  }).length }))"""
SCROLLS = """[...document.querySelectorAll(".scroll, figure")]
  .filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.getAttribute("data-test"))"""
NUMBERED = """document.querySelectorAll(".scroll, figure")
  .forEach((one, number) => one.setAttribute("data-test", number))"""
FOCUSED = 'document.activeElement.getAttribute("data-test")'


def audio_run() -> Run:
    """Clips, layers with long names and a clock, so that every section is there."""
    run = labelled_run()
    cycles = replace(
        run.head, tick_unit="cycles", ticks_per_second=150_000_000, row_s=0.032, stride_rows=1
    )
    layers = tuple(
        LayerRecord(number, "DEPTHWISE_CONV_2D", LONG, "cycles", 10, t, t, t, 1000 * number)
        for number, t in enumerate((9_000.0, 1.0, 52_000.0, 230_000.0))
    )
    along = tuple(1.5 ** -abs(number - 20) for number in range(64))
    stages = tuple(
        StageRecord(
            name, "power", 513, 4104, 1e-7, 1.0, tuple(1e-7 * each for each in along), along
        )
        for name in ("window", "spectrum", "mel", "log")
    )
    energy = EnergyRecord("inference", 540, 31.8e-6, 0.0123, 0.004, "Joulescope")
    return replace(run, head=cycles, layers=layers, stages=stages, energies=(energy,))


def classifier_run() -> Run:
    """Six clips of three classes, one of them wrong."""
    names = ("yes", "no", "background noise")
    clips = tuple(
        replace(
            clip(number, names[number % 3], 0.0, (1000, 1010)),
            score=None,
            reference_score=None,
            window_scores=(),
            decoded=(Decoded(names[(number + number // 5) % 3], 0.875),),
        )
        for number in range(6)
    )
    return Run(head(score="none", threshold=None, classes=names), clips)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Kind of page -> a file of it."""
    out = tmp_path_factory.mktemp("pages")
    box = Decoded("person", 0.75, (0.1, 0.2, 0.6, 0.8))
    pixels = np.random.default_rng(1).integers(0, 256, (32, 48, 3)).astype(np.uint8)
    write_picture(pixels, (box,), Path("street.png"), out / "pictures")
    one_clip = replace(labelled_run(1), clips=labelled_run(1).clips[:1])
    runs = {
        "sounds": audio_run(),
        "one clip": one_clip,
        "classes": classifier_run(),
        "linux": board_run(GOOD),
        "pictures": one_clip,
    }
    found = {name: write_report(run, out / name) for name, run in runs.items()}
    random = np.random.default_rng(3)
    scores = [
        scored(label, float(random.normal(9 if label == "normal" else 11)))
        for label in ("normal", "anomaly") * 30
    ]
    steps = tuple(judge_step(name, scores, resamples=50, seed=0) for name in ("float", "int8"))
    result = Evaluation("model.tflite", "data", steps, 10.0, 0.01)
    return found | {"detection": write_evaluation(result, out / "detection")}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def look_at(page: Page, path: Path, name: str) -> int:
    """Checks a page at every width and in every scheme; returns its number of charts."""
    charts: list[dict[str, float]] = []
    for width in WIDTHS:
        for scheme in SCHEMES:
            page.open(path, width, scheme)
            where = f"{name}, {width} pixels, {scheme}"
            assert page.said == [], where
            assert page.run(f"{WIDER}({width})") == [], where
            charts = page.run(CHARTS)
            for chart in charts:
                assert chart["marks"] >= 1 and chart["height"] > 50, (where, chart)
                assert chart["text"] >= 8, (where, chart)  # pixels: what one can read
            card = 'getComputedStyle(document.querySelector(".card")).backgroundColor'
            assert page.run(card) == CARD[scheme], where
    page.run(NUMBERED)
    wanted, reached = set(page.run(SCROLLS)), set[str]()
    for _ in range(60):
        page.press_tab()
        reached.add(page.run(FOCUSED))
    assert wanted <= reached, f"{name}: not reached by keyboard: {wanted - reached}"
    return len(charts)


CHARTS_OF = {"sounds": 10, "one clip": 3, "classes": 1, "linux": 0, "pictures": 3, "detection": 2}


@pytest.mark.parametrize("name", CHARTS_OF)
def test_a_page_fits_every_screen(name: str, pages: dict[str, Path], page: Page) -> None:
    assert look_at(page, pages[name], name) == CHARTS_OF[name]


def test_the_page_of_a_classifiers_evaluation(
    page: Page, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    weights = np.eye(3, 4, dtype=np.int8) * 100
    model = tmp_path / "model.tflite"
    model.write_bytes(fully_connected(weights, output_quant=(0.5, 0)))
    np.save(tmp_path / "x_test.npy", np.eye(3, 4, dtype=np.float32) * 3)
    np.save(tmp_path / "y_test.npy", np.array(["yes", "on", "no"]))
    answer = call(capfd, "evaluate", model, tmp_path, "--out", tmp_path / "out", "--json")
    assert answer.status == 0, answer.err
    written_as("classification", answer.out)
    assert look_at(page, tmp_path / "out" / "evaluation.html", "classification") >= 1


def test_what_is_too_wide_is_found(page: Page, tmp_path: Path) -> None:
    bad = tmp_path / "bad.html"
    bad.write_text(
        '<meta name="viewport" content="width=device-width"><p style="width:600px">x</p>'
        "<script>console.error('no')</script>"
    )
    page.open(bad, 390, "light")
    assert page.run(f"{WIDER}(390)") and "no" in " ".join(page.said)
