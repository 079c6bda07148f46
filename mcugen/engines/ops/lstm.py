# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""UNIDIRECTIONAL_SEQUENCE_LSTM: what can be wrong, the integers of the layer, the portable kernel."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.checks import INT8_HINT, Reason, int8_reasons, to_problems
from mcugen.engines.quantize import LARGEST_FACTOR, quantize_multiplier
from mcugen.engines.steps import (
    Call,
    Form,
    Kernel,
    Operands,
    Operator,
    Table,
    Variant,
    is_activation,
)
from mcugen.model.ir import DType, Graph, Op, Problem, Tensor

_INPUTS = 24  # lstm_shared.h of TFLite Micro lists them
_X, _HIDDEN, _CELL = 0, 18, 19
_INPUT_WEIGHTS, _HIDDEN_WEIGHTS, _BIASES = range(1, 5), range(5, 9), range(12, 16)
_ABSENT = {
    "peephole connections": range(9, 12),
    "a projection": range(16, 18),
    "layer normalisation": range(20, 24),
}
_GATES = 4  # input, forget, cell, output: the order of weights in the op and in lstm.h

_SUM_SCALE = 2.0**-12
_GATE_SCALE = 2.0**-15
_CELL_POWERS = range(-24, 1)
"""Cell scales 2^p for which no shift of the cell state overflows."""

_PORTABLE_COST = 6.0  # instructions per multiplication
_UNIT_COST = 350


@dataclass(frozen=True, slots=True, eq=False)
class Lstm:
    """The op as integers, gates as in lstm.h; zero points are folded into the biases."""

    input_weights: NDArray[np.int8]  # [units, gates, features]
    hidden_weights: NDArray[np.int8]  # [units, gates, units]
    input_bias: NDArray[np.int32]  # [units, gates]
    hidden_bias: NDArray[np.int32]  # [units, gates]
    input: NDArray[np.int32]  # [gates, 2]: multiplier, shift
    hidden: NDArray[np.int32]  # [gates, 2]
    product: NDArray[np.int32]  # [3, 2]
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


def problems(graph: Graph, op: Op) -> Iterable[Problem]:
    """Everything but the plain LSTM of Keras in int8 with an int16 cell state."""
    given = graph.input_tensors(op)
    if len(given) != _INPUTS or len(op.outputs) != 1:
        return to_problems(op, [(f"needs {_INPUTS} inputs and 1 output", "")])
    reasons = [
        f"{feature} is not supported"
        if feature.startswith("a ")
        else f"{feature} are not supported"
        for feature, places in _ABSENT.items()
        if any(given[i] is not None for i in places)
    ]
    needed = (_X, *_INPUT_WEIGHTS, *_HIDDEN_WEIGHTS, *_BIASES, _HIDDEN, _CELL)
    missing = [i for i in needed if given[i] is None]
    if missing:
        reasons.append(f"inputs {missing} are missing: all four gates and both states are needed")
    found: list[Reason] = [(reason, "") for reason in reasons]
    if not missing:
        found += _Parts(graph, op).reasons()
    return to_problems(op, found)


@dataclass(frozen=True, slots=True)
class _Parts:
    """The op's tensors by their roles; all must be there."""

    graph: Graph
    op: Op

    def _at(self, places: Iterable[int]) -> tuple[Tensor, ...]:
        given = self.graph.input_tensors(self.op)
        return tuple(t for t in (given[i] for i in places) if t is not None)

    @property
    def x(self) -> Tensor:
        return self._at([_X])[0]

    @property
    def input_weights(self) -> tuple[Tensor, ...]:
        return self._at(_INPUT_WEIGHTS)

    @property
    def hidden_weights(self) -> tuple[Tensor, ...]:
        return self._at(_HIDDEN_WEIGHTS)

    @property
    def biases(self) -> tuple[Tensor, ...]:
        return self._at(_BIASES)

    @property
    def hidden(self) -> Tensor:
        return self._at([_HIDDEN])[0]

    @property
    def cell(self) -> Tensor:
        return self._at([_CELL])[0]

    @property
    def out(self) -> Tensor:
        return self.graph.output_tensors(self.op)[0]

    def reasons(self) -> Iterator[Reason]:
        """All that is wrong."""
        roles = [*self._role_reasons()]
        yield from roles
        yield from self._shape_reasons()
        if not roles:
            yield from self._quantisation_reasons()

    def _role_reasons(self) -> Iterator[Reason]:
        """Types, and who may be constant."""
        activation = self.op.options.get("fused_activation_function", "NONE")
        if activation != "TANH":
            yield f"activation {activation} is not supported", "use the Keras default, tanh"
        yield from int8_reasons(self.x, self.out, self.hidden)
        if not is_activation(self.x):
            yield "needs a computed input", ""
        weights = (*self.input_weights, *self.hidden_weights)
        if any(t.dtype is not DType.INT8 or t.data is None for t in weights):
            yield "weights must be constant int8 tensors", INT8_HINT
        if any(t.quant is None or t.quant.axis is not None for t in weights):
            yield "weights must be quantised per tensor", ""
        if any(t.dtype is not DType.INT32 or t.data is None for t in self.biases):
            yield "biases must be constant int32 tensors", INT8_HINT
        if any(not t.is_variable or t.data is not None for t in (self.hidden, self.cell)):
            yield "hidden and cell state must be variable tensors", ""
        if self.cell.dtype is not DType.INT16 or self.cell.quant is None:
            yield f"a {self.cell.dtype.value} cell state is not supported", INT8_HINT

    def _shape_reasons(self) -> Iterator[Reason]:
        x, hidden, out = self.x, self.hidden, self.out
        if len(x.shape) != 3 or len(hidden.shape) != 2:
            yield f"input {list(x.shape)} with state {list(hidden.shape)} is not supported", ""
            return
        units = hidden.shape[1]
        batches = x.shape[1 if self.op.options.get("time_major") else 0]
        wanted = [
            *((t, (units, x.shape[2])) for t in self.input_weights),
            *((t, (units, units)) for t in self.hidden_weights),
            *((t, (units,)) for t in self.biases),
            *((t, (batches, units)) for t in (hidden, self.cell)),
            (out, (*x.shape[:2], units)),
        ]
        for tensor, shape in wanted:
            if tensor.shape != shape:
                yield f"a tensor has shape {list(tensor.shape)} instead of {list(shape)}", ""

    def _quantisation_reasons(self) -> Iterator[Reason]:
        """Scales; types are right already."""
        assert self.cell.quant is not None
        if any(any(t.quant.zero_points) for t in self._weights if t.quant is not None):
            yield "weights with a zero point other than 0 are not supported", ""
        if (self.hidden.quant, self.hidden.dtype) != (self.out.quant, self.out.dtype):
            yield "hidden state and output are quantised differently", ""
        fraction, exponent = math.frexp(self.cell.quant.scales[0])
        if fraction != 0.5 or exponent - 1 not in _CELL_POWERS or any(self.cell.quant.zero_points):
            scale = f"{self.cell.quant.scales[0]:.9g}"
            yield f"a cell state with scale {scale} is not supported: it must be 2^-24 ... 1", ""
        elif max((*self.factors(), *self.product_factors())) >= LARGEST_FACTOR:
            yield "a scale is too large or too small for the others", ""

    @property
    def _weights(self) -> tuple[Tensor, ...]:
        return (*self.input_weights, *self.hidden_weights)

    def factors(self) -> list[float]:
        """From products to sums: four for the input, four for the hidden state.

        TFLite multiplies the two float32 scales in float32 (GetQuantizedConvolutionMultipler).
        """
        found = []
        sources = [self.x] * _GATES + [self.hidden] * _GATES
        for source, weights in zip(sources, self._weights, strict=True):
            assert source.quant is not None and weights.quant is not None
            with np.errstate(over="ignore", under="ignore"):
                scale = np.float32(source.quant.scale) * np.float32(weights.quant.scale)
            found.append(float(scale) / _SUM_SCALE)
        return found

    def product_factors(self) -> list[float]:
        """Of forget * cell, input * cell gate, output * tanh (CreateInterGateMulParams)."""
        assert self.cell.quant is not None and self.hidden.quant is not None
        return [
            _GATE_SCALE,
            _GATE_SCALE**2 / self.cell.quant.scales[0],
            _GATE_SCALE**2 / self.hidden.quant.scale,
        ]


def lstm_of(graph: Graph, op: Op) -> Lstm:
    """The integers of an op that has no problems."""
    parts = _Parts(graph, op)
    x, hidden, cell = parts.x, parts.hidden, parts.cell
    assert x.quant is not None and hidden.quant is not None and cell.quant is not None
    biases = np.stack([np.asarray(t.data) for t in parts.biases], axis=1)
    input_weights, hidden_weights = _stack(parts.input_weights), _stack(parts.hidden_weights)
    requant = np.array([quantize_multiplier(factor) for factor in parts.factors()], np.int32)
    products = [quantize_multiplier(factor) for factor in parts.product_factors()]
    time_major = bool(op.options.get("time_major"))
    low, high = _clip(float(op.options.get("cell_clip", 0.0)), cell.quant.scales[0])
    return Lstm(
        input_weights=input_weights,
        hidden_weights=hidden_weights,
        input_bias=_fold(biases, input_weights, x.quant.zero_point),
        hidden_bias=_fold(np.zeros_like(biases), hidden_weights, hidden.quant.zero_point),
        input=requant[:_GATES],
        hidden=requant[_GATES:],
        product=np.array(products, np.int32),
        zero_point=hidden.quant.zero_point,
        batches=x.shape[int(time_major)],
        steps=x.shape[int(not time_major)],
        time_major=time_major,
        cell_power=math.frexp(cell.quant.scales[0])[1] - 1,
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
    x = np.arange(256) / 24
    exact = 1 / (1 + np.exp(-x))
    bend = exact * (1 - exact) * (1 - 2 * exact)
    nodes = np.floor(65536 * (exact - bend / 24**2 / 16) + 0.5).astype(np.int64) - 32768
    nodes[255] = 32767
    ends = np.concatenate([[-32767], -nodes[:0:-1], nodes, [32767]])
    return np.asarray(np.stack([np.diff(ends), ends[:-1]], axis=1), np.int16)


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """The portable kernel."""
    layer = lstm_of(graph, op)
    runs = layer.batches * layer.steps * layer.units
    macs = runs * _GATES * (layer.units + layer.features)
    portable = Variant(
        (Form.DENSE,),
        (Form.DENSE,),
        int(_PORTABLE_COST * macs) + _UNIT_COST * runs,
        lambda operands: _build_portable(layer, operands, options),
    )
    return (portable,)


OPERATOR = Operator(problems, variants)


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
        ("shape.tanh_shift", max(-shift, 0)),
        ("shape.cell_low", layer.cell_low),
        ("shape.cell_high", layer.cell_high),
    )


def _build_portable(layer: Lstm, operands: Operands, options: EngineOptions) -> tuple[Call, ...]:
    name = operands.name
    kernel = Kernel(f"mcugen_lstm_{options.rounding}", "mcugen_lstm_t", "lstm.h", "lstm.c")

    def table(part: str, values: NDArray[np.generic], comment: str, struct: str = "") -> Table:
        return Table(f"{name}_{part}", values, comment, struct)

    def requant(part: str, values: NDArray[np.int32]) -> Table:
        return table(part, values, "multiplier, shift", "mcugen_requant_t")

    fields = (
        *shape_fields(layer, operands),
        ("input_weights", table("input_weights", layer.input_weights, "[units][4][features]")),
        ("hidden_weights", table("hidden_weights", layer.hidden_weights, "[units][4][units]")),
        ("input_bias", table("input_bias", layer.input_bias, "zero point of the input folded in")),
        ("hidden_bias", table("hidden_bias", layer.hidden_bias, "zero point of the state")),
        ("input", requant("input_requant", layer.input)),
        ("hidden", requant("hidden_requant", layer.hidden)),
        ("product", requant("product_requant", layer.product)),
        ("zero_point", layer.zero_point),
    )
    return (Call(kernel, fields, (*operands.inputs, *operands.outputs, *operands.states)),)
