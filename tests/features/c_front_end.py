# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A C front-end with its tables: as sources, as vectors.h, and callable through ctypes."""

from __future__ import annotations

import ctypes
import itertools
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mcugen.codegen.c_text import c_array, c_float
from mcugen.features.c_tables import RUNTIME_SOURCES, emit_front_end
from mcugen.features.reference import Source, row_extractor
from mcugen.features.spec import FrontEnd, LogMel, Mfcc, MicroSpeech
from mcugen.samples.files import source_bytes
from tests.c_program import RUNTIME, compile_library, put_sources

TOLERANCES = {
    "log-mel": 1e-3,
    "mfcc": 1e-3,
    "micro-speech": 0.0,
    "image": 0.0,
    "timeseries": 0.0,
}
"""kind -> largest difference of a feature. Spectra: float32 against float64 transforms, in dB or
in natural-log units; one int8 step of the MLPerf Tiny models is 0.39 dB and 0.58."""


def front_end_of(rows: LogMel | Mfcc | MicroSpeech) -> FrontEnd:
    kind = {LogMel: "log-mel", Mfcc: "mfcc", MicroSpeech: "micro-speech"}[type(rows)]
    return FrontEnd(kind, rows.row_values, 1, rows=rows)


def noisy_tones(seconds: float, sample_rate_hz: int = 16000) -> NDArray[np.int16]:
    """Three tones that come and go over noise, near full scale at their peak."""
    time_s = np.arange(int(seconds * sample_rate_hz)) / sample_rate_hz
    tones = np.sin(2 * np.pi * np.outer([120.0, 997.0, 5233.0], time_s)).sum(axis=0)
    noise = np.random.default_rng(5).normal(0.0, 0.02, time_s.size)
    swell = 0.5 - 0.5 * np.cos(2 * np.pi * 3 * time_s)
    return np.round((tones * swell * 0.28 + noise) * 32767).clip(-32768, 32767).astype(np.int16)


def sources_of(front_end: FrontEnd, folder: Path) -> list[Path]:
    """Generated files are written to `folder`; with those of runtime/ they make the front-end."""
    generated = put_sources(emit_front_end(front_end, "mcugen test"), folder)
    names = ("front_end.c", *RUNTIME_SOURCES[front_end.kind])
    return [*generated, *(RUNTIME / name for name in names if name.endswith(".c"))]


def vectors_h(front_end: FrontEnd, source: Source) -> str:
    """The vectors of firmware_tests/unit/test_features.c."""
    rows, rows_of = front_end.rows, row_extractor(front_end)
    macros = {"TOLERANCE": c_float(TOLERANCES[front_end.kind])}
    macros["EMPTY_CLIP_ROWS"] = f"{len(rows_of(source[:0]))}u"
    macros["IS_PCM16"] = str(int(source.dtype == np.int16))
    arrays = {
        "source": np.frombuffer(source_bytes(source), np.uint8),
        "expected": rows_of(source),
    }
    if source.dtype == np.int16:
        lowest, highest = _range_of(rows)
        macros |= {"LOWEST": c_float(lowest), "HIGHEST": c_float(highest)}
        arrays["silence"] = rows_of(np.zeros_like(source))
    lines = ["#include <stdint.h>", *(f"#define {name} ({text})" for name, text in macros.items())]
    return "\n".join((*lines, *(c_array(name, values) for name, values in arrays.items())))


def _range_of(rows: object) -> tuple[float, float]:
    """What no feature leaves: no window and no filter amplifies, and a DCT keeps the norm."""
    if isinstance(rows, LogMel):
        lowest = 20 / rows.power * math.log10(np.float32(rows.epsilon))
        return lowest, 20 * math.log10(rows.n_fft)
    if isinstance(rows, MicroSpeech):
        return 0.0, 65535 / 25.6
    assert isinstance(rows, Mfcc)
    largest = max(-math.log(rows.epsilon), math.log(rows.n_fft**2)) * math.sqrt(2 * rows.n_mels)
    return -largest, largest


RowsOfStream = Callable[[bytes, Sequence[int]], NDArray[np.float32]]


def load(front_end: FrontEnd, folder: Path) -> RowsOfStream:
    """All rows of a stream that is pushed in pieces of the given lengths, which repeat."""
    library = ctypes.CDLL(str(compile_library(sources_of(front_end, folder), folder)))
    float_pointer = ctypes.POINTER(ctypes.c_float)
    push, finish = library.mcugen_front_end_push, library.mcugen_front_end_finish
    push.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(float_pointer)]
    push.restype = ctypes.c_size_t
    finish.restype = float_pointer

    def rows_of(stream: bytes, lengths: Sequence[int]) -> NDArray[np.float32]:
        rows = []

        def take(row: ctypes._Pointer[ctypes.c_float]) -> bool:
            if row:
                rows.append(np.ctypeslib.as_array(row, (front_end.row_values,)).copy())
            return bool(row)

        library.mcugen_front_end_reset()
        cuts = [0, *itertools.accumulate(_pieces(len(stream), lengths))]
        for start, end in itertools.pairwise(cuts):
            while start < end:
                row = float_pointer()
                start += push(stream[start:end], end - start, ctypes.byref(row))
                take(row)
        while take(finish()):
            pass
        return np.array(rows, np.float32).reshape(-1, front_end.row_values)

    return rows_of


def _pieces(total: int, lengths: Sequence[int]) -> list[int]:
    pieces: list[int] = []
    for length in itertools.cycle(lengths):
        if total <= 0:
            return pieces
        pieces.append(min(length, total))
        total -= length
    raise AssertionError("no lengths")
