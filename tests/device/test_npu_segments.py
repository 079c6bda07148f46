# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen verify --per-layer` of a converted model, on a stand-in of the NPU that is right or lies."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from mcugen.api import verify as api
from mcugen.boards import find_board
from mcugen.codegen.tree_writer import write_tree
from mcugen.config import Config
from mcugen.engines.tflm_operators import NEUTRON_GRAPH
from mcugen.export.project import generate
from mcugen.platforms.request import Choices, make_request
from mcugen.toolchain.build import compile_project
from tests.conftest import ROOT, require_tool
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

FIRMWARE_TESTS = ROOT / "firmware_tests"


def values(name: str) -> TensorSpec:
    return TensorSpec((1, 4), "int8", 0.5, 0, name=name)


MODEL = model_bytes(
    [values("in"), values("between"), values("out")],
    [OpSpec("RELU", [0], [1]), OpSpec("RELU6", [1], [2])],
    [0],
    [2],
)
MICROCODE = TensorSpec((8,), "uint8", data=np.zeros(8, np.uint8), name="microcode")
SCRATCH = TensorSpec((16,), "uint8", name="scratch")
CONVERTED = model_bytes(
    [values("in"), values("between"), values("out"), MICROCODE, SCRATCH],
    [OpSpec(NEUTRON_GRAPH, [0, 3], [1, 4]), OpSpec("RELU6", [1], [2])],
    [0],
    [2],
)


def stand_in(folder: Path) -> Path:
    """A TFLite Micro for the model above: headers and a library."""
    shutil.copytree(FIRMWARE_TESTS / "tflm_stub", folder / "tflm")
    shutil.copy(FIRMWARE_TESTS / "tflite_types.h", folder / "tflite_types.h")
    source = FIRMWARE_TESTS / "fake" / "tflm_with_npu.cc"
    compiler, archiver = require_tool("g++"), require_tool("ar")
    command = [compiler, "-std=c++17", "-fno-rtti", f"-I{folder / 'tflm'}"]
    subprocess.run([*command, "-c", source, "-o", folder / "o"], check=True)
    library = folder / "tflm" / "libtensorflow-microlite.a"
    subprocess.run([archiver, "rcs", library, folder / "o"], check=True)
    return folder / "tflm"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Firmware for this computer with the converted model in place of the model."""
    require_tool("cmake")
    folder = tmp_path_factory.mktemp("npu")
    board = find_board("host")
    (folder / "m.tflite").write_bytes(MODEL)
    choices = Choices(engine="tflm", per_layer=True, arena_bytes=1024)
    request = make_request(Config(folder / "m.tflite", {}), board, choices)
    made = generate(request.with_linked_model(CONVERTED, 1024, ("1 of 2 on the NPU",)))
    write_tree(made.tree, folder / "project")
    compile_project(folder / "project", board, stand_in(folder))
    return folder / "project"


@pytest.mark.parametrize("lie", [0, 1, 2])
def test_segments_of_cpu_and_npu_are_compared(
    lie: int, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within NXP's one step it may differ; beyond, the segment that does is named."""
    monkeypatch.setattr(api, "_tolerance_lsb", lambda project: 1)
    monkeypatch.setenv("NPU_LIES_BY", str(lie))
    found = api.verify(project, vectors=8, per_layer=True)
    npu, cpu = found.verdicts
    assert isinstance(npu, api.LayerVerdict) and isinstance(cpu, api.LayerVerdict)
    assert (npu.layer, npu.tensor, npu.largest_difference) == (0, "between", lie)
    assert (cpu.layer, cpu.tensor) == (1, "out")
    assert found.is_accepted == (lie < 2)
    kind = "CUSTOM:NeutronGraph on the NPU, up to 0 RELU of the model"
    assert found.lines[0].startswith(f"layer 0 {kind}: ")
    assert found.lines[1].startswith("layer 1 RELU6 on the CPU, up to 1 RELU6 of the model: ")
    said = {
        0: "all layers are bit-exact",
        1: "all layers are within the NPU's tolerance of 1",
        2: f"the first layer that differs is 0 {kind} (between)",
    }
    assert found.lines[2].startswith(said[lie])
    assert found.lines[3] == "not compared, for the model has no such tensor: scratch"
    outputs = api.verify(project, vectors=8)
    assert outputs.is_accepted == (lie < 2)
