# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""x_test.npy, y_test.npy and labelled clips as samples for tools that test by themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mcugen.errors import DataError
from mcugen.features.coding import input_coding
from mcugen.features.spec import FrontEnd, raw_front_end
from mcugen.model.ir import Graph
from mcugen.model.tflite import parse_tflite
from mcugen.samples.sample_set import read_test_set
from tests.device.projects import LOG_MEL, make_bench, small_model

GRAPH: Graph = parse_tflite(small_model(), "small")
RAW: FrontEnd = raw_front_end(GRAPH)


def save(folder: Path, name: str, values: Any) -> Path:
    path = folder / name
    np.save(path, np.asarray(values))
    return path


def test_int8_is_taken_as_it_is_and_floats_are_quantised(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    values = random.integers(-128, 128, (5, 16), np.int8)
    assert (
        read_test_set([save(tmp_path, "x.npy", values)], None, None, GRAPH, RAW).inputs == values
    ).all()
    floats = random.normal(0, 20, (5, 4, 4)).astype(np.float32)  # another shape, as many values
    found = read_test_set([save(tmp_path, "f.npy", floats)], None, None, GRAPH, RAW)
    assert found.inputs.shape == (5, 16) and found.labels is None
    assert (found.inputs == input_coding(GRAPH).encode(floats.reshape(5, 16))).all()


def test_words_are_numbered_by_the_class_file(tmp_path: Path) -> None:
    x = save(tmp_path, "x.npy", np.zeros((3, 16), np.int8))
    y = save(tmp_path, "y.npy", ["on", "off", "on"])
    names = tmp_path / "names.txt"
    names.write_text("off\n\non\nyes\n")
    found = read_test_set([x], y, names, GRAPH, RAW)
    assert found.labels is not None and found.labels.tolist() == [1, 0, 1]
    assert found.labels.dtype == np.int32 and found.classes == ("off", "on", "yes")


def test_every_window_of_a_clip_is_a_sample(tmp_path: Path) -> None:
    bench = make_bench(tmp_path)
    found = read_test_set([bench.clips], None, None, bench.graph, LOG_MEL)
    clips = bench.found()
    windows = len(found.inputs) // len(clips)
    assert windows > 1 and found.classes == ("normal", "anomaly") and found.labels is not None
    expected = [int(clip.label == "anomaly") for clip in clips for _ in range(windows)]
    assert found.labels.tolist() == expected


def test_clips_without_labels_have_none(tmp_path: Path) -> None:
    bench = make_bench(tmp_path)
    for path in sorted(bench.clips.iterdir()):
        path.rename(path.with_name(path.name.replace("normal", "x").replace("anomaly", "y")))
    assert read_test_set([bench.clips], None, None, bench.graph, LOG_MEL).labels is None


WRONG: dict[str, tuple[Any, Any, str | None]] = {
    r"shape \[2, 15\] does not fit the model": (np.zeros((2, 15), np.int8), None, None),
    r"shape \[0, 16\] does not fit the model": (np.zeros((0, 16), np.int8), None, None),
    "found int32": (np.zeros((2, 16), np.int32), None, None),
    "3 labels for 2 samples": (np.zeros((2, 16), np.int8), [0, 1, 2], None),
    "y.npy: label 1 is -1": (np.zeros((2, 16), np.int8), [0, -1], None),
    "label 1 has no name": (np.zeros((2, 16), np.int8), [0, 1], "one\n"),
    "class names must be unique": (np.zeros((2, 16), np.int8), [0, 1], "one\none\n"),
}


@pytest.mark.parametrize("words", WRONG)
def test_what_does_not_fit_is_named(words: str, tmp_path: Path) -> None:
    x, y, names = WRONG[words]
    labels = save(tmp_path, "y.npy", y) if y is not None else None
    classes = tmp_path / "names.txt" if names is not None else None
    if classes is not None:
        classes.write_text(names or "")
    with pytest.raises(DataError, match=words):
        read_test_set([save(tmp_path, "x.npy", x)], labels, classes, GRAPH, RAW)


def test_a_file_that_is_no_array_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    path.write_bytes(b"no array")
    with pytest.raises(DataError, match="x.npy: not a readable .npy file"):
        read_test_set([path], None, None, GRAPH, RAW)
