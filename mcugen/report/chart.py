# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A chart as geometry in SVG user units: marks, lines, axes. templates/chart.html.j2 draws it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mcugen.codegen.render import render
from mcugen.report.numbers import count_text

WIDTH, WIDE, HEIGHT = 560.0, 1120.0, 280.0
LEFT, RIGHT, TOP, BOTTOM = 60.0, 30.0, 14.0, 42.0
MOST_POWERS = 6
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
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
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Path:
    """A line, or an area when the tone's CSS class fills it."""

    points: str
    tone: str


@dataclass(frozen=True, slots=True)
class Word:
    """Text in a chart, centred on x; y is its base line."""

    x: float
    y: float
    text: str
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
    words: tuple[Word, ...] = ()
    legend: tuple[tuple[str, str], ...] = ()
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM
    has_grid: bool = True  # a line across the chart at every tick of y

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


def padded(values: Sequence[float]) -> tuple[float, float]:
    """Range of the values, widened where they are so near that a chart would show only rounding."""
    low, high = min(values), max(values)
    if high - low <= LEAST_SPAN * max(abs(low), abs(high)):
        slack = max(abs(low), abs(high)) * LEAST_SPAN or 1.0
        return low - slack, high + slack
    return low, high


def axis(low: float, high: float, start: float, end: float) -> tuple[Scale, tuple[Tick, ...]]:
    """A scale over nice ticks, and the ticks with as many decimals as their step needs."""
    values = nice_ticks(low, high)
    step = values[1] - values[0]
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    scale = Scale(values[0], values[-1], start, end)
    texts = (count_text(v) if decimals == 0 else f"{v:.{decimals}f}" for v in values)
    return scale, tuple(Tick(scale(v), text) for v, text in zip(values, texts, strict=True))


def x_axis(low: float, high: float) -> tuple[Scale, tuple[Tick, ...]]:
    return axis(low, high, LEFT, WIDTH - RIGHT)


def y_axis(low: float, high: float) -> tuple[Scale, tuple[Tick, ...]]:
    return axis(low, high, HEIGHT - BOTTOM, TOP)


def log_axis(values: Sequence[float], start: float, end: float) -> tuple[Scale, tuple[Tick, ...]]:
    """A scale of the base 10 logarithm that covers positive values, and a tick per power of ten, or per
    several where there are many."""
    logs = [math.log10(value) for value in values]
    low, high = math.floor(min(logs)), math.ceil(max(logs))
    scale = Scale(low, max(high, low + 1), start, end)
    powers = range(low, int(scale.high) + 1, math.ceil((scale.high - low) / MOST_POWERS))
    return scale, tuple(Tick(scale(power), _power_text(power)) for power in powers)


def _power_text(power: int) -> str:
    """`0.1`, `10⁻⁵`."""
    return f"{10.0**power:g}" if -3 < power < 4 else "10" + str(power).translate(SUPERSCRIPT)


def svg(chart: Chart) -> bytes:
    """The chart as a file of its own."""
    return render("chart.svg.j2", {"chart": chart})
