# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen verify --per-layer` against real firmware of a convolutional model, sound and broken."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from mcugen.boards import find_board
from mcugen.export.manifest import load_manifest
from mcugen.toolchain.build import compile_project
from tests.cli.calls import Answer, call
from tests.conftest import require_tool
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

BOARDS = ("host", "mps2-an505")
Capture = pytest.CaptureFixture[str]


def three_convolutions() -> bytes:
    """A 3x3 convolution, a 3x3 depthwise one and a pointwise one on 6 x 5 pictures."""
    random = np.random.default_rng(2)

    def channels(*shape: int, axis: int) -> TensorSpec:
        data = random.integers(-127, 128, shape).astype(np.int8)
        scales = random.uniform(0.002, 0.01, shape[axis]).tolist()
        return TensorSpec(shape, "int8", scales, axis=axis, data=data)

    tensors = [
        *(TensorSpec((1, 6, 5, c), "int8", 0.1, z) for c, z in ((3, -4), (8, 3), (8, -20), (4, 5))),
        channels(8, 3, 3, 3, axis=0),
        channels(1, 3, 3, 8, axis=3),
        channels(4, 1, 1, 8, axis=0),
        *(TensorSpec((c,), "int32", 0.001, data=np.arange(c, dtype=np.int32)) for c in (8, 8, 4)),
    ]
    options = {"stride_w": 1, "stride_h": 1, "dilation_w_factor": 1, "dilation_h_factor": 1}
    depthwise = {**options, "depth_multiplier": 1}
    ops = [
        OpSpec("CONV_2D", [0, 4, 7], [1], options, version=3),
        OpSpec("DEPTHWISE_CONV_2D", [1, 5, 8], [2], depthwise, version=3),
        OpSpec("CONV_2D", [2, 6, 9], [3], options, version=3),
    ]
    return model_bytes(tensors, ops, [0], [3])


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "three.tflite"
    path.write_bytes(three_convolutions())
    return path


def build(model: Path, board: str, capfd: Capture, *words: str) -> Path:
    """The folder of a project that is not compiled yet."""
    require_tool("cmake")
    require_tool("gcc" if board == "host" else "qemu-system-arm")
    out = model.with_suffix(".project")
    answer = call(capfd, "build", model, "--board", board, "--out", out, "--no-compile", *words)
    assert answer.status == 0, answer.err
    return out


def verify(project: Path, capfd: Capture, *words: str) -> Answer:
    compile_project(project, find_board(load_manifest(project).board))
    return call(capfd, "verify", project, "--vectors", 8, *words)


def change(path: Path, old: str, new: str) -> None:
    """Replaces what occurs once in a file."""
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize("board", BOARDS)
def test_a_broken_layer_is_named(board: str, model: Path, capfd: Capture) -> None:
    project = build(model, board, capfd, "--per-layer")
    code = project / "model" / "three_model.c"
    calls = re.findall(r"mcugen_\w+\(&depthwise_conv_2d_1_params[^;]*;\n", code.read_text())
    sound = verify(project, capfd, "--per-layer")
    assert sound.status == 0 and "all layers are bit-exact" in sound.out, sound.err
    assert len(calls) == 2 and len(set(calls)) == 1  # the second one is for marks
    broken = calls[0] + "  depthwise_conv_2d_1_out[17] ^= 32;\n"
    code.write_text(code.read_text().replace(calls[0], broken))
    answer = verify(project, capfd, "--per-layer")
    assert answer.status == 3
    assert "layer 0 CONV_2D: 2640 of 2640 values equal" in answer.out
    unit = find_board(board).tick_unit
    assert len(re.findall(rf"values equal.*; [\d,]+ {unit}\n", answer.out)) == 3
    assert "layer 1 DEPTHWISE_CONV_2D: 2629 of 2640 values equal" in answer.out
    said = answer.out.split("the first layer that differs is ")[1]
    found = re.match(
        r"1 DEPTHWISE_CONV_2D \(tensor_2\): input 0, value 17: "
        r"device (-?\d+), reference (-?\d+); no other rounding explains it",
        said,
    )
    assert found is not None, said
    assert int(found[1]) ^ int(found[2]) == 32


@pytest.mark.parametrize("board", BOARDS)
def test_another_rounding_is_told(board: str, model: Path, capfd: Capture) -> None:
    """The firmware rounds once, the manifest says twice."""
    project = build(model, board, capfd, "--per-layer", "--rounding", "single")
    change(project / "manifest.json", '"rounding": "single"', '"rounding": "double"')
    answer = verify(project, capfd, "--per-layer")
    assert answer.status == 3 and "single rounding explains it" in answer.out, answer.out
    found = json.loads(verify(project, capfd, "--per-layer", "--json").out)["verdicts"]
    first = next(verdict for verdict in found if verdict["first"] is not None)
    assert first["largest_difference"] == 1 and first["first"]["explained_by"] == "single"


def test_without_per_layer_the_way_to_get_it_is_told(model: Path, capfd: Capture) -> None:
    answer = verify(build(model, "host", capfd), capfd, "--per-layer")
    assert answer.status == 3
    assert "LAYER refused" in answer.err and "build it with --per-layer" in answer.err


def test_single_rounding_is_judged_without_per_layer(model: Path, capfd: Capture) -> None:
    answer = verify(build(model, "host", capfd, "--rounding", "single"), capfd)
    assert answer.status == 0
    assert "mcugen NumPy" in answer.out and "bit-exact with single rounding" in answer.out


def test_a_rounding_without_reference_is_told(model: Path, capfd: Capture) -> None:
    quants = ((0.1, -4), (1 / 128, 0))
    tensors = [TensorSpec((1, 8), "int8", scale, z) for scale, z in quants]
    model.write_bytes(model_bytes(tensors, [OpSpec("TANH", [0], [1])], [0], [1]))
    answer = verify(build(model, "host", capfd, "--rounding", "single"), capfd)
    assert answer.status == 2
    said = " ".join(answer.err.split())
    assert "no reference with single rounding for op 0 TANH" in said
    assert "build it with --rounding double" in said
