# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Time series: made, read, split."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mcugen.errors import ConfigError, DataError
from mcugen.features.toml import front_end_from_dict
from mcugen.train.series import front_end_table, make_series, read_series, split_series


def test_every_third_window_has_spikes_where_they_are_marked() -> None:
    data = make_series(30, 50, seed=1)
    assert data.labels.tolist() == [1, 0, 0] * 10
    sine = np.sin(np.linspace(0, 8 * np.pi, 50))
    excess = data.windows[..., 0] - sine
    assert (excess[data.steps] > 0.8).all()
    assert np.abs(excess[~data.steps]).max() < 0.2
    assert (data.steps[::3].sum(axis=1) >= 1).all()
    assert (data.steps.sum(axis=1) <= 5).all()


def test_series_repeat_by_seed() -> None:
    np.testing.assert_array_equal(make_series(30, 10, 1).windows, make_series(30, 10, 1).windows)
    assert (make_series(30, 10, 1).windows != make_series(30, 10, 2).windows).any()
    with pytest.raises(ConfigError, match="too few"):
        make_series(5, 10, 1)


def test_parts_share_no_window() -> None:
    data = make_series(200, 10, 0)
    parts = split_series(data, 0)
    assert [len(part.labels) for part in parts] == [140, 30, 30]
    seen = {window.tobytes() for part in parts for window in part.windows}
    assert len(seen) == 200


def test_the_front_end_standardises_each_channel() -> None:
    windows = np.random.default_rng(0).normal((5, -2), (2, 0.1), (100, 7, 2)).astype(np.float32)
    table = front_end_table(windows)
    front_end = front_end_from_dict(table, "test")
    assert (front_end.row_values, front_end.window_rows, front_end.stride_rows) == (2, 7, 7)
    assert table["means"] == pytest.approx([5, -2], abs=0.3)
    assert table["stddevs"] == pytest.approx([2, 0.1], rel=0.1)
    with pytest.raises(DataError, match="constant"):
        front_end_table(np.ones((3, 4, 1), np.float32))


def write(path: Path, rows: list[str], head: str = "a,b,anomaly") -> Path:
    path.write_text("\n".join([head, *rows]) + "\n")
    return path


def test_windows_of_a_csv(tmp_path: Path) -> None:
    rows = [f"{i},{-i},{int(i == 11)}" for i in range(101)]
    data = read_series(write(tmp_path / "a.csv", rows), 5)
    assert data.windows.shape == (20, 5, 2)
    assert data.windows[1, 0].tolist() == [5.0, -5.0]
    assert data.labels.nonzero()[0].tolist() == [2]
    assert np.argwhere(data.steps).tolist() == [[2, 1]]


def test_faults_of_a_csv_are_named(tmp_path: Path) -> None:
    cases = {
        "line 1": write(tmp_path / "head.csv", ["1,2,0"], head="a,b,c"),
        r"word\.csv:3": write(tmp_path / "word.csv", ["1,2,0", "x,2,0"]),
        r"short\.csv:2": write(tmp_path / "short.csv", ["1,0"]),
        r"nan\.csv:2": write(tmp_path / "nan.csv", ["nan,1,0"]),
        r"label\.csv:2": write(tmp_path / "label.csv", ["1,1,2"]),
        "20 are needed": write(tmp_path / "few.csv", ["1,1,0"] * 50),
        "cannot read": tmp_path / "missing.csv",
    }
    for words, path in cases.items():
        with pytest.raises(DataError, match=words):
            read_series(path, 5)
    with pytest.raises(DataError, match="one label"):
        split_series(read_series(write(tmp_path / "ok.csv", ["1,1,0"] * 500), 5), 0)
