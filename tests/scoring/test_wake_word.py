# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The score `wake-word`: means, detections, the same in an SDK, and what it needs."""

from __future__ import annotations

import ctypes
import statistics
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcugen.boards import find_board
from mcugen.config import Config, load_config
from mcugen.errors import ConfigError
from mcugen.platforms.request import Choices, make_request
from mcugen.scoring.wake_word import WakeWord, detections, refractory_windows, running_means
from tests.c_program import RUNTIME, compile_library
from tests.streaming_models import keyword
from tests.tflite_writer import fully_connected

STEPS = st.lists(st.integers(0, 256), max_size=60)  # probabilities of an int8 output, of 1/256


def singles(steps: Sequence[int]) -> np.ndarray:
    return np.array(steps, np.float32) / np.float32(256)


@given(steps=STEPS, windows=st.integers(1, 32))
def test_means_are_those_of_the_last_windows(steps: list[int], windows: int) -> None:
    means = running_means(singles(steps), windows)
    for number, mean in enumerate(means):
        last = steps[max(0, number + 1 - windows) : number + 1]
        exact = statistics.mean(last) / 256 if len(last) == windows else 0.0
        assert mean == np.float32(exact)


@given(scores=st.lists(st.floats(0, 1)), cutoff=st.floats(0, 1), refractory=st.integers(0, 5))
def test_detections_are_above_the_cutoff_and_apart(
    scores: list[float], cutoff: float, refractory: int
) -> None:
    found = detections(scores, cutoff, refractory)
    above = [number for number, score in enumerate(scores) if score > cutoff]
    assert set(found) <= set(above) and found[:1] == tuple(above[:1])
    assert all(b - a > refractory for a, b in zip(found, found[1:], strict=False))
    for number in above:  # none that could be is left out
        assert any(0 <= number - one <= refractory for one in found)


@pytest.mark.parametrize(("seconds", "windows"), [(0.0, 0), (0.03, 1), (0.031, 2), (2.0, 67)])
def test_refractory_time_in_windows(seconds: float, windows: int) -> None:
    assert refractory_windows(seconds, 0.03) == windows


class CWord(ctypes.Structure):
    """mcugen_wake_word_t."""

    _fields_ = (
        ("cutoff", ctypes.c_float),
        ("windows", ctypes.c_uint8),
        ("refractory", ctypes.c_uint16),
        ("count", ctypes.c_uint8),
        ("next", ctypes.c_uint8),
        ("quiet", ctypes.c_uint16),
        ("history", ctypes.c_float * 32),
    )


@pytest.fixture(scope="module")
def in_c(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    library = ctypes.CDLL(
        str(compile_library([RUNTIME / "sdk" / "decide.c"], tmp_path_factory.mktemp("decide")))
    )
    library.mcugen_wake_word_init.argtypes = [
        ctypes.c_void_p,
        ctypes.c_float,
        ctypes.c_uint8,
        ctypes.c_uint16,
    ]
    library.mcugen_wake_word_add.argtypes = [ctypes.c_void_p, ctypes.c_float]
    library.mcugen_wake_word_add.restype = ctypes.c_bool
    return library


@settings(max_examples=200)
@given(
    steps=STEPS,
    windows=st.integers(1, 32),
    cutoff=st.integers(0, 256),
    refractory=st.integers(0, 9),
)
def test_an_sdk_detects_with_the_same_windows(
    in_c: ctypes.CDLL, steps: list[int], windows: int, cutoff: int, refractory: int
) -> None:
    word = CWord()
    given = np.float32(cutoff / 256)
    assert in_c.mcugen_wake_word_init(ctypes.byref(word), given, windows, refractory) == 0
    means = running_means(singles(steps), windows)
    wanted = [n for n in detections(means.tolist(), float(given), refractory)]
    got = [
        number
        for number, step in enumerate(singles(steps))
        if in_c.mcugen_wake_word_add(ctypes.byref(word), step)
    ]
    assert got == wanted


# --- the choice ---------------------------------------------------------------------------------

TOML = """schema = 1
[model]
file = "word.tflite"
[front_end]
preset = "micro-wake-word"
[score]
kind = "wake-word"
threshold = 0.85
"""


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "word.tflite").write_bytes(keyword())
    (tmp_path / "mcugen.toml").write_text(TOML)
    return load_config(tmp_path / "mcugen.toml")


def word_of(config: Config) -> WakeWord | None:
    return make_request(config, find_board("host"), Choices()).wake_word


def test_defaults_and_keys(config: Config, tmp_path: Path) -> None:
    assert word_of(config) == WakeWord(5, 67)  # 2 s of windows of 30 ms
    (tmp_path / "mcugen.toml").write_text(TOML + "windows = 10\nrefractory_s = 0.3\n")
    assert word_of(load_config(tmp_path / "mcugen.toml")) == WakeWord(10, 10)
    assert word_of(replace(config, score="none")) is None


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_the_front_end_gives_as_many_rows_as_the_model_takes(
    rows: int, config: Config, tmp_path: Path
) -> None:
    (tmp_path / "word.tflite").write_bytes(keyword(rows))
    for table, choices in (
        (config.front_end, Choices()),
        ({}, Choices(front_end="micro-wake-word")),
    ):
        request = make_request(replace(config, front_end=table), find_board("host"), choices)
        assert (request.front_end.window_rows, request.front_end.stride_rows) == (rows, rows)
        assert request.wake_word == WakeWord(5, -(-200 // rows))
    said = replace(config, front_end={**config.front_end, "window_rows": 7})
    assert make_request(said, find_board("host"), Choices()).front_end.window_rows == 7


def test_what_it_needs(config: Config, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="of one probability and of audio.*front-end is raw"):
        word_of(replace(config, front_end={}))
    with pytest.raises(ConfigError, match="windows is 1 to 32"):
        word_of(replace(config, windows=33))
    with pytest.raises(ConfigError, match="refractory_s at least 0"):
        word_of(replace(config, refractory_s=-1.0))
    (tmp_path / "word.tflite").write_bytes(fully_connected(np.ones((2, 120), np.int8)))
    with pytest.raises(ConfigError, match="output 0 has 2 values"):
        word_of(config)
