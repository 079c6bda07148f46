# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Front-end `micro-speech` equals the micro frontend, of which the package pymicro-features is a build."""

from __future__ import annotations

import ctypes
import ctypes.util
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcugen.features import micro_speech_tables
from mcugen.features.micro_speech import FEATURE_SCALE, micro_speech_features
from mcugen.features.micro_speech_tables import log1p_single, make_tables
from mcugen.features.reference import quantize, row_extractor
from mcugen.features.spec import PRESETS, MicroSpeech
from mcugen.model.ir import Quant
from mcugen.samples.files import source_bytes
from tests.conftest import require_package
from tests.features.c_front_end import RowsOfStream, load
from tests.features.fixed_clips import clips

ROWS = MicroSpeech()
CHUNK = 160  # samples that the package takes at a time


def by_package(samples: np.ndarray) -> np.ndarray:
    """The integers of pymicro-features, [rows, 40]; they are whole, and it gives floats."""
    frontend = require_package("pymicro_features").MicroFrontend()
    found, at = [], 0
    while at + CHUNK <= samples.size:
        answer = frontend.process_samples(samples[at : at + CHUNK].tobytes())
        at += answer.samples_read
        if answer.features:
            found.append(answer.features)
    integers = np.array(found).reshape(-1, ROWS.channels) * 25.6
    assert (integers == np.round(integers)).all()
    return integers.astype(np.int64)


@pytest.fixture(scope="module", autouse=True)
def filters_of_this_computer() -> Iterator[None]:
    """The package makes its filters by the log1pf of this computer's C library, of which some (glibc
    from 2.41 on) round another way than the one that this project has."""
    library = ctypes.CDLL(ctypes.util.find_library("m"))
    library.log1pf.restype, library.log1pf.argtypes = ctypes.c_float, [ctypes.c_float]

    def log1p(x: np.ndarray) -> np.ndarray:
        return np.array([library.log1pf(float(value)) for value in x], np.float32)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(micro_speech_tables, "log1p_single", log1p)
        yield


def check(samples: np.ndarray) -> None:
    expected = by_package(samples)
    found = micro_speech_features(ROWS, make_tables(ROWS), samples)
    assert (found[: len(expected)] == expected).all()
    # It takes whole chunks, so it may leave out the last row.
    assert len(found) - len(expected) in (0, 1)


SECONDS = np.arange(32000) / 16000
LOUD = {
    "silence": np.zeros(16000),
    "full scale, alternating": np.where(np.arange(16000) % 2, 32767, -32768),
    "lowest": np.full(16000, -32768),
    "square": 32767 * np.sign(np.sin(2 * np.pi * 440 * SECONDS)),
    "tone": 32767 * np.sin(2 * np.pi * 1000 * SECONDS),
    "impulses": np.where(np.arange(16000) % 977 == 0, -32768, 0),
    **clips(),
}


@pytest.mark.parametrize("name", LOUD)
def test_signals_at_the_limits_equal_the_package(name: str) -> None:
    check(LOUD[name].astype(np.int16))


@settings(max_examples=150)
@given(
    seed=st.integers(0, 2**32 - 1),
    peak=st.integers(0, 32767),
    power=st.integers(0, 6),
    hertz=st.floats(20, 8000),
    samples=st.integers(0, 20_000),
)
def test_any_audio_equals_the_package(
    seed: int, peak: int, power: int, hertz: float, samples: int
) -> None:
    """Noise and a tone that swell."""
    noise = np.random.default_rng(seed).uniform(-1, 1, samples)
    time_s = np.arange(samples) / 16000
    swell = (np.arange(samples) / max(samples, 1)) ** power
    mixed = (0.5 * noise + 0.6 * np.sin(2 * np.pi * hertz * time_s)) * swell * peak
    check(np.clip(mixed, -32768, 32767).astype(np.int16))


def test_rows_are_the_integers_over_25_6() -> None:
    samples = clips()["noise"]
    rows = row_extractor(PRESETS["micro-wake-word"])(samples)
    integers = micro_speech_features(ROWS, make_tables(ROWS), samples)
    assert rows.dtype == np.float32 and (rows.astype(np.float64) * 25.6 == integers).all()


def test_quantised_as_wake_words_are() -> None:
    """numpy.round of value / scale + zero point in float64, clamped: for every value there is."""
    integers = np.arange(65536)
    quant = Quant((float(np.float32(26 / 255)),), (-128,))
    wanted = np.clip(np.round(integers * FEATURE_SCALE / quant.scale - 128), -128, 127)
    values = integers.astype(np.float32) * np.float32(FEATURE_SCALE)
    assert (quantize(values, quant) == wanted).all()


def test_log1p_is_within_one_unit_of_the_last_place() -> None:
    x = np.concatenate([np.linspace(0, 2, 5001), np.geomspace(1e-6, 1e3, 5001)]).astype(np.float32)
    exact = np.log1p(x.astype(np.float64))
    found = log1p_single(x).astype(np.float64)
    assert (np.abs(found - exact) <= np.spacing(exact.astype(np.float32))).all()


@pytest.mark.parametrize("name", ["window", "twiddles", "split_twiddles", "weights", "unweights"])
def test_a_break_is_noticed(name: str) -> None:
    """Constants a hundredth off."""
    tables, samples = make_tables(ROWS), clips()["noise"]
    before = micro_speech_features(ROWS, tables, samples)
    constants = getattr(tables, name)
    constants[...] = constants * 0.99
    assert (micro_speech_features(ROWS, tables, samples) != before).any()


@pytest.fixture(scope="module")
def in_c(tmp_path_factory: pytest.TempPathFactory) -> RowsOfStream:
    return load(PRESETS["micro-wake-word"], tmp_path_factory.mktemp("micro-wake-word"))


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    peak=st.integers(0, 32767),
    samples=st.integers(0, 9000),
    lengths=st.lists(st.integers(1, 5000), min_size=1, max_size=5),
)
def test_c_of_any_clip_in_any_pieces(
    in_c: RowsOfStream, seed: int, peak: int, samples: int, lengths: list[int]
) -> None:
    noise = np.random.default_rng(seed).integers(-peak - 1, peak + 1, samples).astype(np.int16)
    found = in_c(source_bytes(noise), lengths)
    expected = row_extractor(PRESETS["micro-wake-word"])(noise)
    assert found.shape == expected.shape and (found == expected).all()


@pytest.mark.parametrize("name", LOUD)
def test_c_of_signals_at_the_limits(in_c: RowsOfStream, name: str, tmp_path: Path) -> None:
    samples = LOUD[name].astype(np.int16)
    expected = row_extractor(PRESETS["micro-wake-word"])(samples)
    assert (in_c(source_bytes(samples), [4096]) == expected).all()
