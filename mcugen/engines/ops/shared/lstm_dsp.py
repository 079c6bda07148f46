# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The LSTM for DSP cores: whether a layer fits its kernel, and the tables that one reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcugen.engines.aot.variants import Call, Kernel, Layout, Operands, Table, Variant
from mcugen.engines.ops.fully_connected import pack_rows
from mcugen.engines.ops.shared.lstm_layer import GATES, Lstm, shape_fields

_DEPTH_STEP = 8  # hidden values the kernel takes per turn
_LARGEST_SHIFT = 22  # of the int8 result: its zero point is added before
_COST = 1.0  # instructions per multiplication
_UNIT_COST = 200


@dataclass(frozen=True, slots=True, eq=False)
class _Packed:
    """The layer as the kernel reads it."""

    hidden_weights: NDArray[np.uint32]
    rows: NDArray[np.int32]  # [units, gates + gates + gates * pairs]
    by: NDArray[np.int32]  # [11, 3]


def variant(layer: Lstm) -> Variant | None:
    """The variant, None where a bound does not hold that the kernel relies on."""
    packed = _pack(layer)
    if packed is None:
        return None
    runs = layer.batches * layer.steps * layer.units
    macs = runs * GATES * (layer.units + layer.features)
    return Variant(
        (Layout.NATIVE,),
        (Layout.NATIVE,),
        int(_COST * macs) + _UNIT_COST * runs,
        lambda operands: _build(layer, packed, operands),
        scratch_bytes=4 * _depth(layer) + 4 * _pairs(layer),
    )


def _depth(layer: Lstm) -> int:
    return -(-layer.units // _DEPTH_STEP) * _DEPTH_STEP


def _pairs(layer: Lstm) -> int:
    return -(-layer.features // 2)


def _pack(layer: Lstm) -> _Packed | None:
    """Doubles every sum; None where one could leave 32 bits or a weight its 16."""
    lefts = np.maximum(layer.input[:, 1], 0)
    input_weights = layer.input_weights.astype(np.int64) << (lefts[:, None] + 1)
    input_bias = layer.input_bias.astype(np.int64) << (lefts + 1)
    hidden_weights = layer.hidden_weights.astype(np.int64)
    hidden_bias = layer.hidden_bias.astype(np.int64) * 2
    output_shift = -int(layer.product[2, 1])
    fits = (
        max(layer.hidden[:, 1]) <= 0,
        max(layer.product[:, 1]) <= 0,
        1 <= output_shift <= _LARGEST_SHIFT,
        np.abs(input_weights).max() < 2**15,
        hidden_weights.min() > -128,
        256 * np.abs(hidden_weights).sum(axis=2).max() < 2**23,
        (128 * np.abs(input_weights).sum(axis=2) + np.abs(input_bias)).max() < 2**31,
        (256 * np.abs(hidden_weights).sum(axis=2) + np.abs(hidden_bias)).max() < 2**31,
    )
    if not all(fits):
        return None
    quads = layer.hidden_weights.reshape(layer.units * GATES, layer.units)
    return _Packed(
        hidden_weights=pack_rows(quads, len(quads), Layout.INT16),
        rows=_rows(hidden_bias, input_bias, input_weights),
        by=_requantisations(layer),
    )


def _rows(
    hidden_bias: NDArray[np.int64], input_bias: NDArray[np.int64], weights: NDArray[np.int64]
) -> NDArray[np.int32]:
    """Per unit the biases, then per pair of features a word for each gate."""
    units, gates, features = weights.shape
    padded = np.zeros((units, gates, features + features % 2), np.int64)
    padded[:, :, :features] = weights
    halves = padded.reshape(units, gates, -1, 2) & 0xFFFF
    words = (halves[..., 0] | halves[..., 1] << 16).transpose(0, 2, 1)  # [units, pairs, gates]
    rows = np.concatenate([hidden_bias, input_bias, words.reshape(units, -1)], axis=1)
    return np.asarray((rows & 0xFFFFFFFF).astype(np.uint32).view(np.int32))


def _requantisations(layer: Lstm) -> NDArray[np.int32]:
    """Multiplier, addend and shift of lstm.h, in the order the kernel reads them."""
    gates = np.stack([layer.input, layer.hidden], axis=1).reshape(-1, 2)
    rows = []
    for multiplier, shift in np.concatenate([gates, layer.product]).tolist():
        right = max(-shift, 0)
        rows.append([multiplier, (1 << right) >> 1, right])
    rows[-1][1] += layer.zero_point << rows[-1][2]
    return np.array(rows, np.int32)


def _build(layer: Lstm, packed: _Packed, operands: Operands) -> tuple[Call, ...]:
    name = operands.name
    assert operands.scratch is not None

    def table(part: str, values: NDArray[np.generic], comment: str) -> Table:
        return Table(f"{name}_{part}", values, comment)

    kernel = Kernel("mcugen_lstm_dsp_double", "mcugen_lstm_dsp_t", "lstm.h", "lstm_dsp.c")
    fields = (
        *shape_fields(layer, operands),
        ("hidden_weights", table("hidden_weights", packed.hidden_weights, "a quad per unit")),
        ("rows", table("rows", packed.rows, "per unit biases, then the input's weights")),
        ("by", table("by", packed.by, "multiplier, addend, shift")),
        ("depth", _depth(layer)),
        ("pairs", _pairs(layer)),
    )
    args = (*operands.inputs, *operands.outputs, *operands.states, operands.scratch)
    return (Call(kernel, fields, args),)
