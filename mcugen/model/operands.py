# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Whether operators have the operands they take, and variables are only what keeps state.

Engines look at an operator's operands by position, so this comes first: a file may say anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mcugen.model.ir import Graph, Op, Problem

_MANY = 2**31
_ONE, _TWO, _THREE = range(1, 2), range(2, 3), range(3, 4)
OPERANDS: Mapping[str, tuple[range, range]] = {
    **dict.fromkeys(
        "ABS AVERAGE_POOL_2D CAST CEIL COS DEPTH_TO_SPACE DEQUANTIZE ELU EXP FLOOR HARD_SWISH "
        "L2_NORMALIZATION LEAKY_RELU LOG LOGICAL_NOT LOGISTIC LOG_SOFTMAX MAX_POOL_2D NEG QUANTIZE "
        "RELU RELU6 RELU_0_TO_1 RELU_N1_TO_1 ROUND RSQRT SHAPE SIN SOFTMAX SPACE_TO_DEPTH SQRT "
        "SQUARE SQUEEZE TANH ZEROS_LIKE GELU".split(),
        (_ONE, _ONE),
    ),
    **dict.fromkeys(
        "ADD ARG_MAX ARG_MIN BROADCAST_TO DIV EQUAL EXPAND_DIMS FILL FLOOR_DIV FLOOR_MOD GATHER "
        "GATHER_ND GREATER GREATER_EQUAL LESS LESS_EQUAL LOGICAL_AND LOGICAL_OR MAXIMUM MEAN MINIMUM "
        "MIRROR_PAD MUL NOT_EQUAL PAD POW PRELU REDUCE_ALL REDUCE_ANY REDUCE_MAX REDUCE_MIN "
        "REDUCE_PROD RESIZE_BILINEAR RESIZE_NEAREST_NEIGHBOR REVERSE_V2 SQUARED_DIFFERENCE SUB SUM "
        "TILE TRANSPOSE BATCH_MATMUL".split(),
        (_TWO, _ONE),
    ),
    **dict.fromkeys(
        "BATCH_TO_SPACE_ND PADV2 RANGE SELECT SELECT_V2 SLICE SPACE_TO_BATCH_ND".split(),
        (_THREE, _ONE),
    ),
    **dict.fromkeys(("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"), (range(2, 4), _ONE)),
    **dict.fromkeys(("CONCATENATION", "PACK", "ADD_N"), (range(1, _MANY), _ONE)),
    "TRANSPOSE_CONV": (range(3, 5), _ONE),
    "RESHAPE": (range(1, 3), _ONE),
    "STRIDED_SLICE": (range(4, 5), _ONE),
    "SPLIT": (_TWO, range(1, _MANY)),
    "SPLIT_V": (_THREE, range(1, _MANY)),
    "UNPACK": (_ONE, range(1, _MANY)),
    "SVDF": (range(5, 6), _ONE),
    "READ_VARIABLE": (_ONE, _ONE),
    "ASSIGN_VARIABLE": (_TWO, range(1)),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": (range(20, 25), _ONE),
}
"""Operator -> how many inputs and outputs it has; the fewest inputs are those that must be there."""

_STATES: Mapping[str, range] = {
    "ASSIGN_VARIABLE": range(1),
    "READ_VARIABLE": range(1),
    "SVDF": range(4, 5),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": range(18, 20),
}
"""Which inputs of an operator may be variables; of operators that are not in OPERANDS, any."""
_MAY_BE_ABSENT = frozenset({"SVDF", "UNIDIRECTIONAL_SEQUENCE_LSTM"})
"""Operators with optional inputs among the first ones, which look at that themselves."""


MOST_ELEMENTS = 2**28  # of an activation
TOO_LARGE = "more than any board holds"


def operand_problems(op: Op) -> Iterator[Problem]:
    """Too many or too few inputs or outputs, or one that is absent and must not be."""
    if op.kind not in OPERANDS:
        return
    where = f"op {op.index} {op.kind}"
    inputs, outputs = OPERANDS[op.kind]
    for what, found, wanted in (
        ("inputs", len(op.inputs), inputs),
        ("outputs", len(op.outputs), outputs),
    ):
        if found not in wanted:
            yield Problem(where, f"has {found} {what}, {op.kind} needs {_count(wanted)}")
    if op.kind not in _MAY_BE_ABSENT and -1 in op.inputs[: inputs.start]:
        yield Problem(where, f"lacks its input {op.inputs.index(-1)}")


def state_problems(graph: Graph) -> Iterator[Problem]:
    """Variables where no operator keeps state, and ends of the graph that nothing computes."""
    for end, indices in (("input", graph.inputs), ("output", graph.outputs)):
        for number, index in enumerate(indices):
            tensor = graph.tensors[index]
            if tensor.is_variable or tensor.data is not None:
                what = "is a variable" if tensor.is_variable else "is a constant"
                yield Problem(f"{end} {number}", what)
            if tensor.elements > MOST_ELEMENTS:
                yield Problem(f"{end} {number}", f"has {tensor.elements} elements: {TOO_LARGE}")
            if end == "input" and indices.index(index) != number:
                yield Problem(f"{end} {number}", "is the same tensor as another input")
    for op in graph.ops:
        states = _STATES.get(op.kind, ()) if op.kind in OPERANDS else range(len(op.inputs))
        for position, index in enumerate(op.inputs):
            if index >= 0 and graph.tensors[index].is_variable and position not in states:
                what = f"input {position} is a variable, which nothing writes"
                yield Problem(f"op {op.index} {op.kind}", what)


def _count(wanted: range) -> str:
    most = wanted.stop - 1
    if most == wanted.start:
        return str(most)
    return f"{wanted.start} or more" if wanted.stop == _MANY else f"{wanted.start} to {most}"
