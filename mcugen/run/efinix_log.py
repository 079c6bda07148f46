# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The UART log of an application of Efinix's TinyML platform -> Records.

Format: Efinix-Inc/tinyml, src/main.cc of its hello world applications and platform/tinyml/profiler.h;
ours (runtime/efinix_hello.c) prints the same.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mcugen import __version__
from mcugen.errors import DataError
from mcugen.export.efinix import VECTORS
from mcugen.model.reference import open_reference
from mcugen.records import ClipRecord, Record, RunRecord, summarise
from mcugen.run.project import Project

NANOSECONDS_PER_SECOND = 1_000_000_000
NANOSECONDS_PER_MILLISECOND = 1_000_000
COMPLETE = "Hello world complete"

_BLOCK = re.compile(r"\[OUTPUT_(\d+)\]([^;]*);")
_OPEN = re.compile(r"\[OUTPUT_(\d+)\]")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w.])")
_CYCLES = re.compile(r"Inference clock cycle \(hex\): ([0-9A-Fa-f]+), ([0-9A-Fa-f]+)")
_RATE = re.compile(r"SYSTEM_CLINT_HZ \(hex\): ([0-9A-Fa-f]+)")
_TIME = re.compile(r"Inference time: (\d+)ms")
_LAYER = re.compile(r"^\r?(\d+); ([A-Z][A-Z0-9_]*); (STANDARD|LITE|SOFTWARE); (\d+)\s*$", re.M)


@dataclass(frozen=True, slots=True)
class Block:
    """One [OUTPUT_n]...; and the cost printed after it. Without cycles, time has whole milliseconds."""

    number: int
    title: str
    values: tuple[float, ...]
    time_ns: float | None


@dataclass(frozen=True, slots=True)
class Layer:
    """One line of the profiler. The platform prints whole milliseconds."""

    number: int
    operator: str
    where: str  # STANDARD, LITE: the accelerator's; SOFTWARE: the core
    time_ns: float


@dataclass(frozen=True, slots=True)
class EfinixLog:
    """A complete log."""

    blocks: tuple[Block, ...]
    layers: tuple[Layer, ...]


def parse_efinix_log(text: str, where: str) -> EfinixLog:
    """The log as values; DataError when it is of something else, or ends before the program did."""
    starts = [match.start() for match in _OPEN.finditer(text)]
    if not starts:
        raise DataError(
            f"{where}: not the log of a TinyML application: no [OUTPUT_n] in it",
            hint="save everything that the UART says from the start of the program",
        )
    if COMPLETE not in text:
        raise DataError(f"{where}: ends after {len(starts)} outputs, without {COMPLETE!r}")
    bounds = [*starts, len(text)]
    parts = [text[a:b] for a, b in zip(bounds, bounds[1:], strict=False)]
    layers = (_layer(match) for match in _LAYER.finditer(text))
    return EfinixLog(tuple(_block(part, where) for part in parts), tuple(layers))


def _block(part: str, where: str) -> Block:
    """The block at the start of `part`, and what follows it up to the next one."""
    match = _BLOCK.match(part)
    if match is None:
        raise DataError(f"{where}: {part[:12]} is not closed by a semicolon: lines are missing")
    title, values = _split(match[2])
    return Block(int(match[1]), title, values, _time_ns(part[match.end() :]))


def _split(body: str) -> tuple[str, tuple[float, ...]]:
    """What comes before the values, and the values: behind the first line, or behind its last colon.

    Numbers within words (`layer2`) and within the title are none.
    """
    first, _, rest = body.strip().partition("\n")
    if not rest.strip():
        first, colon, rest = body.strip().rpartition(":")
        first = first if colon else rest
        rest = rest if colon else ""
    return first.strip(" :\r"), tuple(float(n) for n in _NUMBER.findall(rest))


def _time_ns(text: str) -> float | None:
    cycles, rate, time = _CYCLES.search(text), _RATE.search(text), _TIME.search(text)
    if cycles is not None and rate is not None and int(rate[1], 16) > 0:
        count = int(cycles[1], 16) << 32 | int(cycles[2], 16)
        return count * NANOSECONDS_PER_SECOND / int(rate[1], 16)
    return int(time[1]) * float(NANOSECONDS_PER_MILLISECOND) if time is not None else None


def _layer(match: re.Match[str]) -> Layer:
    return Layer(
        int(match[1]), match[2], match[3], int(match[4]) * float(NANOSECONDS_PER_MILLISECOND)
    )


def log_records(project: Project, text: str, where: str) -> tuple[Record, ...]:
    """Records of a log of the project's hello program, or of one of the platform's own.

    Blocks that hold the model's outputs are held against TFLite Micro on the project's test vectors.
    """
    log = parse_efinix_log(text, where)
    digest = hashlib.sha256(text.encode()).hexdigest()
    clips, reference = _clips(project, log, digest)
    manifest = project.manifest
    head = RunRecord(
        tool=f"mcugen {__version__}",
        model=manifest.model,
        model_sha256=manifest.model_sha256,
        firmware_sha256=None,
        board=manifest.board,
        engine=manifest.engine,
        rounding=manifest.rounding,
        front_end=manifest.front_end.kind,
        input="int8",
        compiler=None,
        flags=None,
        tick_unit="nanoseconds",
        ticks_per_second=NANOSECONDS_PER_SECOND,
        reference=reference,
    )
    return (head, *clips, *_latencies(log))


def _clips(
    project: Project, log: EfinixLog, digest: str
) -> tuple[tuple[ClipRecord, ...], str | None]:
    """One clip per block; compared where it holds as many values as the model's outputs."""
    path = project.folder / VECTORS
    vectors = np.load(path, allow_pickle=False) if path.is_file() else np.zeros((0, 1), np.int8)
    with open_reference(project.model, rounding=project.manifest.rounding) as reference:
        graph = reference.graph
        values = sum(graph.tensors[index].elements for index in graph.outputs)
        known = [b for b in log.blocks if len(b.values) == values and b.number < len(vectors)]
        differences: dict[int, int] = {}
        if known:
            shape = graph.tensors[graph.inputs[0]].shape
            samples = np.stack([vectors[block.number] for block in known]).reshape(-1, *shape)
            outputs = [np.asarray(o).reshape(len(known), -1) for o in reference.run([samples])]
            wanted = np.concatenate(outputs, axis=1)
            found = np.array([block.values for block in known])
            counts = np.count_nonzero(found != wanted, axis=1)
            differences = {b.number: int(n) for b, n in zip(known, counts, strict=True)}
        info = str(reference.info) if known else None
    clips = (
        ClipRecord(
            clip=f"{block.number}: {block.title}",
            sha256=digest,
            label=None,
            windows=1,
            score=block.values[0] if len(block.values) == 1 else None,
            reference_score=None,
            outputs_compared=values if block.number in differences else None,
            outputs_different=differences.get(block.number),
        )
        for block in log.blocks
    )
    return tuple(clips), info


def _latencies(log: EfinixLog) -> Iterator[Record]:
    times = [block.time_ns for block in log.blocks if block.time_ns is not None]
    if times:
        yield summarise("inference", "nanoseconds", times)
    runs: dict[tuple[int, str, str], list[float]] = {}
    for layer in log.layers:
        runs.setdefault((layer.number, layer.operator, layer.where), []).append(layer.time_ns)
    for (number, operator, place), values in runs.items():
        accelerator = "cpu" if place == "SOFTWARE" else f"TinyML accelerator, {place.lower()}"
        name = f"layer {number} {operator}"
        yield summarise(name, "nanoseconds", values, accelerator=accelerator)
