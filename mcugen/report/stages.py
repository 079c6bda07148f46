# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The front-end on the device beside the reference, as charts: where in a row each stage differs."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mcugen.records import StageRecord
from mcugen.report.chart import BOTTOM, HEIGHT, TOP, Chart, Path, Scale, log_axis, x_axis
from mcugen.report.numbers import count_text
from mcugen.report.plots import CURVES

PLACES = {
    "window": "sample of the frame",
    "spectrum": "bin",
    "mel": "filter",
    "log": "filter",
    "dct": "coefficient",
}
"""Stage -> what its values are numbered by."""
HEADER = ("stage", "unit", "largest difference", "of its largest value", "values compared")
DECADES = 12
"""What lies further below the largest value is drawn at the bottom."""


def stage_charts(stages: Sequence[StageRecord]) -> list[Chart]:
    """One for each stage whose values are known along the row."""
    return [_chart(stage) for stage in stages if any(stage.magnitudes)]


def stage_cells(stage: StageRecord) -> tuple[str, ...]:
    """In the order of HEADER."""
    part = stage.largest_difference / stage.largest_value if stage.largest_value else 0.0
    return (
        stage.stage,
        stage.unit,
        f"{stage.largest_difference:.1e}",
        f"{part:.1e}",
        count_text(stage.values),
    )


def _chart(stage: StageRecord) -> Chart:
    floor = max(stage.magnitudes) / 10**DECADES
    used = max(n for n, value in enumerate(stage.magnitudes, start=1) if value)  # zeros pad a frame
    lines = [
        [max(value, floor) for value in line[:used]]
        for line in (stage.differences, stage.magnitudes)
    ]
    x, x_ticks = x_axis(0, max(stage.count - 1, 1))
    y, y_ticks = log_axis([value for line in lines for value in line], HEIGHT - BOTTOM, TOP)
    return Chart(
        title=f"{stage.stage}: device and reference differ by {stage.largest_difference:.1e} at most",
        x_title=PLACES.get(stage.stage, "value"),
        y_title=stage.unit,
        x_ticks=x_ticks,
        y_ticks=y_ticks,
        paths=tuple(
            Path(_points(line, x, y, stage.count / len(stage.magnitudes)), tone)
            for line, tone in zip(lines, CURVES, strict=False)
        ),
        legend=tuple(
            zip(CURVES, ("largest difference", "largest value of the reference"), strict=False)
        ),
    )


def _points(line: Sequence[float], x: Scale, y: Scale, step: float) -> str:
    """Each stretch of `step` values in its middle."""
    return " ".join(
        f"{x((number + 0.5) * step - 0.5)},{y(math.log10(value))}"
        for number, value in enumerate(line)
    )
