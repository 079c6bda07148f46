# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Computes operators whose inputs are all constants when the code is generated.

Proof. Such an operator has the same outputs in every inference. They are computed here with the integers
of the reference (`model/numpy_graph.py`, which equals TFLite Micro with double rounding and is the
reference of single rounding), with the table that the kernel would have, or, where values only move, by
moving them. An operator that the engine would refuse with an activation as input stays, as does one without
such a reference, and outputs of the model, which need memory.

No kernel takes constants alone, so this pass runs with `--no-prune`, as part of reading the graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.engines.contract import EngineOptions, Rounding
from mcugen.engines.ops import OPS
from mcugen.engines.passes.lookups import lookups_of
from mcugen.engines.passes.rewrite import Rewritten, removal, with_tensors
from mcugen.model.ir import Graph, Op, Tensor
from mcugen.model.moves import FILL, MOVES
from mcugen.model.numpy_graph import constants, knows, run_op
from mcugen.model.operands import operand_problems
from mcugen.model.shapes import as_constant, known_outputs

Arrays = Sequence[NDArray[Any]]


def fold_constants(graph: Graph, options: EngineOptions) -> Rewritten:
    """The graph without them; their outputs have data."""
    ops, removals = [], []
    for op in graph.ops:
        found = _evaluated(graph, op, options.rounding)
        if found is None or {*op.outputs} & {*graph.outputs}:
            ops.append(op)
            continue
        made = zip(graph.output_tensors(op), found, strict=True)
        graph = with_tensors(graph, {t.index: as_constant(t, data) for t, data in made})
        removals.append(removal(op, "the operator", "its inputs are constants"))
    return Rewritten(replace(graph, ops=tuple(ops)), {}, tuple(removals))


def _evaluated(graph: Graph, op: Op, rounding: Rounding) -> Arrays | None:
    """The outputs, None where they are not known."""
    given = [graph.tensors[index] for index in op.inputs if index >= 0]
    if not given or any(t.data is None for t in given):
        return None
    known = known_outputs(graph, op)
    if known is not None:
        return known
    computed = next((g for g in _with_one_computed(graph, op) if _is_taken(g, op)), None)
    if computed is None:
        return None
    if op.kind in MOVES:
        return _moved(graph, op)
    table = lookups_of(computed, op).get(rounding)
    if table is not None:
        assert given[0].data is not None
        made = table[given[0].data.astype(np.int64) + 128]
        return [made.reshape(graph.tensors[op.outputs[0]].shape)]
    if not knows(graph, op):
        return None
    return [value[0] for value in run_op(graph, op, constants(graph), rounding)]


def _with_one_computed(graph: Graph, op: Op) -> list[Graph]:
    """The graph with one of the op's inputs as if it were computed: what the engine may take."""
    present = [graph.tensors[index] for index in op.inputs if index >= 0]
    return [with_tensors(graph, {t.index: replace(t, data=None)}) for t in present]


def _is_taken(graph: Graph, op: Op) -> bool:
    return (
        op.kind in OPS
        and not any(operand_problems(op))
        and not any(OPS[op.kind].problems(graph, op))
    )


def _moved(graph: Graph, op: Op) -> Arrays:
    """Values that move; padding is the real 0, but that of SPACE_TO_BATCH_ND 0, as in TFLite Micro."""
    given = [graph.tensors[index] for index in op.inputs]
    if op.kind not in ("PAD", "SPACE_TO_BATCH_ND"):
        return MOVES[op.kind](op, [t.data for t in given if t.data is not None])
    x, *arguments = given
    assert x.data is not None
    numbers = np.arange(x.elements).reshape(x.shape)
    (places,) = MOVES[op.kind](op, [numbers, *(t.data for t in arguments if t.data is not None)])
    return [np.where(places == FILL, _padding(op, x), x.data.reshape(-1)[np.maximum(places, 0)])]


def _padding(op: Op, x: Tensor) -> int:
    return x.quant.zero_point if op.kind == "PAD" and x.quant is not None else 0
