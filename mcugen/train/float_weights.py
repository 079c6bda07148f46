# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Float models whose weights are float16, int8 or int4 -> the same function in float32.

A model with float16 or dynamic-range quantised weights computes with what they stand for, so nothing is
lost that it had itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.model.ir import DType, Graph, Tensor

FLOATS = (DType.FLOAT32, DType.FLOAT16)
Floats = NDArray[np.float32]


def computes_in_floats(graph: Graph) -> bool:
    """Whether no activation is quantised and some are float."""
    activations = [tensor for op in graph.ops for tensor in graph.output_tensors(op)]
    return not any(t.quant for t in activations) and any(t.dtype in FLOATS for t in activations)


def stored_small(graph: Graph) -> dict[int, Floats]:
    """Tensor index -> its real values, of all constants that operators of a float model take in another
    type, and of the outputs of DEQUANTIZE of a constant."""
    values: dict[int, Floats] = {}
    for op in graph.file_ops:  # reading folds DEQUANTIZE of float16 away
        taken = [tensor for tensor in graph.input_tensors(op) if tensor is not None]
        if graph.output_tensors(op)[0].dtype not in FLOATS:
            continue
        if op.kind == "DEQUANTIZE" and taken[0].data is not None:
            values[op.outputs[0]] = _real(taken[0])
            continue
        values |= {tensor.index: _real(tensor) for tensor in taken if _is_small(tensor)}
    return values


def _is_small(tensor: Tensor) -> bool:
    quantised = tensor.dtype is DType.INT8 and tensor.quant is not None
    return tensor.data is not None and (quantised or tensor.dtype is DType.FLOAT16)


def _real(tensor: Tensor) -> Floats:
    """scale * (q - zero point), along the axis of the scales."""
    assert tensor.data is not None
    quant, values = tensor.quant, np.asarray(tensor.data)
    if quant is None:
        return values.astype(np.float32)
    shape = [1] * values.ndim
    if quant.axis is not None:
        shape[quant.axis] = -1
    scales = np.array(quant.scales, np.float32).reshape(shape)
    steps = values.astype(np.int32) - np.array(quant.zero_points).reshape(shape)
    return np.asarray(scales * steps.astype(np.float32), np.float32)


def put_floats(model: Any, schema: Any, values: dict[int, Floats]) -> None:
    """Puts the values into the first graph of a model (ai-edge-litert's object form); the DEQUANTIZE
    operators that made some of them go, and float16 activations become float32."""
    graph = model.subgraphs[0]
    for tensor in graph.tensors:
        is_constant = model.buffers[tensor.buffer].data is not None
        if tensor.type == schema.TensorType.FLOAT16 and not is_constant:
            tensor.type = schema.TensorType.FLOAT32
    for index, floats in values.items():
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(floats.astype("<f4").tobytes(), np.uint8)
        model.buffers.append(buffer)
        tensor = graph.tensors[index]
        tensor.buffer, tensor.type = len(model.buffers) - 1, schema.TensorType.FLOAT32
        tensor.quantization = None
    graph.operators = [op for op in graph.operators if int(op.outputs[0]) not in values]
