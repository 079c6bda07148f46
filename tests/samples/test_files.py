# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mcugen.errors import DataError
from mcugen.features.reference import row_extractor
from mcugen.features.spec import KINDS, PRESETS, FrontEnd, Image, LogMel, Timeseries
from mcugen.samples.files import (
    SOURCE_SUFFIXES,
    noise_rows,
    read_source,
    source_bytes,
    source_row_bytes,
    used_source,
)

IMAGE = FrontEnd("image", 6, 4, stride_rows=4, rows=Image(2, 3))
SERIES = FrontEnd("timeseries", 2, 3, rows=Timeseries((1.0, 2.0), (2.0, 4.0)))


def test_every_kind_has_suffixes() -> None:
    assert set(SOURCE_SUFFIXES) == set(KINDS)


def test_image_of_mlperf_is_pixels_minus_128(tmp_path: Path) -> None:
    pixels = np.arange(24, dtype=np.uint8)
    (tmp_path / "a.bin").write_bytes(pixels.tobytes())
    np.save(tmp_path / "a.npy", pixels.reshape(4, 2, 3))
    for name in ("a.bin", "a.npy"):
        source = read_source(tmp_path / name, IMAGE)
        assert source_bytes(source) == pixels.tobytes()
        np.testing.assert_array_equal(row_extractor(IMAGE)(source), pixels.reshape(4, 6))
    assert source_row_bytes(IMAGE) == 6


def test_series_from_csv_npy_and_bin(tmp_path: Path) -> None:
    values = np.array([[1, 2], [3, 6], [-1, -2]], np.float32)
    (tmp_path / "a.csv").write_text("left,right\n1,2\n3,6.0\n-1,-2e0\n")
    (tmp_path / "a.bin").write_bytes(values.astype("<f4").tobytes())
    np.save(tmp_path / "a.npy", values)
    for name in ("a.csv", "a.bin", "a.npy"):
        source = read_source(tmp_path / name, SERIES)
        np.testing.assert_array_equal(row_extractor(SERIES)(source), [[0, 0], [1, 1], [-1, -1]])
    assert source_row_bytes(SERIES) == len(source_bytes(source)) / 3


@pytest.mark.parametrize(
    ("front_end", "name", "content", "words"),
    [
        (IMAGE, "a.bin", b"\0" * 23, "23 values are not whole rows of 6"),
        (IMAGE, "a.bin", b"\0" * 18, "3 rows, one window needs 4"),
        (IMAGE, "a.npy", b"junk", "not a readable .npy file"),
        (SERIES, "a.bin", b"\0" * 7, "7 bytes are not whole float32 values"),
        (SERIES, "a.csv", b"a,b\n1,2\n1,x\n", "a.csv:3: not numbers"),
        (SERIES, "a.csv", b"1,2\n1,2,3\n", "a.csv:2: 3 values, not 2"),
        (SERIES, "a.csv", b"1,2\n1,nan\n3,4\n", "NaN or infinite"),
        (SERIES, "a.csv", b"a,b,anomaly\n" + b"1,2,0\n" * 6, "3 columns, the model takes 2"),
        (SERIES, "a.csv", b"", "0 rows, one window needs 3"),
        (SERIES, "a.csv", b"\xff\xfe\x00", "not a readable text file"),
    ],
)
def test_a_bad_source_is_named(
    front_end: FrontEnd, name: str, content: bytes, words: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=words) as caught:
        read_source(tmp_path / name, front_end)
    assert str(tmp_path / name) in caught.value.what


def test_columns_that_are_no_channels_are_refused(tmp_path: Path) -> None:
    """They would divide into rows of the wrong values."""
    np.save(tmp_path / "a.npy", np.zeros((6, 3), np.float32))
    with pytest.raises(DataError, match="3 columns, the model takes 2"):
        read_source(tmp_path / "a.npy", SERIES)
    np.save(tmp_path / "windows.npy", np.zeros((4, SERIES.window_rows * 2), np.float32))
    assert len(read_source(tmp_path / "windows.npy", SERIES)) == 4 * SERIES.window_rows * 2


def test_an_array_of_another_type_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros(24))
    with pytest.raises(DataError, match="holds float64, the front-end expects uint8"):
        read_source(tmp_path / "a.npy", IMAGE)


@pytest.mark.parametrize("front_end", [*PRESETS.values(), SERIES], ids=lambda f: f.kind)
def test_noise_makes_as_many_rows_as_asked(front_end: FrontEnd) -> None:
    rows = noise_rows(front_end, 120, np.random.default_rng(1))
    assert rows.shape == (120, front_end.row_values)
    assert np.isfinite(rows).all()
    assert rows.std() > 0
    np.testing.assert_array_equal(rows, noise_rows(front_end, 120, np.random.default_rng(1)))


@pytest.mark.parametrize("center", [True, False])
def test_only_samples_behind_the_last_row_are_dropped(center: bool) -> None:
    front_end = replace(PRESETS["mlperf-ad"], rows=LogMel(center=center))
    clip = np.random.default_rng(1).integers(-9000, 9000, 176_000, np.int16)
    used = used_source(clip, front_end)
    rows_of = row_extractor(front_end)
    assert len(used) == 128_000 + (0 if center else 512)
    rows = slice(front_end.first_row, front_end.last_row)
    np.testing.assert_array_equal(rows_of(used)[rows], rows_of(clip)[rows])
    assert not np.array_equal(rows_of(used[:-1])[rows], rows_of(clip)[rows])
