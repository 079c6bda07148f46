# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The model as a value: a Graph of Ops over Tensors, free of any flatbuffer object."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray


class DType(Enum):
    """Element types a model file can carry; the value is numpy's name of the type, if it has one.

    Engines take those up to BOOL at most; the others are read so that `check` can name them all.
    """

    INT8 = "int8"
    UINT8 = "uint8"
    INT16 = "int16"
    INT32 = "int32"
    INT64 = "int64"
    FLOAT32 = "float32"
    BOOL = "bool"
    FLOAT16 = "float16"
    FLOAT64 = "float64"
    UINT16 = "uint16"
    UINT32 = "uint32"
    UINT64 = "uint64"
    COMPLEX64 = "complex64"
    COMPLEX128 = "complex128"
    INT4 = "int4"
    BFLOAT16 = "bfloat16"
    STRING = "string"
    RESOURCE = "resource"
    VARIANT = "variant"

    @property
    def is_dense(self) -> bool:
        """Whether an element has a fixed whole number of bytes that numpy can hold."""
        return self.name not in ("INT4", "BFLOAT16", "STRING", "RESOURCE", "VARIANT")

    @property
    def bytes(self) -> int:
        """Size of one element in bytes, 0 for the types that are not dense."""
        return np.dtype(self.value).itemsize if self.is_dense else 0


@dataclass(frozen=True, slots=True)
class Quant:
    """Affine quantisation: real = scale * (q - zero_point).

    One scale and zero point per tensor (`axis` None), or one pair per index along `axis`.
    Scales are exact float32 values held in Python floats.
    """

    scales: tuple[float, ...]
    zero_points: tuple[int, ...]
    axis: int | None = None

    @property
    def scale(self) -> float:
        """The scale of a per-tensor quantisation."""
        assert self.axis is None
        return self.scales[0]

    @property
    def zero_point(self) -> int:
        """The zero point of a per-tensor quantisation."""
        assert self.axis is None
        return self.zero_points[0]


@dataclass(frozen=True, slots=True, eq=False)
class Tensor:
    """One edge of the graph. `data` is a read-only array for constants, None for activations.

    `is_int4`: the file packs two of these int8 values into a byte. `initial` is what a reset gives a
    variable; None: the zero point of int8 ones, else 0.
    """

    index: int
    name: str
    shape: tuple[int, ...]
    dtype: DType
    quant: Quant | None = None
    data: NDArray[Any] | None = None
    is_variable: bool = False
    is_int4: bool = False
    initial: NDArray[Any] | None = None

    @property
    def known_quant(self) -> Quant:
        """The quantisation of a tensor that is known to have one."""
        assert self.quant is not None
        return self.quant

    @property
    def scale(self) -> float:
        """The scale of a tensor that is known to have one."""
        return self.known_quant.scale

    @property
    def zero_point(self) -> int:
        """The zero point of a tensor that is known to have one."""
        return self.known_quant.zero_point

    @property
    def elements(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def bytes(self) -> int:
        """Size of the dense tensor in bytes."""
        return self.elements * self.dtype.bytes


@dataclass(frozen=True, slots=True)
class Op:
    """One operator call. `kind` is the schema's builtin name ("CONV_2D") or `CUSTOM:<code>`.

    `inputs` holds tensor indices, -1 where an optional input is absent. `options` maps the option
    table's fields, snake_case as in the schema, to ints, floats, bools, tuples or enum names
    ("SAME", "RELU"), e.g. {"padding": "SAME", "stride_w": 1, "fused_activation_function": "RELU"}.
    """

    index: int
    kind: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    version: int = 1
    intermediates: tuple[int, ...] = ()

    @property
    def fused_activation(self) -> str:
        """The activation that the operator ends with."""
        return str(self.options.get("fused_activation_function", "NONE"))


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """A whole model: ops are in execution order, tensors are addressed by index.

    `ops` lacks those that reading has folded away, so an Op's `index`, its number in the file, may
    be larger than its position; `folded` has them, for interpreters of the file. `shifted` names
    the inputs and outputs that the file has as uint8, 128 more than the int8 here. `taken` says
    which part of a file with several is read, "" for all. `variables`: how many resource variables the
    file names.
    """

    name: str
    sha256: str
    file_bytes: int
    tensors: tuple[Tensor, ...]
    ops: tuple[Op, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    folded: tuple[Op, ...] = ()
    shifted: frozenset[int] = frozenset()
    taken: str = ""
    variables: int = 0

    @property
    def streams(self) -> bool:
        """Whether windows of a clip follow one another: operators read what earlier ones assigned."""
        return any(op.kind == "READ_VARIABLE" for op in self.ops)

    @property
    def file_ops(self) -> tuple[Op, ...]:
        """All operators of the file, in execution order."""
        return tuple(sorted((*self.ops, *self.folded), key=lambda op: op.index))

    def input_tensors(self, op: Op) -> tuple[Tensor | None, ...]:
        """The op's inputs, None where an optional one is absent."""
        return tuple(None if i < 0 else self.tensors[i] for i in op.inputs)

    def output_tensors(self, op: Op) -> tuple[Tensor, ...]:
        """The op's outputs."""
        return tuple(self.tensors[i] for i in op.outputs)


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why a graph cannot be taken: where (`op 7 CONV_2D`), what, and what to try."""

    where: str
    what: str
    hint: str = ""
