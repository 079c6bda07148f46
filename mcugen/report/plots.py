# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Records -> the geometry of charts, in SVG user units; templates/report.html.j2 draws it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mcugen.records import ClipRecord, percentile
from mcugen.report.numbers import count_text, score_text
from mcugen.scoring.labels import ANOMALY, NORMAL

WIDTH, WIDE, HEIGHT = 560.0, 1120.0, 280.0
LEFT, RIGHT, TOP, BOTTOM = 60.0, 30.0, 14.0, 42.0
BINS = 24
TAIL = 0.5  # a tail starts where samples lie this part of the 99 % range above it
LEAST_SPAN = 0.01
"""Scores that differ by less than this part of their value are drawn as equal."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled position on an axis."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A dot (`width` and `height` are its radius) or a bar; `tone` is its CSS class."""

    x: float
    y: float
    width: float
    height: float
    tone: str
    title: str


@dataclass(frozen=True, slots=True)
class Path:
    """A line, or an area when the tone's CSS class fills it."""

    points: str
    tone: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything one chart shows. `legend` pairs a tone with its words."""

    title: str
    x_title: str
    y_title: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    bars: tuple[Mark, ...] = ()
    dots: tuple[Mark, ...] = ()
    paths: tuple[Path, ...] = ()
    legend: tuple[tuple[str, str], ...] = ()
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM

    @property
    def right(self) -> float:
        """Where the plotted area ends."""
        return self.width - RIGHT

    @property
    def is_wide(self) -> bool:
        """Whether the chart takes a whole row of the page."""
        return self.width > WIDTH


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps low..high linearly onto start..end."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        span = self.high - self.low
        return round(self.start + (value - self.low) / span * (self.end - self.start), 2)


def nice_ticks(low: float, high: float, wanted: int = 5) -> tuple[float, ...]:
    """Round numbers (1, 2, 5 times a power of ten) that cover low..high from outside."""
    rough = (high - low) / wanted
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(round(i * step, 12) for i in range(first, last + 1))


def _padded(values: Sequence[float]) -> tuple[float, float]:
    """Range of the values, widened where they are so near that a chart would show only rounding."""
    low, high = min(values), max(values)
    if high - low <= LEAST_SPAN * max(abs(low), abs(high)):
        slack = max(abs(low), abs(high)) * LEAST_SPAN or 1.0
        return low - slack, high + slack
    return low, high


def _axis(low: float, high: float, start: float, end: float) -> tuple[Scale, tuple[Tick, ...]]:
    """A scale over nice ticks, and the ticks with as many decimals as their step needs."""
    values = nice_ticks(low, high)
    step = values[1] - values[0]
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    scale = Scale(values[0], values[-1], start, end)
    texts = (count_text(v) if decimals == 0 else f"{v:.{decimals}f}" for v in values)
    return scale, tuple(Tick(scale(v), text) for v, text in zip(values, texts, strict=True))


def _x_axis(low: float, high: float) -> tuple[Scale, tuple[Tick, ...]]:
    return _axis(low, high, LEFT, WIDTH - RIGHT)


def _y_axis(low: float, high: float) -> tuple[Scale, tuple[Tick, ...]]:
    return _axis(low, high, HEIGHT - BOTTOM, TOP)


def tone_of(label: str | None) -> str:
    """The CSS class of a label: the two of anomaly detection have their own."""
    return label if label in (NORMAL, ANOMALY) else "plain"


def score_chart(clips: Sequence[ClipRecord], threshold: float | None) -> Chart | None:
    """Every scored clip by rank, device as a dot, reference as a ring; None for fewer than two."""
    scored = sorted((c for c in clips if c.score is not None), key=lambda c: c.score or 0.0)
    if len(scored) < 2:
        return None
    known = [s for c in scored for s in (c.score, c.reference_score) if s is not None]
    y, y_ticks = _y_axis(*_padded([*known, *([threshold] if threshold is not None else [])]))
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
        legend=(*_label_legend(scored), ("ring", "reference"), *_threshold_legend(threshold)),
    )


def window_chart(clip: ClipRecord, threshold: float | None) -> Chart | None:
    """The score of each window of one clip, in the order of time; None for fewer than two."""
    scores = clip.window_scores
    if len(scores) < 2:
        return None
    x = Scale(0, len(scores) - 1, LEFT, WIDE - RIGHT)
    y, y_ticks = _y_axis(*_padded([*scores, *([threshold] if threshold is not None else [])]))
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


def score_histogram(clips: Sequence[ClipRecord], threshold: float | None) -> Chart | None:
    """How many clips have which score, labels stacked; None for fewer than two scores."""
    scored = [c for c in clips if c.score is not None]
    values = [c.score for c in scored if c.score is not None]
    if len(values) < 2:
        return None
    edges = [*values, *([threshold] if threshold is not None else [])]
    x, x_ticks = _x_axis(*_padded(edges))
    groups = [
        (tone, [c.score for c in scored if c.score is not None and tone_of(c.label) == tone])
        for tone in (NORMAL, ANOMALY, "plain")
    ]
    bars, y_ticks = _stacked_bars(groups, x, "clips")
    return Chart(
        title="Distribution of scores",
        x_title="score",
        y_title="clips",
        x_ticks=x_ticks,
        y_ticks=y_ticks,
        bars=bars,
        paths=_level(threshold, lambda t: f"{x(t)},{TOP} {x(t)},{HEIGHT - BOTTOM}"),
        legend=(*_label_legend(scored), *_threshold_legend(threshold)),
    )


def cost_histogram(samples: Sequence[float], title: str, unit: str) -> Chart | None:
    """How often which cost was measured; None where a chart says nothing (no spread).

    A long tail (an interrupt, another process) is left out and counted in the title.
    """
    if len(samples) < 2 or min(samples) == max(samples):
        return None
    ordered = sorted(samples)
    bulk = percentile(ordered, 99)
    limit = bulk + TAIL * (bulk - ordered[0])
    shown = [sample for sample in ordered if sample <= limit] if bulk > ordered[0] else ordered
    if len(shown) < len(ordered):
        title += f" ({len(ordered) - len(shown)} above {count_text(round(limit))} not drawn)"
    x, x_ticks = _x_axis(shown[0], shown[-1])
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
    y, y_ticks = _y_axis(0, max(tallest, 5))
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


def roc_chart(roc: Sequence[tuple[float, float]]) -> Chart:
    """The receiver operating characteristic; the part that pAUC counts is shaded."""
    x, x_ticks = _x_axis(0.0, 1.0)
    y, y_ticks = _y_axis(0.0, 1.0)
    line = " ".join(f"{x(fpr)},{y(tpr)}" for fpr, tpr in roc)
    partial = f"{x(0)},{y(0)} {x(0)},{y(1)} {x(0.1)},{y(1)} {x(0.1)},{y(0)}"
    return Chart(
        title="Receiver operating characteristic",
        x_title="false positive rate",
        y_title="true positive rate",
        x_ticks=x_ticks,
        y_ticks=y_ticks,
        paths=(
            Path(partial, "shade"),
            Path(f"{x(0)},{y(0)} {x(1)},{y(1)}", "chance"),
            Path(line, "curve"),
        ),
        legend=(("curve", "device scores"), ("chance", "chance"), ("shade", "counted by pAUC")),
    )


SPARK_WIDTH, SPARK_HEIGHT = 120.0, 22.0


def sparkline(values: Sequence[float]) -> str:
    """Points of a small line over the windows of one clip; empty for fewer than two windows."""
    if len(values) < 2:
        return ""
    shown = _thinned(values, int(SPARK_WIDTH))
    low, high = _padded(shown)
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


def _label_legend(clips: Sequence[ClipRecord]) -> tuple[tuple[str, str], ...]:
    words = {NORMAL: "normal", ANOMALY: "anomaly", "plain": "device"}
    tones = {tone_of(clip.label) for clip in clips}
    return tuple((tone, text) for tone, text in words.items() if tone in tones)


def _threshold_legend(threshold: float | None) -> tuple[tuple[str, str], ...]:
    return () if threshold is None else (("level", f"threshold {threshold:g}"),)
