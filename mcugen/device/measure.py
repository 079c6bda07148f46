# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Costs and memory of a firmware: from the device's own counters, never from the host's clock."""

from __future__ import annotations

import json
from collections.abc import Set
from dataclasses import replace
from pathlib import Path

import numpy as np

from mcugen.boards import Board
from mcugen.device.client import Client
from mcugen.device.stream import stream_whole
from mcugen.errors import DeviceError
from mcugen.features.coding import Coding
from mcugen.features.spec import FrontEnd
from mcugen.protocol import MAX_REPEATS
from mcugen.records import INFERENCE, ROW, LatencyRecord, MemoryRecord, Run, summarise
from mcugen.samples.stimulus import from_elements

REQUEST_S = 2.0  # of inferences in one request
LARGEST_STACK_BYTES = 2**30  # where the board states no RAM
ARENA_ALIGNMENT_BYTES = 64  # by which a firmware may round its arena up
COSTS = ((INFERENCE, "inference_ticks"), (ROW, "row_ticks"))
"""Name of a cost -> the samples of it in a ClipRecord."""


def clip_costs(run: Run) -> tuple[LatencyRecord, ...]:
    """The distribution of every cost that the clips of a run carry samples of."""
    found = []
    for name, field in COSTS:
        samples = [tick for clip in run.clips for tick in getattr(clip, field)]
        if samples:
            found.append(summarise(name, run.head.tick_unit, samples))
    return tuple(found)


def only_clips(run: Run, wanted: Set[tuple[str, str]]) -> Run:
    """The run with the clips of these file names and hashes, and the costs that they have samples of."""
    clips = tuple(clip for clip in run.clips if (Path(clip.clip).name, clip.sha256) in wanted)
    if len(clips) == len(run.clips):
        return run
    named = {name for name, _ in COSTS}
    others = (latency for latency in run.latencies if latency.name not in named)
    part = replace(run, clips=clips)
    return replace(part, latencies=(*clip_costs(part), *others))


def repeat_inference(client: Client, *, warmup: int, repeats: int) -> tuple[int, ...]:
    """Ticks of `repeats` inferences on the input of the last window, after `warmup` others."""
    for _ in range(warmup):  # one by one: a slow model must not outlast the deadline of a request
        client.infer(0, 1)
    samples: list[int] = []
    count = 1
    while len(samples) < repeats:
        count = min(repeats - len(samples), count)
        samples.extend(client.infer(0, count))
        fits = REQUEST_S * count / max(client.took_s, 1e-6)
        count = max(1, min(MAX_REPEATS, int(fits)))
    return tuple(samples)


def push_zero_window(client: Client, front_end: FrontEnd, coding: Coding) -> None:
    """One inference on a window of zero points, so that the device has an input to repeat."""
    zero = 0 if coding.quant is None else coding.quant.zero_point
    shape = (front_end.window_rows, coding.elements // front_end.window_rows)
    rows = np.full(shape, zero, coding.dtype)
    stream_whole(client, from_elements(rows, front_end, coding))


def device_memory(
    client: Client,
    planned_bytes: int,
    ram_bytes: int | None = None,
    stack_given_bytes: int | None = None,
) -> tuple[MemoryRecord, ...]:
    """Arena and, where the firmware measures it, stack, as the device reports; DeviceError when its arena
    is not the one of `planned_bytes` that the project was built with, or its stack lies outside of what
    the linker gave to it."""
    stats = client.stats()
    if not 0 <= stats.arena_given_bytes - planned_bytes < ARENA_ALIGNMENT_BYTES:
        raise DeviceError(
            f"the device has an arena of {stats.arena_given_bytes} bytes, the build one of "
            f"{planned_bytes}",
            hint="flash this build",
        )
    arena = MemoryRecord("arena", stats.arena_used_bytes, stats.arena_given_bytes, "device")
    if (stats.stack_used_bytes or 0) > (stack_given_bytes or ram_bytes or LARGEST_STACK_BYTES):
        raise DeviceError(f"the device reports a stack of {stats.stack_used_bytes} bytes")
    if stats.stack_used_bytes is None:
        return (arena,)
    return arena, MemoryRecord("stack", stats.stack_used_bytes, stack_given_bytes, "device")


def linked_stack_bytes(build_dir: Path) -> int | None:
    """Bytes of the section .stack that the linker gave (build/build.json); None where there is none."""
    try:
        sections = json.loads((build_dir / "build" / "build.json").read_bytes())["sections"]
        return next((int(one["bytes"]) for one in sections if one["name"] == ".stack"), None)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def linked_memory(build_dir: Path, board: Board) -> tuple[MemoryRecord, ...]:
    """Flash and RAM as the linker gave them (build/build.json); empty when it is not there."""
    try:
        facts = json.loads((build_dir / "build" / "build.json").read_bytes())
        sizes = {"flash": int(facts["flash_bytes"]), "ram": int(facts["ram_bytes"])}
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    regions = {"flash": board.flash, "ram": board.ram}
    return tuple(
        MemoryRecord(name, used, region.bytes if (region := regions[name]) else None, "linker")
        for name, used in sizes.items()
    )
