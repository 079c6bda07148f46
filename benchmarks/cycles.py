# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Cycles of a Cortex-M33, estimated: the instructions that QEMU executes, each at a documented cost.

Arm publishes no timing of the Cortex-M33. The costs are those of the Cortex-M4's reference manual
(Arm 100166, table 3-1), which has the same instructions and a pipeline of the same length, from memory
without wait states:

    LDR                2, after another load or store 1 (pipelined)
    LDM, POP of n      1 + n        LDRD               3
    STR                1            STM, PUSH of n     1 + n        STRD   2
    branch, taken      3            not taken          1
    SDIV, UDIV         6            everything else    1

How far that is from a device: benchmarks/README.md compares it with published figures of TFLM.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
_LOAD, _PIPELINED, _DIVISION, _TAKEN = 2, 1, 6, 2  # _TAKEN: more than a branch that is not


@dataclass(frozen=True, slots=True)
class Estimate:
    """Of one inference: instructions and cycles, of all of it and of every call it makes, in order."""

    instructions: int
    cycles: int
    calls: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Counting:
    """What QEMU must be started with to count, and where it writes the counts."""

    arguments: tuple[str, ...]
    elf: Path
    prefix: str
    counts: Path


def counting(elf: Path, prefix: str, folder: Path, function: str = "invoke") -> Counting | None:
    """Prepares to count the instructions of the engine's `function` in `elf`; None where there is no C
    compiler, or a QEMU without plugins. `prefix` is that of the binary utilities, `folder` gets the
    plugin."""
    plugin, caller = _plugin(folder), f"mcugen_engine_{function}"
    functions = {name: (start, start + size) for name, start, size in _functions(elf, prefix)}
    if plugin is None or not {function, caller} <= functions.keys():
        return None
    out = folder / "counts.txt"
    keys = ("from", "to", "caller_from", "caller_to")
    addresses = (*functions[function], *functions[caller])
    words = [f"{key}={address}" for key, address in zip(keys, addresses, strict=True)]
    option = ",".join([str(plugin), *words, f"out={out}"])
    return Counting(("-plugin", option), elf, prefix, out)


def counting_all(program: Path, folder: Path) -> Counting | None:
    """As counting(), of all that a process executes: instructions() gives its sum."""
    plugin, out = _plugin(folder), folder / "counts.txt"
    if plugin is None:
        return None
    return Counting(("-plugin", f"{plugin},out={out}"), program, "", out)


def _plugin(folder: Path) -> Path | None:
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if compiler is None or "-plugin" not in _output(["qemu-system-arm", "--help"]):
        return None
    target = folder / "edges.so"
    command = [compiler, "-O2", "-shared", "-fPIC", "-o", str(target), str(HERE / "edges.c")]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    return target if done.returncode == 0 else None


def _functions(elf: Path, prefix: str) -> Iterator[tuple[str, int, int]]:
    """Name, address and size of every function."""
    for line in _output([f"{prefix}nm", "--print-size", str(elf)]).splitlines():
        words = line.split()
        if len(words) == 4 and words[2] in "tT":
            yield words[3], int(words[0], 16) & ~1, int(words[1], 16)


def _output(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


# --- costs --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Instruction:
    address: int
    name: str
    operands: str


_LINE = re.compile(r"\s*([0-9a-f]+):\s+(\S+)(?:\s+([^;@<]*))?")
_REGISTERS = re.compile(r"\b([rs]\d+|sl|fp|ip|sp|lr|pc|sb)(?:-([rs]\d+|sl|fp|ip|lr))?")
_NUMBERS = {"sb": 9, "sl": 10, "fp": 11, "ip": 12, "sp": 13, "lr": 14, "pc": 15}


def _instructions(elf: Path, prefix: str) -> list[_Instruction]:
    """The whole program, by address."""
    text = _output([f"{prefix}objdump", "-d", "--no-show-raw-insn", str(elf)])
    matches = (_LINE.match(line) for line in text.splitlines())
    return [_Instruction(int(m[1], 16), m[2], (m[3] or "").strip()) for m in matches if m]


def _count_registers(operands: str) -> int:
    """How many registers a list names."""
    total = 0
    for first, last in _REGISTERS.findall(operands.partition("{")[2]):
        ends = [_NUMBERS[r] if r in _NUMBERS else int(r[1:]) for r in (first, last or first)]
        total += ends[1] - ends[0] + 1
    return total


def _cost(instruction: _Instruction, *, after_access: bool) -> int:
    name = instruction.name
    if name.startswith(("ldm", "stm", "pop", "push", "vldm", "vstm", "vpop", "vpush")):
        return 1 + _count_registers(instruction.operands)
    if name.startswith("ldrd"):
        return 3
    if name.startswith("strd"):
        return 2
    if name.startswith(("ldr", "vldr")):
        return _PIPELINED if after_access else _LOAD
    return _DIVISION if name.startswith(("sdiv", "udiv")) else 1


def _is_access(name: str) -> bool:
    return name.startswith(("ldr", "str", "vldr", "vstr")) and not name.startswith(("ldrd", "strd"))


def _straight(program: list[_Instruction], first: int, count: int) -> tuple[int, int]:
    """Cycles of `count` instructions from index `first` on, and the address of the next one."""
    cycles, after_access = 0, False
    for instruction in program[first : first + count]:
        cycles += _cost(instruction, after_access=after_access)
        after_access = _is_access(instruction.name)
    following = program[first + count : first + count + 1]
    return cycles, following[0].address if following else 0


def instructions(counted: Counting) -> int:
    """Of one inference, of any processor."""
    first, *lines = counted.counts.read_text().splitlines()
    edges = [_edge(line) for line in lines]
    return round(sum(count * times for _, _, _, count, times in edges) / int(first))


def estimate(counted: Counting) -> Estimate:
    """What the counts add up to, per inference. A piece of `invoke` that follows a call starts the next
    one; others go on where QEMU cut a piece."""
    program = _instructions(counted.elf, counted.prefix)
    addresses = [instruction.address for instruction in program]
    first, *lines = counted.counts.read_text().splitlines()
    edges = [_edge(line) for line in lines]
    costs = {
        (piece, count): _straight(program, bisect_right(addresses, piece) - 1, count)
        for _, _, piece, count, _ in edges
    }
    followed_by: dict[int, set[int]] = {}
    for (piece, _), (_, following) in costs.items():
        followed_by.setdefault(piece, set()).add(following)
    instructions: Counter[int] = Counter()
    cycles: Counter[int] = Counter()
    for within, before, piece, count, times in edges:
        taken = before in followed_by and piece not in followed_by[before]
        instructions[within] += count * times
        cycles[within] += (costs[piece, count][0] + (_TAKEN if taken else 0)) * times
    times_called = int(first)
    calls: list[list[int]] = []
    for at in sorted(cycles):
        before = program[bisect_right(addresses, at) - 2].name
        if not calls or before in ("bl", "blx"):
            calls.append([0, 0])
        calls[-1][0] += instructions[at]
        calls[-1][1] += cycles[at]
    return Estimate(
        round(sum(instructions.values()) / times_called),
        round(sum(cycles.values()) / times_called),
        tuple((round(n / times_called), round(c / times_called)) for n, c in calls),
    )


def _edge(line: str) -> tuple[int, int, int, int, int]:
    within, before, piece, count, times = line.split()
    return int(within, 16), int(before, 16), int(piece, 16), int(count), int(times)


def by_step(found: Estimate, steps: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """Instructions and cycles per step, which makes so many calls. Empty where they do not match: the
    compiler may have merged pieces."""
    if len(found.calls) not in (sum(steps.values()), sum(steps.values()) + 1):
        return {}
    numbers = iter(found.calls)
    return {
        name: (sum(c[0] for c in chosen), sum(c[1] for c in chosen))
        for name, count in steps.items()
        for chosen in [[next(numbers) for _ in range(count)]]
    }
