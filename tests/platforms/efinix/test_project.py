# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The export for Efinix's TinyML platform: golden files, parameters, the hello program on this PC."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mcugen import __version__
from mcugen.boards import Board, find_board
from mcugen.codegen.tree import SourceTree
from mcugen.codegen.tree_writer import write_tree
from mcugen.config import Config
from mcugen.engines import ENGINES
from mcugen.engines.contract import EngineOptions
from mcugen.errors import ConfigError, DataError, ModelError
from mcugen.export.project import generate
from mcugen.model.tflite import parse_tflite
from mcugen.platforms.efinix.project import Accelerator, accelerator_defines, read_accelerator
from mcugen.platforms.efinix.uart_log import log_records, parse_efinix_log
from mcugen.platforms.request import Choices, make_request
from mcugen.records import ClipRecord, LatencyRecord
from mcugen.samples.sample_set import SampleSet
from mcugen.toolchain.project import open_project
from tests.c_compiler import WARNINGS
from tests.c_program import RUNTIME
from tests.conftest import ROOT, require_tool
from tests.device.projects import small_model
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

GOLDEN = ROOT / "tests" / "export" / "golden" / "efinix"
STRIDE_1 = {"stride_w": 1, "stride_h": 1, "padding": "SAME"}


def project(folder: Path, content: bytes | None = None) -> SourceTree:
    path = folder / "small.tflite"
    path.write_bytes(content or small_model())
    request = make_request(
        Config(model=path, front_end={}), find_board("efinix-sapphire"), Choices()
    )
    samples = np.random.default_rng(5).integers(-128, 128, (3, 16), np.int8)
    if content is None:
        options = replace(request.export_options, test_set=SampleSet(samples))
        request = replace(request, export_options=options)
    return generate(request).tree


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "makefile",
        "tinyml_core0_define.v",
        "model/efinix_model.h",
        "model/small_model_data.h",
        "model/test_vectors.h",
    ],
)
def test_golden(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """After a wanted change: --update-golden; read the difference."""
    text = project(tmp_path)[name].decode().replace(__version__, "VERSION")
    text = re.sub(r"sha256 [0-9a-f]{64}", "sha256 HASH", text)
    if request.config.getoption("--update-golden"):
        (GOLDEN / name).parent.mkdir(parents=True, exist_ok=True)
        (GOLDEN / name).write_text(text)
    assert text == (GOLDEN / name).read_text()


def test_the_array_is_the_model_and_aligned(tmp_path: Path) -> None:
    text = project(tmp_path)["model/small_model_data.cc"].decode()
    values = text[text.index("{") + 1 : text.index("}")].replace("\n", "").split(",")
    assert bytes(int(v) for v in values if v.strip()) == small_model()
    assert "alignas(16) const unsigned char small_model_data[]" in text
    assert f"small_model_data_len = {len(small_model())};" in text


def network() -> bytes:
    """CONV_2D of 8 x 20, DEPTHWISE_CONV_2D, ADD, MAXIMUM: no FULLY_CONNECTED, no RESHAPE."""
    q = (0.5, 0)

    def weights(*shape: int) -> TensorSpec:
        return TensorSpec(shape, "int8", 0.5, data=np.ones(shape, np.int8))

    tensors = [
        *(TensorSpec((1, 8, 20, 3), "int8", *q), weights(12, 3, 3, 3)),
        *(TensorSpec((1, 8, 20, 12), "int8", *q), weights(1, 3, 3, 12)),
        *(TensorSpec((1, 8, 20, 12), "int8", *q), TensorSpec((1, 8, 20, 12), "int8", *q)),
        TensorSpec((1, 8, 20, 12), "int8", *q),
    ]
    ops = [
        OpSpec("CONV_2D", [0, 1], [2], STRIDE_1),
        OpSpec("DEPTHWISE_CONV_2D", [2, 3], [4], STRIDE_1 | {"depth_multiplier": 1}),
        OpSpec("ADD", [2, 4], [5]),
        OpSpec("MAXIMUM", [5, 4], [6]),
    ]
    return model_bytes(tensors, ops, [0], [6])


def test_parameters_follow_from_the_model() -> None:
    graph = parse_tflite(network(), "m")
    found = {d.name: d.value for d in accelerator_defines(graph, Accelerator(0, 128, 8, 4))}
    on = {name for name, value in found.items() if value == "STANDARD"}
    assert on == {"CONV_DEPTHW_MODE", "ADD_MODE", "MIN_MAX_MODE"}
    assert found["CONV_DEPTHW_STD_OUT_CH_FIFO_A"] == 12
    assert found["CONV_DEPTHW_STD_CNT_DTH"] == 20  # the longer edge
    assert (found["FC_MAX_IN_NODE"], found["FC_MAX_OUT_NODE"]) == (0, 0)
    unknown = {name for name, value in found.items() if value is None}
    assert unknown == {"CONV_DEPTHW_STD_FILTER_FIFO_A", "CACHE_DEPTH"}


def flat_network() -> bytes:
    """RESHAPE, two FULLY_CONNECTED of 24 to 7 and 7 to 9, LEAKY_RELU, MUL; no convolution."""
    q = (0.5, 0)

    def weights(*shape: int) -> TensorSpec:
        return TensorSpec(shape, "int8", 0.5, data=np.ones(shape, np.int8))

    shapes = ((1, 2, 3, 4), (1, 24), (1, 7), (1, 9), (1, 9), (1, 9))
    tensors = [TensorSpec(shape, "int8", *q) for shape in shapes]
    tensors += [
        TensorSpec((2,), "int32", data=np.array([1, 24], np.int32)),
        *(weights(7, 24), weights(9, 7)),
    ]
    ops = [
        OpSpec("RESHAPE", [0, 6], [1]),
        OpSpec("FULLY_CONNECTED", [1, 7], [2]),
        OpSpec("FULLY_CONNECTED", [2, 8], [3]),
        OpSpec("LEAKY_RELU", [3], [4], {"alpha": 0.1}),
        OpSpec("MUL", [3, 4], [5]),
    ]
    return model_bytes(tensors, ops, [0], [5])


def test_parameters_of_a_model_without_convolutions() -> None:
    graph = parse_tflite(flat_network(), "m")
    found = {d.name: d.value for d in accelerator_defines(graph, Accelerator(0, 128, 8, 4))}
    on = {name for name, value in found.items() if value == "STANDARD"}
    assert on == {"RS_MODE", "FC_MODE", "LR_MODE", "MUL_MODE"}
    assert (found["FC_MAX_IN_NODE"], found["FC_MAX_OUT_NODE"]) == (24, 9)
    assert found["CONV_DEPTHW_STD_OUT_CH_FIFO_A"] == found["CONV_DEPTHW_STD_CNT_DTH"] == 0


PUBLISHED = {
    "ad01_int8": (0, 0, 640, 640, {"FC"}),
    "kws_ref_model": (64, 64, 64, 12, {"CONV_DEPTHW", "FC", "RS"}),
    "pretrainedResnet_quant": (64, 64, 64, 10, {"CONV_DEPTHW", "ADD", "FC", "RS"}),
}


@pytest.mark.parametrize("model", PUBLISHED)
def test_parameters_equal_the_vendors_analyser(model: str, real_models: Path) -> None:
    """What Efinix's own analyser says of the same files."""
    graph = parse_tflite((real_models / f"{model}.tflite").read_bytes(), model)
    found = {d.name: d.value for d in accelerator_defines(graph, Accelerator(0, 128, 8, 4))}
    sizes = ("CONV_DEPTHW_STD_OUT_CH_FIFO_A", "CONV_DEPTHW_STD_CNT_DTH")
    nodes = ("FC_MAX_IN_NODE", "FC_MAX_OUT_NODE")
    modes = {name.removesuffix("_MODE") for name, value in found.items() if value == "STANDARD"}
    assert (*(found[name] for name in (*sizes, *nodes)), modes) == PUBLISHED[model]


def board_with(**values: object) -> Board:
    board = find_board("efinix-sapphire")
    return replace(board, extra={"efinix": {**board.extra["efinix"], **values}})


def test_parameters_that_the_generator_would_not_take_are_told_together() -> None:
    assert read_accelerator(board_with(core=3, in_parallel=16)).in_parallel == 16
    with pytest.raises(ConfigError) as caught:
        read_accelerator(board_with(core=4, in_parallel=12, out_parallel=8))
    for words in ("core must be 0 to 3", "in_parallel", "out_parallel: a power of two to 4"):
        assert words in caught.value.what


def test_operators_that_came_after_2022_are_refused(tmp_path: Path) -> None:
    q = (0.5, 0)
    tensors = [TensorSpec((1, 4), "int8", *q), TensorSpec((1, 4), "int8", *q)]
    content = model_bytes(tensors, [OpSpec("SQUARED_DIFFERENCE", [0, 0], [1])], [0], [1])
    with pytest.raises(
        ModelError, match="op 0 SQUARED_DIFFERENCE: is not supported by the platform"
    ):
        project(tmp_path, content)


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The hello program with the aot engine for its engine and this PC for its board."""
    folder = tmp_path_factory.mktemp("efinix")
    tree = project(folder)
    write_tree(tree, folder / "project")
    graph = parse_tflite(small_model(), "small")
    host = find_board("host")
    aot = folder / "aot"
    for path, content in ENGINES["aot"].emit(graph, EngineOptions()).items():
        (aot / path).parent.mkdir(parents=True, exist_ok=True)
        (aot / path).write_bytes(content)
    sources = [*aot.rglob("*.c"), host.folder / "port.c", RUNTIME / "text.c", RUNTIME / "status.c"]
    sources += [folder / "project" / p for p in ("runtime/efinix_hello.c", "model/test_vectors.c")]
    includes = [RUNTIME, aot / "runtime" / "kernels", aot / "model", folder / "project" / "model"]
    flags = [*WARNINGS, "-O2", *(f"-I{path}" for path in includes)]
    program = folder / "hello"
    compiler = [require_tool("gcc"), *flags, "-o", str(program), *map(str, sources), "-lm"]
    subprocess.run(compiler, check=True, timeout=60)
    done = subprocess.run([str(program)], capture_output=True, text=True, check=True, timeout=20)
    return folder / "project", done.stdout


def test_hello_prints_what_the_reader_reads(log: tuple[Path, str]) -> None:
    """All outputs of all vectors come back and equal TFLite Micro's."""
    folder, text = log
    head, *records = log_records(open_project(folder), text, "log")
    clips = [r for r in records if isinstance(r, ClipRecord)]
    assert [(c.clip, c.outputs_compared, c.outputs_different) for c in clips] == [
        (f"{n}: vector {n}", 16, 0) for n in range(3)
    ]
    assert len(re.findall(r"cycle \(hex\): 0x0, 0x[1-9a-f][0-9a-f]*\n", text)) == 3
    assert text.count("SYSTEM_CLINT_HZ (hex): 0x3b9aca00\n\nInference time: ") == 3
    (latency,) = [r for r in records if isinstance(r, LatencyRecord)]
    assert latency.name == "inference" and latency.count == 3 and (latency.minimum or 0) > 0
    assert "tflite-micro" in str(head)


def test_an_input_that_the_programs_cannot_give_is_refused(tmp_path: Path) -> None:
    q = (0.5, 0)
    tensors = [TensorSpec((1, 4), "int8", *q), TensorSpec((1, 4), "float32")]
    with pytest.raises(ModelError, match="output 0 is float32, not int8"):
        project(tmp_path, model_bytes(tensors, [OpSpec("DEQUANTIZE", [0], [1])], [0], [1]))
    tensors = [TensorSpec((1, 4), "int8", *q)] * 3
    with pytest.raises(ModelError, match="has 2 inputs, its programs give one"):
        project(tmp_path, model_bytes(tensors, [OpSpec("ADD", [0, 1], [2])], [0, 1], [2]))


def test_a_wrong_value_is_counted(log: tuple[Path, str]) -> None:
    folder, text = log
    block = parse_efinix_log(text, "log").blocks[1]
    old = ", ".join(str(int(v)) for v in block.values)
    new = ", ".join(str(int(v) + (i == 3)) for i, v in enumerate(block.values))
    assert old in text
    records = log_records(open_project(folder), text.replace(old, new), "log")
    clips = [r for r in records if isinstance(r, ClipRecord)]
    assert [c.outputs_different for c in clips] == [0, 1, 0]


def test_a_cut_log_is_refused(log: tuple[Path, str]) -> None:
    with pytest.raises(DataError, match="ends after"):
        parse_efinix_log(log[1][: len(log[1]) * 2 // 3], "log")
