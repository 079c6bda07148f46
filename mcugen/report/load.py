# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a device keeps up with its microphone: what rows and inferences cost per second of audio.

The cost of a row is a mean: a front-end may do most of its work in few rows (MFCC of a whole clip), so
that the median says nothing about what the device has to do.
"""

from __future__ import annotations

from dataclasses import dataclass

from mcugen.records import Run
from mcugen.report.numbers import count_text, percent_text, samples, seconds_of, time_text


@dataclass(frozen=True, slots=True)
class Load:
    """Costs of a stream in ticks of `unit`; None for the front-end where it did not run on the device.

    A window is what one inference looks at; one begins every hop of `hop_s` seconds. `share` is the part
    of the core's time, None where a tick is not a time. `burst` is the longest time without a pause: the
    costliest row and the costliest inference behind it.
    """

    unit: str
    hop_s: float
    front_end_per_window: float | None
    inference_per_window: float
    burst: int
    share: float | None
    burst_s: float | None

    @property
    def per_window(self) -> float:
        """Ticks of a hop: its rows and its inference."""
        return (self.front_end_per_window or 0.0) + self.inference_per_window

    def per_second(self, per_window: float) -> float:
        """Ticks per second of audio."""
        return per_window / self.hop_s


def front_end_per_window(run: Run) -> float | None:
    """Mean ticks of the rows that one window adds; None where rows were not measured."""
    rows = samples(run, "row_ticks")
    if not rows or run.head.stride_rows is None:
        return None
    return sum(rows) / len(rows) * run.head.stride_rows


def load_of(run: Run) -> Load | None:
    """The load of a run; None without an audio front-end or without inferences."""
    head = run.head
    inferences = samples(run, "inference_ticks")
    if not inferences or not head.row_s or not head.stride_rows:
        return None
    hop_s = head.row_s * head.stride_rows
    front_end = front_end_per_window(run)
    inference = sum(inferences) / len(inferences)
    burst = max(samples(run, "row_ticks"), default=0) + max(inferences)
    busy_s = seconds_of((front_end or 0.0) + inference, head.tick_unit, head.ticks_per_second)
    return Load(
        unit=head.tick_unit,
        hop_s=hop_s,
        front_end_per_window=front_end,
        inference_per_window=inference,
        burst=burst,
        share=None if busy_s is None else busy_s / hop_s,
        burst_s=seconds_of(burst, head.tick_unit, head.ticks_per_second),
    )


def load_lines(run: Run) -> tuple[str, ...]:
    """What a stream costs, in words: per window, per second of audio, and of the core's time."""
    front_end, load = front_end_per_window(run), load_of(run)
    unit, rate = run.head.tick_unit, run.head.ticks_per_second
    if load is None:
        return (
            () if front_end is None else (f"front-end per window: {_cost(front_end, unit, rate)}",)
        )
    parts = [("inference", load.inference_per_window)]
    if front_end is not None:
        parts.insert(0, ("front-end", front_end))
    lines = [
        f"{name} per window: {_cost(ticks, unit, rate)}; per second of audio: "
        f"{_cost(load.per_second(ticks), unit, rate)}"
        for name, ticks in parts
    ]
    return (*lines, load_line(load, rate))


def load_line(load: Load, rate: int | None) -> str:
    """The load in one line."""
    without = "" if load.front_end_per_window is not None else ", inference only"
    if load.share is None:
        return (
            f"real time{without}: {_cost(load.per_second(load.per_window), load.unit, rate)} per second "
            f"of audio; longest burst {_cost(load.burst, load.unit, rate)}"
        )
    burst = time_text(load.burst, load.unit, rate)
    hop = time_text(load.hop_s * 1e9, "nanoseconds", None)
    return (
        f"real time{without}: uses {percent_text(load.share, 2)} of the core, {headroom_text(load.share)}; "
        f"longest burst {burst}, a window begins every {hop}"
    )


def headroom_text(share: float) -> str:
    """How many times faster than the microphone, or that it cannot keep up."""
    if share > 1:
        return "it does not keep up"
    factor = 1 / share
    return f"{factor:,.0f} times real time" if factor >= 100 else f"{factor:.3g} times real time"


def _cost(ticks: float, unit: str, rate: int | None) -> str:
    time = time_text(ticks, unit, rate)
    return f"{count_text(round(ticks))} {unit}" + (f" = {time}" if time else "")
