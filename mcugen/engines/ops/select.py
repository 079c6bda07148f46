# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""SELECT_V2: elements of one tensor where a condition holds, of another where it does not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mcugen.engines.aot.variants import Fields, Kernel, Operator, Table, Variant, activations
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.broadcast import list_text
from mcugen.engines.ops.shared.copy_call import strides_of
from mcugen.engines.ops.shared.moving import element_reasons
from mcugen.engines.ops.shared.one_call import one_call
from mcugen.model.ir import DType, Graph, Op, Tensor

_AXES = 5  # MCUGEN_BROADCAST_AXES
_COST = 60  # instructions per element
_NAMES = ("condition", "a", "b")


def reasons(graph: Graph, op: Op) -> Iterator[checks.Reason]:
    """int8, int16, int32, int64, float32; all broadcast to the output's shape; one quantisation."""
    given = [t for t in graph.input_tensors(op) if t is not None and not t.is_variable]
    made = graph.output_tensors(op)
    if len(given) != 3 or len(made) != 1 or not activations(graph, op):
        raise checks.OperandsError("needs a condition, two inputs and one output")
    (condition, a, b), (out,) = given, made
    yield from element_reasons(a, b, out)
    yield from checks.same_quantisation_reasons(a, b, out)
    if condition.dtype is not DType.BOOL:
        yield f"a condition of {condition.dtype.value} is not supported", ""
    shapes = ", ".join(str(list(t.shape)) for t in given)
    try:
        shape = np.broadcast_shapes(*(t.shape for t in given))
    except ValueError:
        yield f"shapes {shapes} cannot be broadcast", ""
        return
    if shape != out.shape:
        yield f"output {list(out.shape)} does not follow from {shapes}", ""
    elif len(shape) > _AXES:
        yield f"shape {list(shape)} has more than {_AXES} axes", ""


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """A choice per element."""
    (out,) = graph.output_tensors(op)
    given = [t for t in graph.input_tensors(op) if t is not None]
    computed = len(activations(graph, op))
    kernel = Kernel(f"mcugen_select_{computed}", "mcugen_select_t", "arithmetic.h", "arithmetic.c")
    pairs = [*zip(_NAMES, given, strict=True)]
    fields: Fields = (
        ("sizes", list_text(_padded(out.shape))),
        *((f"{name}_steps", list_text(_steps(tensor, out))) for name, tensor in pairs),
        ("bytes", out.dtype.bytes),
        *((f"{name}_constant", _table(name, tensor)) for name, tensor in pairs),
    )
    return (one_call(kernel, fields, _COST * out.elements, reads=computed),)


def _table(name: str, tensor: Tensor) -> Table | str:
    """The values of a constant."""
    if tensor.data is None:
        return "NULL"
    data = tensor.data.astype(np.uint8) if tensor.dtype is DType.BOOL else tensor.data
    return Table(name, data, f'"{tensor.name}"')


def _padded(shape: tuple[int, ...]) -> tuple[int, ...]:
    return (1,) * (_AXES - len(shape)) + shape


def _steps(tensor: Tensor, out: Tensor) -> list[int]:
    """The way to the next index of each axis, 0 where the tensor is repeated."""
    shape = _padded(tensor.shape)
    return [0 if n == 1 else step for n, step in zip(shape, strides_of(shape), strict=True)]


OPERATOR = Operator(
    checks.as_problems(reasons), variants, "equals TFLite Micro where that takes the type"
)
