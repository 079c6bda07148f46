# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Operators that only move elements, by constant arguments: strided copies, or a table of places.

What each one does is a NumPy function of mcugen/model/moves.py; here it is applied to the numbers of
the input's elements.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from mcugen.engines.aot.variants import Call, Kernel, Layout, Operands, Operator, Table, Variant
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import checks
from mcugen.engines.ops.shared.copy_call import CALL_COST, copy_call, copy_cost
from mcugen.engines.ops.shared.index_map import Map, blocks_of, numbered, run_length
from mcugen.engines.ops.shared.moving import element_reasons, renamings
from mcugen.engines.ops.shared.one_call import one_call
from mcugen.model.ir import Graph, Op, Tensor
from mcugen.model.moves import FILL, MOVES
from mcugen.model.shapes import MISFITS, implied_shapes

_FILL_KERNEL = Kernel("mcugen_fill", "mcugen_fill_t", "copy.h", "copy.c")
_TABLE_KERNEL = Kernel("mcugen_gather_runs", "mcugen_gather_runs_t", "gather.h", "gather.c")
_EXACTNESS = (
    "equals TFLite Micro where that takes the type; SPACE_TO_BATCH_ND pads with 0, as it does, not with "
    "the zero point, as TFLite does"
)
_MOST_BLOCKS = 24
"""Beyond, a table of places is smaller and faster than the copies."""
_RUN_COST = 20  # instructions per run of a table
_BYTE_COST = 1


def reasons(graph: Graph, op: Op) -> Iterable[checks.Reason]:
    """int8, int16, int32, int64, float32, bool; constant arguments; one quantisation."""
    given, made = graph.input_tensors(op), graph.output_tensors(op)
    x, *arguments = given if given else (None,)
    fits = x is not None and x.data is None and not x.is_variable and len(made) == 1
    if x is None or not fits or any(t is None or t.data is None for t in arguments):
        raise checks.OperandsError("needs one activation, constant arguments and one output")
    found = [*element_reasons(x, made[0]), *checks.same_quantisation_reasons(x, made[0])]
    return found or _map_reasons(graph, op, made[0])


def _map_reasons(graph: Graph, op: Op, out: Tensor) -> Iterator[checks.Reason]:
    try:
        shapes = implied_shapes(graph, op)
        if shapes is not None and shapes[0] != out.shape:
            yield f"output {list(out.shape)} does not follow: it is {list(shapes[0])}", ""
        elif (found := _index_map(graph, op)).shape != out.shape:
            yield f"output {list(out.shape)} does not follow: it is {list(found.shape)}", ""
    except MISFITS as error:
        yield f"arguments that do not fit: {error}", ""


def _index_map(graph: Graph, op: Op) -> Map:
    """The input element of every output element."""
    x, *arguments = (graph.tensors[index] for index in op.inputs)
    constants = [t.data for t in arguments if t.data is not None]
    return np.asarray(MOVES[op.kind](op, [numbered(x.shape), *constants])[0], np.int64)


def variants(graph: Graph, op: Op, options: EngineOptions) -> tuple[Variant, ...]:
    """No code where the order stays, strided copies, or a table of places."""
    x, out = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
    index = _index_map(graph, op)
    if index.size == x.elements and (index.reshape(-1) == np.arange(x.elements)).all():
        return renamings(x)
    blocks = blocks_of(index)
    if len(blocks) > _MOST_BLOCKS and (index != FILL).all():
        return (_by_table(op, index, x),)
    size = x.dtype.bytes
    has_gaps = bool((index == FILL).any())

    def build(operands: Operands) -> tuple[Call, ...]:
        (source,), (target,) = operands.inputs, operands.outputs
        copies = tuple(copy_call(block, size, source, target) for block in blocks)
        if not has_gaps:
            return copies
        # TFLite Micro never sets the value that SPACE_TO_BATCH_ND pads with: it is 0.
        fields = (("value", 0), ("count", out.bytes))
        return (Call(_FILL_KERNEL, fields, (target,)), *copies)

    cost = sum(copy_cost(block, size) for block in blocks)
    cost += (CALL_COST + out.bytes // 2) if has_gaps else 0
    return (Variant((Layout.NATIVE,), (Layout.NATIVE,), cost, build),)


def _by_table(op: Op, index: Map, x: Tensor) -> Variant:
    """A table of where each run of elements comes from."""
    run = run_length(index)
    places = index.reshape(-1, run)[:, 0] * x.dtype.bytes
    kind = np.uint16 if places.max() <= np.iinfo(np.uint16).max else np.uint32
    table = Table("places", places.astype(kind), f"{op.kind}: bytes")
    fields = (
        ("places", table if kind is np.uint16 else "NULL"),
        ("wide_places", table if kind is np.uint32 else "NULL"),
        ("count", len(places)),
        ("run", run * x.dtype.bytes),
    )
    cost = len(places) * (_RUN_COST + _BYTE_COST * run * x.dtype.bytes)
    return one_call(_TABLE_KERNEL, fields, cost)


OPERATOR = Operator(checks.as_problems(reasons), variants, _EXACTNESS)
TILE = Operator(
    checks.as_problems(reasons),
    variants,
    "each element at its place modulo the input's size; TFLite Micro has none",
)
