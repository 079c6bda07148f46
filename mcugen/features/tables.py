# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""FrontEnd -> generated C: the shape of rows and windows, and the tables of the kind."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mcugen.codegen.c_text import c_float
from mcugen.codegen.render import render
from mcugen.codegen.tree import SourceTree
from mcugen.features.reference import dct_matrix, hann, htk_mel_filters, mel_filters
from mcugen.features.spec import PCM16_FULL_SCALE, FrontEnd, Image, LogMel, Mfcc, Timeseries

Floats = NDArray[np.float32]

_Values = dict[str, object]
_ValuesOf = Callable[[FrontEnd], _Values]

_MEL = ("mel.c", "mel.h", "fft.c", "fft.h", "float_math.h")

RUNTIME_SOURCES: dict[str, tuple[str, ...]] = {
    "raw": ("front_end.h", "front_end_raw.c"),
    "log-mel": ("front_end.h", "front_end_log_mel.c", "front_end_log_mel.h", *_MEL),
    "mfcc": ("front_end.h", "front_end_mfcc.c", "front_end_mfcc.h", *_MEL),
    "image": ("front_end.h", "front_end_image.c"),
    "timeseries": ("front_end.h", "front_end_timeseries.c", "front_end_timeseries.h"),
}
"""kind -> files of runtime/ that a project with such a front-end needs."""


def emit_front_end(front_end: FrontEnd, tool: str) -> SourceTree:
    """`front_end/front_end_tables.c` and `.h`; `tool` (`mcugen 0.1.0`) heads both files."""
    source_template, tables_of, macros_of = _TABLES[front_end.kind]
    values: _Values = {
        "tool": tool,
        "front_end": front_end,
        "has_source": front_end.rows is not None,
        "macros": macros_of(front_end),
        **tables_of(front_end),
    }
    return {
        "front_end/front_end_tables.c": render(source_template, values),
        "front_end/front_end_tables.h": render("front_end_tables.h.j2", values),
    }


def fft_tables(points: int) -> tuple[NDArray[np.uint16], Floats, Floats]:
    """bit_reversed, stage_twiddles and split_twiddles of runtime/fft.h for a real transform."""
    count = points // 2
    bits = count.bit_length() - 1
    reversed_ = [int(f"{index:0{bits}b}"[::-1], 2) for index in range(count)]
    done = 8 if bits % 2 else 4
    stages = []
    while done < count:
        turns = np.outer(np.arange(done), (1, 2, 3)) / (4 * done)
        stages.append(_unit_circle(turns))
        done *= 4
    split = _unit_circle(np.arange(count // 2) / points)
    return np.array(reversed_, np.uint16), np.concatenate(stages), split


def _unit_circle(turns: NDArray[np.float64]) -> Floats:
    """(cos, -sin) pairs of the angles, in float32: exp(-2 pi i turns)."""
    angle = 2 * np.pi * turns.reshape(-1)
    pairs: Floats = np.stack([np.cos(angle), -np.sin(angle)], axis=1).astype(np.float32)
    return pairs.reshape(-1)


def sparse_filters(filters: Floats) -> tuple[NDArray[np.uint16], Floats]:
    """(first bin, bins) per row of a filter bank, and the weights of those bins in a row.

    Bins between the first and the last weight are kept even if they are zero; a filter without
    any weight has no bins.
    """
    spans = []
    weights = []
    for row in filters:
        used = np.flatnonzero(row)
        first, end = (int(used[0]), int(used[-1]) + 1) if used.size else (0, 0)
        spans.append((first, end - first))
        weights.append(row[first:end])
    return np.array(spans, np.uint16), np.concatenate(weights)


def _mel_tables(
    n_fft: int, frame_samples: int, window_scale: float, filters: Floats
) -> dict[str, object]:
    """Values of templates/front_end_mel.c.j2."""
    bit_reversed, stage_twiddles, split_twiddles = fft_tables(n_fft)
    spans, weights = sparse_filters(filters)
    half_window = hann(frame_samples)[: frame_samples // 2 + 1]
    return {
        "n_fft": n_fft,
        "frame_samples": frame_samples,
        "bit_reversed": bit_reversed,
        "stage_twiddles": stage_twiddles,
        "split_twiddles": split_twiddles,
        "window": (half_window * window_scale).astype(np.float32),
        "filters": [tuple(span) for span in spans.tolist()],
        "weights": weights,
    }


def _log_mel_tables(front_end: FrontEnd) -> _Values:
    rows = front_end.rows
    assert isinstance(rows, LogMel)
    return {
        "rows": rows,
        "spectrum": "MCUGEN_POWER" if rows.power == 2 else "MCUGEN_MAGNITUDE",
        "log_scale": 20 / rows.power / math.log(10),
        **_mel_tables(rows.n_fft, rows.n_fft, 1 / PCM16_FULL_SCALE, mel_filters(rows)),
    }


def _log_mel_macros(front_end: FrontEnd) -> _Values:
    rows = front_end.rows
    assert isinstance(rows, LogMel)
    return {
        "MCUGEN_LOG_MEL_N_FFT": rows.n_fft,
        "MCUGEN_LOG_MEL_HOP_SAMPLES": rows.hop_samples,
        "MCUGEN_LOG_MEL_N_MELS": rows.n_mels,
        "MCUGEN_LOG_MEL_CENTER": int(rows.center),
    }


def _mfcc_tables(front_end: FrontEnd) -> _Values:
    rows = front_end.rows
    assert isinstance(rows, Mfcc)
    return {
        "rows": rows,
        "spectrum": "MCUGEN_MAGNITUDE",
        "cosines": dct_matrix(rows),
        **_mel_tables(rows.n_fft, rows.frame_samples, 1.0, htk_mel_filters(rows)),
    }


def _mfcc_macros(front_end: FrontEnd) -> _Values:
    rows = front_end.rows
    assert isinstance(rows, Mfcc)
    return {
        "MCUGEN_MFCC_CLIP_SAMPLES": rows.clip_samples,
        "MCUGEN_MFCC_FRAME_SAMPLES": rows.frame_samples,
        "MCUGEN_MFCC_HOP_SAMPLES": rows.hop_samples,
        "MCUGEN_MFCC_N_FFT": rows.n_fft,
        "MCUGEN_MFCC_N_MELS": rows.n_mels,
        "MCUGEN_MFCC_COEFFICIENTS": rows.coefficients,
    }


def _image_macros(front_end: FrontEnd) -> _Values:
    rows = front_end.rows
    assert isinstance(rows, Image)
    return {
        "MCUGEN_IMAGE_LINE_VALUES": rows.row_values,
        "MCUGEN_IMAGE_PIXEL_SCALE": c_float(rows.pixel_scale),
    }


def _timeseries_tables(front_end: FrontEnd) -> _Values:
    rows = front_end.rows
    assert isinstance(rows, Timeseries)
    means, stddevs = np.array(rows.means, np.float32), np.array(rows.stddevs, np.float32)
    return {"means": means, "stddevs": stddevs}


def _timeseries_macros(front_end: FrontEnd) -> _Values:
    return {"MCUGEN_TIMESERIES_CHANNELS": front_end.row_values}


def _nothing(front_end: FrontEnd) -> _Values:
    return {}


_TABLES: dict[str, tuple[str, _ValuesOf, _ValuesOf]] = {
    "raw": ("front_end_tables.c.j2", _nothing, _nothing),
    "log-mel": ("front_end_log_mel.c.j2", _log_mel_tables, _log_mel_macros),
    "mfcc": ("front_end_mfcc.c.j2", _mfcc_tables, _mfcc_macros),
    "image": ("front_end_tables.c.j2", _nothing, _image_macros),
    "timeseries": ("front_end_timeseries.c.j2", _timeseries_tables, _timeseries_macros),
}
"""kind -> template of front_end_tables.c, its values, macros of front_end_tables.h."""
