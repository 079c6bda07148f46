# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What Nordic's Axon compiler takes, checked before anything is written.

Source: nRF Edge AI Add-on 2.2.0, Axon NPU operator support (compiler 1.4.0); that a CONCATENATION of
more than two inputs fails was found by compiling one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from mcugen.model.check import where
from mcugen.model.ir import DType, Graph, Op, Problem, Tensor

MAX_OUTPUTS = 20
MAX_NODE_INPUTS = 2
MAX_EDGE = 1024  # height, width, channels
MAX_MUL_WIDTH = 2048  # of compiler 1.4.0
MAX_NODES = 2048  # of a fully connected layer, on either side
MAX_FILTER = 16
MAX_FLAT_FILTER = 32  # wide, when it is 1 high
MAX_STRIDE = 31
MAX_DILATION = 31
MAX_POOL = 32
FUSED = frozenset({"NONE", "RELU", "RELU6"})

OpCheck = Callable[[Graph, Op], Iterator[str]]


def limits(graph: Graph) -> tuple[Problem, ...]:
    """Every reason why the Axon compiler does not take the graph, each with its operator."""
    return tuple([*_model_problems(graph), *_op_problems(graph)])


def _model_problems(graph: Graph) -> Iterator[Problem]:
    if len(graph.inputs) != 1:
        yield Problem("model", f"has {len(graph.inputs)} inputs, Axon takes one")
    if len(graph.outputs) > MAX_OUTPUTS:
        yield Problem("model", f"has {len(graph.outputs)} outputs, Axon gives {MAX_OUTPUTS}")


def _op_problems(graph: Graph) -> Iterator[Problem]:
    for op in graph.file_ops:
        check = CHECKS.get(op.kind)
        if check is None:
            yield Problem(where(op), "is not supported by Axon", HINTS.get(op.kind, ""))
            continue
        malformed = tuple(_malformed(graph, op))
        for what in malformed or (*_general(graph, op), *check(graph, op)):
            yield Problem(where(op), what)


RANKS: Mapping[str, tuple[int | None, ...]] = {
    "AVERAGE_POOL_2D": (4,),
    "CONV_2D": (4, 4),
    "DEPTHWISE_CONV_2D": (4, 4),
    "FULLY_CONNECTED": (None, 2),
    "MAX_POOL_2D": (4,),
    "STRIDED_SLICE": (None, None, None, 1),
}
"""Dimensions of the inputs that the checks below look at; None: any. 4 for the first: also of the output."""


def _malformed(graph: Graph, op: Op) -> Iterator[str]:
    if not op.outputs:
        yield "has no output"
        return
    wanted = RANKS.get(op.kind, ())
    given = [len(graph.tensors[i].shape) if i >= 0 else None for i in op.inputs]
    if len(given) < len(wanted) or None in given[: len(wanted)]:
        yield f"has {len(given) - given.count(None)} inputs, {op.kind} needs {len(wanted)}"
        return
    for number, (rank, dimensions) in enumerate(zip(wanted, given, strict=False)):
        if rank not in (None, dimensions):
            yield f"input {number} has {dimensions} dimensions, {op.kind} needs {rank}"
    shape = graph.output_tensors(op)[0].shape
    if wanted[:1] == (4,) and len(shape) != 4:
        yield f"its output has {len(shape)} dimensions, {op.kind} needs 4"


def _general(graph: Graph, op: Op) -> Iterator[str]:
    """What holds for every operator: number of inputs, sizes, types, fused activation."""
    given = [t for t in graph.input_tensors(op) if t is not None and t.data is None]
    operands = [t for t in given if not t.is_variable]
    if len(operands) > MAX_NODE_INPUTS:
        yield f"has {len(operands)} inputs, Axon takes {MAX_NODE_INPUTS}"
    for tensor in (*operands, *graph.output_tensors(op)):
        edges = tensor.shape[1:]
        if len(edges) > 3 or (tensor.shape and tensor.shape[0] != 1 and len(tensor.shape) > 1):
            yield f"has a tensor of shape {list(tensor.shape)}, Axon takes 1 x H x W x C"
        elif op.kind not in OWN_EDGES and max(edges, default=0) > MAX_EDGE:
            yield f"has a tensor of shape {list(tensor.shape)}, edges may be {MAX_EDGE}"
        if op.kind not in ENDS and tensor.dtype not in TYPES:
            yield f"works on {tensor.dtype.value}, Axon on int8"
    fused = op.fused_activation
    if fused not in FUSED and op.kind != "UNIDIRECTIONAL_SEQUENCE_LSTM":  # its TANH is the cell's
        yield f"has the fused activation {fused}, Axon knows RELU and RELU6"


TYPES = frozenset({DType.INT8, DType.RESOURCE})
ENDS = frozenset({"QUANTIZE", "DEQUANTIZE"})
OWN_EDGES = frozenset({"FULLY_CONNECTED", "MUL", "RESHAPE"})
"""Operators with limits of their own. Of a RESHAPE those on either side hold: what it flattens for a
FULLY_CONNECTED may have 2048 values."""


def _nothing(graph: Graph, op: Op) -> Iterator[str]:
    yield from ()


def _strides(op: Op) -> Iterator[str]:
    for name in ("stride_h", "stride_w"):
        if op.options.get(name, 1) > MAX_STRIDE:
            yield f"{name} = {op.options[name]}, Axon takes {MAX_STRIDE}"


def _convolution(graph: Graph, op: Op) -> Iterator[str]:
    _, height, width, _ = graph.tensors[op.inputs[1]].shape
    widest = MAX_FLAT_FILTER if height == 1 else MAX_FILTER
    if height > MAX_FILTER or width > widest:
        yield f"filter {height} x {width}, Axon takes {MAX_FILTER} x {MAX_FILTER} or 1 x {MAX_FLAT_FILTER}"
    yield from _strides(op)
    down, along = (op.options.get(f"dilation_{axis}_factor", 1) for axis in "hw")
    if (down, along) == (1, 1):
        return
    output = graph.output_tensors(op)[0]
    if down != 1 or along > MAX_DILATION or output.shape[2] != 1:
        yield (
            f"dilation {down} x {along}, Axon takes 1 x {MAX_DILATION} at output width 1, "
            "or SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND around it"
        )


def _depthwise(graph: Graph, op: Op) -> Iterator[str]:
    yield from _convolution(graph, op)
    inputs, outputs = graph.tensors[op.inputs[0]].shape[3], graph.output_tensors(op)[0].shape[3]
    if outputs != inputs:
        yield f"depth multiplier {outputs // max(inputs, 1)}, Axon takes 1"


def _fully_connected(graph: Graph, op: Op) -> Iterator[str]:
    nodes_out, nodes_in = graph.tensors[op.inputs[1]].shape
    if max(nodes_in, nodes_out) > MAX_NODES:
        yield f"{nodes_in} to {nodes_out} nodes, Axon takes {MAX_NODES}"


def _pool(op: Op, is_mean: bool = False) -> Iterator[str]:
    height, width = op.options["filter_height"], op.options["filter_width"]
    if max(height, width) > MAX_POOL and not is_mean:
        yield f"window {height} x {width}, Axon takes {MAX_POOL} x {MAX_POOL}"
    yield from _strides(op)


def _max_pool(graph: Graph, op: Op) -> Iterator[str]:
    yield from _pool(op)


def _average_pool(graph: Graph, op: Op) -> Iterator[str]:
    _, height, width, _ = graph.output_tensors(op)[0].shape
    yield from _pool(op, is_mean=height * width == 1)  # global pooling runs as MEAN
    if op.options["padding"] == "SAME" and _is_padded(graph, op):
        yield "pads, which Axon's AVERAGE_POOL_2D does not"


def _is_padded(graph: Graph, op: Op) -> bool:
    """Whether SAME needs any padding for these sizes."""
    before, after = graph.tensors[op.inputs[0]].shape, graph.output_tensors(op)[0].shape
    axes = ((1, "filter_height", "stride_h"), (2, "filter_width", "stride_w"))
    return any(
        (after[axis] - 1) * op.options[stride] + op.options[window] > before[axis]
        for axis, window, stride in axes
    )


def _concatenation(graph: Graph, op: Op) -> Iterator[str]:
    constants = sum(t is not None and t.data is not None for t in graph.input_tensors(op))
    if len(op.inputs) > MAX_NODE_INPUTS and constants:  # activations alone are counted above
        yield f"has {len(op.inputs)} inputs, Axon takes {MAX_NODE_INPUTS}"


def _broadcast(graph: Graph, op: Op) -> Iterator[str]:
    """Operands repeat along height and width only."""
    target = graph.output_tensors(op)[0]
    for tensor in graph.input_tensors(op):
        if tensor is not None and not _repeats_along_plane(tensor, target):
            yield (
                f"repeats an operand of shape {list(tensor.shape)} to {list(target.shape)}, "
                "Axon repeats along height and width"
            )


def _multiply(graph: Graph, op: Op) -> Iterator[str]:
    yield from _broadcast(graph, op)
    shape = graph.output_tensors(op)[0].shape
    *others, width, channels = (1, 1, *shape[1:]) if len(shape) > 2 else (1, 1, *shape[1:], 1)
    if width > MAX_MUL_WIDTH or max(*others, channels) > MAX_EDGE:
        yield f"works on {list(shape)}, Axon multiplies {MAX_EDGE} x {MAX_MUL_WIDTH} x {MAX_EDGE}"


def _repeats_along_plane(tensor: Tensor, target: Tensor) -> bool:
    padded = (1,) * (len(target.shape) - len(tensor.shape)) + tensor.shape
    return padded[-1:] == target.shape[-1:]


def _strided_slice(graph: Graph, op: Op) -> Iterator[str]:
    strides = graph.tensors[op.inputs[3]].data
    if strides is None:
        yield "has strides that are not constant"
    elif int(np.abs(strides).max(initial=0)) > MAX_STRIDE:
        yield f"stride {int(np.abs(strides).max())}, Axon takes {MAX_STRIDE}"


def _end(graph: Graph, op: Op) -> Iterator[str]:
    if not (set(op.inputs) & set(graph.inputs) or set(op.outputs) & set(graph.outputs)):
        yield "stands amid the model, Axon takes it at its ends"


CHECKS: Mapping[str, OpCheck] = {
    "ADD": _broadcast,
    "ASSIGN_VARIABLE": _nothing,
    "AVERAGE_POOL_2D": _average_pool,
    "BATCH_TO_SPACE_ND": _nothing,
    "CONCATENATION": _concatenation,
    "CONV_2D": _convolution,
    "DEPTHWISE_CONV_2D": _depthwise,
    "DEQUANTIZE": _end,
    "FULLY_CONNECTED": _fully_connected,
    "LEAKY_RELU": _nothing,
    "LOGISTIC": _nothing,
    "MAX_POOL_2D": _max_pool,
    "MEAN": _nothing,
    "MUL": _multiply,
    "PAD": _nothing,
    "QUANTIZE": _end,
    "READ_VARIABLE": _nothing,
    "RELU": _nothing,
    "RELU6": _nothing,
    "RESHAPE": _nothing,
    "RESIZE_NEAREST_NEIGHBOR": _nothing,
    "SOFTMAX": _nothing,
    "SPACE_TO_BATCH_ND": _nothing,
    "SPLIT": _nothing,
    "SPLIT_V": _nothing,
    "STRIDED_SLICE": _strided_slice,
    "TANH": _nothing,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": _nothing,
    "VAR_HANDLE": _nothing,
}
"""Operator -> its own limits. What is not here is refused."""

HINTS: Mapping[str, str] = {
    "MAXIMUM": "PReLU becomes MUL and MAXIMUM; LEAKY_RELU with one slope is taken",
    "PRELU": "LEAKY_RELU with one slope is taken",
    "SUB": "ADD of a negated constant is taken",
    "HARD_SWISH": "RELU6 is taken",
}
