# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""UNIDIRECTIONAL_SEQUENCE_LSTM: the LSTM of Keras, int8 with an int16 cell state."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from mcugen.engines.aot.scales import LARGEST_FACTOR
from mcugen.engines.aot.variants import (
    Call,
    Kernel,
    Layout,
    Operands,
    Operator,
    Table,
    Variant,
    is_activation,
)
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks, lstm_dsp, lstm_mve
from mcugen.engines.ops.shared.lstm_layer import (
    BIASES,
    CELL,
    HIDDEN,
    HIDDEN_WEIGHTS,
    INPUT_WEIGHTS,
    Lstm,
    LstmTensors,
    X,
    lstm_of,
    power_of_two,
    product_factors,
    shape_fields,
    sum_factors,
    tensors_of,
)
from mcugen.model.ir import DType, Graph, Op

_INPUTS = 24
_NEEDED = (X, *INPUT_WEIGHTS, *HIDDEN_WEIGHTS, *BIASES, HIDDEN, CELL)
_ABSENT = {
    "peephole connections are not supported": range(9, 12),
    "a projection is not supported": range(16, 18),
    "layer normalisation is not supported": range(20, 24),
}
_CELL_POWERS = range(-24, 1)
"""Cell scales 2^p for which no shift of the cell state overflows."""

_PORTABLE_COST = 6.0  # instructions per multiplication
_UNIT_COST = 350


def reasons(graph: Graph, op: Op) -> Iterable[checks.Reason]:
    """The LSTM of Keras in int8, without peephole, projection and layer normalisation."""
    given = graph.input_tensors(op)
    if len(given) != _INPUTS or len(op.outputs) != 1:
        raise checks.OperandsError(f"needs {_INPUTS} inputs and 1 output")
    found: list[checks.Reason] = [
        (what, "") for what, places in _ABSENT.items() if any(given[i] is not None for i in places)
    ]
    missing = [i for i in _NEEDED if given[i] is None]
    if missing:
        what = f"inputs {missing} are missing: all four gates and both states are needed"
        return [*found, (what, "")]
    tensors = tensors_of(graph, op)
    roles = [*_role_reasons(op, tensors)]
    found += [*roles, *_shape_reasons(op, tensors)]
    if not roles:
        found += _quantisation_reasons(tensors)
    return found


def _role_reasons(op: Op, tensors: LstmTensors) -> Iterator[checks.Reason]:
    """Types, and which tensors are constants."""
    activation = op.fused_activation
    if activation != "TANH":
        yield f"activation {activation} is not supported", "use tanh, the default of Keras"
    yield from checks.int8_reasons(tensors.x, tensors.out, tensors.hidden)
    if not is_activation(tensors.x):
        yield "needs an activation input", ""
    if any(t.dtype is not DType.INT8 or t.data is None for t in tensors.weights):
        yield "weights must be constant int8 tensors", checks.INT8_HINT
    if any(t.quant is None or t.quant.axis is not None for t in tensors.weights):
        yield "weights must be quantised per tensor", ""
    if any(t.dtype is not DType.INT32 or t.data is None for t in tensors.biases):
        yield "biases must be constant int32 tensors", checks.INT8_HINT
    if any(not t.is_variable or t.data is not None for t in (tensors.hidden, tensors.cell)):
        yield "hidden and cell state must be variable tensors", ""
    cell = tensors.cell
    if cell.dtype is not DType.INT16 or cell.quant is None or cell.quant.axis is not None:
        yield "the cell state must be int16 with one scale", checks.INT8_HINT


def _shape_reasons(op: Op, tensors: LstmTensors) -> Iterator[checks.Reason]:
    x, hidden = tensors.x, tensors.hidden
    if len(x.shape) != 3 or len(hidden.shape) != 2:
        yield f"input {list(x.shape)} with state {list(hidden.shape)} is not supported", ""
        return
    units = hidden.shape[1]
    batches = x.shape[1 if op.options.get("time_major") else 0]
    wanted = (
        *((t, (units, x.shape[2])) for t in tensors.input_weights),
        *((t, (units, units)) for t in tensors.hidden_weights),
        *((t, (units,)) for t in tensors.biases),
        *((t, (batches, units)) for t in (hidden, tensors.cell)),
        (tensors.out, (*x.shape[:2], units)),
    )
    for tensor, shape in wanted:
        if tensor.shape != shape:
            yield f"a tensor has shape {list(tensor.shape)} instead of {list(shape)}", ""


def _quantisation_reasons(tensors: LstmTensors) -> Iterator[checks.Reason]:
    """Scales and zero points; types are right already."""
    cell = tensors.cell.quant
    assert cell is not None
    if any(any(t.quant.zero_points) for t in tensors.weights if t.quant is not None):
        yield "weights with a zero point other than 0 are not supported", ""
    if tensors.hidden.quant != tensors.out.quant:
        yield "hidden state and output are quantised differently", ""
    if power_of_two(cell.scale) not in _CELL_POWERS or cell.zero_point:
        what = f"a cell state with scale {cell.scale:.9g} and zero point {cell.zero_point}"
        yield f"{what} is not supported: 2^-24, ..., 1 and 0 are", ""
    elif max((*sum_factors(tensors), *product_factors(tensors))) >= LARGEST_FACTOR:
        yield "a scale is too large or too small for the others", ""


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A portable kernel; for double rounding one for Helium, and a DSP kernel where sums fit 32 bits."""
    layer = lstm_of(graph, op)
    portable = Variant(
        (Layout.NATIVE,),
        (Layout.NATIVE,),
        int(_PORTABLE_COST * layer.macs) + _UNIT_COST * layer.runs,
        lambda operands: _build(layer, operands, options),
    )
    if options.rounding != "double":
        return (portable,)
    mve = lstm_mve.variant(layer) if "mve" in options.isa else None
    dsp = lstm_dsp.variant(layer) if "dsp" in options.isa else None
    return (portable, *(found for found in (mve, dsp) if found is not None))


OPERATOR = Operator(
    checks.as_problems(reasons),
    variants,
    "equals TFLite Micro; TensorFlow Lite itself differs by up to 5",
)


def _build(layer: Lstm, operands: Operands, options: EngineOptions) -> tuple[Call, ...]:
    kernel = Kernel(f"mcugen_lstm_{options.rounding}", "mcugen_lstm_t", "lstm.h", "lstm.c")

    def table(part: str, values: NDArray[np.generic], comment: str, struct: str = "") -> Table:
        return Table(f"{operands.name}_{part}", values, comment, struct)

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
