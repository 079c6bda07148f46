# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Whole projects of two tiny models, as text to read: tests/golden holds what generation writes.

`pytest tests/export/test_golden.py --update-golden` rewrites it; the difference is for the reviewer.
Files copied verbatim and files made of hashes are only listed, in files.txt. Of a case with a base in
BASES there is only what the base does not have: further files, and the lines that differ.
"""

from __future__ import annotations

import difflib
import functools
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mcugen.boards import find_board
from mcugen.codegen.tree import SourceTree, read_tree
from mcugen.config import Config
from mcugen.export.project import generate
from mcugen.platforms.request import Choices, make_request
from tests.conftest import ROOT
from tests.tflite_writer import OpSpec, TensorSpec, fully_connected, model_bytes

GOLDEN = ROOT / "tests" / "golden"
LISTED_ONLY = ("runtime/", "board/", "app/firmware_sha256.h", "manifest.json", "sbom.spdx.json")
GENERATED_IN_BOARD = ("board/arena_region.ld", "board/hot_code.ld", "board/hot_data.ld")


def dense() -> bytes:
    """4 -> 3 values, two different scales of weights."""
    weights = np.array([[1, -2, 3, -4], [127, 0, -128, 5], [7, 7, -7, -7]], np.int8)
    bias = np.array([100, -200, 300], np.int32)
    return fully_connected(weights, bias, weight_scales=(0.01, 0.02, 0.03))


def image() -> bytes:
    """CONV_2D 3x3 with stride 2 of a 6x6 picture into 4 channels, then DEPTHWISE_CONV_2D 3x3."""
    conv = np.arange(36, dtype=np.int8).reshape(4, 3, 3, 1) - 18
    depthwise = np.arange(36, dtype=np.int8).reshape(1, 3, 3, 4) - 20
    bias = np.array([10, -20, 30, -40], np.int32)
    scales = (0.01, 0.02, 0.03, 0.04)
    tensors = [
        TensorSpec((1, 6, 6, 1), "int8", 0.5, -3, name="picture"),
        TensorSpec(conv.shape, "int8", scales, data=conv, name="conv_weights"),
        TensorSpec((4,), "int32", [0.5 * s for s in scales], data=bias, name="conv_bias"),
        TensorSpec((1, 3, 3, 4), "int8", 0.25, 5, name="features"),
        TensorSpec(depthwise.shape, "int8", scales, axis=3, data=depthwise, name="depth_weights"),
        TensorSpec((4,), "int32", [0.25 * s for s in scales], data=bias, name="depth_bias"),
        TensorSpec((1, 3, 3, 4), "int8", 0.125, -1, name="answer"),
    ]
    strides = {"padding": "SAME", "dilation_h_factor": 1, "dilation_w_factor": 1}
    relu = {"fused_activation_function": "RELU"}
    ops = [
        OpSpec("CONV_2D", [0, 1, 2], [3], {**strides, **relu, "stride_h": 2, "stride_w": 2}, 3),
        OpSpec(
            "DEPTHWISE_CONV_2D",
            [3, 4, 5],
            [6],
            {**strides, "stride_h": 1, "stride_w": 1, "depth_multiplier": 1},
            3,
        ),
    ]
    return model_bytes(tensors, ops, [0], [6])


MODELS = {"dense": dense, "image": image}
CASES = {
    "dense-host": Choices(),
    "dense-mps2-an505": Choices(),
    "image-host": Choices(),
    "image-mps2-an505": Choices(),
    "dense-mcxn947": Choices(memory="sramx"),
    "dense-mcxn947-bare": Choices(),
    "image-mcxn947": Choices(engine="tflm", variant="mcxn9xxevk"),
    "dense-mcxn236": Choices(engine="tflm"),
    "dense-imxrt1060": Choices(variant="evkbmimxrt1060"),
    "dense-lpc55s69": Choices(),
    "dense-imx93-m33": Choices(optimize="size"),
}
BASES = {
    "dense-mps2-an505": "dense-host",
    "image-mps2-an505": "image-host",
    "image-mcxn947": "dense-mcxn947",
    "dense-mcxn947-bare": "dense-mps2-an505",
    **dict.fromkeys(
        ("dense-mcxn236", "dense-imxrt1060", "dense-lpc55s69", "dense-imx93-m33"), "dense-mcxn947"
    ),
}
CHANGES = "changes.diff"
# Of these only what the exporter makes of the board, without the names of runtime/: the rest is that of
# other cases.
EXPORT_ONLY = {
    *("dense-mcxn236", "dense-mcxn947-bare", "dense-imxrt1060", "dense-lpc55s69"),
    "dense-imx93-m33",
}
EXPORTED = set(
    "CMakeLists.txt CMakePresets.json prj.conf files.txt README.md toolchain.cmake".split()
)


@functools.cache
def generated(case: str) -> SourceTree:
    """The readable part of a case's project."""
    model, _, board = case.partition("-")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{model}.tflite"
        path.write_bytes(MODELS[model]())
        request = make_request(Config(path, {}), find_board(board), CASES[case])
    # What engine tflm would measure depends on the installed TFLite Micro.
    options = replace(request.engine_options, arena_bytes=2048)
    return readable(generate(replace(request, engine_options=options)).tree)


def readable(tree: SourceTree) -> SourceTree:
    """The files that generation writes as text, and the names of all."""
    text = {
        path: content
        for path, content in tree.items()
        if path in GENERATED_IN_BOARD
        or not (path.startswith(LISTED_ONLY) or path.endswith(".tflite"))
    }
    return text | {"files.txt": "".join(f"{path}\n" for path in tree).encode()}


def export_only(tree: SourceTree) -> SourceTree:
    """What the exporter makes, without the names of runtime/."""
    return {path: without_runtime(tree[path]) for path in EXPORTED & tree.keys()}


def without_runtime(content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    return b"".join(line for line in lines if not line.strip().startswith(b"runtime/"))


def beyond(base: SourceTree, tree: SourceTree) -> SourceTree:
    """Files that `base` does not have, and one with the lines in which the others differ.

    Each difference stands between the lines around it, without line numbers: what changes in both trees
    changes nothing here. Which files there are is in files.txt.
    """
    changes = []
    for path in sorted(tree.keys() & base.keys()):
        before, after = (it[path].decode().split("\n") for it in (base, tree))
        lines = difflib.unified_diff(before, after, path, path, n=1, lineterm="")
        changes += ["@@" if line.startswith("@@") else line for line in lines]
    text = "".join(f"{line}\n" for line in changes)
    return {path: tree[path] for path in tree.keys() - base.keys()} | {CHANGES: text.encode()}


def rewrite(folder: Path, tree: SourceTree) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for path, content in tree.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


@pytest.mark.parametrize("case", CASES)
def test_projects_are_those_of_the_golden_folder(case: str, request: pytest.FixtureRequest) -> None:
    tree = generated(case)
    if case in BASES:
        part = export_only if case in EXPORT_ONLY else dict
        tree = beyond(part(generated(BASES[case])), part(tree))
    if request.config.getoption("--update-golden"):
        rewrite(GOLDEN / case, tree)
    golden = read_tree(GOLDEN / case)
    assert sorted(tree) == sorted(golden)
    for path, content in tree.items():
        assert content.decode() == golden[path].decode(), (
            f"{case}/{path}: see the module's docstring"
        )


def test_the_golden_folder_holds_nothing_else() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(CASES)
