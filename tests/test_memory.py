# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The memory planner: never an overlap, never above what is needed where that can be known."""

from __future__ import annotations

import random
import time
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcugen.memory import (
    Buffer,
    MemoryPlan,
    _best_greedy,
    _blocks,
    _height,
    draw,
    graph_buffers,
    plan_memory,
)
from mcugen.model.tflite import parse_tflite, read_tflite
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes


def live_together(a: Buffer, b: Buffer) -> bool:
    """Whether there is a step at which both are needed."""
    return a.first_step <= b.last_step and b.first_step <= a.last_step


@st.composite
def buffer_sets(draw_value: st.DrawFn, count: int, steps: int, size: int) -> list[Buffer]:
    """Buffers with arbitrary sizes and lifetimes."""
    buffers = []
    for index in range(draw_value(st.integers(0, count))):
        first = draw_value(st.integers(0, steps - 1))
        last = draw_value(st.integers(first, steps - 1))
        buffers.append(Buffer(f"b{index}", draw_value(st.integers(0, size)), first, last))
    return buffers


def overlaps(plan: MemoryPlan) -> list[tuple[str, str]]:
    """Names of buffers that share a byte at some step."""
    return [
        (a.buffer.name, b.buffer.name)
        for a, b in combinations(plan.placements, 2)
        if live_together(a.buffer, b.buffer)
        and a.offset < b.offset + b.buffer.size_bytes
        and b.offset < a.offset + a.buffer.size_bytes
    ]


def fits(buffers: list[Buffer], height: int) -> bool:
    """Brute force: whether some choice of offsets, all tried, stays below `height` units."""

    def place(index: int, offsets: list[int]) -> bool:
        if index == len(buffers):
            return True
        b = buffers[index]
        for offset in range(height - b.size_bytes + 1):
            if all(
                not live_together(b, o)
                or offset >= at + o.size_bytes
                or at >= offset + b.size_bytes
                for o, at in zip(buffers, offsets, strict=False)
            ) and place(index + 1, [*offsets, offset]):
                return True
        return False

    return place(0, [])


@given(buffer_sets(count=25, steps=20, size=500), st.sampled_from([1, 4, 16]))
@settings(max_examples=60, deadline=None)
def test_plans_are_sound(buffers: list[Buffer], align: int) -> None:
    plan = plan_memory(buffers, align)
    assert [p.buffer for p in plan.placements] == buffers
    assert overlaps(plan) == []
    assert all(p.offset % align == 0 and p.offset >= 0 for p in plan.placements)
    ends = [p.offset + p.buffer.size_bytes for p in plan.placements]
    assert max(ends, default=0) <= plan.arena_bytes
    assert plan.lower_bound_bytes <= plan.arena_bytes
    assert plan.arena_bytes <= sum(-(-b.size_bytes // align) * align for b in buffers)
    assert plan == plan_memory(buffers, align)


@st.composite
def shared_sets(draw_value: st.DrawFn, count: int, steps: int, size: int) -> list[Buffer]:
    """Some of the buffers follow each other within the same memory."""
    buffers: list[Buffer] = []
    for index in range(draw_value(st.integers(0, count))):
        first = draw_value(st.integers(0, steps - 1))
        while first < steps:
            last = draw_value(st.integers(first, steps - 1))
            name = f"b{index}_{first}"
            buffers.append(Buffer(name, draw_value(st.integers(0, size)), first, last, f"b{index}"))
            first = last + draw_value(st.integers(1, 3))
            if draw_value(st.booleans()):
                break
    return buffers


@given(shared_sets(count=12, steps=12, size=60))
@settings(max_examples=60, deadline=None)
def test_buffers_within_the_same_memory_begin_together(buffers: list[Buffer]) -> None:
    plan = plan_memory(buffers, 4)
    assert [p.buffer for p in plan.placements] == buffers
    assert overlaps(plan) == []
    offsets: dict[str, set[int]] = {}
    for p in plan.placements:
        offsets.setdefault(p.buffer.within, set()).add(p.offset)
    assert all(len(found) == 1 for found in offsets.values())
    ends = [p.offset + p.buffer.size_bytes for p in plan.placements]
    assert max(ends, default=0) <= plan.arena_bytes <= max(ends, default=0) + 3


def test_memory_is_free_again_where_a_buffer_becomes_smaller() -> None:
    shrinking = [Buffer("a", 100, 0, 2, "m"), Buffer("b", 20, 3, 9, "m"), Buffer("c", 90, 4, 5)]
    plan = plan_memory(shrinking)
    assert plan.arena_bytes == plan.lower_bound_bytes == 112
    assert [p.offset for p in plan.placements] == [0, 0, 20]


@given(buffer_sets(count=6, steps=6, size=4))
@settings(max_examples=80, deadline=None)
def test_small_plans_are_optimal(buffers: list[Buffer]) -> None:
    plan = plan_memory(buffers, 1)
    assert plan.arena_bytes == plan.lower_bound_bytes or not fits(buffers, plan.arena_bytes - 1)


HARD_FOR_GREEDY = [
    (8, 6, 7),
    (3, 4, 6),
    (2, 7, 9),
    (2, 5, 9),
    (1, 5, 9),
    (8, 3, 7),
    (2, 7, 8),
]
"""(size, first step, last step) found by random trial."""


def test_search_beats_every_greedy_order() -> None:
    """Every greedy order needs more than the optimum here."""
    buffers = [
        Buffer(f"b{i}", size, first, last) for i, (size, first, last) in enumerate(HARD_FOR_GREEDY)
    ]
    plan = plan_memory(buffers, 1)
    blocks = _blocks(buffers)
    greedy = _best_greedy(blocks, plan.lower_bound_bytes)
    assert _height(blocks, greedy) > plan.lower_bound_bytes
    assert plan.arena_bytes == plan.lower_bound_bytes


def test_a_long_network_is_planned_fast() -> None:
    generator = random.Random(7)
    buffers = []
    for step in range(120):
        last = min(119, step + generator.choice([1, 1, 1, 2, 8]))
        buffers.append(Buffer(f"t{step}", generator.randrange(1, 200) * 64, step, last))
        buffers.append(Buffer(f"scratch{step}", generator.randrange(0, 40) * 16, step, step))
    start = time.process_time()
    plan = plan_memory(buffers)
    assert time.process_time() - start < 3.0  # about 0.3 s
    assert overlaps(plan) == []
    assert plan.arena_bytes <= 1.02 * plan.lower_bound_bytes


@pytest.mark.parametrize(("steps", "seconds"), [(100, 0.5), (1000, 1.0), (4000, 2.0)])
def test_planning_grows_little_faster_than_the_network(steps: int, seconds: float) -> None:
    """Of operators in a chain, whose outputs are used up to seven steps later: 0.04, 0.3 and 0.35 s."""
    buffers = [
        Buffer(f"t{step}", 32 * (1 + step % 4), step, min(step + 1 + step % 7, steps - 1))
        for step in range(steps)
    ]
    start = time.process_time()
    plan = plan_memory(buffers)
    assert time.process_time() - start < seconds
    assert plan.arena_bytes <= 1.15 * plan.lower_bound_bytes


@pytest.mark.parametrize(
    "bad", [Buffer("x", -1, 0, 0), Buffer("x", 1, 2, 1), Buffer("x", 1, -1, 0)]
)
def test_impossible_buffers_are_refused(bad: Buffer) -> None:
    with pytest.raises(ValueError, match="buffer x"):
        plan_memory([bad])


def test_draw() -> None:
    plan = plan_memory([Buffer("in", 640, 0, 0), Buffer("a", 128, 0, 1), Buffer("b", 32, 1, 2)])
    assert draw(plan).splitlines() == [
        "arena 768 bytes, lower bound 768 bytes",
        "  offset    bytes  steps 0 to 2    buffer",
        "       0      640  #..             in",
        "       0       32  .##             b",
        "     640      128  ##.             a",
        "                   ^               peak: 768 bytes at step 0",
    ]
    assert draw(plan_memory([])) == "the arena is empty"
    long = draw(plan_memory([Buffer(str(i), 4, i, i + 1) for i in range(500)]))
    assert max(map(len, long.splitlines())) <= 120


def test_graph_buffers_share_what_reshape_renames() -> None:
    def tensor(*shape: int) -> TensorSpec:
        return TensorSpec(shape, scales=1.0)

    tensors = [tensor(1, 8), tensor(2, 4), tensor(2, 4), tensor(8), tensor(2, 4)]
    ops = [
        OpSpec("RESHAPE", [0], [1], {"new_shape": [2, 4]}),
        OpSpec("RELU", [1], [2]),
        OpSpec("ADD", [1, 2], [4]),
        OpSpec("RESHAPE", [4], [3], {"new_shape": [8]}),
    ]
    graph = parse_tflite(model_bytes(tensors, ops, [0], [3]), "m")
    assert graph_buffers(graph) == (
        Buffer("input 0", 8, 0, 2),
        Buffer("op 1 RELU", 8, 1, 2),
        Buffer("op 2 ADD", 8, 2, 3),
    )


@pytest.mark.parametrize(
    ("name", "live_bytes"),
    [
        ("ad01_int8", 768),
        ("kws_ref_model", 16_000),
        ("pretrainedResnet_quant", 49_152),
        ("vww_96_int8", 55_296),
        ("str_ww_ref_model", 6_656),
    ],
)
def test_real_models_meet_their_bound(name: str, live_bytes: int, real_models: Path) -> None:
    plan = plan_memory(graph_buffers(read_tflite(real_models / f"{name}.tflite")))
    assert plan.arena_bytes == plan.lower_bound_bytes == live_bytes
