# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Scores, costs, losses and predictions -> charts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mcugen.records import ClipRecord, percentile
from mcugen.report.chart import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDE,
    WIDTH,
    Chart,
    Mark,
    Path,
    Scale,
    Tick,
    Word,
    axis,
    log_axis,
    nice_ticks,
    padded,
    x_axis,
    y_axis,
)
from mcugen.report.layers import LayerProfile
from mcugen.report.numbers import count_text, score_text
from mcugen.scoring.labels import ANOMALY, NORMAL
from mcugen.scoring.roc import MAX_FPR

BINS = 24
TAIL = 0.5  # a tail starts where samples lie this part of the 99 % range above it


def tone_of(label: str | None) -> str:
    """The CSS class of a label: the two of anomaly detection have their own."""
    return label if label in (NORMAL, ANOMALY) else "plain"


def score_chart(clips: Sequence[ClipRecord], threshold: float | None) -> Chart | None:
    """Every scored clip by rank, device as a dot, reference as a ring; None for fewer than two."""
    scored = sorted((c for c in clips if c.score is not None), key=lambda c: c.score or 0.0)
    if len(scored) < 2:
        return None
    known = [s for c in scored for s in (c.score, c.reference_score) if s is not None]
    y, y_ticks = y_axis(*padded([*known, *([threshold] if threshold is not None else [])]))
    x = Scale(0, len(scored) + 1, LEFT, WIDE - RIGHT)
    radius = 4.0 if len(scored) <= 60 else 2.5
    dots = []
    for rank, clip in enumerate(scored, start=1):
        assert clip.score is not None
        title = f"{clip.clip}: device {score_text(clip.score)}"
        if clip.reference_score is not None:
            title += f", reference {score_text(clip.reference_score)}"
            ring = radius + 2.5
            dots.append(Mark(x(rank), y(clip.reference_score), ring, ring, "ring", title))
        dots.append(Mark(x(rank), y(clip.score), radius, radius, tone_of(clip.label), title))
    return Chart(
        title="Score of each clip, device and reference",
        x_title="clips, by score",
        y_title="score",
        x_ticks=tuple(Tick(x(place), str(place)) for place in (1, len(scored))),
        y_ticks=y_ticks,
        dots=tuple(dots),
        paths=_level(threshold, lambda t: f"{LEFT},{y(t)} {WIDE - RIGHT},{y(t)}"),
        width=WIDE,
        legend=(
            *_label_legend(c.label for c in scored),
            ("ring", "reference"),
            *_threshold_legend(threshold),
        ),
    )


def window_chart(clip: ClipRecord, threshold: float | None) -> Chart | None:
    """The score of each window of one clip, in the order of time; None for fewer than two."""
    scores = clip.window_scores
    if len(scores) < 2:
        return None
    x = Scale(0, len(scores) - 1, LEFT, WIDE - RIGHT)
    y, y_ticks = y_axis(*padded([*scores, *([threshold] if threshold is not None else [])]))
    line = Path(" ".join(f"{x(i)},{y(score)}" for i, score in enumerate(scores)), "curve")
    places = nice_ticks(0, len(scores) - 1, 10)
    return Chart(
        title=f"Score of each window of {clip.clip}",
        x_title="window",
        y_title="score",
        x_ticks=tuple(Tick(x(i), f"{i:.0f}") for i in places if i < len(scores) and i == int(i)),
        y_ticks=y_ticks,
        paths=(line, *_level(threshold, lambda t: f"{LEFT},{y(t)} {WIDE - RIGHT},{y(t)}")),
        width=WIDE,
        legend=(("curve", "device"), *_threshold_legend(threshold)),
    )


Scored = Sequence[tuple[str | None, float]]
"""Label and score of clips."""


def score_histogram(
    scored: Scored, threshold: float | None, title: str = "Distribution of scores"
) -> Chart | None:
    """How many clips have which score, labels stacked; None for fewer than two scores."""
    if len(scored) < 2:
        return None
    edges = [score for _, score in scored] + ([threshold] if threshold is not None else [])
    x, x_ticks = x_axis(*padded(edges))
    groups = [
        (tone, [score for label, score in scored if tone_of(label) == tone])
        for tone in (NORMAL, ANOMALY, "plain")
    ]
    bars, y_ticks = _stacked_bars(groups, x, "clips")
    return Chart(
        title=title,
        x_title="score",
        y_title="clips",
        x_ticks=x_ticks,
        y_ticks=y_ticks,
        bars=bars,
        paths=_level(threshold, lambda t: f"{x(t)},{TOP} {x(t)},{HEIGHT - BOTTOM}"),
        legend=(*_label_legend(label for label, _ in scored), *_threshold_legend(threshold)),
    )


def cost_histogram(samples: Sequence[float], title: str, unit: str) -> Chart | None:
    """How often each cost was measured; None where all are equal.

    A long tail (an interrupt, another process) is left out and counted in the title.
    """
    if len(samples) < 2 or min(samples) == max(samples):
        return None
    ordered = sorted(samples)
    bulk = percentile(ordered, 99)
    limit = bulk + TAIL * (bulk - ordered[0])
    shown = [sample for sample in ordered if sample <= limit] if bulk > ordered[0] else ordered
    if shown[0] == shown[-1]:
        shown = ordered  # only the tail differs
    if len(shown) < len(ordered):
        title += f" ({len(ordered) - len(shown)} above {count_text(round(limit))} not drawn)"
    x, x_ticks = x_axis(shown[0], shown[-1])
    bars, y_ticks = _stacked_bars([("plain", shown)], x, "samples")
    return Chart(
        title=title, x_title=unit, y_title="samples", x_ticks=x_ticks, y_ticks=y_ticks, bars=bars
    )


def _stacked_bars(
    groups: Sequence[tuple[str, Sequence[float]]], x: Scale, noun: str
) -> tuple[tuple[Mark, ...], tuple[Tick, ...]]:
    """One bar per bin and group, stacked, and the ticks of the counts."""
    width = (x.high - x.low) / BINS
    counts = [_bin_counts(values, x) for _, values in groups]
    tallest = max(sum(column) for column in zip(*counts, strict=True))
    y, y_ticks = y_axis(0, max(tallest, 5))
    bars = []
    for index in range(BINS):
        floor = 0
        for (tone, _), count in zip(groups, counts, strict=True):
            if count[index] == 0:
                continue
            left, right = x.low + index * width, x.low + (index + 1) * width
            top = y(floor + count[index])
            title = f"{count[index]} {noun} from {left:.6g} to {right:.6g}"
            bars.append(
                Mark(x(left), top, x(right) - x(left) - 1, round(y(floor) - top, 2), tone, title)
            )
            floor += count[index]
    return tuple(bars), y_ticks


def _bin_counts(values: Sequence[float], x: Scale) -> list[int]:
    counts = [0] * BINS
    for value in values:
        counts[min(int((value - x.low) / (x.high - x.low) * BINS), BINS - 1)] += 1
    return counts


CURVES = ("curve", "curve second", "curve third", "curve fourth")
"""Tones of the curves in one chart."""


def roc_chart(
    curves: Mapping[str, Sequence[tuple[float, float]]],
    title: str = "Receiver operating characteristic",
) -> Chart:
    """Receiver operating characteristics by name; the part that pAUC counts is shaded."""
    x, x_ticks = x_axis(0.0, 1.0)
    y, y_ticks = y_axis(0.0, 1.0)
    partial = f"{x(0)},{y(0)} {x(0)},{y(1)} {x(MAX_FPR)},{y(1)} {x(MAX_FPR)},{y(0)}"
    tones = [CURVES[number % len(CURVES)] for number in range(len(curves))]
    lines = (" ".join(f"{x(fpr)},{y(tpr)}" for fpr, tpr in roc) for roc in curves.values())
    return Chart(
        title=title,
        x_title="false positive rate",
        y_title="true positive rate",
        x_ticks=x_ticks,
        y_ticks=y_ticks,
        paths=(
            Path(partial, "shade"),
            Path(f"{x(0)},{y(0)} {x(1)},{y(1)}", "chance"),
            *map(Path, lines, tones),
        ),
        legend=(
            *zip(tones, curves, strict=True),
            ("chance", "chance"),
            ("shade", "counted by pAUC"),
        ),
    )


CELL = 30.0
WIDE_CLASSES = 8


def confusion_chart(cells: NDArray[np.int64], names: Sequence[str], title: str) -> Chart:
    """Counts [true, predicted]; the shade of a cell is its share of the true class."""
    width = WIDTH if len(names) <= WIDE_CLASSES else WIDE
    bottom = TOP + CELL * len(names)
    x = Scale(0, len(names), LEFT + 60, width - RIGHT)
    y = Scale(0, len(names), TOP, bottom)
    share = cells / np.maximum(cells.sum(axis=1, keepdims=True), 1)
    bars, words = [], []
    for (row, column), count in np.ndenumerate(cells):
        part = float(share[row, column])
        what = f"{count} of class {names[row]} predicted as {names[column]}"
        cell = (x(column), y(row), x(column + 1) - x(column), CELL)
        bars.append(Mark(*cell, "cell", what, round(part, 3)))
        tone = "inverse" if part > 0.5 else "count"
        words.append(Word(x(column + 0.5), y(row + 0.5) + 4, str(count), tone))
    return Chart(
        title=title,
        x_title="predicted",
        y_title="true",
        x_ticks=tuple(Tick(x(i + 0.5), name) for i, name in enumerate(names)),
        y_ticks=tuple(Tick(y(i + 0.5), name) for i, name in enumerate(names)),
        bars=tuple(bars),
        words=tuple(words),
        width=width,
        height=bottom + BOTTOM,
        left=LEFT + 60,
        bottom=bottom,
        has_grid=False,
    )


def series_chart(values: Sequence[float], marked: Sequence[int], title: str) -> Chart:
    """One window of a series, its anomalous steps marked."""
    x, x_ticks = x_axis(0, max(len(values) - 1, 1))
    y, y_ticks = y_axis(*padded(values))
    line = Path(" ".join(f"{x(i)},{y(value)}" for i, value in enumerate(values)), "curve")
    dots = (Mark(x(i), y(values[i]), 4, 4, ANOMALY, f"step {i}: {values[i]:g}") for i in marked)
    return Chart(
        title=title,
        x_title="step",
        y_title="value",
        x_ticks=x_ticks,
        y_ticks=y_ticks,
        dots=tuple(dots),
        paths=(line,),
        legend=((ANOMALY, "anomalous step"),) if len(marked) else (),
    )


def loss_chart(training: Sequence[float], validation: Sequence[float]) -> Chart:
    """Loss per epoch on a logarithmic axis; without a validation curve when that is empty."""
    known = {name: c for name, c in (("training", training), ("validation", validation)) if c}
    floors = {name: [max(loss, 1e-12) for loss in curve] for name, curve in known.items()}
    x, x_ticks = x_axis(0, max(map(len, floors.values())))
    y, y_ticks = log_axis(
        [loss for curve in floors.values() for loss in curve], HEIGHT - BOTTOM, TOP
    )
    lines = (
        " ".join(f"{x(epoch)},{y(math.log10(loss))}" for epoch, loss in enumerate(curve, start=1))
        for curve in floors.values()
    )
    return Chart(
        title="Loss",
        x_title="epoch",
        y_title="loss",
        x_ticks=x_ticks,
        y_ticks=y_ticks,
        paths=tuple(map(Path, lines, CURVES)),
        legend=tuple(zip(CURVES, floors, strict=False)),
    )


LAYER_STEP, LAYER_BAR, LAYER_LEFT = 22.0, 14.0, 190.0


def layer_chart(costs: LayerProfile) -> Chart:
    """A bar for what each layer costs, in the order of the model."""
    bottom = TOP + LAYER_STEP * len(costs.layers)
    x, x_ticks = axis(
        0.0, max(one.record.median for one in costs.layers) or 1.0, LAYER_LEFT, WIDE - RIGHT
    )
    bars, names = [], []
    for row, one in enumerate(costs.layers):
        top = TOP + LAYER_STEP * row + (LAYER_STEP - LAYER_BAR) / 2
        length = max(round(x(one.record.median) - LAYER_LEFT, 2), 1.0)
        name, ticks, share, macs, per_tick = one.cells
        title = f"{name}: {ticks} {costs.unit}, {share}; {macs} MACs, {per_tick} per tick"
        bars.append(Mark(LAYER_LEFT, top, length, LAYER_BAR, "plain", title))
        names.append(Tick(top + LAYER_BAR / 2, name))
    return Chart(
        title=f"Cost of each layer on {costs.accelerator}",
        x_title=costs.unit,
        y_title="",
        x_ticks=x_ticks,
        y_ticks=tuple(names),
        bars=tuple(bars),
        width=WIDE,
        height=bottom + BOTTOM,
        left=LAYER_LEFT,
        bottom=bottom,
        has_grid=False,
    )


SPARK_WIDTH, SPARK_HEIGHT = 120.0, 22.0


def sparkline(values: Sequence[float]) -> str:
    """Points of a small line over the windows of one clip; empty for fewer than two windows."""
    if len(values) < 2:
        return ""
    shown = _thinned(values, int(SPARK_WIDTH))
    low, high = padded(shown)
    x = Scale(0, len(shown) - 1, 1, SPARK_WIDTH - 1)
    y = Scale(low, high, SPARK_HEIGHT - 2, 2)
    return " ".join(f"{x(i)},{y(v)}" for i, v in enumerate(shown))


def _thinned(values: Sequence[float], limit: int) -> list[float]:
    """At most `limit` values: the greatest of each stretch, so that peaks stay."""
    if len(values) <= limit:
        return list(values)
    cuts = [round(i * len(values) / limit) for i in range(limit + 1)]
    return [max(values[a:b]) for a, b in zip(cuts, cuts[1:], strict=False)]


def _level(threshold: float | None, points: Callable[[float], str]) -> tuple[Path, ...]:
    return () if threshold is None else (Path(points(threshold), "level"),)


def _label_legend(labels: Iterable[str | None]) -> tuple[tuple[str, str], ...]:
    words = {NORMAL: "normal", ANOMALY: "anomaly", "plain": "no normal or anomaly label"}
    tones = {tone_of(label) for label in labels}
    return tuple((tone, text) for tone, text in words.items() if tone in tones)


def _threshold_legend(threshold: float | None) -> tuple[tuple[str, str], ...]:
    return () if threshold is None else (("level", f"threshold {threshold:g}"),)
