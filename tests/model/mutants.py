# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Models that nobody's converter writes: sound ones with a few facts changed, at flatbuffer level.

A mutant has changed names, types, shapes, scales, data, flags, operands, options or operators; now
and then bytes on top. Every one goes the whole way of `inspect` and `build`: it is refused by an
McugenError, or a project comes out. By hand, 200,000 of them with figures at the end:

    python -m tests.model.mutants 200000
"""

from __future__ import annotations

import collections
import importlib
import json
import pkgutil
import random
import resource
import signal
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import FrameType
from typing import Any

import numpy as np

import tests.engines.ops
from mcugen.boards import find_board
from mcugen.codegen.tree import SourceTree
from mcugen.engines import ENGINES
from mcugen.engines.contract import EngineOptions
from mcugen.errors import McugenError
from mcugen.model.check import check_graph, refuse
from mcugen.model.ir import Graph, Op
from mcugen.model.tflite import ENUM_FIELDS, parse_tflite
from mcugen.platforms.choose import all_engines
from mcugen.report.inspect_text import inspection_json
from mcugen.report.inspection import inspect_graph
from tests.engines.vectors import model_of
from tests.model import test_tflite_fuzz as byte_fuzz
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

SLOWEST_S = 5
"""Of one mutant, on a busy PC; usual are a few milliseconds."""
MOST_BYTES = 4 << 30
MOST_CASES = 12
"""Of one operator in the corpus."""
HOST = find_board("host")
OPTIONS = EngineOptions()
QUICK_ENGINES = {name: all_engines()[name] for name in ("aot", "axon")}
"""The others start a program to find the size of the arena."""


@dataclass
class Model:
    """A model as values that can be changed."""

    tensors: list[TensorSpec]
    ops: list[OpSpec]
    inputs: list[int]
    outputs: list[int]

    def to_bytes(self) -> bytes:
        return model_bytes(self.tensors, self.ops, self.inputs, self.outputs)


@cache
def corpus() -> tuple[Model, ...]:
    """Every operator of every list of edge cases in tests/engines/ops, and two small networks."""
    found = [byte_fuzz.conv_net(), byte_fuzz.dense_net()]
    for info in pkgutil.iter_modules(tests.engines.ops.__path__, "tests.engines.ops."):
        module = importlib.import_module(info.name)
        edges = getattr(module, "EDGES", None) or getattr(module, "LAYERS", ())
        cases = list(edges.values()) if isinstance(edges, dict) else list(edges)
        cases = [getattr(case, "layer", case) for case in cases[:MOST_CASES]]
        if hasattr(module, "layer_of"):
            cases = [module.layer_of(case) for case in cases]
        if cases and info.name.rpartition(".")[2].startswith("test_"):
            found.append(getattr(module, "model_of", model_of)(cases))
    graphs = [parse_tflite(content, "edges") for content in found]
    models = [whole(graph, graph.ops) for graph in graphs[:2]]
    return tuple(models + [whole(graph, [op]) for graph in graphs for op in graph.ops])


def whole(graph: Graph, ops: Sequence[Op]) -> Model:
    """Some operators of a graph as a model of their own."""
    used = sorted({i for op in ops for i in (*op.inputs, *op.outputs, *op.intermediates) if i >= 0})
    at = {-1: -1} | {index: number for number, index in enumerate(used)}
    tensors = [
        TensorSpec(
            shape=t.shape,
            dtype=t.dtype.value,
            scales=None if t.quant is None else list(t.quant.scales),
            zero_points=0 if t.quant is None else list(t.quant.zero_points),
            axis=0 if t.quant is None else t.quant.axis or 0,
            data=t.data,
            name=t.name,
            is_variable=t.is_variable,
        )
        for t in (graph.tensors[index] for index in used)
    ]
    specs = [
        OpSpec(
            op.kind,
            [at[i] for i in op.inputs],
            [at[i] for i in op.outputs],
            {k: v for k, v in op.options.items() if v is not None},
            op.version,
            [at[i] for i in op.intermediates],
        )
        for op in ops
    ]
    made = {index for op in specs for index in op.outputs}
    read = {index for op in specs for index in op.inputs}
    free = [i for i, t in enumerate(tensors) if t.data is None and not t.is_variable]
    return Model(
        tensors,
        specs,
        [i for i in free if i in read - made],
        [i for i in sorted(made - read)] or sorted(made),
    )


# --- changes --------------------------------------------------------------------------------------

NUMBERS = (-1, 0, 1, 2, 3, 4, 7, 127, 255, 4096, 65536, 2**31 - 1, -(2**31))
SCALES = (0.0, -1.0, 1e-45, 4e-12, 1e-7, 0.5, 1.0, 3e38, float("inf"), float("nan"))
TYPES = "int8 uint8 int16 int32 int64 float32 bool float16 int4 string uint16".split()
NAMES = ("", "\x1b[31m*/", "\u202e", "a" * 5000, "//\\", "%s%n", "../../x", "int", "0")


def change_tensor(model: Model, rng: random.Random) -> None:
    index = rng.randrange(len(model.tensors))
    tensor = model.tensors[index]
    what = rng.choice("name dtype shape scales zero_points axis data is_variable rank".split())
    count = rng.choice([1, 1, 2, 5])
    values: dict[str, Any] = {
        "name": rng.choice(NAMES),
        "dtype": rng.choice(TYPES),
        "scales": rng.choice(
            [None, rng.choice(SCALES), [rng.choice(SCALES) for _ in range(count)]]
        ),
        "zero_points": rng.choice([-129, -128, 0, 1, 127, 128, 2**40]),
        "axis": rng.choice(NUMBERS[:6]),
        "is_variable": not tensor.is_variable,
    }
    if what in ("shape", "rank"):
        values["shape"] = what = "shape"
        values["shape"] = changed_shape(tensor.shape, rng)
    if what == "data":
        values["data"] = changed_data(tensor, rng)
    if what == "zero_points" and tensor.scales is None:
        values["scales"], what = 0.1, "scales"
    model.tensors[index] = replace(tensor, **{what: values[what]})


def changed_shape(shape: Sequence[int], rng: random.Random) -> tuple[int, ...]:
    sizes = list(shape)
    kind = rng.randrange(4)
    if kind == 0 and sizes:
        sizes[rng.randrange(len(sizes))] = rng.choice(NUMBERS)
    elif kind == 1:
        sizes.insert(rng.randint(0, len(sizes)), rng.choice([1, 1, 2, 0]))
    elif kind == 2 and sizes:
        del sizes[rng.randrange(len(sizes))]
    else:
        rng.shuffle(sizes)
    return tuple(sizes)


def changed_data(tensor: TensorSpec, rng: random.Random) -> np.ndarray | bytes | None:
    if tensor.data is None:
        return bytes(rng.choice([1, 4, 16]))
    values = np.array(tensor.data)
    if rng.random() < 0.3 or not values.size or values.dtype == np.uint8:
        return rng.choice([None, values.tobytes()[:-1], values.tobytes() + b"\0"])
    at = rng.randrange(values.size)
    if values.dtype.kind == "f":
        values.reshape(-1)[at] = rng.choice([np.nan, np.inf, -np.inf, 0, 1e38])
    else:
        info = np.iinfo(values.dtype) if values.dtype.kind in "iu" else np.iinfo(np.int8)
        wanted = rng.choice([info.min, info.max, 0, 1, 2, 5])
        values.reshape(-1)[at] = max(min(wanted, info.max), info.min)
    return values


def change_operands(model: Model, rng: random.Random) -> None:
    index = rng.randrange(len(model.ops))
    op = model.ops[index]
    which = rng.choice(["inputs", "inputs", "outputs", "intermediates"])
    operands = list(getattr(op, which))
    any_tensor = rng.randint(-2, len(model.tensors))
    kind = rng.randrange(4)
    if kind == 0 and operands:
        del operands[rng.randrange(len(operands))]
    elif kind == 1:
        operands.insert(rng.randint(0, len(operands)), any_tensor)
    elif kind == 2 and operands:
        operands[rng.randrange(len(operands))] = any_tensor
    else:
        rng.shuffle(operands)
    model.ops[index] = replace(op, **{which: operands})


def change_options(model: Model, rng: random.Random) -> None:
    index = rng.randrange(len(model.ops))
    op = model.ops[index]
    names = [k for k, v in op.options.items() if isinstance(v, bool | int | float | str | tuple)]
    if not names:
        return
    name = rng.choice(names)
    value = op.options[name]
    new: Any = rng.choice(NUMBERS)
    if name in ENUM_FIELDS:
        new = rng.choice([0, 1, 2, 3, 4, 5, 9, 100])
    elif isinstance(value, bool):
        new = not value
    elif isinstance(value, float):
        new = rng.choice(SCALES)
    elif isinstance(value, tuple):
        new = changed_shape(value, rng)
    model.ops[index] = replace(op, options={**op.options, name: new})


def change_kind(model: Model, rng: random.Random) -> None:
    index = rng.randrange(len(model.ops))
    other = rng.choice(rng.choice(corpus()).ops)
    known = {} if rng.random() < 0.5 else other.options
    op = model.ops[index]
    model.ops[index] = replace(
        op, kind=other.kind, options=known, version=rng.choice([1, 2, 5, 99])
    )


def change_ends(model: Model, rng: random.Random) -> None:
    ends = rng.choice([model.inputs, model.outputs])
    index = rng.randint(-1, len(model.tensors))
    rng.choice([ends.clear, lambda: ends.append(index), lambda: ends.insert(0, index)])()


def join(model: Model, rng: random.Random) -> None:
    """A second operator behind the first, on whatever tensor is there."""
    other = rng.choice(corpus())
    first = len(model.tensors)
    model.tensors += other.tensors
    for op in other.ops:
        moved = [i + first if i >= 0 else i for i in op.inputs]
        if moved and rng.random() < 0.8:
            moved[0] = rng.randrange(first)
        model.ops.append(
            replace(op, inputs=moved, outputs=[i + first for i in op.outputs], intermediates=[])
        )
    model.inputs += [i + first for i in other.inputs]
    model.outputs += [i + first for i in other.outputs]


CHANGES = (change_tensor,) * 5 + (change_operands,) * 2 + (change_options,) * 3
CHANGES += (change_kind, change_ends, join)


def mutant(seed: int) -> bytes:
    """The same bytes for the same seed."""
    rng = random.Random(seed)
    chosen = rng.choice(corpus())
    model = Model([*chosen.tensors], [*chosen.ops], [*chosen.inputs], [*chosen.outputs])
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        rng.choice(CHANGES)(model, rng)
    try:
        content = model.to_bytes()
    except Exception:  # noqa: BLE001 - the writer cannot spell it: one of the sound models, then
        content = chosen.to_bytes()
    if rng.random() < 0.1:
        content = byte_fuzz.overwrite_words(content, content, rng)
    return content


# --- the whole way --------------------------------------------------------------------------------


def use(content: bytes) -> tuple[Graph, SourceTree]:
    """What `inspect` and `build` do with a model; an McugenError refuses it."""
    graph = parse_tflite(content, "mutant.tflite")
    inspection = inspect_graph(graph, content, QUICK_ENGINES, [HOST])
    json.dumps(inspection_json(inspection))
    problems = check_graph(graph)
    told = {problem.where for problem in problems}
    engine = ENGINES["aot"]
    refuse([*problems, *(p for p in engine.supports(graph) if p.where not in told)])
    options = replace(OPTIONS, model_bytes=content)
    plan = engine.plan(graph, options)
    assert plan.arena_bytes >= 0
    return graph, engine.emit(graph, options)


def outcome(content: bytes) -> str:
    """`compiled`, or who refused it and the shape of why; whatever else is raised is a fault."""
    try:
        use(content)
    except McugenError as error:
        assert error.exit_status == 2, error
        first = error.what.removeprefix("mutant.tflite").strip(": ").split("\n")[0]
        return "refused: " + "".join("N" if c.isdigit() else c for c in first)[:60]
    return "compiled"


class TooSlow(Exception):
    """One mutant took longer than SLOWEST_S."""


def _too_slow(_number: int, _frame: FrameType | None) -> None:
    raise TooSlow


def faults(first: int, count: int) -> Iterator[tuple[int, str]]:
    """(seed, outcome) of every mutant; an outcome that starts with FAULT is one."""
    corpus()
    before = signal.signal(signal.SIGALRM, _too_slow)
    try:
        for seed in range(first, first + count):
            signal.alarm(SLOWEST_S)
            try:
                found = outcome(mutant(seed))
            except Exception as error:  # noqa: BLE001 - that is what is looked for
                place = traceback.extract_tb(error.__traceback__)[-1]
                found = f"FAULT {type(error).__name__} {error} at {place.filename}:{place.lineno}"
            signal.alarm(0)
            yield seed, found
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def main(count: int, first: int = 0) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    seen: collections.Counter[str] = collections.Counter()
    start = time.monotonic()
    for seed, found in faults(first, count):
        if found.startswith("FAULT") and not seen[found]:
            print(f"seed {seed}: {found}", flush=True)
        seen[found] += 1
    number = sum(n for found, n in seen.items() if found.startswith("FAULT"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(
        f"{count} mutants in {time.monotonic() - start:.0f} s, {len(seen)} distinct outcomes, "
        f"{seen['compiled']} compiled, {number} faults, at most {peak} MiB"
    )
    return 1 if number else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
