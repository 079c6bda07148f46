# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""An LSTM from data to device: fused and unrolled, with its state cleared before every window."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mcugen.boards import find_board
from mcugen.config import load_config
from mcugen.errors import DataError
from mcugen.evaluation.job import open_evaluation
from mcugen.evaluation.on_device import open_device_runner
from mcugen.model.tflite import read_tflite
from mcugen.own_files import KeptWarning
from mcugen.samples.datasets import load_dataset
from mcugen.samples.inputs import FeatureOptions
from mcugen.toolchain.build import compile_project
from mcugen.toolchain.project import open_project
from mcugen.train.series import make_series
from tests.conftest import require_tool
from tests.schemas import written_as
from tests.train.commands import run

pytest.importorskip("tensorflow", reason="TensorFlow is not installed: pip install 'mcugen[train]'")


def steps_of(out: Path) -> dict[str, dict[str, Any]]:
    result = written_as("classification", out / "evaluation.json")
    return {step["name"]: step for step in result["steps"]}


@pytest.fixture(scope="module")
def fused(lstm: Path) -> Path:
    """The LSTM of 10 steps, converted to one operator."""
    run("convert", lstm / "model.keras", "--data", lstm / "data")
    return lstm


@pytest.mark.parametrize("board", ["host", "mps2-an505"])
def test_a_fused_lstm_answers_on_boards_as_on_the_pc(
    fused: Path, tmp_path: Path, board: str
) -> None:
    require_tool("gcc" if board == "host" else "qemu-system-arm")
    require_tool("cmake")
    run("evaluate", fused, fused / "data", "--board", board, "--out", tmp_path)
    steps = steps_of(tmp_path)
    assert steps["float"]["accuracy"] > 0.9
    assert abs(steps["int8"]["accuracy"] - steps["float"]["accuracy"]) <= 0.02
    assert steps[board]["confusion"] == steps["int8"]["confusion"]
    predictions = [(tmp_path / step / "predictions.csv").read_text() for step in ("int8", board)]
    assert predictions[0] == predictions[1]


def test_a_device_that_forgets_the_reset_is_noticed(fused: Path, tmp_path: Path) -> None:
    """The firmware with the lines that clear the state taken out answers other than the PC."""
    require_tool("gcc")
    require_tool("cmake")
    run("evaluate", fused, fused / "data", "--board", "host", "--out", tmp_path)
    folder = tmp_path / "host" / "project"
    (source,) = (folder / "model").glob("*_model.c")
    text, lines = re.subn(
        r"^  memset\(.*\n", "  (void)arena;\n", source.read_text(), flags=re.MULTILINE
    )
    assert lines == 2
    source.write_text(text)
    compile_project(folder, find_board("host", None))
    job = open_evaluation(fused, load_dataset(fused / "data"), None, None)
    inputs = job.open_inputs(FeatureOptions(), lambda _: None)
    windows = np.concatenate([inputs.windows_of(sample) for sample in job.samples])
    with open_device_runner(open_project(folder, None), None) as (runner, _, _):
        answers = (runner(windows) > 0.5).astype(int).ravel()
    accuracy = float(np.mean(answers == np.load(fused / "data" / "y_test.npy")))
    assert accuracy < steps_of(tmp_path)["host"]["accuracy"] - 0.1


def test_unrolled_stands_beside_fused(lstm: Path, fused: Path, tmp_path: Path) -> None:
    unrolled = shutil.copytree(lstm, tmp_path / "unrolled")
    run("convert", unrolled / "model.keras", "--data", unrolled / "data", "--unroll")
    kinds = [op.kind for op in read_tflite(unrolled / "model_int8.tflite").ops]
    assert kinds.count("TANH") == 2 * 10
    assert "UNIDIRECTIONAL_SEQUENCE_LSTM" not in kinds
    one, two = tmp_path / "one", tmp_path / "two"
    run("evaluate", fused, fused / "data", "--out", one)
    words = run("evaluate", unrolled, unrolled / "data", "--out", two, "--beside", one)
    steps = steps_of(two)
    assert abs(steps["int8"]["accuracy"] - steps["float"]["accuracy"]) <= 0.02
    assert words.index("fused") < words.index("unrolled")
    page = (two / "evaluation.html").read_text()
    assert page.count("<td>fused</td>") == page.count("<td>unrolled</td>") == 2
    assert "anomalous step" in page
    with pytest.raises(DataError, match="is not an evaluation of a classifier"):
        run("evaluate", fused, fused / "data", "--out", two, "--beside", tmp_path)


def test_a_long_sequence_keeps_its_accuracy_in_int8(tmp_path: Path) -> None:
    words = ("--seq-len", 100, "--windows", 200, "--units", 8, "--epochs", 4)
    (tmp_path / "history.svg").write_text("a chart of the user")
    with pytest.warns(KeptWarning, match=r"history\.1\.svg"):
        run("train", "lstm", "--out", tmp_path, *words)
    assert (tmp_path / "history.1.svg").read_text() == "a chart of the user"
    run("convert", tmp_path / "model.keras", "--data", tmp_path / "data")
    run("evaluate", tmp_path, tmp_path / "data", "--out", tmp_path / "result")
    steps = steps_of(tmp_path / "result")
    assert abs(steps["int8"]["accuracy"] - steps["float"]["accuracy"]) <= 0.02
    assert load_config(tmp_path / "mcugen.toml").front_end["window_rows"] == 100


def test_interrupted_training_leaves_nothing(tmp_path: Path) -> None:
    from mcugen.train.autoencoder import Epoch
    from mcugen.train.lstm import LstmRecipe, train

    def interrupt(epoch: Epoch) -> None:
        if epoch.number == 2:
            raise KeyboardInterrupt

    recipe = LstmRecipe(units=2, epochs=3)
    series = make_series(60, 5, 0)
    with pytest.raises(KeyboardInterrupt):
        train(series, recipe, tmp_path / "new", interrupt)
    assert not (tmp_path / "new").exists()
    train(series, recipe, tmp_path / "old")
    before = {path: path.read_bytes() for path in (tmp_path / "old").rglob("*") if path.is_file()}
    with pytest.raises(KeyboardInterrupt):
        train(make_series(60, 7, 0), recipe, tmp_path / "old", interrupt)
    after = {path: path.read_bytes() for path in (tmp_path / "old").rglob("*") if path.is_file()}
    assert after == before
