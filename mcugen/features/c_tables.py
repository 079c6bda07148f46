# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""FrontEnd -> generated C: the shape of rows and windows, and the tables of the kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcugen.codegen.render import render
from mcugen.codegen.tree import SourceTree, runtime_tree
from mcugen.features import micro_speech_tables
from mcugen.features.reference import dct_matrix, hann, htk_mel_filters, mel_filters
from mcugen.features.spec import PCM16_FULL_SCALE, FrontEnd, LogMel, Mfcc, MicroSpeech, Timeseries
from mcugen.features.stages import stages_of
from mcugen.reproducible import LN_10, unit_circle

Floats = NDArray[np.float32]

_Values = dict[str, object]

TAPS = ("front_end_taps.c", "front_end_taps.h")
_MEL = ("mel.c", "mel.h", "fft.c", "fft.h", "float_math.h")

RUNTIME_SOURCES: dict[str, tuple[str, ...]] = {
    "raw": ("row_maker.h",),
    "log-mel": ("row_maker.h", "front_end_log_mel.c", "front_end_log_mel.h", *_MEL),
    "mfcc": ("row_maker.h", "front_end_mfcc.c", "front_end_mfcc.h", *_MEL),
    "micro-speech": ("row_maker.h", "front_end_micro_speech.c", "front_end_micro_speech.h"),
    "image": ("row_maker.h", "front_end_image.c", "front_end_image.h"),
    "timeseries": ("row_maker.h", "front_end_timeseries.c", "front_end_timeseries.h"),
}
"""kind -> files of runtime/ that make its rows."""


@dataclass(frozen=True, slots=True)
class StateBuffer:
    """Memory of a row maker: a member of its state points to it."""

    type: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class RowMaker:
    """A kind's code in C: `mcugen_<name>_maker` and what it works in."""

    name: str
    template: str
    tables: Callable[[FrontEnd], _Values]
    buffers: Callable[[FrontEnd], tuple[StateBuffer, ...]]
    work_values: Callable[[FrontEnd], int] = lambda _: 0


def emit_front_end(front_end: FrontEnd, tool: str, *, taps: bool = False) -> SourceTree:
    """`front_end/front_end_tables.c` of a measuring firmware; `tool` (`mcugen 0.1.0`) heads it.

    `taps`: the stages of its rows are kept where they can be (mcugen/features/stages.py).
    """
    values = {**front_end_values(front_end), "tool": tool, "layout": "front_end_tables.c.j2"}
    stages = stages_of(front_end) if taps else ()
    tables = render(front_end_template(front_end), values | {"stages": stages})
    return {"front_end/front_end_tables.c": tables, **runtime_tree(TAPS if stages else ())}


def front_end_template(front_end: FrontEnd) -> str:
    """The template with the kind's tables; it extends the template that `layout` names."""
    maker = ROW_MAKERS.get(front_end.kind)
    return maker.template if maker else "front_end_tables.c.j2"


def front_end_values(front_end: FrontEnd) -> _Values:
    """What that template shows: shape, tables, the maker (None: raw) and its memory."""
    maker = ROW_MAKERS.get(front_end.kind)
    if maker is None:
        return {
            "front_end": front_end,
            "maker": None,
            "buffers": (),
            "work_values": 0,
            "stages": (),
        }
    return {
        "stages": (),
        "front_end": front_end,
        "rows": front_end.rows,
        "maker": maker.name,
        "buffers": maker.buffers(front_end),
        "work_values": maker.work_values(front_end),
        **maker.tables(front_end),
    }


def fft_tables(points: int) -> tuple[NDArray[np.uint16], Floats, Floats]:
    """bit_reversed, stage_twiddles and split_twiddles of runtime/fft.h for a real transform."""
    count = points // 2
    bits = count.bit_length() - 1
    reversed_ = [int(f"{index:0{bits}b}"[::-1], 2) for index in range(count)]
    done = 8 if bits % 2 else 4
    stages = []
    while done < count:
        stages.append(_twiddles(np.outer(np.arange(done), (1, 2, 3)), 4 * done))
        done *= 4
    split = _twiddles(np.arange(count // 2), points)
    return np.array(reversed_, np.uint16), np.concatenate(stages), split


def _twiddles(steps: NDArray[np.int64], points: int) -> Floats:
    """(cos, -sin) pairs in float32 of steps / points turns: exp(-2 pi i steps / points)."""
    cos, sin = unit_circle(points)
    index = steps.reshape(-1)
    pairs: Floats = np.stack([cos[index], -sin[index]], axis=1).astype(np.float32)
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
        "spectrum": "MCUGEN_POWER" if rows.power == 2 else "MCUGEN_MAGNITUDE",
        "log_scale": 20 / rows.power / LN_10,
        "padding_samples": rows.n_fft // 2 if rows.center else 0,
        **_mel_tables(rows.n_fft, rows.n_fft, 1 / PCM16_FULL_SCALE, mel_filters(rows)),
    }


def _log_mel_buffers(front_end: FrontEnd) -> tuple[StateBuffer, ...]:
    assert isinstance(front_end.rows, LogMel)
    return (StateBuffer("int16_t", "samples", front_end.rows.n_fft),)


def _mfcc_tables(front_end: FrontEnd) -> _Values:
    rows = front_end.rows
    assert isinstance(rows, Mfcc)
    return {
        "spectrum": "MCUGEN_MAGNITUDE",
        "cosines": dct_matrix(rows),
        **_mel_tables(rows.n_fft, rows.frame_samples, 1.0, htk_mel_filters(rows)),
    }


def _mfcc_buffers(front_end: FrontEnd) -> tuple[StateBuffer, ...]:
    rows = front_end.rows
    assert isinstance(rows, Mfcc)
    bands = StateBuffer("float", "bands", rows.row_count * rows.n_mels)
    return (StateBuffer("int16_t", "samples", rows.frame_samples), bands)


def _micro_speech_tables(front_end: FrontEnd) -> _Values:
    rows = front_end.rows
    assert isinstance(rows, MicroSpeech)
    tables = micro_speech_tables.make_tables(rows)
    names = [
        "window",
        "order",
        "twiddles",
        "split_twiddles",
        "ends",
        "weights",
        "unweights",
        "logs",
    ]
    even, odd, least = micro_speech_tables.shares(rows)
    return {
        "arrays": [(n, getattr(tables, n)) for n in (*names, *(["gains"] if rows.pcan else []))],
        "first_bin": tables.first_bin,
        "even": even,
        "odd": odd,
        "least": least,
        "gain_shift": micro_speech_tables.gain_shift(rows),
    }


def _micro_speech_buffers(front_end: FrontEnd) -> tuple[StateBuffer, ...]:
    rows = front_end.rows
    assert isinstance(rows, MicroSpeech)
    return (
        StateBuffer("int16_t", "samples", rows.frame_samples),
        StateBuffer("int16_t", "spectrum", rows.n_fft + 2),
        StateBuffer("uint32_t", "noise", rows.channels),
        StateBuffer("float", "row", rows.channels),
    )


def _n_fft(front_end: FrontEnd) -> int:
    assert isinstance(front_end.rows, LogMel | Mfcc)
    return front_end.rows.n_fft


def _timeseries_tables(front_end: FrontEnd) -> _Values:
    rows = front_end.rows
    assert isinstance(rows, Timeseries)
    means, stddevs = np.array(rows.means, np.float32), np.array(rows.stddevs, np.float32)
    return {"means": means, "stddevs": stddevs}


def _one_row(front_end: FrontEnd) -> tuple[StateBuffer, ...]:
    return (StateBuffer("float", "row", front_end.row_values),)


ROW_MAKERS = {
    "log-mel": RowMaker(
        "log_mel", "front_end_log_mel.c.j2", _log_mel_tables, _log_mel_buffers, _n_fft
    ),
    "mfcc": RowMaker("mfcc", "front_end_mfcc.c.j2", _mfcc_tables, _mfcc_buffers, _n_fft),
    "micro-speech": RowMaker(
        "micro_speech",
        "front_end_micro_speech.c.j2",
        _micro_speech_tables,
        _micro_speech_buffers,
    ),
    "image": RowMaker("image", "front_end_image.c.j2", lambda _: {}, _one_row),
    "timeseries": RowMaker("timeseries", "front_end_timeseries.c.j2", _timeseries_tables, _one_row),
}
"""kind -> its row maker; `raw` makes no rows."""
