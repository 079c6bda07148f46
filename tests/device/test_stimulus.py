# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Clips as bytes for the device and as windows for the reference."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from mcugen.errors import ConfigError, DataError
from mcugen.features.coding import Coding
from mcugen.features.spec import PRESETS, FrontEnd
from mcugen.model.ir import DType, Quant, Tensor
from mcugen.samples.stimulus import check_clips, default_input, make_stimulus, suffixes_for
from tests.device.projects import LOG_MEL, RATE_HZ, RAW, ROWS, Bench

QUANT = Coding((Tensor(0, "x", (1, 16), DType.INT8, Quant((0.5,), (-10,))),))
UINT8 = Coding(QUANT.tensors, frozenset({0}))
FLOAT = Coding((Tensor(0, "x", (1, 16), DType.FLOAT32),))
TWO = Coding((*QUANT.tensors, Tensor(1, "n", (3,), DType.INT32)))


def save(path: Path, array: np.ndarray) -> Path:
    np.save(path, array)
    return path


def test_the_three_inputs_are_about_the_same_windows(bench: Bench) -> None:
    clip = bench.found()[0].path
    pcm, features, int8 = (
        make_stimulus(clip, name, LOG_MEL, QUANT) for name in ("pcm", "features", "int8")
    )
    np.testing.assert_array_equal(pcm.windows, features.windows)
    np.testing.assert_array_equal(pcm.inputs, int8.inputs)
    used_samples = 39 * ROWS.hop_samples + ROWS.n_fft // 2
    assert len(pcm.data) == 2 * used_samples, "to the end of the last row, 39, and no further"
    assert len(features.data) == 4 * len(int8.data) == 4 * 37 * 8
    assert np.abs(int8.windows - pcm.windows).max() <= 0.25, "half a quantisation step"


def test_arrays_are_taken_as_they_are(tmp_path: Path) -> None:
    rows = np.arange(24, dtype=np.float32).reshape(3, 8)
    float_rows = make_stimulus(save(tmp_path / "f.npy", rows), "features", LOG_MEL, QUANT)
    assert float_rows.data == rows.tobytes()
    np.testing.assert_array_equal(float_rows.windows, [rows[:2].ravel(), rows[1:].ravel()])

    ints = np.arange(-12, 12, dtype=np.int8).reshape(3, 8)
    int_rows = make_stimulus(save(tmp_path / "i.npy", ints), "int8", LOG_MEL, QUANT)
    assert int_rows.data == ints.tobytes()
    np.testing.assert_array_equal(int_rows.inputs[0], ints[:2].ravel())
    np.testing.assert_array_equal(int_rows.windows[0], (ints[:2].ravel() + 10.0) * 0.5)
    given = make_stimulus(ints, "int8", LOG_MEL, QUANT)
    assert (given.data, given.rows) == (int_rows.data, int_rows.rows), "an array is as its .npy"
    with pytest.raises(DataError, match="the array: 23 values are not whole rows of 8"):
        make_stimulus(ints.ravel()[:23], "int8", LOG_MEL, QUANT)


def test_bin_is_float32_or_int8_without_a_header(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(np.arange(16, dtype="<f4").tobytes())
    assert len(make_stimulus(path, "features", RAW, QUANT).windows) == 1
    assert len(make_stimulus(path, "int8", RAW, QUANT).windows) == 4


@pytest.mark.parametrize(
    ("array", "input_name", "words"),
    [
        (np.zeros((2, 8), np.float64), "features", "holds float64; --input features takes float32"),
        (np.zeros((2, 8), np.int8), "features", "holds int8"),
        (np.zeros(17, np.float32), "features", "17 values are not whole rows of 8"),
        (np.zeros((0, 8), np.float32), "features", "0 rows, one window needs"),
        (np.zeros((1, 8), np.float32), "features", "1 rows, one window needs 2"),
        (np.full((2, 8), np.nan, np.float32), "int8", "NaN"),
    ],
)
def test_wrong_arrays_are_named(
    tmp_path: Path, array: np.ndarray, input_name: str, words: str
) -> None:
    with pytest.raises(DataError) as caught:
        make_stimulus(save(tmp_path / "a.npy", array), input_name, LOG_MEL, QUANT)
    assert "a.npy" in caught.value.what and words in caught.value.what


def test_all_unusable_clips_are_told_before_any_device_is_opened(tmp_path: Path) -> None:
    names = ("stereo.wav", "rate.wav", "short.wav", "broken.wav", "pickle.npy")
    paths = [tmp_path / name for name in names]
    soundfile.write(paths[0], np.zeros((9000, 2), np.int16), RATE_HZ)
    soundfile.write(paths[1], np.zeros(9000, np.int16), 44100)
    soundfile.write(paths[2], np.zeros(100, np.int16), RATE_HZ)
    paths[3].write_bytes(b"RIFF")
    np.save(paths[4], np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(DataError) as caught:
        check_clips([*paths, tmp_path / "gone.wav"], "features", LOG_MEL, QUANT)
    assert "\n" not in caught.value.what
    for name in (*names, "gone.wav"):
        assert name in caught.value.what


def test_raw_takes_arrays_only() -> None:
    assert (
        default_input(None, RAW, QUANT) == "int8" and default_input(None, LOG_MEL, QUANT) == "pcm"
    )
    assert suffixes_for("int8", RAW) == (".npy", ".npz", ".bin")
    assert suffixes_for("pcm", LOG_MEL) == (".wav",)
    with pytest.raises(ConfigError, match="takes no PCM"):
        default_input("pcm", RAW, QUANT)


def test_uint8_of_the_file_is_int8_that_is_128_less(tmp_path: Path) -> None:
    path = save(tmp_path / "u.npy", np.arange(100, 116, dtype=np.uint8))
    assert make_stimulus(path, "int8", RAW, UINT8).inputs.tolist() == [[*range(-28, -12)]]
    with pytest.raises(DataError, match="holds uint8; --input int8 takes int8 or float32"):
        make_stimulus(path, "int8", RAW, QUANT)


def test_a_float32_input_is_sent_as_it_is(tmp_path: Path) -> None:
    values = np.linspace(-1, 1, 16, dtype=np.float32)
    for name in ("int8", "features"):
        stimulus = make_stimulus(save(tmp_path / "f.npy", values), name, RAW, FLOAT)
        assert stimulus.inputs.dtype == np.float32 and stimulus.data == values.tobytes()
    assert stimulus.row_bytes == 64


def test_several_inputs_are_one_npz(tmp_path: Path) -> None:
    x, n = np.arange(-16, 16, dtype=np.int8).reshape(2, 16), np.arange(6, dtype=np.int32)
    np.savez(tmp_path / "a.npz", n=n, x=x)
    two = FrontEnd("raw", 19, 1)
    stimulus = make_stimulus(tmp_path / "a.npz", "int8", two, TWO)
    assert stimulus.data == x[0].tobytes() + n[:3].tobytes() + x[1].tobytes() + n[3:].tobytes()
    split = TWO.split(stimulus.inputs)
    assert (split[0].reshape(2, 16) == x).all() and (split[1] == n.reshape(2, 3)).all()
    np.savez(tmp_path / "b.npz", x=x)
    np.savez(tmp_path / "c.npz", n=n.astype(np.int64), x=x)
    for name, words in (("b", "1 arrays for 2 inputs"), ("c", "input 1 .n. is int32")):
        with pytest.raises(DataError, match=words):
            make_stimulus(tmp_path / f"{name}.npz", "int8", two, TWO)
    with pytest.raises(ConfigError, match="no float features"):
        default_input("features", two, TWO)


def test_clips_longer_or_shorter_than_the_windows_are_known(tmp_path: Path) -> None:
    kws = PRESETS["mlperf-kws"]
    coding = Coding((Tensor(0, "x", (1, 49, 10, 1), DType.INT8, Quant((0.58,), (83,))),))
    fits = []
    for seconds in (0.9, 1.0, 1.1):
        pcm = np.arange(int(16000 * seconds), dtype=np.int16)
        soundfile.write(tmp_path / "a.wav", pcm, 16000)
        fits.append(make_stimulus(tmp_path / "a.wav", "pcm", kws, coding).fit)
    assert fits == ["shorter", "", "longer"]
    two_and_a_half = save(tmp_path / "f.npy", np.zeros((5, 8), np.float32))
    windows = FrontEnd("raw", 8, 2, stride_rows=2)
    assert make_stimulus(two_and_a_half, "features", windows, QUANT).fit == "longer"


def test_axes_in_another_order_are_refused(tmp_path: Path) -> None:
    coding = Coding((Tensor(0, "x", (1, 4, 2, 3), DType.INT8, Quant((0.5,), (-10,))),))
    channels_first = save(tmp_path / "a.npy", np.zeros((3, 4, 2), np.int8))
    with pytest.raises(DataError, match="shape \\[3, 4, 2\\], the model takes"):
        make_stimulus(channels_first, "int8", FrontEnd("raw", 24, 1), coding)
