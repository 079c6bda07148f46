# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Energy of inferences and clips: what a recording has above idle while the device works.

Host and instrument need not agree about time to less than MARGIN_S: idle power is measured before the
work and taken off, so it does not matter where exactly the work begins and ends in the recording. What
idle costs during an inference is known from the device's ticks, and kept apart.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from mcugen.device.client import Client
from mcugen.device.measure import repeat_inference
from mcugen.device.stream import stream
from mcugen.energy.instruments import Instrument
from mcugen.energy.trace import Trace
from mcugen.errors import DataError
from mcugen.records import CLIP, INFERENCE, EnergyRecord
from mcugen.samples.stimulus import Stimulus

IDLE_S = 1.0
BURST_S = 2.0  # of inferences: many more than the margins
MARGIN_S = 0.2
MOST_INFERENCES = 100_000


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

    joules, idle_watts, lasted_s = _above_idle(bench, work)
    rate = bench.ticks_per_second
    seconds = sum(ticks) / rate / count if rate else lasted_s / count
    return EnergyRecord(
        INFERENCE, count, joules / count, idle_watts, seconds, bench.instrument.name
    )


def clip_energy(bench: Bench, stimuli: tuple[Stimulus, ...]) -> EnergyRecord:
    """Mean energy of a clip, from the first byte that is sent to the last answer: front-end, inferences
    and the port."""
    total = idle = lasted = 0.0
    for stimulus in stimuli:

        def work(stimulus: Stimulus = stimulus) -> None:
            for _ in stream(bench.client, stimulus):
                pass

        joules, idle_watts, seconds = _above_idle(bench, work)
        total, idle, lasted = total + joules, idle + idle_watts, lasted + seconds
    n = len(stimuli)
    return EnergyRecord(CLIP, n, total / n, idle / n, lasted / n, bench.instrument.name)


def _above_idle(bench: Bench, work: Callable[[], None]) -> tuple[float, float, float]:
    """(joules above idle, idle watts, how long it took) of what `work` makes the device do."""
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
    return joules, idle_watts, end - start


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
    busy_s = sum(end - start for start, end in marked)
    busy_j = sum(trace.joules(start, end) for start, end in marked)
    first, last = float(trace.times_s[0]), float(trace.times_s[-1])
    rest_s = last - first - busy_s
    idle_watts = (trace.joules(first, last) - busy_j) / rest_s if rest_s > 0 else 0.0
    count = len(marked)
    above = (busy_j - idle_watts * busy_s) / count
    return EnergyRecord(INFERENCE, count, above, idle_watts, busy_s / count, name)
