# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""SVDF of int8 inputs, with a state of int8 or int16."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mcugen.engines.aot.scales import quantize_multiplier
from mcugen.engines.aot.variants import Fields, Kernel, Operator, Table, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.broadcast import list_text
from mcugen.engines.ops.shared.one_call import one_call
from mcugen.model.ir import DType, Graph, Op, Tensor

_COST = 6  # instructions per product
_STATES = {DType.INT8: "s8", DType.INT16: "s16"}


@dataclass(frozen=True, slots=True)
class _Svdf:
    """The operator's tensors; `bias` is None where there is none."""

    x: Tensor
    features: Tensor
    time: Tensor
    bias: Tensor
    state: Tensor
    out: Tensor
    rank: int


def _parts(graph: Graph, op: Op) -> _Svdf:
    """OperandsError where they are others, in number or role."""
    needs = "needs an activation, constant weights and bias, a variable state and one output"
    given, made = graph.input_tensors(op), graph.output_tensors(op)
    if len(given) != 5 or len(made) != 1 or None in given:
        raise checks.OperandsError(needs)
    x, features, time, bias, state = (t for t in given if t is not None)
    constants = all(t.data is not None for t in (features, time, bias))
    if x.data is not None or x.is_variable or not constants or not state.is_variable:
        raise checks.OperandsError(needs)
    return _Svdf(x, features, time, bias, state, made[0], op.options.get("rank", 0))


def reasons(graph: Graph, op: Op) -> Iterable[checks.Reason]:
    """int8 with constant weights and bias, time weights and state of int8 or int16."""
    parts = _parts(graph, op)
    found = [*_type_reasons(parts), *_shape_reasons(parts)]
    # SVDF has no fused activation but NONE and RELU, and TFLite Micro ignores both.
    return found or checks.factor_reasons(*_factors(parts), bits=24)


def _type_reasons(parts: _Svdf) -> Iterator[checks.Reason]:
    eights = (parts.x, parts.features, parts.out)
    if any(t.dtype is not DType.INT8 for t in eights) or parts.bias.dtype is not DType.INT32:
        yield "only int8 inputs, weights and outputs with an int32 bias are supported", ""
    elif parts.state.dtype not in _STATES or parts.time.dtype is not parts.state.dtype:
        yield f"a state of {parts.state.dtype.value} is not supported", ""
    yield from checks.scale_reasons(parts.x, parts.features, parts.time, parts.state, parts.out)
    weights = [t.quant for t in (parts.features, parts.time) if t.quant is not None]
    if any(any(quant.zero_points) for quant in weights):
        yield "weights with a zero point other than 0 are not supported", ""


def _shape_reasons(parts: _Svdf) -> Iterator[checks.Reason]:
    filters = parts.features.shape[0] if len(parts.features.shape) == 2 else 0
    memory = parts.time.shape[1] if len(parts.time.shape) == 2 else 0
    batches = parts.x.shape[0] if len(parts.x.shape) == 2 else 0
    if not (filters and memory and batches and parts.rank > 0 and filters % parts.rank == 0):
        yield f"rank {parts.rank} of {filters} filters is not supported", ""
        return
    units = filters // parts.rank
    expected = {
        "features": (parts.features, (filters, parts.x.shape[1])),
        "time weights": (parts.time, (filters, memory)),
        "bias": (parts.bias, (units,)),
        "state": (parts.state, (batches, filters * memory)),
        "output": (parts.out, (batches, units)),
    }
    for name, (tensor, shape) in expected.items():
        if tensor.shape != shape:
            yield f"the {name} has shape {list(tensor.shape)} instead of {list(shape)}", ""


def _factors(parts: _Svdf) -> tuple[float, float]:
    """To the state and to the output, in double as the tflite-micro wheel computes them (PrepareSvdf)."""
    tensors = (parts.x, parts.features, parts.time, parts.state, parts.out)
    x, features, time, state, out = (t.quant.scale if t.quant else 1.0 for t in tensors)
    return x * features / state, state * time / out


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A portable kernel."""
    parts = _parts(graph, op)
    filters, inputs = parts.features.shape
    memory = parts.time.shape[1]
    to_state, to_output = (quantize_multiplier(factor) for factor in _factors(parts))
    suffix = _STATES[parts.state.dtype]
    kernel = Kernel(f"mcugen_svdf_{suffix}", "mcugen_svdf_t", "svdf.h", "svdf.c")
    tables: list[tuple[str, Table]] = []
    for name, tensor in (("features", parts.features), ("time", parts.time), ("bias", parts.bias)):
        assert tensor.data is not None
        table = Table(name, tensor.data, f'"{tensor.name}" {list(tensor.shape)}')
        tables.append((name, table))
    fields: Fields = (
        *tables,
        ("batches", parts.x.shape[0]),
        ("inputs", inputs),
        ("filters", filters),
        ("rank", parts.rank),
        ("memory", memory),
        ("in_zero_point", _zero_point(parts.x)),
        ("to_state", list_text(to_state)),
        ("state_zero_point", _zero_point(parts.state)),
        ("to_output", list_text(to_output)),
        ("zero_point", _zero_point(parts.out)),
    )
    cost = _COST * parts.x.shape[0] * filters * (inputs + memory)
    return (one_call(kernel, fields, cost),)


def _zero_point(tensor: Tensor) -> int:
    return tensor.quant.zero_point if tensor.quant is not None else 0


OPERATOR = Operator(checks.as_problems(reasons), variants)
