# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Several windows at once: the same model over a batch, so that weights are read once for all of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mcugen.engines.aot.lowering import Lowered
from mcugen.engines.contract import EngineOptions
from mcugen.model.ir import Graph

WINDOWS = 4
"""Of a batch: as many as conv_2d_simd.c sums up side by side."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What computes WINDOWS windows at once."""

    graph: Graph
    lowered: Lowered


def batched(graph: Graph, options: EngineOptions) -> Graph | None:
    """The graph with WINDOWS inputs, and outputs, one after the other; None where it does not gain.

    That needs vectors and a core with memory to spare, and FULLY_CONNECTED alone: a convolution reads its
    weights once for many positions already. No output depends on its neighbours then, and there is no
    state that goes on from window to window.
    """
    one_each = len(graph.inputs) == len(graph.outputs) == 1
    only_rows = one_each and all(op.kind == "FULLY_CONNECTED" for op in graph.ops)
    if "simd" not in options.isa or options.per_layer or not only_rows:
        return None
    tensors = (
        t if t.data is not None else replace(t, shape=(WINDOWS, *t.shape)) for t in graph.tensors
    )
    return replace(graph, tensors=tuple(tensors))
