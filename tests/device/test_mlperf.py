# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The text dialect from the host's side, on a device that can fail, and the two modes on top of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from mcugen.device.mlperf import WINDOW_US, Dialect, iterations_for_window
from mcugen.device.mlperf_run import (
    cut,
    find_samples,
    measure_accuracy,
    measure_performance,
)
from mcugen.errors import DataError, DeviceError
from mcugen.samples.datasets import Sample
from tests.device.simulated_device import Clock
from tests.device.text_device import TextDevice

DATA = bytes(range(100))


def mean_text(upload: bytes) -> str:
    return f"{np.mean(list(upload or DATA)):.3f}"


def make(**how: Any) -> tuple[Dialect, TextDevice]:
    clock = Clock()
    device = TextDevice(clock, **{"input_bytes": 100, "results": mean_text} | how)
    return Dialect(device, clock=clock), device


def ignore(_sample: Sample) -> None: ...


def test_one_inference() -> None:
    dialect, device = make()
    assert dialect.model_id() == "ad01"
    dialect.load(DATA)
    found = dialect.infer(3, 2)
    assert (found.iterations, found.elapsed_us, found.results) == (3, 21_000, (49.5,))
    assert found.per_second == pytest.approx(1e6 / 7000)
    sizes = [len(command) // 2 - 1 for command in device.commands if command.startswith("db 0")]
    assert sizes[0] == 31
    assert max(map(len, device.commands)) < 80


def test_a_trailing_comma_of_results_is_nothing() -> None:
    dialect, _ = make(results=lambda _: "0.250,0.750,")
    assert dialect.infer(1, 0).results == (0.25, 0.75)


def drop_character(number: int, command: str) -> str:
    return command[:-1] if number == 3 else command


def lose(number: int, command: str) -> str | None:
    return None if number == 3 else command


@pytest.mark.parametrize("fault", [drop_character, lose])
def test_a_damaged_upload_is_sent_again(fault: Any) -> None:
    dialect, device = make(fault=fault)
    dialect.load(DATA)
    assert dialect.infer(1, 0).results == (49.5,)
    assert device.commands.count("db load 100") == 2


def test_a_cable_that_loses_every_upload_is_an_error() -> None:
    dialect, device = make(fault=lambda _, command: command[:-1])
    with pytest.raises(
        DeviceError, match=r"text device: `db 00.*\.\.\.` was answered by e-\[Insuf"
    ):
        dialect.load(DATA)
    assert device.commands.count("db load 100") == 3


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"fault": lambda *_: None}, "no answer to `infer 1 0` for 30 s"),
        ({"replace": {"infer-done": "infer-done\r\ne-[Inference failed]"}}, "Inference failed"),
        ({"replace": {"m-results": "n-results"}}, "m-results"),
        ({"replace": {"m-lap-us-8": "lap"}}, "only one m-lap-us-"),
        ({"results": lambda _: "1.0,nothing"}, "results are not numbers: '1.0,nothing'"),
        ({"results": lambda _: "1.0,nan"}, "results are not numbers"),
        ({"results": lambda _: ","}, "results are not numbers"),
    ],
)
def test_a_bad_answer_to_an_inference(how: dict[str, Any], said: str) -> None:
    dialect, _ = make(**how)
    with pytest.raises(DeviceError) as caught:
        dialect.infer(1, 0)
    assert said in caught.value.what


def test_an_input_that_is_too_large_names_the_likely_reason() -> None:
    dialect, _ = make()
    with pytest.raises(DataError, match="does not take 101 bytes: Supplied buffer size 101") as it:
        dialect.load(bytes(101))
    assert "another benchmark" in it.value.hint


@pytest.mark.parametrize("microseconds", [1, 40, 7000, 3_000_000, 12_000_000])
def test_a_window_is_ten_seconds_and_little_more(microseconds: int) -> None:
    dialect, _ = make(microseconds=microseconds)
    iterations = iterations_for_window(dialect)
    assert iterations * microseconds >= WINDOW_US
    assert iterations * microseconds <= WINDOW_US * 1.1 + microseconds


def anomaly_set(folder: Path, frames: int = 20) -> Path:
    """Files of `frames` frames of 4 bytes; windows of 3 frames. Two of the files overlap."""
    folder.mkdir(parents=True)
    lines = []
    for number, (level, label) in enumerate([(10, 0), (30, 0), (20, 1), (90, 1), (31, 0)]):
        name = f"{'anomaly' if label else 'normal'}_id_01_{number}.bin"
        (folder / name).write_bytes(bytes([level, level + number]) * 2 * frames)
        lines.append(f"{name},2,{label},12,4\n")
    (folder / "y_labels.csv").write_text("".join(lines))
    return folder


def class_set(folder: Path) -> Path:
    folder.mkdir()
    lines = []
    for number in range(6):
        (folder / f"{number}.bin").write_bytes(bytes([number % 4] * 8))
        lines.append(f"{number}.bin,3,{number % 3}\n")
    (folder / "y_labels.csv").write_text("".join(lines))
    return folder


def test_auc_of_windows_averaged_per_file(tmp_path: Path) -> None:
    root = tmp_path / "datasets"
    samples = find_samples(anomaly_set(root / "ad01").parent, "ad01")
    assert samples == find_samples(root / "ad01", "ad01")
    dialect, device = make()
    found = measure_accuracy(dialect, samples, ignore)
    assert [file.windows for file in found.files] == [18] * 5
    assert device.commands.count("infer 1 0") == 5 * 18
    scores = [file.results[0] for file in found.files]
    assert scores[0] == pytest.approx(10.0)
    labels = [file.label == "anomaly" for file in found.files]
    assert (found.metric, found.value) == ("AUC", pytest.approx(roc_auc_score(labels, scores)))
    assert found.value < 1


def test_top_1_is_the_first_of_equal_results(tmp_path: Path) -> None:
    table = {0: "0.500,0.250,0.250", 1: "0.0,1.0,0.0", 2: "0.000,0.500,0.500", 3: "0.9,0.1,0.0"}
    dialect, _ = make(results=lambda upload: table[upload[0]])
    samples = find_samples(class_set(tmp_path / "kws01"), "kws01")
    found = measure_accuracy(dialect, samples, ignore)
    # true 0 1 2 0 1 2, uploaded 0 1 2 3 0 1: only 2 (a tie) and the last two are wrong
    assert (found.metric, found.value) == ("top-1", 0.5)


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("0.5,0.5", DataError, "gives 2 classes, the list has 2"),
        (None, DeviceError, "more results for one file"),
    ],
)
def test_classes_that_do_not_fit_the_list(
    tmp_path: Path, text: str | None, error: type[Exception], said: str
) -> None:
    dialect, _ = make(results=lambda upload: text or ",".join(["0.1"] * (upload[0] + 2)))
    samples = find_samples(class_set(tmp_path / "kws01"), "kws01")
    with pytest.raises(error, match=said):
        measure_accuracy(dialect, samples, ignore)


def test_windows_with_different_numbers_of_results(tmp_path: Path) -> None:
    samples = find_samples(anomaly_set(tmp_path / "ad01"), "ad01")
    counts = iter(range(1, 100))
    dialect, _ = make(results=lambda _: ",".join(["0.1"] * next(counts)))
    with pytest.raises(DeviceError, match=r"normal_id_01_0\.bin: windows gave different numbers"):
        measure_accuracy(dialect, samples, ignore)


def test_performance_is_the_median_of_five_windows(tmp_path: Path) -> None:
    dialect, device = make()
    samples = find_samples(anomaly_set(tmp_path / "ad01"), "ad01")
    found = measure_performance(dialect, samples, ignore)
    assert all(window.is_long_enough for window in found.windows)
    assert found.median_per_second == pytest.approx(1e6 / 7000)
    uploads = [command for command in device.commands if command.startswith("db load")]
    assert uploads == ["db load 12"] * 5
    assert len({window.results for window in found.windows}) == 5


@pytest.mark.parametrize(("once_faster", "valid"), [(True, 5), (False, 4)])
def test_a_window_that_was_too_short_is_measured_again(
    tmp_path: Path, once_faster: bool, valid: int
) -> None:
    """From the third file on the device is faster, once or ever more."""
    dialect, device = make()
    samples = find_samples(anomaly_set(tmp_path / "ad01"), "ad01")

    def faster(number: int, command: str) -> str:
        timed = command.startswith("infer") and command.endswith(" 10")
        third = sum(c.startswith("db load") for c in device.commands) == 3
        if timed and third:
            device.microseconds = 3500 if once_faster else device.microseconds // 2
        return command

    device.fault = faster
    found = measure_performance(dialect, samples, ignore)
    assert len(found.windows) == 5
    assert sum(window.is_long_enough for window in found.windows) == valid


def test_performance_needs_five_files(tmp_path: Path) -> None:
    samples = find_samples(anomaly_set(tmp_path / "ad01"), "ad01")
    with pytest.raises(DataError, match="4 files are listed, performance mode needs 5"):
        measure_performance(make()[0], samples[:4], ignore)


def test_one_class_alone_has_no_auc(tmp_path: Path) -> None:
    samples = find_samples(anomaly_set(tmp_path / "ad01"), "ad01")
    with pytest.raises(DataError, match="no file is labelled anomaly"):
        measure_accuracy(make()[0], samples[:2], ignore)


def test_a_file_shorter_than_a_window(tmp_path: Path) -> None:
    sample = find_samples(anomaly_set(tmp_path / "ad01"), "ad01")[0]
    assert len(cut(replace(sample, window_bytes=80))) == 1
    with pytest.raises(DataError, match="80 bytes, one window is 81"):
        cut(replace(sample, window_bytes=81))


def test_a_folder_in_another_layout_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "x_test.npy", np.zeros((2, 3), np.float32))
    with pytest.raises(DataError, match=r"no y_labels\.csv"):
        find_samples(tmp_path, "ad01")
