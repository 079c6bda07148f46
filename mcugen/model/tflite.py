# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Reads a .tflite file into a Graph: the only module that knows flatbuffers.

A flatbuffer is a web of offsets that a damaged file can bend anywhere. Three rules keep every
such file a ModelError: all element counts are paid from a budget set by the file's size, every
index is checked before it is used, and whatever the bindings raise on the way is damage.
"""

from __future__ import annotations

import hashlib
import math
import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import tflite
from numpy.typing import NDArray

from mcugen.errors import ModelError, near_path
from mcugen.model.ends import fold_ends
from mcugen.model.file_kinds import recognise
from mcugen.model.file_source import FileSource
from mcugen.model.int4 import unpack_int4
from mcugen.model.ir import DType, Graph, Op, Quant, Tensor
from mcugen.model.shapes import fold_shapes
from mcugen.model.topology import check_ends, check_topology
from mcugen.model.variables import fold_variables

_IDENTIFIER = b"TFL3"
_SCHEMA_VERSION = 3
_MAX_RANK = 8
_MAX_ELEMENTS = 2**31 - 1  # TFLite Micro counts elements in an int
NO_MODEL_HINT = "pass the path of a .tflite file"
_NO_FIELD = re.compile(r"(_|GetRootAs).*|Init|.*(AsNumpy|Length|IsNone|BufferHasIdentifier)")
_DAMAGE = (struct.error, IndexError, ValueError, TypeError, OverflowError)
"""What the bindings and numpy raise when an offset or a length points nowhere."""

ENUM_FIELDS: Mapping[str, Any] = {
    "fused_activation_function": tflite.ActivationFunctionType,
    "padding": tflite.Padding,
    "weights_format": tflite.FullyConnectedOptionsWeightsFormat,
    "mode": tflite.MirrorPadMode,
    "kernel_type": tflite.LSTMKernelType,
    "combiner": tflite.CombinerType,
    "quantized_bias_type": tflite.TensorType,
    "in_data_type": tflite.TensorType,
    "out_data_type": tflite.TensorType,
    "output_type": tflite.TensorType,
    "out_type": tflite.TensorType,
    "idx_out_type": tflite.TensorType,
}
"""Option fields that hold a number of a schema enum."""

_OPTION_TABLES: Mapping[str, str] = {
    "AVERAGE_POOL_2D": "Pool2DOptions",
    "MAX_POOL_2D": "Pool2DOptions",
    "L2_POOL_2D": "Pool2DOptions",
    "L2_NORMALIZATION": "L2NormOptions",
    "MEAN": "ReducerOptions",
    "SUM": "ReducerOptions",
    "REDUCE_PROD": "ReducerOptions",
    "REDUCE_MAX": "ReducerOptions",
    "REDUCE_MIN": "ReducerOptions",
    "REDUCE_ANY": "ReducerOptions",
    "REDUCE_ALL": "ReducerOptions",
    "MAXIMUM": "MaximumMinimumOptions",
    "MINIMUM": "MaximumMinimumOptions",
    "UNIDIRECTIONAL_SEQUENCE_RNN": "SequenceRNNOptions",
}
"""Operators whose option table is not named after them."""


def read_tflite(path: Path) -> Graph:
    """Reads the model at `path`; ModelError for anything that is not a sound .tflite file."""
    try:
        data = path.read_bytes()
    except OSError as error:
        hint = near_path(path) or NO_MODEL_HINT
        raise ModelError(f"cannot read {path}: {error.strerror}", hint=hint) from error
    return parse_tflite(data, path.name)


def parse_tflite(data: bytes, name: str) -> Graph:
    """The Graph in the bytes of a .tflite file; `name` is its file name, or just a stem.

    Only the main subgraph is read: operators that call others (WHILE, CALL, IF) are there by kind.
    """
    if data[4:8] != _IDENTIFIER:
        what, hint = recognise(data, name)
        raise ModelError(f"{name} {what}", hint=hint)
    try:
        return _read_model(FileSource(data, name))
    except _DAMAGE as error:
        why = "truncated" if isinstance(error, struct.error) else str(error)
        raise ModelError(
            f"{name} is damaged: {why} ({len(data)} bytes)", hint="copy or convert it again"
        ) from error


def identifier(stem: str) -> str:
    """`stem` as a C identifier: other characters become `_`, a leading digit is prefixed."""
    text = re.sub(r"[^0-9A-Za-z]+", "_", stem).strip("_") or "model"
    return f"model_{text}" if text[0].isdigit() else text


def _read_model(source: FileSource) -> Graph:
    """The whole Graph, or the first fault found."""
    model = tflite.Model.GetRootAs(source.data, 0)
    if model.Version() != _SCHEMA_VERSION:
        raise source.fault(f"schema version {model.Version()} is not {_SCHEMA_VERSION}")
    subgraphs = source.tables(model, "Subgraphs")
    if not subgraphs:
        raise source.fault("holds no graph")
    kinds = [_kind_and_version(source, code) for code in source.tables(model, "OperatorCodes")]
    buffers = source.tables(model, "Buffers")

    def read(number: int) -> Graph:
        if not 0 <= number < len(subgraphs):
            raise source.fault(f"graph {number} of {len(subgraphs)} is called")
        return _read_graph(source, subgraphs[number], kinds, buffers)

    graph = replace(read(0), taken=_taken(source, model, len(subgraphs)))
    check_ends(graph, source.name)
    return fold_ends(fold_shapes(fold_variables(graph, read)))


def _read_graph(
    source: FileSource, subgraph: Any, kinds: list[tuple[str, int]], buffers: list[Any]
) -> Graph:
    """One of the file's graphs, as it is there."""
    inputs, outputs = source.numbers(subgraph, "Inputs"), source.numbers(subgraph, "Outputs")
    ops = tuple(
        _read_op(source, index, operator, kinds)
        for index, operator in enumerate(source.tables(subgraph, "Operators"))
    )
    produced = {index for op in ops for index in op.outputs}
    tensors = tuple(
        _read_tensor(source, index, tensor, buffers, index in produced or index in inputs)
        for index, tensor in enumerate(source.tables(subgraph, "Tensors"))
    )
    graph = Graph(
        name=identifier(source.name.removesuffix(".tflite")),
        sha256=hashlib.sha256(source.data).hexdigest(),
        file_bytes=len(source.data),
        tensors=tensors,
        ops=ops,
        inputs=inputs,
        outputs=outputs,
    )
    check_topology(graph, source.name)
    return graph


def _taken(source: FileSource, model: Any, subgraphs: int) -> str:
    """Which signature, or graph, of a file with several is read: always that of the first graph."""
    signatures = [
        (source.text(signature.SignatureKey()), signature.SubgraphIndex())
        for signature in source.tables(model, "SignatureDefs")
    ]
    if len({graph for _, graph in signatures}) > 1:
        taken = [name for name, graph in signatures if graph == 0]
        left = [name for name, graph in signatures if graph != 0]
        what = f"signature {', '.join(taken)}" if taken else "the first graph, without a signature"
        return f"{what}; the file also has {', '.join(left)}"
    return f"the first of {subgraphs} graphs" if subgraphs > 1 and not signatures else ""


# --- tensors ------------------------------------------------------------------------------------


def _read_tensor(
    source: FileSource, index: int, tensor: Any, buffers: list[Any], is_activation: bool
) -> Tensor:
    """One tensor; `is_activation` when the graph is fed with it or an op writes it."""
    name = source.text(tensor.Name())
    where = f"tensor {index} '{name[:60]}'"
    if tensor.Sparsity() is not None:
        raise source.fault(f"{where} is sparse", "convert without sparsity (densify the weights)")
    dtype = _dtype(source, where, tensor.Type())
    shape = tuple(1 if d == -1 else d for d in source.numbers(tensor, "Shape"))
    if len(shape) > _MAX_RANK or any(d < 0 for d in shape) or math.prod(shape) > _MAX_ELEMENTS:
        raise source.fault(f"{where} has the impossible shape {list(shape)}")
    data = _constant(source, where, shape, dtype, _buffer_bytes(source, where, tensor, buffers))
    if data is None and not is_activation and 0 in shape and dtype.is_dense:
        data = np.zeros(shape, dtype.value)  # e.g. the new shape [] of RESHAPE to a scalar
        data.flags.writeable = False
    if data is not None and is_activation:
        raise source.fault(f"{where} holds data and is written to as well")
    quant = _read_quant(source, where, tensor.Quantization(), shape, dtype, data is not None)
    if dtype is DType.INT4 and data is not None:
        values = unpack_int4(shape, data)
        return Tensor(index, name, shape, DType.INT8, quant, values, is_int4=True)
    return Tensor(index, name, shape, dtype, quant, data, bool(tensor.IsVariable()))


def _dtype(source: FileSource, where: str, number: int) -> DType:
    """The element type behind a number of the schema's TensorType."""
    type_name = _enum_names(tflite.TensorType).get(number, "")
    if type_name not in DType.__members__:
        raise source.fault(f"{where} has the unknown element type {number}")
    return DType[type_name]


def _buffer_bytes(source: FileSource, where: str, tensor: Any, buffers: list[Any]) -> memoryview:
    """The raw bytes behind a tensor, empty for an activation; nothing is copied."""
    index = tensor.Buffer()
    if index >= len(buffers):
        raise source.fault(f"{where} names buffer {index} of {len(buffers)}")
    buffer = buffers[index]
    if buffer.Offset() > 1 or buffer.Size() > 1:
        raise source.fault(
            f"{where} keeps its data outside of the flatbuffer", "convert to a file below 2 GB"
        )
    vector = buffer.DataAsNumpy()
    return memoryview(b"" if isinstance(vector, int) else vector.data)


def _constant(
    source: FileSource, where: str, shape: tuple[int, ...], dtype: DType, raw: memoryview
) -> NDArray[Any] | None:
    """A read-only view of the file as an array, None where there is no data."""
    if not raw.nbytes:
        return None
    if not dtype.is_dense:
        return np.frombuffer(raw, np.uint8)
    needed = math.prod(shape) * dtype.bytes
    if raw.nbytes != needed:
        raise source.fault(f"{where} needs {needed} bytes of data, the file has {raw.nbytes}")
    return np.frombuffer(raw, np.dtype(dtype.value).newbyteorder("<")).reshape(shape)


def _read_quant(
    source: FileSource,
    where: str,
    table: Any,
    shape: tuple[int, ...],
    dtype: DType,
    is_constant: bool,
) -> Quant | None:
    """The quantisation, None when the tensor has none (min and max alone are training notes)."""
    if table is None or table.ScaleLength() == 0 or not dtype.value.startswith(("int", "uint")):
        return None
    if table.DetailsType() != tflite.QuantizationDetails.NONE:
        raise source.fault(f"{where} uses a quantisation scheme that is not affine")
    scales, zero_points = source.numbers(table, "Scale"), source.numbers(table, "ZeroPoint")
    if len(zero_points) in (0, 1):  # TOCO leaves zeros out
        zero_points = (zero_points or (0,)) * len(scales)
    if len(zero_points) != len(scales):
        raise source.fault(f"{where} has {len(scales)} scales and {len(zero_points)} zero points")
    if any(not math.isfinite(s) or s < 0 or (s == 0 and not is_constant) for s in scales):
        raise source.fault(f"{where} has a scale that is not a positive number")
    low, high = _range(dtype)
    if any(not low <= z <= high for z in zero_points):
        raise source.fault(f"{where} has a zero point that {dtype.value} cannot hold")
    if len(scales) == 1:
        return Quant(scales, zero_points)
    # TOCO copies the axis of the weights (3) to their 1-D bias, where it means nothing.
    axis = 0 if len(shape) == 1 else table.QuantizedDimension()
    if not 0 <= axis < len(shape) or shape[axis] != len(scales):
        raise source.fault(
            f"{where} has {len(scales)} scales along axis {axis} of shape {list(shape)}"
        )
    return Quant(scales, zero_points, axis)


def _range(dtype: DType) -> tuple[int, int]:
    """Smallest and largest value of an integer type."""
    if not dtype.is_dense:
        return -8, 7  # INT4
    limits = np.iinfo(dtype.value)
    return int(limits.min), int(limits.max)


# --- operators ----------------------------------------------------------------------------------


def _kind_and_version(source: FileSource, code: Any) -> tuple[str, int]:
    """What an operator code stands for; a code newer than the schema keeps its number."""
    # Files from before 2020 only have the old 8-bit field, newer ones fill both.
    number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
    if number == tflite.BuiltinOperator.CUSTOM:
        return f"CUSTOM:{source.text(code.CustomCode())}", code.Version()
    return _enum_names(tflite.BuiltinOperator).get(number, f"BUILTIN_{number}"), code.Version()


def _read_op(source: FileSource, index: int, operator: Any, kinds: list[tuple[str, int]]) -> Op:
    """One operator call with its option table."""
    if operator.OpcodeIndex() >= len(kinds):
        raise source.fault(f"op {index} names operator code {operator.OpcodeIndex()}")
    kind, version = kinds[operator.OpcodeIndex()]
    return Op(
        index=index,
        kind=kind,
        inputs=source.numbers(operator, "Inputs"),
        outputs=source.numbers(operator, "Outputs"),
        options=_read_options(source, f"op {index} {kind}", kind, operator),
        version=version,
        intermediates=source.numbers(operator, "Intermediates"),
    )


def _read_options(source: FileSource, where: str, kind: str, operator: Any) -> Mapping[str, Any]:
    """All fields of the operator's option table; the schema's defaults when the table is absent."""
    expected = option_table(kind)
    if expected is None:
        return MappingProxyType({})
    union = operator.BuiltinOptions()
    if union is None:
        data, position = _EMPTY_TABLE, 4
    elif operator.BuiltinOptionsType() != getattr(tflite.BuiltinOptions, expected):
        raise source.fault(f"{where} carries the options of another operator")
    else:
        data, position = union.Bytes, union.Pos
    table = getattr(tflite, expected)()
    table.Init(data, position)
    fields = _option_fields(expected)
    return MappingProxyType({key: read(source, where, table) for key, read in fields.items()})


_EMPTY_TABLE = struct.pack("<HHi", 4, 4, 4)
"""A vtable without fields and a table that uses it, at position 4: every field is its default."""


@cache
def option_table(kind: str) -> str | None:
    """Name of the option table an operator uses: that of the operator unless listed above."""
    if kind in _OPTION_TABLES:
        return _OPTION_TABLES[kind]
    wanted = f"{kind.replace('_', '')}options".lower()
    names = (name for name in vars(tflite.BuiltinOptions) if name.lower() == wanted)
    return next(names, None)


@cache
def _option_fields(table_name: str) -> Mapping[str, Callable[[FileSource, str, Any], Any]]:
    """snake_case key -> reader, for every field the bindings have accessors for."""
    methods = vars(getattr(tflite, table_name))
    fields = [name for name in methods if not _NO_FIELD.fullmatch(name)]
    return {_snake_case(f): _field_reader(f, f"{f}Length" in methods) for f in fields}


def _field_reader(field: str, is_vector: bool) -> Callable[[FileSource, str, Any], Any]:
    """Reads one field of an option table as int, float, bool, tuple, text or enum name."""
    key = _snake_case(field)

    def read(source: FileSource, where: str, table: Any) -> Any:
        if is_vector:
            return source.numbers(table, field)
        value = getattr(table, field)()
        if isinstance(value, bytes):
            return source.text(value)
        if key not in ENUM_FIELDS:
            return value
        names = _enum_names(ENUM_FIELDS[key])
        if value not in names:
            raise source.fault(f"{where} has the unknown {key} {value}")
        return names[value]

    return read


def _snake_case(name: str) -> str:
    """`DilationWFactor` -> `dilation_w_factor`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


@cache
def _enum_names(enum: Any) -> Mapping[int, str]:
    """Number -> name of an enum as the bindings spell it."""
    return {value: name for name, value in vars(enum).items() if isinstance(value, int)}
