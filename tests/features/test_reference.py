# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcugen.features.reference import (
    cut_windows,
    dequantize,
    least_samples,
    mel_filters,
    quantize,
    row_extractor,
)
from mcugen.features.spec import PRESETS, FrontEnd, LogMel
from mcugen.model.ir import Quant

MLPERF_AD = PRESETS["mlperf-ad"]


def librosa_rows(samples: np.ndarray, rows: LogMel) -> np.ndarray:
    """What the MLPerf Tiny training script computes (common.py, file_to_vector_array)."""
    import librosa

    mel = librosa.feature.melspectrogram(
        y=samples.astype(np.float32) / 32768,
        sr=rows.sample_rate_hz,
        n_fft=rows.n_fft,
        hop_length=rows.hop_samples,
        n_mels=rows.n_mels,
        fmin=rows.fmin_hz,
        fmax=rows.fmax_hz,
        power=rows.power,
        center=rows.center,
    )
    return (20.0 / rows.power * np.log10(mel + rows.epsilon)).T


def noise(count: int) -> np.ndarray:
    samples = np.random.default_rng(2).normal(0, 4000, count)
    return samples.clip(-32768, 32767).astype(np.int16)


SPECTRA = (
    LogMel(),
    LogMel(n_fft=512, hop_samples=160, n_mels=40, center=False),
    LogMel(n_fft=2048, n_mels=64, power=1.0, fmin_hz=50.0, fmax_hz=7000.0),
)
IDS = ("mlperf-ad", "no padding", "magnitude")


@pytest.mark.parametrize("rows", SPECTRA, ids=IDS)
@pytest.mark.parametrize("count", [4096, 16000, 16383])
def test_rows_are_those_of_librosa(rows: LogMel, count: int) -> None:
    """librosa computes in float32 where the reference computes in float64, in an order that depends
    on the processor: within 2e-5 dB, and nearly every int8 feature of ad01 the same."""
    front_end = FrontEnd("log-mel", rows.n_mels, 1, rows=rows)
    expected = librosa_rows(noise(count), rows)
    found = row_extractor(front_end)(noise(count))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=0, atol=2e-5)
    quant = Quant((0.39101523,), (89,))
    steps = np.abs(quantize(found, quant).astype(int) - quantize(expected, quant))
    assert steps.max() <= 1
    assert (steps == 0).mean() >= 0.999


@pytest.mark.parametrize("rows", SPECTRA, ids=IDS)
def test_filters_are_those_of_librosa(rows: LogMel) -> None:
    from librosa.filters import mel

    named = {"sr": rows.sample_rate_hz, "n_fft": rows.n_fft, "n_mels": rows.n_mels}
    expected = mel(**named, fmin=rows.fmin_hz, fmax=rows.fmax_hz, dtype=np.float64)
    np.testing.assert_allclose(mel_filters(rows), expected, rtol=0, atol=1e-7 * expected.max())


def test_extraction_is_a_hundred_times_faster_than_real_time() -> None:
    clip = noise(11 * 16000)
    rows_of = row_extractor(MLPERF_AD)
    rows_of(clip)
    start = time.process_time()
    assert rows_of(clip).shape == (344, 128)
    assert time.process_time() - start < 11 / 100


def test_windows_of_the_preset_are_those_of_mlperf() -> None:
    rows = np.arange(344 * 128, dtype=np.float32).reshape(344, 128)
    windows = cut_windows(rows, MLPERF_AD)
    assert windows.shape == (196, 640)
    np.testing.assert_array_equal(windows[0], rows[50:55].reshape(-1))
    np.testing.assert_array_equal(windows[195], rows[245:250].reshape(-1))


@given(
    row_count=st.integers(0, 60),
    window_rows=st.integers(1, 6),
    stride_rows=st.integers(1, 6),
    first_row=st.integers(0, 9),
    last_row=st.none() | st.integers(15, 50),
)
def test_windows_are_all_that_fit(
    row_count: int, window_rows: int, stride_rows: int, first_row: int, last_row: int | None
) -> None:
    front_end = FrontEnd("raw", 1, window_rows, stride_rows, first_row, last_row)
    used = list(range(row_count))[first_row:last_row]
    expected = [
        used[start : start + window_rows]
        for start in range(0, len(used) - window_rows + 1, stride_rows)
    ]
    rows = np.arange(row_count, dtype=np.float32).reshape(-1, 1)
    assert cut_windows(rows, front_end).tolist() == expected


@pytest.mark.parametrize("center", [True, False])
def test_least_samples_is_exact(center: bool) -> None:
    rows = LogMel(n_fft=256, hop_samples=100, n_mels=8, center=center)
    front_end = FrontEnd("log-mel", 8, 3, first_row=2, rows=rows)
    rows_of = row_extractor(front_end)
    enough = least_samples(front_end)
    assert len(cut_windows(rows_of(noise(enough)), front_end)) == 1
    assert len(cut_windows(rows_of(noise(enough - 1)), front_end)) == 0


def test_quantisation_rounds_half_away_from_zero_and_clamps() -> None:
    values = np.array([0.5, 1.5, -0.5, -1.5, 0.49999997, 1e9, -1e9], np.float32)
    assert quantize(values, Quant((1.0,), (3,))).tolist() == [4, 5, 2, 1, 3, 127, -128]


@given(st.integers(-128, 127), st.integers(-128, 127))
def test_quantised_values_survive_the_round_trip(value: int, zero_point: int) -> None:
    quant = Quant((float(np.float32(0.39101523)),), (zero_point,))
    values = np.array([value], np.int8)
    assert quantize(dequantize(values, quant), quant)[0] == value
