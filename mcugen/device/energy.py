# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Energy of inferences and clips: what a recording has above idle while the device works.

Host and instrument need not agree about time to less than MARGIN_S: idle power is measured before the
work and taken off, so it does not matter where exactly the work begins and ends in the recording. What
idle costs during an inference is known from the device's ticks, and kept apart.

Samples, from which a comparison knows how uncertain the energy is, are those of each clip or pulse; of a
burst, of PARTS of its inside, each less a part of the idle time.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from statistics import fmean

import numpy as np

from mcugen.device.client import Client
from mcugen.device.measure import repeat_inference
from mcugen.device.stream import stream_whole
from mcugen.energy.instruments import Instrument
from mcugen.energy.trace import Trace
from mcugen.errors import DataError
from mcugen.records import CLIP, INFERENCE, EnergyRecord
from mcugen.samples.stimulus import Stimulus

IDLE_S = 1.0
BURST_S = 2.0  # of inferences: many more than the margins
MARGIN_S = 0.2
MOST_INFERENCES = 100_000
PARTS = 20


@dataclass(frozen=True, slots=True)
class Bench:
    """A device whose supply the instrument records, and the time that both share."""

    client: Client
    instrument: Instrument
    ticks_per_second: int | None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def inference_energy(bench: Bench) -> EnergyRecord:
    """Energy of one inference on the last window, from as many as take BURST_S."""
    bench.client.infer(0, 1)
    count = math.ceil(BURST_S / max(bench.client.took_s, 1e-6))
    count = min(max(count, 1), MOST_INFERENCES)
    ticks: tuple[int, ...] = ()

    def work() -> None:
        nonlocal ticks
        ticks = repeat_inference(bench.client, warmup=0, repeats=count)

    found = _above_idle(bench, work)
    rate = bench.ticks_per_second
    return EnergyRecord(
        INFERENCE,
        count,
        joules=found.joules / count,
        idle_watts=found.idle_watts,
        seconds=sum(ticks) / rate / count if rate else found.seconds / count,
        source=bench.instrument.name,
        samples=tuple(watts * found.seconds / count for watts in found.parts_watts),
    )


def clip_energy(bench: Bench, stimuli: tuple[Stimulus, ...]) -> EnergyRecord:
    """Mean energy of a clip, from the first byte that is sent to the last answer: front-end, inferences
    and the port."""
    found = [_above_idle(bench, partial(stream_whole, bench.client, it)) for it in stimuli]
    return EnergyRecord(
        CLIP,
        len(found),
        joules=fmean(it.joules for it in found),
        idle_watts=fmean(it.idle_watts for it in found),
        seconds=fmean(it.seconds for it in found),
        source=bench.instrument.name,
        samples=tuple(it.joules for it in found),
    )


@dataclass(frozen=True, slots=True)
class _Work:
    """What the device took while it worked for so many seconds: above idle, and idle apart."""

    joules: float
    idle_watts: float
    seconds: float
    parts_watts: tuple[float, ...]  # above idle, in parts of its inside


def _above_idle(bench: Bench, work: Callable[[], object]) -> _Work:
    """What the device takes for what `work` makes it do."""
    bench.instrument.start()
    began = bench.clock()
    bench.sleep(IDLE_S)
    start = bench.clock()
    work()
    end = bench.clock()
    bench.sleep(2 * MARGIN_S)
    trace = bench.instrument.stop()
    idle_watts = trace.mean_watts(began + MARGIN_S, start - MARGIN_S)
    first, last = start - MARGIN_S, end + MARGIN_S
    joules = trace.joules(first, last) - idle_watts * (last - first)
    idle = _parts(trace, began + MARGIN_S, start - MARGIN_S)
    busy = _parts(trace, start + MARGIN_S, end - MARGIN_S)
    apart = tuple(x - y for x, y in zip(busy, idle, strict=False))
    return _Work(joules, idle_watts, end - start, apart)


def _parts(trace: Trace, start_s: float, end_s: float) -> list[float]:
    """Mean power in each of PARTS; none of a time that has no inside."""
    if end_s <= start_s:
        return []
    edges = np.linspace(start_s, end_s, PARTS + 1).tolist()
    return [trace.mean_watts(*between) for between in pairwise(edges)]


def recorded_energy(trace: Trace, name: str) -> EnergyRecord:
    """The energy of each inference in a recording whose mark is set while one runs (mcugen_port_mark).

    DataError without such a mark.
    """
    marked = trace.marked
    if not marked:
        raise DataError(
            f"{name} marks no inference",
            hint="its column mark is 1 while the pin of mcugen_port_mark is high: docs/energy.md",
        )
    first, behind = np.array(marked).T
    lengths_s = trace.times_s[behind] - trace.times_s[first]
    taken = trace.held_joules[behind] - trace.held_joules[first]
    rest_s = float(trace.times_s[-1] - trace.times_s[0] - lengths_s.sum())
    rest_j = float(trace.held_joules[-1] - taken.sum())
    idle_watts = rest_j / rest_s if rest_s > 0 else 0.0
    above = (taken - idle_watts * lengths_s).tolist()
    return EnergyRecord(
        INFERENCE,
        len(marked),
        joules=fmean(above),
        idle_watts=idle_watts,
        seconds=float(lengths_s.mean()),
        source=name,
        samples=tuple(above),
    )
