# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The C front-ends against the reference: under sanitizers, in QEMU, on a real clip."""

from __future__ import annotations

import ctypes
import itertools
import math
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mcugen.codegen.c_text import c_array, c_float
from mcugen.features.audio import read_wav
from mcugen.features.reference import cut_windows, quantize, row_extractor
from mcugen.features.spec import PRESETS, FrontEnd, LogMel
from mcugen.features.tables import RUNTIME_SOURCES, emit_front_end
from mcugen.model.ir import Quant
from tests.c_program import (
    FIRMWARE_TESTS,
    RUNTIME,
    compile_for_board,
    compile_library,
    put_sources,
    run_on_board,
    run_on_host,
)

MLPERF_AD = PRESETS["mlperf-ad"]
AD01_INPUT = Quant((0.39101523,), (89,))
TOLERANCE_DB = 1e-3  # float32 against float64 transforms; one int8 step of ad01 is 0.39 dB

LOG_MELS = {
    "mlperf-ad": LogMel(),
    "overlap of 3/4, odd hop, one row too many mels": LogMel(
        n_fft=512, hop_samples=127, n_mels=100
    ),
    "no padding, no overlap, magnitude": LogMel(
        n_fft=256, hop_samples=256, n_mels=20, center=False, power=1.0, fmin_hz=100.0
    ),
    "largest": LogMel(n_fft=4096, hop_samples=1000, n_mels=64, epsilon=1e-10),
    "smallest": LogMel(n_fft=64, hop_samples=64, n_mels=4),
    "another rate": LogMel(sample_rate_hz=22050, n_fft=2048, fmin_hz=20.0, fmax_hz=11025.0),
}


def noisy_tones(seconds: float, sample_rate_hz: int) -> NDArray[np.int16]:
    """Three tones that come and go over noise, near full scale at their peak."""
    time_s = np.arange(int(seconds * sample_rate_hz)) / sample_rate_hz
    tones = sum(np.sin(2 * np.pi * hz * time_s) for hz in (120.0, 997.0, 5233.0))
    noise = np.random.default_rng(5).normal(0.0, 0.02, time_s.size)
    swell = 0.5 - 0.5 * np.cos(2 * np.pi * 3 * time_s)
    return np.round((tones * swell * 0.28 + noise) * 32767).clip(-32768, 32767).astype(np.int16)


def front_end_of(rows: LogMel) -> FrontEnd:
    return FrontEnd("log-mel", rows.n_mels, 1, rows=rows)


def vectors_h(front_end: FrontEnd, pcm: NDArray[np.int16]) -> str:
    rows = front_end.rows
    assert isinstance(rows, LogMel)
    macros = {
        "TOLERANCE": c_float(TOLERANCE_DB),
        "SILENCE": c_float(20 / rows.power * math.log10(np.float32(rows.epsilon))),
        "LOUDEST": c_float(20 * math.log10(rows.n_fft)),  # no window or filter amplifies
        "EMPTY_CLIP_ROWS": "1u" if rows.center else "0u",
    }
    lines = ["#include <stdint.h>", *(f"#define {name} {text}" for name, text in macros.items())]
    arrays = (
        c_array("pcm", np.frombuffer(pcm.astype("<i2").tobytes(), np.uint8)),
        c_array("expected", row_extractor(front_end)(pcm)),
    )
    return "\n".join((*lines, *arrays))


def sources_of(front_end: FrontEnd, folder: Path) -> list[Path]:
    generated = put_sources(emit_front_end(front_end, "mcugen test"), folder)
    runtime = [RUNTIME / name for name in RUNTIME_SOURCES[front_end.kind] if name.endswith(".c")]
    return [*generated, *runtime]


@pytest.mark.parametrize("rows", LOG_MELS.values(), ids=list(LOG_MELS))
def test_rows_equal_the_reference(rows: LogMel, tmp_path: Path) -> None:
    front_end = front_end_of(rows)
    pcm = noisy_tones(0.7, rows.sample_rate_hz)
    (tmp_path / "vectors.h").write_text(vectors_h(front_end, pcm))
    test = FIRMWARE_TESTS / "unit" / "test_features.c"
    assert " 0 failed" in run_on_host([test, *sources_of(front_end, tmp_path)], tmp_path)


def test_rows_in_qemu_equal_the_reference_and_keep_their_budget(tmp_path: Path) -> None:
    pcm = noisy_tones(0.7, 16000)
    (tmp_path / "vectors.h").write_text(vectors_h(MLPERF_AD, pcm))
    sources = sources_of(MLPERF_AD, tmp_path)
    test = compile_for_board([FIRMWARE_TESTS / "unit" / "test_features.c", *sources], tmp_path)
    assert " 0 failed" in run_on_board(test)
    cost = compile_for_board([FIRMWARE_TESTS / "qemu" / "row_cost.c", *sources], tmp_path)
    found = re.search(r"mean_ticks=(\d+) max_ticks=(\d+)", run_on_board(cost))
    assert found is not None
    mean_instructions, max_instructions = map(int, found.groups())
    assert 10_000 < mean_instructions <= max_instructions < 65_000


def test_logarithm_keeps_its_bound(tmp_path: Path) -> None:
    test = FIRMWARE_TESTS / "unit" / "test_float_math.c"
    assert " 0 failed" in run_on_host([test], tmp_path)


Rows = Callable[[bytes, list[int]], NDArray[np.float32]]


@pytest.fixture(scope="module")
def c_rows(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """Rows of the C front-end of preset mlperf-ad for a stream cut at given lengths."""
    folder = tmp_path_factory.mktemp("front_end")
    library = ctypes.CDLL(str(compile_library(sources_of(MLPERF_AD, folder), folder)))
    float_pointer = ctypes.POINTER(ctypes.c_float)
    push = library.mcugen_front_end_push
    push.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(float_pointer)]
    push.restype = ctypes.c_size_t
    library.mcugen_front_end_finish.restype = float_pointer

    def rows_of(stream: bytes, cuts: list[int]) -> NDArray[np.float32]:
        rows = []

        def take(row: object) -> bool:
            if row:
                rows.append(np.ctypeslib.as_array(row, (MLPERF_AD.row_values,)).copy())
            return bool(row)

        library.mcugen_front_end_reset()
        position = 0
        for length in itertools.cycle(cuts):
            piece = stream[position : position + length]
            while piece:
                row = float_pointer()
                taken = push(piece, len(piece), ctypes.byref(row))
                take(row)
                piece = piece[taken:]
                position += taken
            if position == len(stream):
                break
        while take(library.mcugen_front_end_finish()):
            pass
        return np.array(rows)

    return rows_of


@settings(max_examples=25, deadline=None)
@given(
    samples=st.integers(0, 3000),
    cuts=st.lists(st.integers(1, 5000), min_size=1, max_size=5),
)
def test_any_length_and_chunking_gives_the_reference_rows(
    c_rows: Rows, samples: int, cuts: list[int]
) -> None:
    pcm = noisy_tones(0.2, 16000)[:samples]
    expected = row_extractor(MLPERF_AD)(pcm)
    found = c_rows(pcm.astype("<i2").tobytes(), cuts)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, atol=TOLERANCE_DB, rtol=0)


def test_int8_features_of_the_real_clip(c_rows: Rows, real_models: Path) -> None:
    pcm = read_wav(real_models / "example_input.wav", 16000)
    expected = cut_windows(row_extractor(MLPERF_AD)(pcm), MLPERF_AD)
    found = cut_windows(c_rows(pcm.astype("<i2").tobytes(), [4096]), MLPERF_AD)
    assert expected.shape == (196, 640)
    difference = np.abs(
        quantize(found, AD01_INPUT).astype(int) - quantize(expected, AD01_INPUT).astype(int)
    )
    assert (difference == 0).mean() >= 0.999
    assert difference.max() <= 1


@pytest.mark.parametrize(
    "broken",
    [
        replace(LogMel(), center=False),
        replace(LogMel(), fmax_hz=7900.0),
        replace(LogMel(), epsilon=1e-10),
        replace(LogMel(), power=1.0),
    ],
    ids=["center", "fmax", "epsilon", "power"],
)
def test_the_comparison_notices_a_wrong_parameter(broken: LogMel, tmp_path: Path) -> None:
    """Vectors of the right front-end, firmware of a slightly wrong one: the C test must fail."""
    (tmp_path / "vectors.h").write_text(vectors_h(MLPERF_AD, noisy_tones(0.3, 16000)))
    test = FIRMWARE_TESTS / "unit" / "test_features.c"
    with pytest.raises(AssertionError, match="checks"):
        run_on_host([test, *sources_of(front_end_of(broken), tmp_path)], tmp_path)


def test_generated_tables_are_deterministic() -> None:
    assert emit_front_end(MLPERF_AD, "t") == emit_front_end(MLPERF_AD, "t")
