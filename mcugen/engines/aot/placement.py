# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Where the values of a lowered model lie: lifetimes, shared memory, offsets in the arena."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from mcugen.engines.aot.variants import ALIGNMENT_BYTES, Call, Value
from mcugen.memory import Buffer, MemoryPlan, live_bytes, plan_memory


@dataclass(frozen=True, slots=True)
class Step:
    """Calls that run together. `op` is the layer's index, None for a change of layout.

    `in_place` pairs (output, input) that may share memory if nobody needs the input after this step and
    the `more` that follow it.
    """

    name: str
    op: int | None
    comment: str
    calls: tuple[Call, ...]
    reads: tuple[Value, ...]
    writes: tuple[Value, ...]
    scratch: tuple[Value, ...] = ()
    in_place: tuple[tuple[Value, Value], ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class Layer:
    """What `verify --per-layer` sees of op `op` of the model: its outputs, once `after_step` steps
    have run.

    A value that is not NATIVE, or has lost channels, is first made whole by `calls`.
    """

    op: int
    after_step: int
    calls: tuple[Call, ...]
    outputs: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Demand:
    """What is to be placed. `present` values are there before the first step, `kept` ones live to the
    end."""

    steps: Sequence[Step]
    values: Sequence[Value]
    layers: Sequence[Layer]
    present: tuple[Value, ...]
    kept: tuple[Value, ...]

    def buffers(self) -> tuple[Buffer, ...]:
        """Values that share memory are one."""
        return _buffers(self, self._groups())

    def peak(self) -> int:
        """The most bytes at one step."""
        return max(live_bytes(self.buffers()), default=0)

    def place(self) -> tuple[MemoryPlan, dict[str, int]]:
        """The plan, and an offset for every value by name."""
        groups = self._groups()
        plan = plan_memory(_buffers(self, groups), ALIGNMENT_BYTES)
        placed = {p.buffer.within or p.buffer.name: p.offset for p in plan.placements}
        values = {value.name: value for value in self.values}

        def offset(value: Value) -> int:
            if value.part_of:
                return offset(values[value.part_of]) + value.start
            return placed[_root(groups, value.name)]

        return plan, {value.name: offset(value) for value in self.values}

    def wholes(self) -> dict[str, str]:
        """Of every part the value that it is a part of, and that is none itself."""
        parts = {value.name: value.part_of for value in self.values if value.part_of}
        return {name: _root(parts, name) for name in parts}

    def _groups(self) -> dict[str, str]:
        wholes = self.wholes()
        kept = {wholes.get(value.name, value.name) for value in self.kept}
        return _share(self.steps, _lifetimes(self), kept, wholes)


def _buffers(memory: Demand, groups: Mapping[str, str]) -> tuple[Buffer, ...]:
    """What shares memory is one buffer while its size stays, and another one where that changes."""
    lives = _lifetimes(memory)
    members: dict[str, list[Buffer]] = {}
    for value in memory.values:
        if not value.part_of:
            first, last = lives[value.name]
            root = _root(groups, value.name)
            members.setdefault(root, []).append(Buffer(value.name, value.bytes, first, last, root))
    return tuple(b for group in members.values() for b in _in_turn(group))


def _in_turn(group: list[Buffer]) -> list[Buffer]:
    """Buffers of the same memory, none at the same step as another: the largest one counts."""
    if len(group) == 1:
        return [replace(group[0], within="")]
    first = min(b.first_step for b in group)
    last = max(b.last_step for b in group)
    sizes = [0] * (last - first + 1)
    names = [""] * len(sizes)
    for b in group:
        for step in range(b.first_step - first, b.last_step - first + 1):
            if b.size_bytes > sizes[step]:
                sizes[step], names[step] = b.size_bytes, b.name
    found: list[Buffer] = []
    for step, (size, name) in enumerate(zip(sizes, names, strict=True), first):
        if found and found[-1].size_bytes == size:
            found[-1] = replace(found[-1], last_step=step)
        else:
            found.append(Buffer(name, size, step, step, group[0].within))
    return found if len(found) > 1 else [replace(found[0], name=group[0].within, within="")]


def _lifetimes(memory: Demand) -> dict[str, tuple[int, int]]:
    """First and last step of every value that is no part, its parts included."""
    end, wholes = max(len(memory.steps) - 1, 0), memory.wholes()
    lives = {value.name: (0, 0) for value in memory.present}
    for number, step in enumerate(memory.steps):
        for value in (*step.writes, *step.scratch, *step.reads):
            name = wholes.get(value.name, value.name)
            lives[name] = (lives.get(name, (number, number))[0], number)
    for layer in memory.layers:
        seen_at = max(layer.after_step - 1, 0)
        for value in (*(v for call in layer.calls for v in call.args), *layer.outputs):
            name = wholes.get(value.name, value.name)
            first, last = lives.get(name, (seen_at, seen_at))
            lives[name] = (first, max(last, seen_at))
    kept = {wholes.get(value.name, value.name) for value in memory.kept}
    return lives | {name: (lives[name][0], end) for name in kept}


def _share(
    steps: Iterable[Step],
    lives: Mapping[str, tuple[int, int]],
    kept: set[str],
    wholes: Mapping[str, str],
) -> dict[str, str]:
    """Output -> the input whose memory it takes over, where that input dies at the step.

    Neither is a part, and no other input lies in the same memory, by another place.
    """
    shared: dict[str, str] = {}
    for number, step in enumerate(steps):
        taken = {wholes[value.name] for value in step.reads if value.name in wholes}
        for output, given in step.in_place:
            if output.part_of or given.part_of:
                continue
            dies = number <= lives[given.name][1] <= number + step.more and given.name not in kept
            if dies and given.name not in taken and output.name not in shared:
                taken.add(given.name)
                shared[output.name] = given.name
    return shared


def _root(shared: Mapping[str, str], name: str) -> str:
    """The value whose buffer `name` lies in."""
    while name in shared:
        name = shared[name]
    return name
