# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Moves PAD into the convolutions that read it.

Proof. PAD puts the real 0 around an image, here in rows and columns only. A convolution takes what lies
outside its image as the real 0. So it sees the same values if it starts as many rows and columns further
up and left of the image without PAD, its own padding included; its output keeps its size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared.convolution import PAD_LEFT, PAD_TOP, own_padding
from mcugen.engines.passes.rewrite import Rewritten, removal, without_ops
from mcugen.engines.passes.sums import read_sums
from mcugen.model.ir import Graph, Op

_READERS = ("CONV_2D", "DEPTHWISE_CONV_2D")


def fold_padding(graph: Graph, options: EngineOptions) -> Rewritten:
    """The graph without PAD before convolutions. Its tensors are gone: not for graphs that are observed."""
    folded = {op.outputs[0]: op for op in graph.ops if op.outputs and _folds(graph, op)}
    ops = tuple(_with_padding(graph, op, folded) for op in graph.ops)
    same = {index: pad.inputs[0] for index, pad in folded.items()}
    removals = tuple(
        removal(op, "the operator", "the convolutions that read it pad by themselves")
        for op in folded.values()
    )
    return Rewritten(without_ops(replace(graph, ops=ops), same), {}, removals)


def _folds(graph: Graph, op: Op) -> bool:
    """Whether it is such a PAD, and only convolutions read it, as their image."""
    if op.kind != "PAD" or op.outputs[0] in graph.outputs:
        return False
    x, paddings = graph.tensors[op.inputs[0]], graph.tensors[op.inputs[1]].data
    if paddings is None or x.data is not None or len(x.shape) != 4 or paddings[[0, 3]].any():
        return False
    readers = [reader for reader in graph.ops if op.outputs[0] in reader.inputs]
    return x.quant == graph.tensors[op.outputs[0]].quant and all(
        reader.kind in _READERS
        and reader.inputs.index(op.outputs[0]) == 0
        and read_sums(graph, reader) is not None
        for reader in readers
    )


def _with_padding(graph: Graph, op: Op, folded: Mapping[int, Op]) -> Op:
    """A convolution that pads as PAD did, and as it did itself."""
    pad = folded.get(op.inputs[0]) if op.kind in _READERS else None
    if pad is None:
        return op
    paddings = graph.tensors[pad.inputs[1]].data
    assert paddings is not None
    top, left = own_padding(graph, op)
    more = {PAD_TOP: top + int(paddings[1, 0]), PAD_LEFT: left + int(paddings[2, 0])}
    return replace(op, options={**op.options, **more})
