# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Models that no converter writes, through the commands: one line, exit status 2, and no folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.cli.calls import call
from tests.engines.ops.convolutions import Case, layer_options, layer_tensors
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

X = TensorSpec((1, 4), scales=0.1)
STATE = replace(X, is_variable=True)
CONSTANT = replace(X, data=np.zeros((1, 4), np.int8))
LAYER = Case(kind="DEPTHWISE_CONV_2D")


def depthwise(inputs: list[int], **options: int) -> bytes:
    op = OpSpec(LAYER.kind, inputs, [2], layer_options(LAYER) | options, version=3)
    return model_bytes(layer_tensors(LAYER, 0), [op], [0], [2])


def two(kind: str, second: TensorSpec, inputs: list[int], ends: list[int]) -> bytes:
    """An operator that writes tensor 2."""
    return model_bytes([X, second, X], [OpSpec(kind, inputs, [2])], ends, [2])


MODELS = {
    "is a variable and holds a constant": two(
        "ADD", replace(CONSTANT, is_variable=True), [0, 1], [0]
    ),
    "has 4 inputs, DEPTHWISE_CONV_2D needs 2 to 3": depthwise([0, 1, 3, 3]),
    "writes tensor 0, which has a value": model_bytes([X], [OpSpec("RELU", [0], [0])], [0], [0]),
    "input 1: is a variable": two("RELU", STATE, [0], [0, 1]),
    "has depth_multiplier 2 and 4 outputs for 4 input channels": depthwise(
        [0, 1, 3], depth_multiplier=2
    ),
}


@pytest.mark.parametrize("words", MODELS)
def test_a_hostile_model_is_one_line(
    words: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    model, out = tmp_path / "net.tflite", tmp_path / "out"
    model.write_bytes(MODELS[words])
    built = call(capfd, "build", model, "--board", "host", "--no-compile", "--out", out)
    (line, *hints) = built.err.strip().split("\n")
    assert built.status == 2 and words in line and line.startswith("error: net.tflite: ")
    assert all(hint.startswith("try: ") for hint in hints) and not out.exists()
    shown = call(capfd, "inspect", model)
    assert shown.status in (0, 2) and words in " ".join((shown.out + shown.err).split())
