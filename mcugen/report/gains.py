# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What more threads and an NPU bring, from the latencies of a run."""

from __future__ import annotations

from collections.abc import Iterable

from mcugen.records import NS_PER_MS, LatencyRecord

CPU = "cpu"
NOISE = 0.10
"""Latencies that differ by less are called equal: boards show as much from run to run, and what NXP
published for the MLPerf Tiny autoencoder, on whose NPU nothing is gained, differs by up to 8 %."""
SHORT_NS = 1e6
"""A model that runs for less than this has too little to do for threads or an NPU to pay off."""


def gains(latencies: Iterable[LatencyRecord]) -> tuple[str, ...]:
    """What threads and the NPU gain, compared with the first CPU configuration.

    Nothing for logs that the launcher did not make: their runs may be of different models.
    """
    asked = [one for one in latencies if "asked" in dict(one.facts)]
    base = next((one for one in asked if one.accelerator == CPU), None)
    if base is None:
        return ()
    return tuple(_gain(one, base) for one in asked if one is not base)


def _gain(one: LatencyRecord, base: LatencyRecord) -> str:
    ours, theirs = _central_ns(one), _central_ns(base)
    figures = (
        f"{ours / NS_PER_MS:.3f} ms against {theirs / NS_PER_MS:.3f} ms ({base.name}),"
        f" {ours / theirs - 1:+.0%}"
    )
    if dict(one.facts)["asked"] != CPU and one.accelerator == CPU:
        return f"{one.name}: not a result of the NPU, {figures}"
    if abs(ours - theirs) <= NOISE * theirs:
        short = "; expected for an inference this short"
        return f"{one.name}: no gain, {figures}{short if theirs < SHORT_NS else ''}"
    if ours > theirs:
        return f"{one.name}: {ours / theirs:.1f} times slower, {figures}"
    return f"{one.name}: {theirs / ours:.1f} times faster, {figures}"


def _central_ns(one: LatencyRecord) -> float:
    """The median where the tool prints one, else the mean, which it always prints."""
    assert one.mean is not None
    return one.mean if one.median is None else one.median
