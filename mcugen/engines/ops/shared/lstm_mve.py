# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The LSTM for Helium: whether a layer fits its kernel, and the tables that one reads."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mcugen.engines.aot.variants import Call, Kernel, Layout, Operands, Table, Variant
from mcugen.engines.ops.shared.lstm_layer import GATES, Lstm, shape_fields
from mcugen.engines.ops.shared.vectors import Blocks, pack_weights

_BLOCKS = Blocks("mve", lanes=GATES, group=16, step=16, together=1, cost=0.16)
_UNIT_COST = 70


def variant(layer: Lstm) -> Variant | None:
    """The variant, None where a product is shifted to the left or not at all."""
    if layer.product[:, 1].max() > -1:
        return None
    return Variant(
        (Layout.NATIVE,),
        (Layout.NATIVE,),
        int(_BLOCKS.cost * layer.runs * GATES * sum(_depths(layer))) + _UNIT_COST * layer.runs,
        lambda operands: _build(layer, operands),
        scratch_bytes=sum(_depths(layer)),
    )


def _depths(layer: Lstm) -> tuple[int, int]:
    """Features and units, up to the next multiple of what the kernel takes at a time."""
    step = _BLOCKS.step
    return -(-layer.features // step) * step, -(-layer.units // step) * step


def _build(layer: Lstm, operands: Operands) -> tuple[Call, ...]:
    name = operands.name
    assert operands.scratch is not None
    biases = np.stack([layer.input_bias, layer.hidden_bias], axis=1)
    gates = np.stack([_by_gate(layer.input), _by_gate(layer.hidden)])
    in_depth, hidden_depth = _depths(layer)
    fields = (
        *shape_fields(layer, operands),
        ("weights", Table(f"{name}_weights", _weights(layer), "per unit, in blocks")),
        ("biases", Table(f"{name}_biases", biases, "zero points folded in")),
        ("gates", Table(f"{name}_gates", gates, "multipliers, left and right shifts")),
        (
            "product",
            Table(f"{name}_product", layer.product, "multiplier, shift", "mcugen_requant_t"),
        ),
        ("zero_point", layer.zero_point),
        ("in_depth", in_depth),
        ("hidden_depth", hidden_depth),
    )
    kernel = Kernel("mcugen_lstm_mve_double", "mcugen_lstm_mve_t", "lstm.h", "lstm_mve.c")
    args = (*operands.inputs, *operands.outputs, *operands.states, operands.scratch)
    return (Call(kernel, fields, args),)


def _weights(layer: Lstm) -> NDArray[np.int8]:
    """[units, steps of x then of the hidden state, gates, 16]."""
    rows = np.arange(layer.units * GATES).reshape(layer.units, GATES)
    sources = [
        pack_weights(w.reshape(layer.units * GATES, -1), rows, _BLOCKS).reshape(layer.units, -1)
        for w in (layer.input_weights, layer.hidden_weights)
    ]
    return np.concatenate(sources, axis=1)


def _by_gate(requant: NDArray[np.int32]) -> NDArray[np.int32]:
    """[3, gates]: multipliers, shifts to the left, to the right."""
    multipliers, shifts = requant.T
    return np.stack([multipliers, np.maximum(shifts, 0), np.minimum(shifts, 0)])
