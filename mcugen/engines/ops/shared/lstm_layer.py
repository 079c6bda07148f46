# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""UNIDIRECTIONAL_SEQUENCE_LSTM as integers: what every kernel of it computes with."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcugen.engines.aot.scales import quantize_multiplier
from mcugen.engines.aot.variants import Operands, Table
from mcugen.model.ir import Graph, Op, Tensor

GATES = 4
"""Input, forget, cell, output: the order of weights in the op and in lstm.h."""

X, HIDDEN, CELL = 0, 18, 19
INPUT_WEIGHTS, HIDDEN_WEIGHTS, BIASES = range(1, 5), range(5, 9), range(12, 16)
"""Positions among the 24 inputs of the op (lstm_shared.h of TFLite Micro)."""

_SUM_SCALE = 2.0**-12
_GATE_SCALE = 2.0**-15


@dataclass(frozen=True, slots=True)
class LstmTensors:
    """The op's tensors by their roles; lists have one per gate."""

    x: Tensor
    input_weights: tuple[Tensor, ...]
    hidden_weights: tuple[Tensor, ...]
    biases: tuple[Tensor, ...]
    hidden: Tensor
    cell: Tensor
    out: Tensor

    @property
    def weights(self) -> tuple[Tensor, ...]:
        """All eight."""
        return (*self.input_weights, *self.hidden_weights)


@dataclass(frozen=True, slots=True, eq=False)
class Lstm:
    """The op as integers, gates as in lstm.h; zero points are folded into the biases."""

    input_weights: NDArray[np.int8]  # [units, gates, features]
    hidden_weights: NDArray[np.int8]  # [units, gates, units]
    input_bias: NDArray[np.int32]  # [units, gates]
    hidden_bias: NDArray[np.int32]  # [units, gates]
    input: NDArray[np.int32]  # [gates, 2]: multiplier, shift
    hidden: NDArray[np.int32]  # [gates, 2]
    product: NDArray[np.int32]  # [3, 2]: forget * cell, input * cell gate, output * tanh
    zero_point: int
    batches: int
    steps: int
    time_major: bool
    cell_power: int
    cell_low: int
    cell_high: int

    @property
    def units(self) -> int:
        return int(self.input_weights.shape[0])

    @property
    def features(self) -> int:
        return int(self.input_weights.shape[2])

    @property
    def runs(self) -> int:
        """How often a unit is computed in an inference."""
        return self.batches * self.steps * self.units

    @property
    def macs(self) -> int:
        """Multiplications by weights in an inference."""
        return self.runs * GATES * (self.units + self.features)


def tensors_of(graph: Graph, op: Op) -> LstmTensors:
    """The tensors of an op that has them all."""
    given = graph.input_tensors(op)

    def at(places: range) -> tuple[Tensor, ...]:
        return tuple(t for t in given[places.start : places.stop] if t is not None)

    x, hidden, cell = given[X], given[HIDDEN], given[CELL]
    assert x is not None and hidden is not None and cell is not None
    weights = (at(INPUT_WEIGHTS), at(HIDDEN_WEIGHTS), at(BIASES))
    return LstmTensors(x, *weights, hidden, cell, graph.output_tensors(op)[0])


def sum_factors(tensors: LstmTensors) -> list[float]:
    """From sums of products to the gates' inputs: four for x, four for the hidden state.

    In double, as the tflite-micro wheel computes them; older versions multiply the scales in
    float32, which moves about one sum in 1000 by one 4096th.
    """
    found = []
    sources = [tensors.x] * GATES + [tensors.hidden] * GATES
    for source, weights in zip(sources, tensors.weights, strict=True):
        found.append(source.scale * weights.scale / _SUM_SCALE)
    return found


def product_factors(tensors: LstmTensors) -> list[float]:
    """Of forget * cell, input * cell gate, output * tanh (CreateInterGateMulParams)."""
    cell, hidden = tensors.cell.scale, tensors.hidden.scale
    return [_GATE_SCALE, _GATE_SCALE**2 / cell, _GATE_SCALE**2 / hidden]


def power_of_two(scale: float) -> int | None:
    """p where the scale is 2^p, None for others."""
    fraction, exponent = math.frexp(scale)
    return exponent - 1 if fraction == 0.5 else None


def lstm_of(graph: Graph, op: Op) -> Lstm:
    """The integers of an op that has no problems."""
    tensors = tensors_of(graph, op)
    x, hidden, cell = tensors.x.quant, tensors.hidden.quant, tensors.cell.quant
    assert x is not None and hidden is not None and cell is not None
    power = power_of_two(cell.scale)
    assert power is not None
    biases = np.stack([np.asarray(t.data) for t in tensors.biases], axis=1)
    input_weights, hidden_weights = _stack(tensors.input_weights), _stack(tensors.hidden_weights)
    factors = [*sum_factors(tensors), *product_factors(tensors)]
    requant = np.array([quantize_multiplier(factor) for factor in factors], np.int32)
    time_major = bool(op.options.get("time_major"))
    low, high = _clip(float(op.options.get("cell_clip", 0.0)), cell.scale)
    return Lstm(
        input_weights=input_weights,
        hidden_weights=hidden_weights,
        input_bias=_fold(biases, input_weights, x.zero_point),
        hidden_bias=_fold(np.zeros_like(biases), hidden_weights, hidden.zero_point),
        input=requant[:GATES],
        hidden=requant[GATES : 2 * GATES],
        product=requant[2 * GATES :],
        zero_point=hidden.zero_point,
        batches=tensors.x.shape[int(time_major)],
        steps=tensors.x.shape[int(not time_major)],
        time_major=time_major,
        cell_power=power,
        cell_low=low,
        cell_high=high,
    )


def _stack(weights: tuple[Tensor, ...]) -> NDArray[np.int8]:
    return np.stack([np.asarray(t.data, np.int8) for t in weights], axis=1)


def _fold(
    biases: NDArray[np.int32], weights: NDArray[np.int8], zero_point: int
) -> NDArray[np.int32]:
    """Biases less what the zero point adds to every sum, modulo 2^32 as the sums in C."""
    folded = biases.astype(np.int64) - zero_point * weights.astype(np.int64).sum(axis=2)
    return np.asarray(folded.astype(np.uint32).view(np.int32))


def _clip(cell_clip: float, scale: float) -> tuple[int, int]:
    """Bounds of the cell state (CreateLstmCellStateInfo, which truncates)."""
    if not cell_clip > 0:
        return -32768, 32767
    bound = int(min(cell_clip / scale, 32767.0))
    return -bound, bound


def curve() -> NDArray[np.int16]:
    """Slopes and left ends of the 512 lines of curve.h.

    TFLite's sigmoid table lies above the curve by half of what a line between two exact nodes would
    lie below it in the middle, -f''(x) * step^2 / 16; its last value is the saturated one.
    """
    step = 1 / 24
    exact = 1 / (1 + np.exp(-np.arange(256) * step))
    bend = exact * (1 - exact) * (1 - 2 * exact)
    nodes = np.floor(65536 * (exact - bend * step**2 / 16) + 0.5).astype(np.int64) - 32768
    nodes[255] = 32767
    ends = np.concatenate([[-32767], -nodes[:0:-1], nodes, [32767]])
    return np.asarray(np.stack([np.diff(ends), ends[:-1]], axis=1), np.int16)


def shape_fields(layer: Lstm, operands: Operands) -> tuple[tuple[str, int | Table], ...]:
    """Initialisers of the struct's member `shape`."""
    in_step, out_step = layer.features, layer.units
    strides = (in_step * layer.steps, in_step, out_step * layer.steps, out_step)
    if layer.time_major:
        strides = (in_step, in_step * layer.batches, out_step, out_step * layer.batches)
    shift = 12 + layer.cell_power  # to 12 fraction bits
    table = Table(f"{operands.name}_curve", curve(), "slope and left end of the lines of curve.h")
    return (
        ("shape.batches", layer.batches),
        ("shape.steps", layer.steps),
        ("shape.features", layer.features),
        ("shape.units", layer.units),
        ("shape.in_batch", strides[0]),
        ("shape.in_step", strides[1]),
        ("shape.out_batch", strides[2]),
        ("shape.out_step", strides[3]),
        ("shape.curve", table),
        ("shape.tanh_factor", 3 << max(shift, 0)),
        ("shape.tanh_half", (1 << max(-shift, 0)) >> 1),
        ("shape.tanh_shift", max(-shift, 0)),
        ("shape.cell_low", layer.cell_low),
        ("shape.cell_high", layer.cell_high),
    )
