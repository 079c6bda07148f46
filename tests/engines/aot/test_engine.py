# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The ahead-of-time engine as a whole: what it refuses, what it writes, what that costs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mcugen.codegen.tree import tree_sha256
from mcugen.engines import ENGINES
from mcugen.engines.aot.variants import Call, Kernel, Layout, Operands, Operator, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops import OPS
from mcugen.errors import ModelError
from mcugen.model.ir import Graph
from mcugen.model.reference import open_reference
from mcugen.model.tflite import parse_tflite, read_tflite
from tests.conftest import ROOT
from tests.engines.c_engine import build
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

AOT = ENGINES["aot"]
DSP = frozenset({"dsp"})


def two_layers(*, twice_the_same: bool = False) -> bytes:
    """FULLY_CONNECTED 12 -> 12, RESHAPE, FULLY_CONNECTED 12 -> 12."""
    rng = np.random.default_rng(7)
    first, second = rng.integers(-127, 128, (2, 12, 12)).astype(np.int8)
    tensors = [
        TensorSpec((1, 12), "int8", 0.05, 3, name="in"),
        TensorSpec((12, 12), "int8", 0.01, data=first),
        TensorSpec((1, 12), "int8", 0.1, -4, name="middle"),
        TensorSpec((1, 1, 12), "int8", 0.1, -4, name="middle reshaped"),
        TensorSpec((12, 12), "int8", 0.01, data=first if twice_the_same else second),
        TensorSpec((1, 1, 12), "int8", 0.2, 9, name="out"),
    ]
    options = {"keep_num_dims": True}
    ops = [
        OpSpec("FULLY_CONNECTED", [0, 1, -1], [2], options, version=4),
        OpSpec("RESHAPE", [2], [3]),
        OpSpec("FULLY_CONNECTED", [3, 4, -1], [5], options, version=4),
    ]
    return model_bytes(tensors, ops, [0], [5])


def refused() -> Graph:
    """Two unknown operators, a third one wrong, a border that engine.h cannot name."""
    tensors = [
        TensorSpec((1, 4), "int8", 0.1),
        TensorSpec((1, 4), "int8", 0.1),
        TensorSpec((1, 4), "int8", 0.1),
        TensorSpec((1, 3), "int8", 0.1),
        TensorSpec((1, 4), "float16"),
    ]
    ops = [
        OpSpec("CUSTOM:Nobody", [0], [1]),
        OpSpec("BROADCAST_ARGS", [1], [2]),
        OpSpec("RESHAPE", [2], [3]),
    ]
    return parse_tflite(model_bytes(tensors, ops, [0, 4], [3]), "refused")


def test_all_problems_are_named_at_once() -> None:
    with pytest.raises(ModelError) as caught:
        AOT.emit(refused(), EngineOptions())
    for part in ("input 1: ", "op 0 CUSTOM:Nobody", "op 1 BROADCAST_ARGS", "op 2 RESHAPE"):
        assert part in caught.value.what
    assert "tflm" not in caught.value.hint, "it does not take this model either"
    assert len(AOT.supports(refused())) == 4


@pytest.mark.parametrize("isa", [frozenset(), DSP])
def test_only_the_kernels_that_are_called_are_copied(isa: frozenset[str]) -> None:
    tree = AOT.emit(parse_tflite(two_layers(), "two"), EngineOptions(isa=isa, optimize="size"))
    kernels = {path.removeprefix("runtime/kernels/") for path in tree if "kernels/" in path}
    common = {"fully_connected.h", "requantize.h"}
    own = {"fully_connected_dsp.c", "dsp.h", "row_pairs.h"} if isa else {"fully_connected.c"}
    assert kernels == common | own
    files = ("engine.c", "model.c", "model.h", "weights.c", "weights.h")
    model = {f"model/two_{file}" for file in files}
    assert {path for path in tree if path.startswith("model/")} == model


def test_equal_constants_are_stored_once() -> None:
    plans = [
        AOT.plan(parse_tflite(two_layers(twice_the_same=same), "two"), EngineOptions())
        for same in (False, True)
    ]
    assert plans[0].weight_bytes - plans[1].weight_bytes == 12 * 12


HASH = """
import sys
from pathlib import Path
from mcugen.codegen.tree import tree_sha256
from mcugen.engines import ENGINES
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops import OPS
from mcugen.engines.aot.variants import Call, Layout, Kernel, Operands, Operator, Variant
from mcugen.model.tflite import read_tflite
options = EngineOptions(isa=frozenset({"dsp", "fpu", "other"}), per_layer=True)
print(tree_sha256(ENGINES["aot"].emit(read_tflite(Path(sys.argv[1])), options)))
"""


def test_the_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    hashes = set()
    for seed, locale in (("1", "C"), ("2", "C.UTF-8")):
        folder = tmp_path / seed
        folder.mkdir()
        (folder / "two.tflite").write_bytes(two_layers())
        environment = {**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": locale}
        environment["PYTHONPATH"] = str(ROOT)
        command = [sys.executable, "-c", HASH, "two.tflite"]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        hashes.add(done.stdout)
    assert len(hashes) == 1


def test_the_options_change_the_code() -> None:
    graph = parse_tflite(two_layers(), "two")
    options = (
        EngineOptions(),
        EngineOptions(rounding="single"),
        EngineOptions(isa=DSP),
        EngineOptions(per_layer=True),
        EngineOptions(arena_limit_bytes=4096),
    )
    assert len({tree_sha256(AOT.emit(graph, option)) for option in options}) == len(options)


def test_an_arena_beyond_the_board_does_not_compile(tmp_path: Path) -> None:
    graph = parse_tflite(two_layers(), "two")
    with pytest.raises(AssertionError, match="the board has too little RAM"):
        build(graph, EngineOptions(arena_limit_bytes=8), tmp_path)


@pytest.mark.parametrize("isa", [frozenset(), DSP])
def test_every_layer_can_be_seen_and_equals_the_reference(
    isa: frozenset[str], tmp_path: Path
) -> None:
    path = tmp_path / "two.tflite"
    path.write_bytes(two_layers())
    graph = read_tflite(path)
    x = np.random.default_rng(3).integers(-128, 128, (6, 1, 12)).astype(np.int8)
    with open_reference(path) as reference:
        out, *layers = reference.run([x], [op.outputs[0] for op in graph.ops])
    result = build(graph, EngineOptions(isa=isa, per_layer=True), tmp_path).run(x)
    assert (result.outputs[0] == out).all()
    assert len(result.layers) == 3
    for (seen,), expected in zip(result.layers, layers, strict=True):
        assert (seen == expected).all()


def _copies(read_state: bool) -> Variant:
    """A variant of a made-up operator: its state to its output, or its input to both."""

    def build(operands: Operands) -> tuple[Call, ...]:
        widen = Kernel("mcugen_widen", "mcugen_widen_t", "widen.h", "widen.c")
        narrow = Kernel("mcugen_narrow", "mcugen_widen_t", "widen.h", "widen.c")
        count = (("count", 4),)
        (given,), (out,), (state,) = operands.inputs, operands.outputs, operands.states
        if read_state:
            return (Call(widen, count, (state, out)),)
        return (Call(widen, count, (given, out)), Call(narrow, count, (out, state)))

    return Variant((Layout.NATIVE,), (Layout.NATIVE,), 1, build)


def test_state_lasts_until_reset(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    operator = Operator(
        lambda graph, op: (), lambda graph, op, options: (_copies(read_state=op.index != 1),)
    )
    monkeypatch.setitem(OPS, "BROADCAST_ARGS", operator)  # type: ignore[index]
    tensors = [
        TensorSpec((1, 4), "int8", 0.1),
        TensorSpec((1, 4), "int8", 0.1, -9, is_variable=True),
        *(TensorSpec((1, 4), "int16", 0.1) for _ in range(3)),
    ]
    ops = [OpSpec("BROADCAST_ARGS", [0, 1], [output]) for output in (2, 3, 4)]
    graph = parse_tflite(model_bytes(tensors, ops, [0], [2, 3, 4]), "delay")
    x = np.arange(8, dtype=np.int8).reshape(2, 1, 4)
    fresh, _, written = build(graph, EngineOptions(), tmp_path).run(x).outputs
    assert (fresh == -9).all()  # the driver resets before every sample
    assert (written == x).all()
