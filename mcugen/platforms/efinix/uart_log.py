# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The UART log of an application of Efinix's TinyML platform -> Records.

Format: Efinix-Inc/tinyml, src/main.cc of its hello world applications, platform/tinyml/profiler.h and
MicroPrintf, whose %x writes 0x first; ours (runtime/efinix_hello.c) prints the same.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from mcugen.errors import DataError
from mcugen.export.manifest import run_record
from mcugen.model.ir import Graph
from mcugen.model.reference import open_reference
from mcugen.platforms.efinix.project import VECTORS
from mcugen.records import NANOSECONDS_PER_SECOND, ClipRecord, Record, summarise
from mcugen.samples.arrays import load_npy
from mcugen.toolchain.project import Project

NANOSECONDS_PER_MILLISECOND = 1_000_000
COMPLETE = "Hello world complete"

_BLOCK = re.compile(r"\[OUTPUT_(\d+)\]([^;]*);")
_OPEN = re.compile(r"\[OUTPUT_(\d+)\]")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w.])")
_HEX = r"(?:0[xX])?([0-9A-Fa-f]{1,8})\b"
_CYCLES = re.compile(rf"Inference clock cycle \(hex\): {_HEX}, {_HEX}")
_RATE = re.compile(rf"SYSTEM_CLINT_HZ \(hex\): {_HEX}")
_TIME = re.compile(r"^\r?(?:(.+) - )?Inference time(?: \((.+)\))?: (\d+)ms", re.M)
_LAYER = re.compile(r"^\r?(\d+); ([A-Z][A-Z0-9_]*); (STANDARD|LITE|SOFTWARE); (\d+)\s*$", re.M)


@dataclass(frozen=True, slots=True)
class LogBlock:
    """One [OUTPUT_n]...;"""

    number: int
    title: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Cost:
    """One `Inference time` line, and the clock cycles before it: without them, whole milliseconds."""

    what: str  # "": the inference; else a part of it: front layers, Yolo layer, Total
    time_ns: float


@dataclass(frozen=True, slots=True)
class LayerTime:
    """One line of the profiler. The platform prints whole milliseconds."""

    number: int
    operator: str
    where: str  # STANDARD, LITE: the accelerator's; SOFTWARE: the core
    time_ns: float


@dataclass(frozen=True, slots=True)
class EfinixLog:
    """A complete log."""

    blocks: tuple[LogBlock, ...]
    costs: tuple[Cost, ...]
    layers: tuple[LayerTime, ...]


def parse_efinix_log(text: str, where: str) -> EfinixLog:
    """The log as values; DataError when it is of something else, or ends before the program did."""
    starts = [match.start() for match in _OPEN.finditer(text)]
    if not starts:
        raise DataError(
            f"{where}: not the log of a TinyML application: no [OUTPUT_n] in it",
            hint="save the whole UART output from the start of the program",
        )
    if COMPLETE not in text:
        raise DataError(f"{where}: ends after {len(starts)} outputs, without {COMPLETE!r}")
    bounds = [*starts, len(text)]
    parts = [text[a:b] for a, b in zip(bounds, bounds[1:], strict=False)]
    layers = (_layer(match) for match in _LAYER.finditer(text))
    blocks = tuple(_block(part, where) for part in parts)
    return EfinixLog(blocks, tuple(_costs(text)), tuple(layers))


def _block(part: str, where: str) -> LogBlock:
    """The block at the start of `part`, which ends where the next one starts."""
    match = _BLOCK.match(part)
    if match is None:
        raise DataError(f"{where}: {part[:12]} is not closed by a semicolon: lines are missing")
    title, values = _split(match[2])
    return LogBlock(int(match[1]), title, values)


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


def _costs(text: str) -> Iterator[Cost]:
    start = 0
    for time in _TIME.finditer(text):
        before = text[start : time.start()]
        cycles, rate = _CYCLES.search(before), _RATE.search(before)
        time_ns = int(time[3]) * float(NANOSECONDS_PER_MILLISECOND)
        if cycles is not None and rate is not None and int(rate[1], 16) > 0:
            count = int(cycles[1], 16) << 32 | int(cycles[2], 16)
            time_ns = count * NANOSECONDS_PER_SECOND / int(rate[1], 16)
        yield Cost(time[1] or time[2] or "", time_ns)
        start = time.end()


def _layer(match: re.Match[str]) -> LayerTime:
    return LayerTime(
        int(match[1]), match[2], match[3], int(match[4]) * float(NANOSECONDS_PER_MILLISECOND)
    )


def log_records(project: Project, text: str, where: str) -> tuple[Record, ...]:
    """Records of a log of the project's hello program, or of one of the platform's own.

    The hello program's blocks are compared with TFLite Micro on the project's test vectors; the inputs
    of the platform's applications are their own. DataError when the log is of another model.
    """
    log = parse_efinix_log(text, where)
    digest = hashlib.sha256(text.encode()).hexdigest()
    clips, reference, graph = _clips(project, log, digest, where)
    head = replace(run_record(project.manifest), reference=reference)
    return (head, *clips, *_latencies(log, graph, where))


def _clips(
    project: Project, log: EfinixLog, digest: str, where: str
) -> tuple[tuple[ClipRecord, ...], str | None, Graph]:
    """One clip per block; those of the hello program are compared."""
    path = project.folder / VECTORS
    vectors = load_npy(path) if path.is_file() else np.zeros((0, 1), np.int8)
    with open_reference(project.model, rounding=project.manifest.rounding) as reference:
        graph = reference.graph
        values = sum(graph.tensors[index].elements for index in graph.outputs)
        ours = [block for block in log.blocks if block.title == f"vector {block.number}"]
        for block in ours:
            if len(block.values) != values or block.number >= len(vectors):
                raise DataError(
                    f"{where}: {block.title} has {len(block.values)} values; this project has "
                    f"{len(vectors)} vectors, and its model gives {values} values",
                    hint="save the whole log of this project's own hello program",
                )
        differences: dict[int, int] = {}
        if ours:
            shape = graph.tensors[graph.inputs[0]].shape
            samples = np.stack([vectors[block.number] for block in ours]).reshape(-1, *shape)
            outputs = [np.asarray(o).reshape(len(ours), -1) for o in reference.run([samples])]
            wanted = np.concatenate(outputs, axis=1)
            found = np.array([block.values for block in ours])
            counts = np.count_nonzero(found != wanted, axis=1)
            differences = {b.number: int(n) for b, n in zip(ours, counts, strict=True)}
        info = str(reference.info) if ours else None
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
    return tuple(clips), info, graph


def _latencies(log: EfinixLog, graph: Graph, where: str) -> Iterator[Record]:
    costs: dict[str, list[float]] = {}
    for cost in log.costs:
        costs.setdefault(f"inference, {cost.what}" if cost.what else "inference", []).append(
            cost.time_ns
        )
    for name, values in costs.items():
        yield summarise(name, "nanoseconds", values)
    runs: dict[tuple[int, str], list[float]] = {}
    for layer in log.layers:
        number = layer.number % len(graph.file_ops)  # the platform's profiler counts on and on
        if layer.operator != graph.file_ops[number].kind:
            raise DataError(
                f"{where}: layer {layer.number} is {layer.operator}, but operator {number} of the "
                f"model is {graph.file_ops[number].kind}",
                hint="the log is of another model, or lines are missing at its start",
            )
        runs.setdefault((number, layer.where), []).append(layer.time_ns)
    for (number, place), values in runs.items():
        accelerator = "cpu" if place == "SOFTWARE" else f"TinyML accelerator, {place.lower()}"
        name = f"layer {number} {graph.file_ops[number].kind}"
        yield summarise(name, "nanoseconds", values, accelerator=accelerator)
