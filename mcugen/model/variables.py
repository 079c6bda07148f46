# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Resource variables: what a model keeps from one inference to the next.

A file names a variable by a VAR_HANDLE; CALL_ONCE has another graph assign constants to it before
the first inference. Here the handle's tensor becomes the variable itself, with the type and shape of
what is assigned to it and the value that a reset gives it. What is left are READ_VARIABLE and
ASSIGN_VARIABLE, which copy bytes from and to it, in the order of the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.model.ir import Graph, Op, Tensor

UNCLEAR = "keeps state in a way that mcugen does not follow"
UNCLEAR_HINT = (
    "each variable is given constants by a graph that CALL_ONCE names first, and is read and assigned "
    "with one type and size"
)
HANDLE_KINDS = frozenset({"CALL_ONCE", "VAR_HANDLE"})
"""What is left of a file's state where it could not be followed."""

_Name = tuple[str, str]


def fold_variables(graph: Graph, other: Callable[[int], Graph]) -> Graph:
    """The graph with variables instead of handles; as it is where that is not possible.

    `other` reads another graph of the file by its number.
    """
    handles = _handles(graph)
    first = {name: index for index, name in reversed(handles.items())}
    tensors = list(graph.tensors)
    given = _initial_values(graph, other)
    if not handles or given is None:
        return graph
    for name, index in first.items():
        variable = _variable(graph, handles, name, given.get(name))
        if variable is None:
            return graph
        tensors[index] = replace(variable, index=index, name=name[1])
    gone = tuple(op for op in graph.ops if op.kind in HANDLE_KINDS)
    ops = tuple(
        replace(op, inputs=(first[handles[op.inputs[0]]], *op.inputs[1:]))
        if op.kind in ("READ_VARIABLE", "ASSIGN_VARIABLE")
        else op
        for op in graph.ops
        if op not in gone
    )
    return replace(
        graph,
        tensors=tuple(tensors),
        ops=ops,
        folded=graph.folded + gone,
        variables=len({*first, *given}),
    )


def _handles(graph: Graph) -> dict[int, _Name]:
    """The tensors of handles, and which variable each is one of."""
    return {
        op.outputs[0]: (op.options["container"] or "", op.options["shared_name"] or "")
        for op in graph.ops
        if op.kind == "VAR_HANDLE" and len(op.outputs) == 1
    }


def _initial_values(
    graph: Graph, other: Callable[[int], Graph]
) -> Mapping[_Name, NDArray[Any]] | None:
    """What CALL_ONCE assigns; None if that is more than constants, or not before everything else."""
    values: dict[_Name, NDArray[Any]] = {}
    touched = False
    for op in graph.ops:
        touched |= op.kind in ("READ_VARIABLE", "ASSIGN_VARIABLE")
        if op.kind != "CALL_ONCE":
            continue
        called = other(op.options["init_subgraph_index"])
        handles = _handles(called)
        for inner in called.ops:
            if inner.kind == "VAR_HANDLE":
                continue
            data = called.tensors[inner.inputs[1]].data if _assigns(inner, handles) else None
            if data is None or touched:
                return None
            values[handles[inner.inputs[0]]] = data
    return values


def _assigns(op: Op, handles: Mapping[int, _Name]) -> bool:
    """Whether an operator writes a variable: ASSIGN_VARIABLE(handle, value)."""
    is_whole = op.kind == "ASSIGN_VARIABLE" and len(op.inputs) == 2 and min(op.inputs) >= 0
    return is_whole and op.inputs[0] in handles


def _values(graph: Graph, handles: Mapping[int, _Name], name: _Name) -> Iterator[Tensor]:
    """What is assigned to a variable, then what is read of it."""
    for kind in ("ASSIGN_VARIABLE", "READ_VARIABLE"):
        for op in graph.ops:
            if op.kind == kind and op.inputs and handles.get(op.inputs[0]) == name:
                values = op.inputs[1:] if kind == "ASSIGN_VARIABLE" else op.outputs
                yield from (graph.tensors[index] for index in values)


def _variable(
    graph: Graph, handles: Mapping[int, _Name], name: _Name, given: NDArray[Any] | None
) -> Tensor | None:
    """The variable as a tensor; None if its uses contradict each other.

    Without a value it starts as TFLite Micro fills it: every byte is the zero point.
    """
    users = [op for op in graph.ops if op.kind in ("READ_VARIABLE", "ASSIGN_VARIABLE")]
    values = [*_values(graph, handles, name)]
    if any(not op.inputs or op.inputs[0] not in handles for op in users) or not values:
        return None
    like = values[0]
    kinds = {(tensor.dtype, tensor.elements) for tensor in values}
    fits = given is None or (given.dtype.name, given.size) == (like.dtype.value, like.elements)
    if len(kinds) > 1 or not like.dtype.is_dense or not fits:
        return None
    if given is None:
        fill = like.quant.zero_points[0] & 0xFF if like.quant is not None else 0
        given = np.full(like.bytes, fill, np.uint8).view(like.dtype.value)
    return replace(like, data=None, is_variable=True, initial=given.reshape(like.shape))
