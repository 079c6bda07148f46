# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a graph hangs together: indices that exist, values that are there before they are used."""

from __future__ import annotations

from collections.abc import Iterable

from mcugen.errors import ModelError
from mcugen.model.ir import Graph

WORK_IN_SCRATCH = ("CUSTOM:ethos-u", "CUSTOM:XC_")
"""Code for an NPU: its working memory is an input that nothing writes."""


def check_topology(graph: Graph, name: str) -> None:
    """ModelError unless each tensor gets its value exactly once and before anybody reads it.

    `name` is the file's, for the message. Constants, variables and graph inputs have a value from
    the start.
    """
    count = len(graph.tensors)
    _check_indices(name, "the graph", graph.inputs + graph.outputs, range(count))
    for tensor in graph.tensors:
        if tensor.is_variable and tensor.data is not None:
            raise ModelError(f"{name}: tensor {tensor.index} is a variable and holds a constant")
    ready = {t.index for t in graph.tensors if t.data is not None or t.is_variable}
    ready |= set(graph.inputs)
    for op in graph.ops:
        where = f"op {op.index} {op.kind}"
        _check_indices(name, where, op.inputs + op.intermediates, range(-1, count))
        _check_indices(name, where, op.outputs, range(count))
        for index in op.inputs:
            if index >= 0 and index not in ready and not op.kind.startswith(WORK_IN_SCRATCH):
                raise ModelError(f"{name}: {where} reads tensor {index} before anything wrote it")
        for index in op.outputs:
            if index in ready:
                raise ModelError(f"{name}: {where} writes tensor {index}, which has a value")
            ready.add(index)
    for index in graph.outputs:
        if index not in ready:
            raise ModelError(f"{name}: nothing writes the graph's output, tensor {index}")


def check_ends(graph: Graph, name: str) -> None:
    """ModelError unless the graph takes something and gives something."""
    if not graph.inputs or not graph.outputs:
        raise ModelError(f"{name}: the graph has no inputs or no outputs")


def _check_indices(name: str, where: str, indices: Iterable[int], known: range) -> None:
    """Refuses an index of a tensor that does not exist."""
    for index in indices:
        if index not in known:
            raise ModelError(f"{name}: {where} names tensor {index} of {known.stop}")
