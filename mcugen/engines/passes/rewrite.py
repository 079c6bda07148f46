# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What a pass makes of a graph: a smaller one, why, and how the tensors of the model follow from it.

Tensors keep their index and operators theirs, whatever was removed between them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from mcugen.model.ir import Graph, Op, Tensor


@dataclass(frozen=True, slots=True)
class Removal:
    """What was removed at an operator, and why no output can change."""

    op: int
    kind: str
    what: str
    why: str


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A tensor of the model, made of `tensor`, which is left.

    Channel c (an index of the last axis) is the channel source[c] of `tensor`, or, where that is
    negative, the constant source[c] + 128.
    """

    tensor: int
    source: NDArray[np.int32]

    def after(self, earlier: View) -> View:
        """The tensor that `earlier` made of this view's tensor."""
        through = self.source[np.maximum(earlier.source, 0)]
        return View(self.tensor, np.where(earlier.source < 0, earlier.source, through))


@dataclass(frozen=True, slots=True, eq=False)
class Rewritten:
    """A graph with the same outputs. `views` has the tensors of the model that are no longer there
    as they were."""

    graph: Graph
    views: Mapping[int, View] = field(default_factory=dict)
    removals: tuple[Removal, ...] = ()

    def then(self, later: Rewritten) -> Rewritten:
        """Both passes as one."""
        views = dict(later.views)
        for index, view in self.views.items():
            views[index] = later.views[view.tensor].after(view) if view.tensor in views else view
        return Rewritten(later.graph, views, (*self.removals, *later.removals))


def whole(tensor: Tensor) -> View:
    """A tensor as it is."""
    return View(tensor.index, np.arange(tensor.shape[-1] if tensor.shape else 1, dtype=np.int32))


def removal(op: Op, what: str, why: str) -> Removal:
    """Of an operator."""
    return Removal(op.index, op.kind, what, why)


def with_tensors(graph: Graph, tensors: Mapping[int, Tensor]) -> Graph:
    """The graph with other tensors at some indices; new ones follow the last."""
    kept = (tensors.get(tensor.index, tensor) for tensor in graph.tensors)
    added = (tensors[index] for index in range(len(graph.tensors), 1 + max(tensors, default=-1)))
    return replace(graph, tensors=(*kept, *added))


def added(graph: Graph, tensor: Tensor) -> tuple[int, Mapping[int, Tensor]]:
    """The index of a new tensor, and what `with_tensors` needs to add it."""
    index = len(graph.tensors)
    return index, {index: replace(tensor, index=index)}


def without_ops(graph: Graph, same: Mapping[int, int]) -> Graph:
    """The graph without the operators that make the tensors `same` maps to what they equal."""
    ops = tuple(
        replace(op, inputs=tuple(same.get(index, index) for index in op.inputs))
        for op in graph.ops
        if not any(index in same for index in op.outputs)
    )
    return replace(graph, ops=ops)
