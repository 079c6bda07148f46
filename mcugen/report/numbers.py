# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Numbers as people read them, and what is derived from the records of a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mcugen.records import ClipRecord, EnergyRecord, LatencyRecord, Run, RunRecord
from mcugen.scoring import wake_word
from mcugen.scoring.labels import ANOMALY, NORMAL

NOT_MEASURED = "–"
DECODED_SHOWN = 3
MEAN_APART = 0.1  # part of the median by which the mean must differ to be shown beside it


def count_text(value: float | None) -> str:
    """A count or tick figure: thousands grouped, one decimal only where there is a fraction."""
    if value is None:
        return NOT_MEASURED
    digits = 0 if float(value).is_integer() or abs(value) >= 1000 else 1
    return f"{value:,.{digits}f}"


def score_text(value: float | None) -> str:
    """A score with four decimals, or the dash of what was not measured."""
    return NOT_MEASURED if value is None else f"{value:.4f}"


def percent_text(part: float, digits: int = 1) -> str:
    """`12.3 %` of a part of 1."""
    return f"{part * 100:.{digits}f} %"


def joules_text(value: float) -> str:
    """Energy with three digits, in J, mJ, µJ or nJ."""
    for factor, name in ((1, "J"), (1e3, "mJ"), (1e6, "µJ")):
        if abs(value) * factor >= 1:
            return f"{value * factor:.3g} {name}"
    return f"{value * 1e9:.3g} nJ"


def milliwatts_text(watts: float) -> str:
    """Power with three digits, in mW."""
    return f"{watts * 1e3:.3g} mW"


def with_idle(energy: EnergyRecord) -> float:
    """Joules, with what the idle device would have taken meanwhile."""
    return energy.joules + energy.idle_watts * energy.seconds


def energy_text(energy: EnergyRecord) -> str:
    """What one takes above idle and with it, and the power of the idle device."""
    return (
        f"{joules_text(energy.joules)} above idle, {joules_text(with_idle(energy))} with it; idle "
        f"{milliwatts_text(energy.idle_watts)} (mean of {count_text(energy.count)}, {energy.source})"
    )


def difference_text(value: float | None) -> str:
    """A difference between scores: `0` when exact, else two significant digits."""
    if value is None:
        return NOT_MEASURED
    return "0" if value == 0 else f"{value:+.1e}"


def decoded_text(clip: ClipRecord) -> str:
    """What the outputs mean, in a few words: `person 0.735, person 0.361`."""
    words = [f"{one.what} {one.score:.3f}" for one in clip.decoded[:DECODED_SHOWN]]
    more = len(clip.decoded) - len(words)
    return ", ".join([*words, f"{more} more"] if more else words)


def bytes_text(value: int | None) -> str:
    """Bytes below 10 KiB, else KiB or MiB with one decimal."""
    if value is None:
        return NOT_MEASURED
    for limit, unit, name in ((10 << 10, 1, "B"), (1 << 20, 1 << 10, "KiB")):
        if value < limit:
            return f"{count_text(round(value / unit, 1))} {name}"
    return f"{count_text(round(value / (1 << 20), 1))} MiB"


def seconds_of(ticks: float | None, unit: str, ticks_per_second: int | None) -> float | None:
    """The time of so many ticks; None where a tick is not a time (an emulator's instructions)."""
    rate = {"cycles": ticks_per_second, "nanoseconds": 10**9}.get(unit)
    return None if ticks is None or not rate else ticks / rate


def time_text(ticks: float | None, unit: str, ticks_per_second: int | None) -> str:
    """The time of so many ticks with three digits, empty where a tick is not a time."""
    seconds = seconds_of(ticks, unit, ticks_per_second)
    if seconds is None:
        return ""
    for factor, name in ((1, "s"), (1e3, "ms"), (1e6, "µs")):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {name}"
    return f"{seconds * 1e9:.3g} ns"


def central(latency: LatencyRecord) -> tuple[float | None, str]:
    """The figure that stands for a cost, and which it is: the median where its source gives one."""
    if latency.median is None:
        return latency.mean, "mean"
    return latency.median, "median"


def cost_text(latency: LatencyRecord, head: RunRecord) -> str:
    """Median (or mean) cost with unit and number of samples, and time where the clock is known."""
    figure, word = central(latency)
    time = time_text(figure, latency.unit, head.ticks_per_second)
    text = f"{count_text(figure)} {latency.unit}" + (f" = {time}" if time else "")
    mean = latency.mean
    apart = figure and mean and abs(mean / figure - 1) > MEAN_APART
    beside = f"; mean {count_text(mean)}" if apart else ""
    return f"{text} ({word} of {count_text(latency.count or None)}{beside})"


def difference(clip: ClipRecord) -> float | None:
    """Device score minus reference score; None when either was not made."""
    if clip.score is None or clip.reference_score is None:
        return None
    return clip.score - clip.reference_score


def largest_difference(clips: Iterable[ClipRecord]) -> float | None:
    """The difference of greatest magnitude over all clips; None when nothing was compared."""
    return max((d for clip in clips if (d := difference(clip)) is not None), key=abs, default=None)


def verdict(clip: ClipRecord, head: RunRecord) -> str:
    """`anomaly` above the threshold, `normal` otherwise; of a wake word `detected` or `not detected`; empty
    without score or threshold."""
    if head.threshold is None or clip.score is None:
        return ""
    above = clip.score > head.threshold
    if head.score == wake_word.SCORE:
        return "detected" if above else "not detected"
    return ANOMALY if above else NORMAL


def heard_s(clip: ClipRecord, head: RunRecord) -> tuple[float, ...]:
    """When a wake word was detected: seconds from the beginning of the clip."""
    if head.score != wake_word.SCORE or head.threshold is None:
        return ()
    found = wake_word.detections(clip.window_scores, head.threshold, head.refractory_windows)
    window_s = (head.row_s or 0.0) * (head.stride_rows or 0)
    return tuple((number + 1) * window_s for number in found)


def meaning_text(clip: ClipRecord, head: RunRecord) -> str:
    """What the outputs mean: classes and boxes, or when a wake word was detected."""
    times = heard_s(clip, head)
    return f"at {', '.join(f'{time:.2f}' for time in times)} s" if times else decoded_text(clip)


@dataclass(frozen=True, slots=True)
class Check:
    """Values of the device held one by one against the PC's, over all clips of a run."""

    name: str
    against: str
    compared: int
    different: int
    largest_difference: int | None  # None: only counted

    @property
    def text(self) -> str:
        """`123 of 640,000 quantised features differ from ..., by 1 at most`."""
        if self.different == 0:
            return f"all {count_text(self.compared)} {self.name} equal {self.against}"
        by = f", by {self.largest_difference} at most" if self.largest_difference else ""
        total = f"{count_text(self.compared)} {self.name}"
        return f"{count_text(self.different)} of {total} differ from {self.against}{by}"


def checks(run: Run) -> tuple[Check, ...]:
    """What the clips were checked for, value by value; empty when they were not."""
    checked = [clip for clip in run.clips if clip.outputs_compared is not None]
    if not checked:
        return ()
    features = Check(
        "quantised features",
        "the front-end on this PC",
        sum(clip.features_compared or 0 for clip in checked),
        sum(clip.features_different or 0 for clip in checked),
        max(clip.features_largest_difference or 0 for clip in checked),
    )
    outputs = Check(
        "output values",
        run.head.reference or "the reference",
        sum(clip.outputs_compared or 0 for clip in checked),
        sum(clip.outputs_different or 0 for clip in checked),
        None,
    )
    return tuple(check for check in (features, outputs) if check.compared)


def samples(run: Run, field: str) -> tuple[int, ...]:
    """All `inference_ticks` or `row_ticks` of all clips."""
    return tuple(tick for clip in run.clips for tick in getattr(clip, field))
