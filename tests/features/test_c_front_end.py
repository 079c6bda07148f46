# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The C front-ends against the reference: under sanitizers, in QEMU, on a real clip."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcugen.features.c_tables import emit_front_end
from mcugen.features.reference import Source, cut_windows, quantize, row_extractor
from mcugen.features.spec import PRESETS, FrontEnd, Image, LogMel, Mfcc, MicroSpeech, Timeseries
from mcugen.model.ir import Quant
from mcugen.samples.files import source_bytes
from mcugen.samples.wav import read_wav
from tests.c_program import FIRMWARE_TESTS, compile_for_board, run_on_board, run_on_host
from tests.features.c_front_end import (
    TOLERANCES,
    RowsOfStream,
    front_end_of,
    load,
    noisy_tones,
    sources_of,
    vectors_h,
)

TEST_FEATURES = FIRMWARE_TESTS / "unit" / "test_features.c"
ROW_COST = FIRMWARE_TESTS / "qemu" / "row_cost.c"
MLPERF_AD = PRESETS["mlperf-ad"]
AD01_INPUT = Quant((0.39101523,), (89,))

SPECTRA = {
    "mlperf-ad": LogMel(),
    "3/4 overlap, odd hop": LogMel(n_fft=512, hop_samples=127, n_mels=100),
    "no padding, no overlap, magnitude": LogMel(
        n_fft=256, hop_samples=256, n_mels=20, center=False, power=1.0, fmin_hz=100.0
    ),
    "largest": LogMel(n_fft=4096, hop_samples=1000, n_mels=64, epsilon=1e-10),
    "smallest": LogMel(n_fft=64, hop_samples=64, n_mels=4),
    "another rate": LogMel(sample_rate_hz=22050, n_fft=2048, fmin_hz=20.0, fmax_hz=11025.0),
    "mlperf-kws": Mfcc(),
    "whole frames": Mfcc(frame_samples=256, hop_samples=100, n_fft=256, n_mels=20, coefficients=20),
    "micro-wake-word": MicroSpeech(),
    "a stage of two, no gain": MicroSpeech(frame_samples=250, hop_samples=250, pcan=False),
    "other constants": MicroSpeech(
        frame_samples=1000,
        channels=31,
        fmin_hz=0.0,
        fmax_hz=3900.0,
        smoothing_bits=12,
        even_smoothing=0.1,
        odd_smoothing=0.1,
        min_signal_remaining=0.2,
        pcan_strength=0.5,
        pcan_offset=20.0,
        gain_bits=20,
        log_shift=5,
    ),
}


@pytest.mark.parametrize("rows", SPECTRA.values(), ids=list(SPECTRA))
def test_spectra_equal_the_reference(rows: LogMel | Mfcc | MicroSpeech, tmp_path: Path) -> None:
    check_on_host(front_end_of(rows), noisy_tones(0.7, rows.sample_rate_hz), tmp_path)


def test_image_equals_the_reference(tmp_path: Path) -> None:
    front_end = FrontEnd("image", 15, 7, rows=Image(5, 3, 1 / 255, -0.4))
    pixels = np.random.default_rng(1).integers(0, 256, 15 * 7).astype(np.uint8)
    check_on_host(front_end, pixels, tmp_path)


def test_timeseries_equals_the_reference(tmp_path: Path) -> None:
    rows = Timeseries(means=(0.5, -3.0, 1e6), stddevs=(0.1, 7.0, 1e3))
    values = np.random.default_rng(1).normal(rows.means, rows.stddevs, (50, 3)).astype(np.float32)
    check_on_host(FrontEnd("timeseries", 3, 10, rows=rows), values.reshape(-1), tmp_path)


def check_on_host(front_end: FrontEnd, source: Source, folder: Path) -> None:
    (folder / "vectors.h").write_text(vectors_h(front_end, source))
    assert " 0 failed" in run_on_host([TEST_FEATURES, *sources_of(front_end, folder)], folder)


@pytest.mark.parametrize(
    ("preset", "least", "most"),
    [
        ("mlperf-ad", 40_000, 62_000),
        ("mlperf-kws", 20_000, 40_000),
        ("micro-wake-word", 30_000, 90_000),
    ],
)
def test_rows_in_qemu_equal_the_reference_and_keep_their_budget(
    preset: str, least: int, most: int, tmp_path: Path
) -> None:
    """`least` guards the count itself: a clock that stands still would keep any budget."""
    front_end = PRESETS[preset]
    (tmp_path / "vectors.h").write_text(vectors_h(front_end, noisy_tones(1.0)))
    sources = sources_of(front_end, tmp_path)
    assert " 0 failed" in run_on_board(compile_for_board([TEST_FEATURES, *sources], tmp_path))
    cost = run_on_board(compile_for_board([ROW_COST, *sources], tmp_path))
    found = re.search(r"rows=(\d+) ticks=(\d+)", cost)
    assert found is not None, cost
    rows, instructions = map(int, found.groups())
    assert least < instructions / rows < most


def test_logarithm_keeps_its_bound(tmp_path: Path) -> None:
    test = FIRMWARE_TESTS / "unit" / "test_float_math.c"
    assert " 0 failed" in run_on_host([test], tmp_path)


@pytest.fixture(scope="module")
def mlperf_ad_rows(tmp_path_factory: pytest.TempPathFactory) -> RowsOfStream:
    return load(MLPERF_AD, tmp_path_factory.mktemp("mlperf-ad"))


@pytest.fixture(scope="module")
def mlperf_kws_rows(tmp_path_factory: pytest.TempPathFactory) -> RowsOfStream:
    return load(PRESETS["mlperf-kws"], tmp_path_factory.mktemp("mlperf-kws"))


LENGTHS = st.lists(st.integers(1, 5000), min_size=1, max_size=5)


@settings(max_examples=25, deadline=None)
@given(samples=st.integers(0, 3000), lengths=LENGTHS)
def test_log_mel_of_any_clip_in_any_pieces(
    mlperf_ad_rows: RowsOfStream, samples: int, lengths: list[int]
) -> None:
    check_rows(mlperf_ad_rows, MLPERF_AD, noisy_tones(0.2)[:samples], lengths)


@settings(max_examples=15, deadline=None)
@given(samples=st.integers(0, 17000), lengths=LENGTHS)
def test_mfcc_of_any_clip_in_any_pieces(
    mlperf_kws_rows: RowsOfStream, samples: int, lengths: list[int]
) -> None:
    check_rows(mlperf_kws_rows, PRESETS["mlperf-kws"], noisy_tones(1.1)[:samples], lengths)


def check_rows(
    rows_of: RowsOfStream, front_end: FrontEnd, source: Source, lengths: list[int]
) -> None:
    expected = row_extractor(front_end)(source)
    found = rows_of(source_bytes(source), lengths)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, atol=TOLERANCES[front_end.kind], rtol=0)


def test_int8_features_of_the_real_clip(mlperf_ad_rows: RowsOfStream, real_models: Path) -> None:
    pcm = read_wav(real_models / "example_input.wav", 16000)
    expected = cut_windows(row_extractor(MLPERF_AD)(pcm), MLPERF_AD)
    found = cut_windows(mlperf_ad_rows(source_bytes(pcm), [4096]), MLPERF_AD)
    assert expected.shape == (196, 640)
    difference = np.abs(
        quantize(found, AD01_INPUT).astype(int) - quantize(expected, AD01_INPUT).astype(int)
    )
    assert (difference == 0).mean() >= 0.999
    assert difference.max() <= 1


@pytest.mark.parametrize(
    "change",
    [{"center": False}, {"fmax_hz": 7900.0}, {"epsilon": 1e-10}, {"power": 1.0}],
    ids=lambda change: next(iter(change)),
)
def test_the_comparison_notices_a_wrong_parameter(change: dict[str, float], tmp_path: Path) -> None:
    """Vectors of the right front-end, firmware of a slightly wrong one: the C test must fail."""
    (tmp_path / "vectors.h").write_text(vectors_h(MLPERF_AD, noisy_tones(0.3)))
    broken = front_end_of(replace(LogMel(), **change))
    with pytest.raises(AssertionError, match="checks"):
        run_on_host([TEST_FEATURES, *sources_of(broken, tmp_path)], tmp_path)


BREAKS = {
    "symmetric window": ("mel.c", "window[count - i]", "window[count - i - 1]"),
    "no twiddle": ("fft.c", "multiply(*c, w2)", "multiply(*c, w1)"),
    "conjugated split": ("fft.c", "{a.im + b.im, b.re - a.re}", "{a.im + b.im, a.re - b.re}"),
    "stale overlap": ("front_end_log_mel.c", "[tables->hop_samples]", "[tables->hop_samples - 1]"),
    "late padding": ("front_end_log_mel.c", "  append_zeros(state, state->padding_samples);", ""),
}


@pytest.mark.parametrize(("name", "right", "wrong"), BREAKS.values(), ids=list(BREAKS))
def test_the_comparison_notices_broken_code(
    name: str, right: str, wrong: str, tmp_path: Path
) -> None:
    (tmp_path / "vectors.h").write_text(vectors_h(MLPERF_AD, noisy_tones(0.3)))
    sources = {path.name: path for path in sources_of(MLPERF_AD, tmp_path)}
    code = sources[name].read_text()
    assert right in code
    sources[name] = tmp_path / f"broken_{name}"
    sources[name].write_text(code.replace(right, wrong, 1))
    with pytest.raises(AssertionError, match="checks|runtime error|unused|AddressSanitizer"):
        run_on_host([TEST_FEATURES, *sources.values()], tmp_path)


@pytest.mark.parametrize("preset", PRESETS)
def test_generated_tables_are_deterministic(preset: str) -> None:
    first = emit_front_end(PRESETS[preset], "mcugen test")
    assert first == emit_front_end(PRESETS[preset], "mcugen test")
    assert all(text.endswith(b"\n") and b"\r" not in text for text in first.values())
