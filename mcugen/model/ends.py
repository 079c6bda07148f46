# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The ends of a model: uint8 inputs and outputs that are int8 ones moved by 128.

The converter's `inference_input_type=tf.uint8` puts a QUANTIZE in front of an int8 network and one
behind it. Where both sides have one scale and zero points 128 apart it only flips the highest bit
of each byte, so mcugen reads the model without it: the same input, as int8. Whoever holds uint8
values subtracts 128 (docs/operators.md); `Graph.shifted` says of which tensors that is true.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mcugen.model.ir import DType, Graph, Op

SHIFT = 128
"""What a uint8 value is more than the int8 value that stands for it."""


def fold_ends(graph: Graph) -> Graph:
    """The graph without the QUANTIZE operators at its ends that only move values by 128."""
    ops, inputs, outputs, shifted = [*graph.ops], [*graph.inputs], [*graph.outputs], set()
    for op in graph.ops:
        if not _moves_by_128(graph, op):
            continue
        x, out = op.inputs[0], op.outputs[0]
        readers = [other for other in ops if x in other.inputs]
        if graph.tensors[x].dtype is DType.UINT8 and inputs.count(x) == 1 == len(readers):
            if x in outputs or out in outputs:
                continue
            inputs[inputs.index(x)] = out
            shifted.add(out)
        elif graph.tensors[out].dtype is DType.UINT8 and outputs.count(out) == 1:
            if x in outputs or x in inputs or any(out in other.inputs for other in ops):
                continue
            outputs[outputs.index(out)] = x
            shifted.add(x)
        else:
            continue
        ops.remove(op)
    return replace(
        graph,
        ops=tuple(ops),
        inputs=tuple(inputs),
        outputs=tuple(outputs),
        folded=graph.folded + tuple(op for op in graph.ops if op not in ops),
        shifted=graph.shifted | shifted,
    )


def _moves_by_128(graph: Graph, op: Op) -> bool:
    """QUANTIZE between uint8 and int8 of one scale, zero points 128 apart."""
    if op.kind != "QUANTIZE" or len(op.inputs) != 1 or len(op.outputs) != 1:
        return False
    x, out = graph.tensors[op.inputs[0]], graph.tensors[op.outputs[0]]
    if x.data is not None or x.quant is None or out.quant is None or x.shape != out.shape:
        return False
    sign = {(DType.UINT8, DType.INT8): 1, (DType.INT8, DType.UINT8): -1}.get((x.dtype, out.dtype))
    if sign is None or x.quant.axis is not None or out.quant.axis is not None:
        return False
    apart = x.quant.zero_point - out.quant.zero_point
    return x.quant.scale == out.quant.scale and apart == sign * SHIFT


def flip(values: NDArray[np.generic]) -> NDArray[np.generic]:
    """int8 as the uint8 that is 128 more, or uint8 as the int8 that is 128 less."""
    other = np.int8 if values.dtype == np.uint8 else np.uint8
    return (values.view(np.uint8) ^ np.uint8(SHIFT)).view(other)
