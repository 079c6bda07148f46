# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""RESHAPE, SQUEEZE, EXPAND_DIMS: the same values under another shape, so no code at all."""

from __future__ import annotations

from collections.abc import Iterable

from mcugen.engines.contract import EngineOptions
from mcugen.engines.steps import Form, Operator, Variant, activations, where
from mcugen.model.ir import DType, Graph, Op, Problem


def problems(graph: Graph, op: Op) -> Iterable[Problem]:
    """The shape must be known now; the output's shape in the file is it."""
    given, made = graph.input_tensors(op)[0], graph.output_tensors(op)[0]
    if given is None or given.data is not None or len(activations(graph, op)) != 1:
        yield Problem(where(op), "needs one computed input and a constant shape")
    elif (given.elements, given.dtype) != (made.elements, made.dtype):
        yield Problem(where(op), f"turns {given.elements} elements into {made.elements}")


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """Row-major forms do not depend on the shape."""
    (given,) = activations(graph, op)
    forms = (Form.DENSE, Form.WIDE) if given.dtype is DType.INT8 else (Form.DENSE,)
    return tuple(Variant((form,), (form,), 0, None) for form in forms)


OPERATOR = Operator(problems, variants)
