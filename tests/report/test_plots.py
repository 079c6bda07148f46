# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Geometry of the charts."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcugen.records import StageRecord
from mcugen.report import plots
from mcugen.report.chart import Chart, Mark, nice_ticks, svg
from mcugen.report.stages import stage_charts
from tests.report.runs import clip, labelled_run

reals = st.floats(-1e9, 1e9).filter(lambda x: x == 0 or abs(x) > 1e-6)


@given(reals, st.floats(1e-6, 1e6))
def test_ticks_are_round_and_cover_the_range(low: float, relative_span: float) -> None:
    span = relative_span * max(abs(low), 1.0)
    ticks = nice_ticks(low, low + span)
    assert ticks[0] <= low + span * 1e-6 and ticks[-1] >= low + span * (1 - 1e-6)
    assert 3 <= len(ticks) <= 9


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [(0, 1, (0, 0.2, 0.4, 0.6, 0.8, 1)), (0, 7, (0, 2, 4, 6, 8)), (9.5, 12, (9.5, 10, 10.5, 11, 11.5, 12))],
)  # fmt: skip
def test_known_ticks(low: float, high: float, ticks: tuple[float, ...]) -> None:
    assert nice_ticks(low, high) == pytest.approx(ticks)


@given(st.lists(st.floats(-1e4, 1e4), min_size=2, max_size=30), st.none() | st.floats(-1e4, 1e4))
def test_every_clip_is_inside_the_score_chart(scores: list[float], threshold: float | None) -> None:
    clips = [clip(i, "normal", score, (1,)) for i, score in enumerate(scores)]
    chart = plots.score_chart(clips, threshold)
    assert chart is not None and len(chart.dots) == 2 * len(clips)
    for dot in chart.dots:
        assert chart.left <= dot.x <= chart.right and chart.top <= dot.y <= chart.bottom


@given(st.lists(st.integers(0, 10**12), min_size=2, max_size=60))
def test_a_histogram_counts_every_sample_once(samples: list[int]) -> None:
    chart = plots.cost_histogram(samples, "cost", "cycles")
    if min(samples) == max(samples):
        assert chart is None
    else:
        assert chart is not None
        assert drawn(chart) + left_out(chart) == len(samples)


def drawn(chart: Chart) -> int:
    return sum(int(bar.title.split()[0]) for bar in chart.bars)


def left_out(chart: Chart) -> int:
    found = re.search(r"\((\d+) above", chart.title)
    return int(found[1]) if found else 0


def test_a_long_tail_does_not_squeeze_the_histogram() -> None:
    samples = [1000 + i % 50 for i in range(500)] + [90_000]
    chart = plots.cost_histogram(samples, "cost", "cycles")
    assert chart is not None and (drawn(chart), left_out(chart)) == (500, 1)
    assert chart.title.startswith("cost (1 above 1") and chart.x_ticks[-1].text == "1,050"


def test_histogram_stacks_labels() -> None:
    chart = plots.score_histogram(
        [(c.label, c.score) for c in labelled_run(200).clips if c.score], 10.75
    )
    assert chart is not None
    by_place: dict[float, list[Mark]] = {}
    for bar in chart.bars:
        by_place.setdefault(bar.x, []).append(bar)
    assert any(len(stack) == 2 for stack in by_place.values())
    for stack in by_place.values():
        assert stack[0].y + stack[0].height == pytest.approx(chart.bottom)
        for below, above in zip(stack, stack[1:], strict=False):
            assert above.y + above.height == pytest.approx(below.y, abs=0.02)


def test_no_chart_without_scores() -> None:
    assert plots.score_chart([clip(1, None, 1.0, (1,))], None) is None
    assert plots.window_chart(clip(1, None, 1.0, (1,)), None) is None
    assert plots.score_histogram([(None, 1.0)], None) is None


def test_windows_of_one_clip_are_drawn_in_order() -> None:
    one = clip(1, None, 10.0, (1,) * 196)
    chart = plots.window_chart(one, 10.75)
    assert chart is not None and [tick.text for tick in chart.x_ticks] == [
        str(n) for n in range(0, 196, 20)
    ]
    points = [tuple(map(float, p.split(","))) for p in chart.paths[0].points.split()]
    assert len(points) == 196 and points == sorted(points)
    assert all(chart.top <= y <= chart.bottom for _, y in points)


def test_rounding_alone_does_not_fill_a_chart() -> None:
    chart = plots.score_chart([clip(i, None, 11.0 + i * 1e-7, (1,)) for i in range(3)], None)
    assert chart is not None and max(d.y for d in chart.dots) - min(d.y for d in chart.dots) < 2


def test_sparkline_keeps_peaks() -> None:
    values = [0.0] * 1000
    values[501] = 9.0
    heights = [float(point.split(",")[1]) for point in plots.sparkline(values).split()]
    assert len(heights) <= plots.SPARK_WIDTH and min(heights) == 2.0
    assert plots.sparkline([1.0]) == ""


def test_a_confusion_matrix_shades_the_share_of_the_true_class() -> None:
    cells = np.array([[3, 1, 0], [0, 0, 0], [0, 2, 2]])
    chart = plots.confusion_chart(cells, ("a", "b", "c"), "int8")
    assert [bar.opacity for bar in chart.bars] == [0.75, 0.25, 0, 0, 0, 0, 0, 0.5, 0.5]
    assert [word.text for word in chart.words] == list("310000022")
    assert chart.bars[1].title == "1 of class a predicted as b"
    wide = plots.confusion_chart(np.eye(12, dtype=np.int64), [str(i) for i in range(12)], "")
    assert wide.is_wide and max(bar.x + bar.width for bar in wide.bars) <= wide.right


def test_losses_fall_by_decades_from_the_top() -> None:
    chart = plots.loss_chart([100.0, 10.0, 1.0], [50.0, 20.0, 0.0])
    training, validation = (
        [float(point.split(",")[1]) for point in path.points.split()] for path in chart.paths
    )
    assert training[1] - training[0] == pytest.approx(training[2] - training[1], abs=0.02)
    assert all(chart.top <= y <= chart.bottom for y in (*training, *validation))
    assert [words for _, words in chart.legend] == ["training", "validation"]
    assert len(plots.loss_chart([1.0], []).paths) == 1


def test_every_step_has_a_curve_of_its_own_colour() -> None:
    roc = ((0.0, 0.0), (0.5, 1.0), (1.0, 1.0))
    chart = plots.roc_chart({"float": roc, "int8": roc, "board": roc})
    assert len({path.tone for path in chart.paths}) == 2 + 3
    assert dict(chart.legend)["curve third"] == "board"


def test_a_series_marks_its_anomalous_steps_and_a_constant_one_is_drawn() -> None:
    chart = plots.series_chart([0.0, 1.0, 5.0, 1.0], [2], "x")
    assert [dot.title for dot in chart.dots] == ["step 2: 5"]
    assert len(plots.series_chart([1.0] * 5, [], "x").paths[0].points.split()) == 5


def test_a_chart_is_a_file_of_its_own() -> None:
    title = "<b>&\x1b"
    root = ElementTree.fromstring(svg(plots.loss_chart([2.0, 1.0], [])))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    named = svg(plots.series_chart([0.0, 1.0], [], title))
    assert ElementTree.fromstring(named) is not None and b"&lt;b&gt;" in named


def test_a_stage_of_one_value_has_a_chart_and_one_of_zeros_none() -> None:
    one = StageRecord("dct", "coefficient", 1, 8, 1e-6, 2.0, (1e-6,), (2.0,))
    (chart,) = stage_charts([one, replace(one, magnitudes=(0.0,)), replace(one, magnitudes=())])
    assert [len(path.points.split()) for path in chart.paths] == [1, 1]
