# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Engine tflm: the operator table, the resolver, the arena, and the C++ against stub and real headers."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mcugen.engines import tflm
from mcugen.engines.contract import EngineOptions
from mcugen.engines.tflm_operators import (
    CUSTOM_KERNELS,
    INT8_KERNELS,
    NEUTRON_GRAPH,
    RESOLVER_METHODS,
)
from mcugen.errors import ModelError
from mcugen.model.check import check_graph
from mcugen.model.ir import DType, Graph, Op, Tensor
from mcugen.model.reference import open_reference
from mcugen.model.tflite import parse_tflite, read_tflite
from mcugen.paths import runtime_dir
from mcugen.report.files import load_run
from tests.conftest import ROOT, require_tool
from tests.streaming_models import keyword
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

CONTENT = bytes(range(16))
SHA256 = hashlib.sha256(CONTENT).hexdigest()
STUB = ROOT / "firmware_tests" / "tflm_stub"
WARNINGS = (
    "-std=c++17 -Wall -Wextra -Wconversion -Wshadow -Wundef -Wdouble-promotion -Wsign-compare -Werror "
    "-fno-rtti -fno-exceptions"
).split()
COMPILERS = {
    "host": ("g++",),
    "cortex-m33": (
        *("arm-none-eabi-g++", "-mcpu=cortex-m33", "-mthumb"),
        *("-mfloat-abi=hard", "-mfpu=fpv5-sp-d16"),
    ),
}


def graph_of(*kinds: str, dtype: DType = DType.INT8) -> Graph:
    """A chain of operators: tensor i -> op i -> tensor i + 1, all of one type."""
    tensors = tuple(Tensor(i, f"t{i}", (1, 4), dtype) for i in range(len(kinds) + 1))
    ops = tuple(Op(i, kind, (i,), (i + 1,)) for i, kind in enumerate(kinds))
    return Graph("chain", SHA256, 16, tensors, ops, (0,), (len(kinds),))


def emit(graph: Graph, **options: int) -> dict[str, str]:
    choices = {"arena_bytes": 2048, **options}
    tree = tflm.emit(graph, EngineOptions(model_bytes=CONTENT, **choices))
    return {path: content.decode() for path, content in tree.items()}


def compile_cc(compiler: tuple[str, ...], source: Path, includes: list[str], out: Path) -> str:
    """Errors of compiling one file; empty when there are none."""
    command = [require_tool(compiler[0]), *compiler[1:], *WARNINGS, "-c", str(source)]
    defines = [f"-D{define}" for define in tflm.CXX_DEFINES]
    done = subprocess.run(
        [*command, *defines, *includes, f"-I{runtime_dir()}", "-o", str(out)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.stderr if done.returncode else ""


def real_includes() -> list[str]:
    """Include flags of the TFLite Micro in TFLM_DIR; a visible skip without one."""
    folder = os.environ.get("TFLM_DIR", "")
    if not folder:
        pytest.skip("TFLM_DIR names no TFLite Micro (tensorflow/, third_party/, library)")
    parts = ("", "third_party/flatbuffers/include", "third_party/gemmlowp", "third_party/ruy")
    return [word for part in parts for word in ("-isystem", str(Path(folder) / part))]


def every_operator() -> tuple[str, ...]:
    return tuple(kind for kind in RESOLVER_METHODS if kind not in tflm.CALL_SUBGRAPHS)


def test_each_operator_has_a_method_of_its_own() -> None:
    assert len(set(RESOLVER_METHODS.values())) == len(RESOLVER_METHODS)
    assert set(INT8_KERNELS) <= set(RESOLVER_METHODS)


def test_resolver_holds_exactly_the_operators_of_the_model() -> None:
    graph = graph_of("CONV_2D", "RESHAPE", "CONV_2D", "SOFTMAX")
    text = emit(graph)["model/chain_operators.cc"]
    calls = [
        line.split("resolver->")[1].split("(")[0] for line in text.splitlines() if "->" in line
    ]
    assert calls == ["AddConv2D", "AddReshape", "AddSoftmax"]
    assert "MicroMutableOpResolver<3>" in text
    assert "AddConv2D(tflite::Register_CONV_2D_INT8())" in text


def test_float_operators_get_the_general_registration() -> None:
    text = emit(graph_of("CONV_2D", dtype=DType.FLOAT32))["model/chain_operators.cc"]
    assert "AddConv2D()" in text
    assert "kernels/conv.h" not in text


def test_a_streaming_model_brings_its_variables() -> None:
    content = keyword()
    options = EngineOptions(model_bytes=content, arena_bytes=4096)
    tree = tflm.emit(parse_tflite(content, "word"), options)
    assert b"mcugen_tflm_resource_variables = 2;" in tree["model/word_model.c"]
    operators = tree["model/word_operators.cc"]
    for call in (b"AddCallOnce", b"AddVarHandle", b"AddReadVariable", b"AddAssignVariable"):
        assert operators.count(call) == 1


def test_tflms_own_custom_operators_are_taken(tmp_path: Path) -> None:
    frame = TensorSpec((64,), "int16")
    ops = [OpSpec("CUSTOM:SignalFftAutoScale", [0], [1, 2])]
    content = model_bytes([frame, frame, TensorSpec((), "int32")], ops, [0], [1, 2])
    (path := tmp_path / "scaled.tflite").write_bytes(content)
    graph = read_tflite(path)
    assert check_graph(graph, tflm.TFLM.operators) == []
    tree = tflm.emit(graph, EngineOptions(model_bytes=content))  # the wheel measures its arena
    assert b"->AddFftAutoScale()" in tree["model/scaled_operators.cc"]
    with open_reference(path) as reference:
        scaled, shift = reference.run([np.full((1, 64), 3, np.int16)])
    assert (scaled[0] == 3 << shift[0]).all() and shift[0] == 13


def test_npu_operator_is_registered_by_its_own_header() -> None:
    text = emit(graph_of(NEUTRON_GRAPH, "SOFTMAX"))["model/chain_operators.cc"]
    assert "Register_NEUTRON_GRAPH()" in text
    assert "kernels/neutron/neutron.h" in text


def test_a_converted_file_brings_its_own_operators() -> None:
    converted = model_bytes(
        [TensorSpec((1, 4), scales=0.5)] * 2, [OpSpec(NEUTRON_GRAPH, [0], [1])], [0], [1]
    )
    options = EngineOptions(model_bytes=converted, arena_bytes=512)
    tree = tflm.emit(graph_of("CONV_2D"), options)
    assert b"AddConv2D" not in tree["model/chain_operators.cc"]
    assert b"Register_NEUTRON_GRAPH" in tree["model/chain_operators.cc"]


def test_model_array_and_arena() -> None:
    text = emit(graph_of("ADD"), arena_limit_bytes=4096)["model/chain_model.c"]
    assert "alignas(16) const uint8_t mcugen_tflm_model[16]" in text
    assert "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11," in text
    assert "alignas(16) uint8_t mcugen_tflm_arena[2048]" in text
    assert "2048u <= 4096u" in text


def test_unknown_operator_is_refused_with_the_closest_one() -> None:
    graph = graph_of("CONV_3D", "CUSTOM:Mine")
    problems = tflm.supports(graph)
    assert [problem.where for problem in problems] == ["op 0 CONV_3D", "op 1 CUSTOM:Mine"]
    assert "CONV_2D" in problems[0].hint
    with pytest.raises(ModelError, match="op 0 CONV_3D.*op 1 CUSTOM:Mine"):
        emit(graph)


@pytest.mark.parametrize("kind", sorted(tflm.CALL_SUBGRAPHS))
def test_control_flow_is_refused(kind: str) -> None:
    assert "another subgraph" in tflm.supports(graph_of(kind))[0].what


def test_the_engine_wants_the_file() -> None:
    with pytest.raises(ModelError, match="model's file"):
        tflm.emit(graph_of("ADD"), EngineOptions(arena_bytes=16))


def test_arena_covers_measurement_scratch_and_planning() -> None:
    weights = Tensor(2, "w", (8, 3, 3, 4), DType.INT8, data=_zeros((8, 3, 3, 4)))
    tensors = (
        Tensor(0, "in", (1, 8, 8, 4), DType.INT8),
        Tensor(1, "out", (1, 8, 8, 8), DType.INT8),
        weights,
    )
    graph = Graph("m", "", 0, tensors, (Op(0, "CONV_2D", (0, 2), (1,)),), (0,), (1,))
    # two int16 columns of 3 x 3 x 4; planning (1 op, 3 tensors) hides below 768 bytes of activations
    assert tflm.propose_arena_bytes(graph, 4096) == 4096 + 2 * 2 * 36
    small = graph_of("ADD")
    # 8 bytes of activations: 2 + 1 AllocationInfo of 32 and 2 + 1 plan entries of 40 come on top
    assert tflm.propose_arena_bytes(small, 1000) == 1216


def test_arena_covers_what_the_optimised_lstm_keeps() -> None:
    """Eight sums of int32 for each of 10 units (160 bytes with padding: 48 each), and parameters."""
    weights = Tensor(0, "w", (10, 10), DType.INT8, data=_zeros((10, 10)))
    ends = (Tensor(1, "in", (1, 4, 3), DType.INT8), Tensor(2, "out", (1, 4, 10), DType.INT8))
    kind, inputs = "UNIDIRECTIONAL_SEQUENCE_LSTM", (1, *[0] * 23)
    graph = Graph("m", "", 0, (weights, *ends), (Op(0, kind, inputs, (2,)),), (1,), (2,))
    without = replace(graph, ops=(Op(0, "CUSTOM:other", inputs, (2,)),))
    more = tflm.propose_arena_bytes(graph, 4096) - tflm.propose_arena_bytes(without, 4096)
    assert more == 8 * 48 + 256


def _zeros(shape: tuple[int, ...]) -> np.ndarray:

    return np.zeros(shape, np.int8)


ENGINE = ("engine_tflm.cc", "tflm_interpreter.cc")


@pytest.mark.parametrize("file", ENGINE)
@pytest.mark.parametrize("target", sorted(COMPILERS))
def test_engine_compiles_against_the_stub(target: str, file: str, tmp_path: Path) -> None:
    source = runtime_dir() / file
    errors = compile_cc(COMPILERS[target], source, ["-isystem", str(STUB)], tmp_path / "o")
    assert errors == ""


def resolver_of_everything(tmp_path: Path, kinds: tuple[str, ...]) -> Path:
    source = tmp_path / "operators.cc"
    source.write_text(emit(graph_of(*kinds))["model/chain_operators.cc"])
    return source


def test_every_operator_compiles_against_the_stub(tmp_path: Path) -> None:
    source = resolver_of_everything(tmp_path, (*every_operator(), *CUSTOM_KERNELS))
    assert compile_cc(COMPILERS["host"], source, ["-isystem", str(STUB)], tmp_path / "o") == ""


def test_a_profiled_resolver_compiles_against_the_stub(tmp_path: Path) -> None:
    source = tmp_path / "operators.cc"
    source.write_text(emit(graph_of("CONV_2D", "ADD"), profile=True)["model/chain_operators.cc"])
    for compiler in COMPILERS.values():
        assert compile_cc(compiler, source, ["-isystem", str(STUB)], tmp_path / "o") == ""


def test_every_operator_is_marked_in_its_order(tmp_path: Path) -> None:
    test = ROOT / "firmware_tests" / "unit" / "test_tflm_marks.cc"
    program = tmp_path / "marks"
    flags = ["-g", "-fsanitize=address,undefined", f"-I{runtime_dir()}", "-isystem", str(STUB)]
    command = [require_tool("g++"), *WARNINGS, *flags, str(test), "-o", str(program)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    ran = subprocess.run([program], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr


def test_a_method_the_stub_lacks_does_not_compile(tmp_path: Path) -> None:
    source = resolver_of_everything(tmp_path, ("CONV_2D",))
    source.write_text(source.read_text().replace("AddConv2D", "AddConv2d"))
    errors = compile_cc(COMPILERS["host"], source, ["-isystem", str(STUB)], tmp_path / "o")
    assert "AddConv2d" in errors


def test_engine_and_every_operator_compile_against_real_headers(tmp_path: Path) -> None:
    includes = real_includes()
    for file in ENGINE:
        engine = runtime_dir() / file
        assert compile_cc(COMPILERS["host"], engine, includes, tmp_path / "o") == ""
    source = resolver_of_everything(tmp_path, every_operator())
    assert compile_cc(COMPILERS["host"], source, includes, tmp_path / "o") == ""
    source.write_text(emit(graph_of("CONV_2D", "ADD"), profile=True)["model/chain_operators.cc"])
    assert compile_cc(COMPILERS["host"], source, includes, tmp_path / "o") == ""


@pytest.mark.parametrize("model", ["ad01_int8", "kws_ref_model"])
def test_firmware_equals_the_reference(real_models: Path, model: str, tmp_path: Path) -> None:
    real_includes()
    project = tmp_path / "project"
    mcugen = [sys.executable, "-m", "mcugen"]
    lines = (
        [*mcugen, "build", str(real_models / f"{model}.tflite"), "--board", "host"]
        + [
            "--engine",
            "tflm",
            "--profile",
            "--front-end",
            "raw",
            "--no-compile",
            "--out",
            str(project),
        ],
        ["cmake", "-S", str(project), "-B", str(project / "build")]
        + [f"-DTFLM_DIR={os.environ['TFLM_DIR']}", "-DCMAKE_BUILD_TYPE="],
        ["cmake", "--build", str(project / "build")],
        [*mcugen, "run", str(project), "--profile", "--out", str(tmp_path / "run")],
        [*mcugen, "verify", str(project), "--vectors", "20"],
    )
    for line in lines:
        done = subprocess.run(line, capture_output=True, text=True, timeout=300, cwd=ROOT)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "bit-exact with double rounding" in done.stdout
    run = load_run(tmp_path / "run")
    graph = read_tflite(real_models / f"{model}.tflite")
    assert [(one.layer, one.operator) for one in run.layers] == [
        (op.index, op.kind) for op in graph.file_ops
    ]
