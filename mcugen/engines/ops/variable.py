# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""READ_VARIABLE and ASSIGN_VARIABLE: bytes from and to what a model keeps between inferences."""

from __future__ import annotations

from collections.abc import Iterable

from mcugen.engines.aot.variants import (
    Call,
    Layout,
    Operands,
    Operator,
    Variant,
    activations,
    is_activation,
)
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.copy_call import (
    Block,
    Side,
    copy_call,
    copy_constant_call,
    copy_cost,
)
from mcugen.engines.ops.shared.moving import element_reasons
from mcugen.model.ir import Graph, Op, Tensor


def reasons(graph: Graph, op: Op) -> Iterable[checks.Reason]:
    """Variables of int8, int16, int32, int64, float32, bool that CALL_ONCE gives constants, or
    nothing: then they start with the zero point. A reset brings those values back.
    """
    variable, value = _ends(graph, op)
    if not variable.is_variable or value.is_variable:
        raise checks.OperandsError("needs a variable and a value")
    return element_reasons(variable, value)


def _ends(graph: Graph, op: Op) -> tuple[Tensor, Tensor]:
    """The variable, and what is read of it or assigned to it."""
    value = op.outputs[0] if op.kind == "READ_VARIABLE" else op.inputs[1]
    return graph.tensors[op.inputs[0]], graph.tensors[value]


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """One copy.

    READ_VARIABLE: none where all readers of the value come before an assignment.
    """
    variable, value = _ends(graph, op)
    size = value.dtype.bytes
    dense = Side(0, (1,))
    block = Block((value.elements,), dense, dense)
    cost = copy_cost(block, size)
    if op.kind == "READ_VARIABLE":
        if not options.per_layer and _is_read_in_time(graph, op):
            return (Variant((), (Layout.NATIVE,), 0, None),)
        return (
            Variant(
                (),
                (Layout.NATIVE,),
                cost,
                lambda operands: (copy_call(block, size, *operands.states, *operands.outputs),),
            ),
        )

    def assign(operands: Operands) -> tuple[Call, ...]:
        (state,) = operands.states
        if is_activation(value):
            return (copy_call(block, size, operands.inputs[0], state),)
        return (copy_constant_call(block, value, f"{operands.name}_value", state),)

    return (Variant((Layout.NATIVE,) * len(activations(graph, op)), (), cost, assign),)


def _is_read_in_time(graph: Graph, op: Op) -> bool:
    """Whether the variable has the value as long as somebody reads it, under this or another name.

    An operator that makes as many elements as it reads may only rename them.
    """
    values = {op.outputs[0]}
    elements = graph.tensors[op.outputs[0]].elements
    assigned = False
    for other in graph.ops:
        if other.kind == "ASSIGN_VARIABLE" and other.inputs[0] == op.inputs[0]:
            assigned = True
        is_late = assigned and (other is op or values & {*other.inputs})
        if is_late and not (other.kind == "ASSIGN_VARIABLE" and other.inputs[1] not in values):
            return False
        if values & {*other.inputs}:
            values |= {i for i in other.outputs if graph.tensors[i].elements == elements}
    return not values & {*graph.outputs}


OPERATOR = Operator(
    checks.as_problems(reasons),
    variants,
    "equals TFLite Micro, whose own reset does not run CALL_ONCE again",
)
