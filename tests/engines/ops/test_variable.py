# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Resource variables: a stream of windows equals TFLite Micro, and a reset brings the first values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mcugen.engines import ENGINES
from mcugen.engines.contract import EngineOptions
from mcugen.model.check import check_graph
from mcugen.model.reference import open_reference
from mcugen.model.tflite import parse_tflite
from mcugen.model.variables import UNCLEAR
from tests.engines.c_engine import build, emit
from tests.engines.vectors import DSP
from tests.streaming_models import HANDLE, ModelWriter, keyword, like
from tests.tflite_writer import GraphSpec, OpSpec, TensorSpec, model_bytes

X = TensorSpec((1, 2, 3), "int8", 0.1, 3)
WINDOWS = 12


def delay(spec: TensorSpec = X, first: bool = True) -> bytes:
    """The last two windows, joined; the oldest is a pattern, or without `first` the zero point."""
    m = ModelWriter()
    x = m.tensor(spec)
    handle = m.handle("past")
    old = m.read(handle, spec)
    joined = m.join([old, x], like(spec, 1, 4, 3))
    m.assign(handle, x)
    if first:
        data = np.arange(6).reshape(1, 2, 3).astype(spec.dtype)
        m.initial["past"] = replace(spec, data=data)
    return m.bytes([x], [joined])


def late_readers() -> bytes:
    """The old value is read, renamed and shown when the variable has a new one; so is the new one."""
    m = ModelWriter()
    x = m.tensor(X)
    handle, again = m.handle("v"), m.handle("v")
    old = m.read(handle, X)
    renamed = m.op("RESHAPE", [old, m.numbers(1, 3, 2)], like(X, 1, 3, 2))
    before = m.relu(old)
    m.assign(again, x)
    new = m.read(handle, X)
    late = m.relu(renamed)
    m.initial["v"] = replace(X, data=np.full(X.shape, 77, np.int8))
    return m.bytes([x], [before, m.relu(new), late, old, m.relu(x)])


def constants() -> bytes:
    """A variable that is only read, and one that is assigned a constant; no value of x is kept."""
    m = ModelWriter()
    x = m.tensor(X)
    table, flag = m.handle("table"), m.handle("flag")
    m.initial["table"] = replace(X, data=np.arange(-3, 3).reshape(X.shape).astype(np.int8))
    joined = m.join([m.read(table, X), x], like(X, 1, 4, 3))
    seen = m.relu(m.read(flag, X))
    m.assign(flag, m.tensor(replace(X, data=np.full(X.shape, 100, np.int8))))
    return m.bytes([x], [joined, seen])


MODELS: dict[str, Callable[[], bytes]] = {
    "delay": delay,
    "zero point": lambda: delay(first=False),
    "int16": lambda: delay(TensorSpec((1, 2, 3), "int16", 0.1, 0)),
    "float32": lambda: delay(TensorSpec((1, 2, 3), "float32")),
    "late readers": late_readers,
    "constants": constants,
    "keyword": keyword,
}


def windows(data: bytes, count: int = WINDOWS) -> np.ndarray:
    graph = parse_tflite(data, "m")
    (x,) = (graph.tensors[index] for index in graph.inputs)
    values = np.random.default_rng(1).integers(-128, 128, (count, *x.shape))
    return values.astype(x.dtype.value)


def expected(
    data: bytes, folder: Path, x: np.ndarray, clips: list[int] | None = None
) -> tuple[np.ndarray, ...]:
    (folder / "m.tflite").write_bytes(data)
    with open_reference(folder / "m.tflite") as reference:
        return reference.run([x], clips=clips)


ON = [*((name, "host") for name in MODELS), ("late readers", "qemu"), ("keyword", "qemu")]


@pytest.mark.parametrize(("name", "on"), ON)
def test_a_stream_equals_the_reference(name: str, on: str, tmp_path: Path) -> None:
    data = MODELS[name]()
    x = windows(data)
    options = EngineOptions(isa=DSP, optimize="size") if on == "qemu" else EngineOptions()
    engine = build(parse_tflite(data, "m"), options, tmp_path, on=on, keeps_state=True)
    wanted = expected(data, tmp_path, x)
    for got, want in zip(engine.run(x).outputs, wanted, strict=True):
        assert (got == want).all()
    clean = expected(data, tmp_path, x, [1] * len(x))
    kept = any((a != b).any() for a, b in zip(wanted, clean, strict=True))
    assert kept, "the state must matter"


@pytest.mark.parametrize("name", ["delay", "zero point", "late readers"])
def test_a_reset_brings_the_first_values(name: str, tmp_path: Path) -> None:
    data = MODELS[name]()
    x = windows(data)
    engine = build(parse_tflite(data, "m"), EngineOptions(), tmp_path)  # resets before each window
    wanted = expected(data, tmp_path, x, [1] * len(x))
    for got, want in zip(engine.run(x).outputs, wanted, strict=True):
        assert (got == want).all()


def test_clips_of_the_reference_are_apart(tmp_path: Path) -> None:
    data = keyword()
    x = windows(data)
    (whole,) = expected(data, tmp_path, x, [5, 7])
    (first,) = expected(data, tmp_path, x[:5])
    (second,) = expected(data, tmp_path, x[5:])
    assert (whole == np.concatenate([first, second])).all()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  // assign_variable_4", "  if (state_0 != NULL) return;\n  // assign_variable_4"),
        ("initial_state_0, 6", "initial_state_0, 5"),
    ],
)
def test_a_break_is_noticed(old: str, new: str, tmp_path: Path) -> None:
    data = delay()
    x = windows(data)
    patch = ("model/m_model.c", old, new)
    graph = parse_tflite(data, "m")
    engine = build(graph, EngineOptions(), tmp_path, patch=patch, keeps_state=True)
    assert (engine.run(x).outputs[0] != expected(data, tmp_path, x)[0]).any()


def test_a_variable_is_read_in_place_where_that_is_right() -> None:
    def copies(data: bytes, options: EngineOptions | None = None) -> int:
        tree = emit(parse_tflite(data, "m"), options or EngineOptions())
        return str(tree["model/m_model.c"]).count("  // read_variable_")

    assert copies(keyword()) == 0
    assert copies(keyword(), EngineOptions(per_layer=True)) == 2
    assert copies(late_readers()) == 2  # once before, once behind the assignment


def test_variables_share_memory_with_nothing() -> None:
    plan = ENGINES["aot"].plan(parse_tflite(keyword(), "m"), EngineOptions()).memory
    states = [p for p in plan.placements if p.buffer.name.startswith("state_")]
    assert [p.buffer.size_bytes for p in states] == [80, 64]
    for state in states:
        for other in plan.placements:
            apart = (
                other.offset >= state.offset + state.buffer.size_bytes
                or state.offset >= other.offset + other.buffer.size_bytes
            )
            assert other is state or apart


def test_single_rounding_keeps_state(tmp_path: Path) -> None:
    """The NumPy reference against TFLite Micro, on a model without a rounding."""
    for data in (delay(), delay(first=False)):
        x = windows(data)
        (tmp_path / "m.tflite").write_bytes(data)
        with open_reference(tmp_path / "m.tflite", rounding="single") as reference:
            got = reference.run([x], clips=[5, 7])
        assert (got[0] == expected(data, tmp_path, x, [5, 7])[0]).all()


# --- what is not followed -----------------------------------------------------------------------


def computed_first_value() -> bytes:
    """CALL_ONCE's graph computes what it assigns."""
    m = ModelWriter()
    x = m.tensor(X)
    joined = m.join([m.read(m.handle("v"), X), x], like(X, 1, 4, 3))
    name = {"shared_name": "v", "container": ""}
    constant = replace(X, data=np.zeros(X.shape, np.int8))
    called = GraphSpec(
        [HANDLE, constant, X],
        [
            OpSpec("RELU", [1], [2]),
            OpSpec("VAR_HANDLE", [], [0], name),
            OpSpec("ASSIGN_VARIABLE", [0, 2], []),
        ],
    )
    once = OpSpec("CALL_ONCE", [], [], {"init_subgraph_index": 1})
    return model_bytes(m.tensors, [once, *m.ops], [x], [joined], [called])


def other_size() -> bytes:
    m = ModelWriter()
    x = m.tensor(X)
    handle = m.handle("v")
    joined = m.join([m.read(handle, like(X, 1, 1, 3)), x], like(X, 1, 3, 3))
    m.assign(handle, x)
    return m.bytes([x], [joined])


def too_late() -> bytes:
    m = ModelWriter()
    x = m.tensor(X)
    joined = m.join([m.read(m.handle("v"), X), x], like(X, 1, 4, 3))
    m.initial["v"] = replace(X, data=np.zeros(X.shape, np.int8))
    once = OpSpec("CALL_ONCE", [], [], {"init_subgraph_index": 1})
    return model_bytes(m.tensors, [*m.ops, once], [x], [joined], [m.initialiser()])


@pytest.mark.parametrize("model", [computed_first_value, other_size, too_late])
def test_other_state_is_refused(model: Callable[[], bytes]) -> None:
    assert UNCLEAR in {problem.what for problem in check_graph(parse_tflite(model(), "m"))}
