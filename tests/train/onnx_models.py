# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What becomes of ONNX models; run by test_onnx.py, with onnx2tf and what it needs."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from mcugen.errors import ModelError
from mcugen.model.tflite import read_tflite
from mcugen.train.onnx_model import TOOL, as_saved_model, channels_last, check_onnx, onnx_function
from mcugen.train.same_function import check_same
from tests.cli.calls import call

RANDOM = np.random.default_rng(5)
PICTURES = RANDOM.normal(0, 1, (30, 6, 5, 2)).astype(np.float32)
PADDED = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}


def stored(name: str, *shape: int) -> Any:
    values = RANDOM.normal(0, 0.5, shape).astype(np.float32)
    return numpy_helper.from_array(values, name)


def save(path: Path, nodes: Sequence[Any], taken: Any, given: Any, weights: Sequence[Any]) -> Path:
    graph = helper.make_graph(nodes, "net", [taken], [given], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, path, save_as_external_data=True, location="weights", size_threshold=0)
    return path


def end(name: str, *shape: int | str, kind: int = TensorProto.FLOAT) -> Any:
    return helper.make_tensor_value_info(name, kind, shape)


@pytest.fixture
def picture_model(tmp_path: Path) -> Path:
    """Convolutions from 2 to 3 channels, first in ONNX; weights in a file of their own, as PyTorch
    exports them."""
    nodes = [
        helper.make_node("Conv", ["x", "w0", "b0"], ["a"], **PADDED),
        helper.make_node("Relu", ["a"], ["r"]),
        helper.make_node("Conv", ["r", "w1", "b1"], ["y"], **PADDED),
    ]
    weights = [stored("w0", 4, 2, 3, 3), stored("b0", 4), stored("w1", 3, 4, 3, 3), stored("b1", 3)]
    return save(
        tmp_path / "net.onnx", nodes, end("x", "N", 2, 6, 5), end("y", "N", 3, 6, 5), weights
    )


def write_data(folder: Path, samples: np.ndarray) -> Path:
    folder.mkdir()
    for part in ("train", "test"):
        np.save(folder / f"x_{part}.npy", samples)
    return folder


def test_from_an_onnx_file_to_a_bit_exact_device(
    picture_model: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """As docs/converting.md has it; the float file is then compared with a function that is not its."""
    data, before = write_data(tmp_path / "data", PICTURES), picture_model.read_bytes()
    answer = call(capfd, "convert", picture_model, "--data", data)
    assert answer.status == 0, answer.err
    assert picture_model.read_bytes() == before
    graph = read_tflite(tmp_path / "net_int8.tflite")
    ends = [graph.tensors[i].shape for i in (*graph.inputs, *graph.outputs)]
    assert ends == [(1, 6, 5, 2), (1, 6, 5, 3)]
    project = tmp_path / "project"
    made = call(capfd, "build", tmp_path / "net_int8.tflite", "--board", "host", "--out", project)
    assert made.status == 0, made.err
    answer = call(capfd, "verify", project)
    assert answer.status == 0 and "bit-exact with double rounding" in answer.out

    content, function = (tmp_path / "net.tflite").read_bytes(), onnx_function(picture_model)
    check_same("net", function, content, iter(PICTURES), (channels_last,))
    with pytest.raises(ModelError, match=r"is another function: output 0 differs"):
        check_same(
            "net",
            lambda one: [1.01 * y for y in function(one)],
            content,
            iter(PICTURES),
            (channels_last,),
        )


@pytest.mark.parametrize(
    ("axes", "options"),
    [((7, 4), ["-kat", "x"]), ((4, 7), []), ((28,), [])],
    ids=["as in ONNX", "channels last", "flat"],
)
def test_axes_that_the_data_have_as_onnx_has_them_are_kept(
    axes: tuple[int, ...], options: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What onnx2tf is called with; it does nothing here."""
    nodes, weights = [helper.make_node("MatMul", ["x", "w"], ["y"])], [stored("w", 4, 3)]
    net = save(tmp_path / "net.onnx", nodes, end("x", 1, 7, 4), end("y", 1, 7, 3), weights)
    commands = []

    def run(command: list[str], **how: Any) -> subprocess.CompletedProcess[bytes]:
        commands.append(command)
        assert (Path(how["cwd"]) / "net.onnx").is_file()
        return subprocess.CompletedProcess(command, 1, b"ERROR: not today")

    monkeypatch.setattr(subprocess, "run", run)
    with (
        pytest.raises(ModelError, match=r"cannot convert net\.onnx: not today"),
        as_saved_model(net, np.zeros(axes, np.float32)),
    ):
        pass
    assert commands == [[*TOOL, *options]]


def refused() -> Iterator[tuple[str, Any, str]]:
    one = [helper.make_node("Relu", ["x"], ["y"])]
    yield (
        "open sizes",
        (one, end("x", "N", 3, "h", "w")),
        "only the first size, the batch, may be open",
    )
    yield "whole numbers", (one, end("x", 1, 3, kind=TensorProto.INT64)), "takes int64, not float32"
    quantised = [helper.make_node("DequantizeLinear", ["x", "s"], ["y"])]
    yield "quantised", (quantised, end("x", 1, 3)), "is quantised already"


@pytest.mark.parametrize(("nodes_and_input", "words"), [case[1:] for case in refused()])
def test_what_cannot_be_quantised_is_refused_at_once(
    nodes_and_input: Any, words: str, tmp_path: Path
) -> None:
    nodes, taken = nodes_and_input
    path = save(tmp_path / "net.onnx", nodes, taken, end("y", 1, 3), [stored("s")])
    with pytest.raises(ModelError, match=words):
        check_onnx(path)


@pytest.mark.parametrize("place", ["../outside", "/etc/hostname", "absent"])
def test_weights_that_lie_elsewhere_are_not_read(place: str, tmp_path: Path) -> None:
    (tmp_path / "outside").write_bytes(bytes(64))
    folder = tmp_path / "model"
    folder.mkdir()
    nodes, weights = [helper.make_node("MatMul", ["x", "w"], ["y"])], [stored("w", 4, 3)]
    path = save(folder / "net.onnx", nodes, end("x", 1, 4), end("y", 1, 3), weights)
    path.write_bytes(moved(path.read_bytes(), place))
    with (
        pytest.raises(ModelError, match=r"the weights of net\.onnx cannot be read"),
        as_saved_model(path, np.zeros(4, np.float32)),
    ):
        pass


def moved(model: bytes, place: str) -> bytes:
    """The model with its weights in another file."""
    loaded = onnx.load_from_string(model)
    for entry in loaded.graph.initializer[0].external_data:
        if entry.key == "location":
            entry.value = place
    return bytes(loaded.SerializeToString())


def test_what_is_no_onnx_file_is_called_so(tmp_path: Path) -> None:
    (tmp_path / "net.onnx").write_bytes(b"no model")
    with pytest.raises(ModelError, match="is not a readable ONNX model"):
        check_onnx(tmp_path / "net.onnx")
