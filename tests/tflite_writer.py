# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Writes small .tflite files for tests: tensors and operators as plain values in, bytes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import flatbuffers
import numpy as np
import tflite

from mcugen.model.tflite import ENUM_FIELDS, option_table


@dataclass(frozen=True)
class TensorSpec:
    """One tensor; `scales` and `zero_points` are one value each, or one per index along `axis`."""

    shape: tuple[int, ...]
    dtype: str = "int8"  # a name of the schema's TensorType, any case
    scales: float | Sequence[float] | None = None
    zero_points: int | Sequence[int] = 0
    axis: int = 0
    data: np.ndarray | bytes | None = None
    name: str = ""
    is_variable: bool = False


@dataclass(frozen=True)
class OpSpec:
    """One operator: `kind` is the schema's name or CUSTOM:<code>, `options` as in Op.options.

    Options that are not named have the schema's default, which for strides and filter sizes is 0.
    """

    kind: str
    inputs: Sequence[int]
    outputs: Sequence[int]
    options: Mapping[str, Any] = field(default_factory=dict)
    version: int = 1
    intermediates: Sequence[int] = ()


@dataclass(frozen=True)
class GraphSpec:
    """One graph of a file."""

    tensors: Sequence[TensorSpec]
    ops: Sequence[OpSpec]
    inputs: Sequence[int] = ()
    outputs: Sequence[int] = ()


def model_bytes(
    tensors: Sequence[TensorSpec],
    ops: Sequence[OpSpec],
    inputs: Sequence[int],
    outputs: Sequence[int],
    called: Sequence[GraphSpec] = (),
) -> bytes:
    """A .tflite file with one graph, and those that it calls, from number 1 on.

    Nothing is checked: tests also need wrong models.
    """
    b = flatbuffers.Builder(1024)
    graphs = (GraphSpec(tensors, ops, inputs, outputs), *called)
    codes = sorted({(op.kind, op.version) for graph in graphs for op in graph.ops})
    code_tables = [_operator_code(b, kind, version) for kind, version in codes]
    buffers = [_buffer(b, None)] + [_buffer(b, t.data) for graph in graphs for t in graph.tensors]
    graph_tables, first = [], 1
    for graph in graphs:
        graph_tables.append(_graph(b, graph, codes, first))
        first += len(graph.tensors)
    model = _table(
        b,
        "Model",
        Version=3,
        OperatorCodes=_offsets(b, code_tables),
        Subgraphs=_offsets(b, graph_tables),
        Description=b.CreateString("written by a test"),
        Buffers=_offsets(b, buffers),
    )
    b.Finish(model, b"TFL3")
    return bytes(b.Output())


def _graph(
    b: flatbuffers.Builder, graph: GraphSpec, codes: Sequence[tuple[str, int]], first: int
) -> int:
    """A SubGraph table; its tensors have the buffers from `first` on."""
    op_tables = [_operator(b, op, codes.index((op.kind, op.version))) for op in graph.ops]
    tensor_tables = [_tensor(b, t, first + index) for index, t in enumerate(graph.tensors)]
    return _table(
        b,
        "SubGraph",
        Tensors=_offsets(b, tensor_tables),
        Inputs=_ints(b, graph.inputs),
        Outputs=_ints(b, graph.outputs),
        Operators=_offsets(b, op_tables),
        Name=b.CreateString("main"),
    )


def fully_connected(
    weights: np.ndarray,
    bias: np.ndarray | None = None,
    *,
    batch: int = 1,
    input_quant: tuple[float, int] = (0.05, -3),
    weight_scales: float | Sequence[float] = 0.01,
    output_quant: tuple[float, int] = (0.1, 5),
    activation: str = "NONE",
) -> bytes:
    """A model of one FULLY_CONNECTED with int8 `weights` [outputs, inputs].

    Several `weight_scales` make it per-channel. Tensors: 0 input, 1 weights, 2 output, 3 bias.
    """
    rows, columns = weights.shape
    bias_scales = np.multiply(np.float32(input_quant[0]), np.float32(weight_scales))
    tensors = [
        TensorSpec((batch, columns), "int8", *input_quant, name="input"),
        TensorSpec(weights.shape, "int8", weight_scales, data=weights, name="weights"),
        TensorSpec((batch, rows), "int8", *output_quant, name="output"),
    ]
    if bias is not None:
        tensors.append(
            TensorSpec((rows,), "int32", bias_scales, data=bias.astype(np.int32), name="bias")
        )
    op = OpSpec(
        "FULLY_CONNECTED",
        [0, 1, 3 if bias is not None else -1],
        [2],
        {"fused_activation_function": activation},
        version=4,
    )
    return model_bytes(tensors, [op], [0], [2])


def _tensor(b: flatbuffers.Builder, spec: TensorSpec, buffer: int) -> int:
    """A Tensor table with its quantisation."""
    quantization = None
    if spec.scales is not None:
        scales = np.atleast_1d(np.asarray(spec.scales, np.float32))
        zero_points = np.broadcast_to(np.asarray(spec.zero_points, np.int64), scales.shape)
        quantization = _table(
            b,
            "QuantizationParameters",
            Scale=b.CreateNumpyVector(scales),
            ZeroPoint=b.CreateNumpyVector(np.ascontiguousarray(zero_points)),
            QuantizedDimension=spec.axis,
        )
    return _table(
        b,
        "Tensor",
        Shape=_ints(b, spec.shape),
        Type=getattr(tflite.TensorType, spec.dtype.upper()),
        Buffer=buffer,
        Name=b.CreateString(spec.name or f"tensor_{buffer - 1}"),
        Quantization=quantization,
        IsVariable=spec.is_variable,
    )


def _buffer(b: flatbuffers.Builder, data: np.ndarray | bytes | None) -> int:
    """A Buffer table; its data is 16-byte aligned, as interpreters want it."""
    if data is None:
        return _table(b, "Buffer")
    raw = data if isinstance(data, bytes) else np.ascontiguousarray(data).tobytes()
    b.StartVector(1, len(raw), 16)
    b.head -= len(raw)
    b.Bytes[b.Head() : b.Head() + len(raw)] = raw
    return _table(b, "Buffer", Data=b.EndVector())


def _operator_code(b: flatbuffers.Builder, kind: str, version: int) -> int:
    """An OperatorCode table with both the old 8-bit and the new field."""
    name, _, custom = kind.partition(":")
    number = getattr(tflite.BuiltinOperator, name)
    custom_code = b.CreateString(custom) if custom else None
    return _table(
        b,
        "OperatorCode",
        DeprecatedBuiltinCode=min(number, 127),
        CustomCode=custom_code,
        Version=version,
        BuiltinCode=number,
    )


def _operator(b: flatbuffers.Builder, op: OpSpec, code: int) -> int:
    """An Operator table with its options."""
    union = option_table(op.kind)
    options = None
    if union is not None:
        options = _table(b, union, **{k: _option(b, k, v) for k, v in op.options.items()})
    else:
        assert not op.options, f"{op.kind} has no options"
    return _table(
        b,
        "Operator",
        OpcodeIndex=code,
        Inputs=_ints(b, op.inputs),
        Outputs=_ints(b, op.outputs),
        BuiltinOptionsType=getattr(tflite.BuiltinOptions, union) if union else None,
        BuiltinOptions=options,
        Intermediates=_ints(b, op.intermediates) if op.intermediates else None,
    )


def _option(b: flatbuffers.Builder, key: str, value: Any) -> Any:
    """A field of an option table as the builder wants it: a number, or the offset of a vector."""
    if key in ENUM_FIELDS and isinstance(value, str):
        return getattr(ENUM_FIELDS[key], value)
    if isinstance(value, str):
        return b.CreateString(value)
    return _ints(b, value) if isinstance(value, (tuple, list)) else value


def _table(b: flatbuffers.Builder, table: str, **fields: Any) -> int:
    """Writes a table; field names in any case, with or without underscores, None is left out."""
    adders = _adders(table)
    getattr(tflite, f"{table}Start")(b)
    for name, value in fields.items():
        if value is not None:
            adders[name.replace("_", "").lower()](b, value)
    return int(getattr(tflite, f"{table}End")(b))


def _ints(b: flatbuffers.Builder, values: Sequence[int]) -> int:
    """A vector of int32."""
    return int(b.CreateNumpyVector(np.asarray(values, np.int32)))


def _offsets(b: flatbuffers.Builder, offsets: Sequence[int]) -> int:
    """A vector of tables."""
    b.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        b.PrependUOffsetTRelative(offset)
    return int(b.EndVector())


@cache
def _adders(table: str) -> dict[str, Any]:
    """Field, lower case and without underscores -> the function that adds it to such a table."""
    return {
        name.removeprefix(f"{table}Add").lower(): adder
        for name, adder in vars(tflite).items()
        if name.startswith(f"{table}Add")
    }
