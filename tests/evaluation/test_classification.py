# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Classifiers judged: figures worked out by hand, labels of every layout."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mcugen.cli import main
from mcugen.errors import DataError
from mcugen.evaluation.classification import (
    ClassEvaluation,
    changes,
    class_task,
    judge_classes,
    run_classes,
)
from mcugen.features.spec import FrontEnd, Timeseries
from mcugen.model.ir import Quant
from mcugen.own_files import KeptWarning
from mcugen.report.class_evaluation import (
    telling_samples,
    write_class_evaluation,
)
from mcugen.samples.datasets import Dataset, Sample, load_dataset
from mcugen.samples.inputs import array_windows
from tests.schemas import written_as
from tests.tflite_writer import fully_connected


def dataset(*labels: str | None) -> Dataset:
    samples = tuple(Sample(Path(f"{i}.bin"), "test", label) for i, label in enumerate(labels))
    return Dataset(Path("data"), "folders", "arrays", samples)


def test_accuracy_precision_recall_by_hand() -> None:
    data = dataset("0", "0", "1", "2", "2")
    task = class_task(data, data.samples, 4)
    outputs = np.eye(4, dtype=np.float32)[[0, 1, 1, 2, 0]]
    step = judge_classes("int8", outputs, task)
    assert step.accuracy == 3 / 5
    assert step.precision == (1 / 2, 1 / 2, 1.0, None)
    assert step.recall == (1 / 2, 1.0, 1 / 2, None)
    assert step.confusion.tolist() == [[1, 1, 0, 0], [0, 1, 0, 0], [1, 0, 1, 0], [0, 0, 0, 0]]


@pytest.mark.parametrize(
    "labels",
    [[1, 0, 2], [[0, 1, 0], [1, 0, 0], [0, 0, 1]], ["yes", "on", "no"]],
    ids=["integers", "one-hot", "words"],
)
def test_labels_of_an_array_take_the_names_of_the_outputs(labels: object, tmp_path: Path) -> None:
    """Words are numbered as the model's outputs are, not by the alphabet."""
    np.save(tmp_path / "x_test.npy", np.zeros((3, 4), np.int8))
    np.save(tmp_path / "y_test.npy", np.array(labels))
    data = load_dataset(tmp_path)
    task = class_task(data, data.samples, 3, ("on", "yes", "no"))
    assert task.names == ("on", "yes", "no") and task.classes.tolist() == [1, 0, 2]


def test_a_misspelt_word_is_no_class_of_its_own() -> None:
    data = dataset("yes", "on", "nno")
    with pytest.raises(DataError, match="labels nno, which the 3 classes") as caught:
        class_task(data, data.samples, 3, ("on", "yes", "no"))
    assert caught.value.hint == "[decode] names on, yes, no"


def test_a_guessed_order_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The model answers yes, on, no; the alphabet says no, on, yes."""
    weights = np.eye(3, 4, dtype=np.int8) * 100
    (tmp_path / "model.tflite").write_bytes(fully_connected(weights, output_quant=(0.5, 0)))
    np.save(tmp_path / "x_test.npy", np.eye(3, 4, dtype=np.float32) * 3)
    np.save(tmp_path / "y_test.npy", np.array(["yes", "on", "no"]))
    words = [tmp_path / "model.tflite", tmp_path, "--out", tmp_path / "out"]

    def said() -> str:
        with pytest.raises(SystemExit) as ended:
            main(["evaluate", *map(str, words)])
        assert not ended.value.code
        return capsys.readouterr().out

    assert "classes in alphabetical order: no, on, yes; labels of [decode]" in said()
    decode = '[decode]\nkind = "classes"\nlabels = ["yes", "on", "no"]\n'
    toml = f'schema = 1\n[model]\nfile = "model.tflite"\n{decode}'
    (tmp_path / "mcugen.toml").write_text(toml)
    words[0] = tmp_path
    assert "alphabetical" not in said()
    confusion = written_as("classification", tmp_path / "out" / "evaluation.json")["steps"][0]
    assert confusion["confusion"] == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]


def test_words_for_a_part_of_the_classes_are_not_guessed() -> None:
    data = dataset("yes", "no")
    with pytest.raises(DataError, match="2 labels, the model 3 classes") as caught:
        class_task(data, data.samples, 3)
    assert "[decode]" in caught.value.hint


def test_what_a_step_costs_is_told() -> None:
    data = dataset("0", "0", "1", "1")
    task = class_task(data, data.samples, 2)
    eye = np.eye(2, dtype=np.float32)
    steps = (
        judge_classes("float", eye[[0, 0, 1, 1]], task),
        judge_classes("int8", eye[[0, 1, 1, 1]], task),
        judge_classes("host", eye[[1, 0, 1, 1]], task),
    )
    loss, device = changes(steps)
    assert (loss.step, loss.before, loss.accuracy, loss.different) == ("int8", "float", -0.25, 1)
    assert (device.accuracy, device.different) == (0.0, 2)
    text = "host against int8: top-1 accuracy changes by +0.0000, 2 of 4 predictions differ"
    assert device.text(4) == text


def test_one_output_is_the_probability_of_the_second_class() -> None:
    data = dataset("normal", "anomaly", "anomaly")
    task = class_task(data, data.samples, 2)
    step = judge_classes("float", np.array([[0.2], [0.9], [0.4]], np.float32), task)
    assert step.predicted == (0, 1, 0)
    assert task.names == ("normal", "anomaly")


def test_labels_must_fit_the_model() -> None:
    with pytest.raises(DataError, match="no sample has a label"):
        class_task(dataset(None), dataset(None).samples, 2)
    data = dataset("0", "7")
    with pytest.raises(DataError, match="labels 7, which the 3"):
        class_task(data, data.samples, 3)


def test_outputs_of_several_windows_are_averaged() -> None:
    data = dataset("0", "1")
    task = class_task(data, data.samples, 2)
    windows = {"0.bin": np.ones((3, 2), np.float32), "1.bin": np.zeros((1, 2), np.float32)}
    outputs, host_us = run_classes(lambda x: x * 2, lambda s: windows[s.path.name], task)
    assert outputs.tolist() == [[2.0, 2.0], [0.0, 0.0]]
    assert host_us > 0


def test_arrays_become_windows(tmp_path: Path) -> None:
    quant = Quant((0.5,), (3,))
    sample = Sample(tmp_path / "a.bin", "test", "1")
    sample.path.write_bytes(np.array([3, 5, -128], np.int8).tobytes())
    assert array_windows(quant, None)(sample).tolist() == [[0.0, 1.0, -65.5]]
    floats = Sample(sample.path, "test", "1", window_bytes=8, stride_bytes=4)
    floats.path.write_bytes(np.array([1, 2, 3], "<f4").tobytes())
    assert array_windows(quant, None)(floats).tolist() == [[1.0, 2.0], [2.0, 3.0]]
    with pytest.raises(DataError, match="hold no window"):
        array_windows(quant, None)(Sample(sample.path, "test", "1", window_bytes=16))


def test_series_are_standardised_by_their_front_end(tmp_path: Path) -> None:
    np.save(tmp_path / "x_test.npy", np.array([[[1.0], [3.0]], [[5.0], [3.0]]], np.float32))
    np.save(tmp_path / "y_test.npy", np.array([0, 1]))
    front_end = FrontEnd("timeseries", 1, 2, stride_rows=2, rows=Timeseries((3.0,), (2.0,)))
    windows = array_windows(None, front_end)
    data = load_dataset(tmp_path)
    assert [windows(s).tolist() for s in data.samples] == [[[-1.0, 0.0]], [[1.0, 0.0]]]


def test_pixels_need_an_image_front_end(tmp_path: Path) -> None:
    np.save(tmp_path / "x_test.npy", np.zeros((1, 4), np.uint8))
    (sample,) = load_dataset(tmp_path).samples
    with pytest.raises(DataError, match="pixels"):
        array_windows(Quant((1.0,), (-128,)), None)(sample)


def test_files_of_an_evaluation(tmp_path: Path) -> None:
    np.save(tmp_path / "x_test.npy", np.zeros((2, 5, 1), np.float32))
    np.save(tmp_path / "y_test.npy", np.array([0, 1]))
    np.save(tmp_path / "steps_test.npy", np.array([[False] * 5, [False, True, False, True, False]]))
    data = load_dataset(tmp_path)
    task = class_task(data, data.samples, 2)
    step = judge_classes("int8", np.array([[0.1], [0.2]], np.float32), task, host_us=12.5)
    page = write_class_evaluation(ClassEvaluation("lstm", "data", task, (step,)), tmp_path / "out")
    (written,) = written_as("classification", tmp_path / "out" / "evaluation.json")["steps"]
    assert written["precision"] == [0.5, None], "the second class is never predicted"
    html = page.read_text()
    assert html.count("<svg") == 1 + 2
    assert "anomalous step" in html
    assert (tmp_path / "out" / "int8" / "confusion.svg").read_text().count('class="bar cell"') == 4
    lines = (tmp_path / "out" / "int8" / "predictions.csv").read_text().splitlines()
    assert lines == ["sample,true,predicted", "x_test.npy[0],0,0", "x_test.npy[1],1,0"]
    (tmp_path / "out" / "int8" / "confusion.svg").write_text("mine")
    with pytest.warns(KeptWarning, match=r"confusion\.1\.svg"):
        write_class_evaluation(ClassEvaluation("lstm", "data", task, (step,)), tmp_path / "out")
    assert (tmp_path / "out" / "int8" / "confusion.1.svg").read_text() == "mine"


def test_shown_samples_are_of_every_kind_mistakes_among_them() -> None:
    true, said = [0] * 20 + [1] * 5, [0] * 19 + [1] + [1] * 4 + [0]
    assert telling_samples(true, said, 6) == [0, 1, 19, 20, 21, 24]
    assert telling_samples([0, 0], [0, 0], 6) == [0, 1]
