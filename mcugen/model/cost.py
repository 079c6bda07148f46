# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What an operator costs on paper: multiply-accumulates and bytes of constants."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping

from mcugen.model.ir import Graph, Op, Tensor


def macs(graph: Graph, op: Op) -> int:
    """Multiply-accumulates of one call, 0 for operators that are not made of them.

    Padding counts as if it were data, as in every published figure.
    """
    count = _MACS.get(op.kind)
    inputs, outputs = graph.input_tensors(op), graph.output_tensors(op)
    if count is None or not outputs:
        return 0
    return count(inputs, outputs[0])


def weight_bytes(graph: Graph, ops: Iterable[Op]) -> int:
    """Bytes of all constants the operators read; one that several read counts once."""
    used = {i for op in ops for i in op.inputs if i >= 0}
    return sum(t.data.nbytes for t in graph.tensors if t.index in used and t.data is not None)


Inputs = tuple[Tensor | None, ...]


def _shape(inputs: Inputs, position: int, rank: int) -> tuple[int, ...]:
    """Shape of an input, all zeros when it is absent or not of that rank."""
    tensor = inputs[position] if position < len(inputs) else None
    return tensor.shape if tensor is not None and len(tensor.shape) == rank else (0,) * rank


def _conv_2d(inputs: Inputs, output: Tensor) -> int:
    return output.elements * math.prod(_shape(inputs, 1, 4)[1:])


def _depthwise_conv_2d(inputs: Inputs, output: Tensor) -> int:
    return output.elements * math.prod(_shape(inputs, 1, 4)[1:3])


def _transpose_conv(inputs: Inputs, output: Tensor) -> int:
    """Every input value meets every weight of its channel: weights are [out, h, w, in]."""
    pixels = math.prod(_shape(inputs, 2, 4)[:3])
    return pixels * math.prod(_shape(inputs, 1, 4))


def _fully_connected(inputs: Inputs, output: Tensor) -> int:
    return output.elements * _shape(inputs, 1, 2)[1]


def _batch_matmul(inputs: Inputs, output: Tensor) -> int:
    source = inputs[0] if inputs else None
    return output.elements * (source.shape[-1] if source is not None and source.shape else 0)


def _lstm(inputs: Inputs, output: Tensor) -> int:
    """Steps and batch times all gate matrices (inputs 1 to 8); output is [.., .., units]."""
    gates = [t for t in inputs[1:9] if t is not None]
    return math.prod(output.shape[:-1]) * sum(t.elements for t in gates)


_MACS: Mapping[str, Callable[[Inputs, Tensor], int]] = {
    "CONV_2D": _conv_2d,
    "DEPTHWISE_CONV_2D": _depthwise_conv_2d,
    "TRANSPOSE_CONV": _transpose_conv,
    "FULLY_CONNECTED": _fully_connected,
    "BATCH_MATMUL": _batch_matmul,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": _lstm,
}
