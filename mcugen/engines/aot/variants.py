# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The language operators speak: layouts, values, tables, kernel calls and variants of an operator.

An operator offers Variants. A Variant says in which Layout it reads and writes its activations and
what it costs; the lowering chooses one per operator so that the whole network is cheapest, and only
then asks the chosen one to `build` its kernel calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mcugen.codegen.c_text import C_TYPES
from mcugen.model.ir import Graph, Op, Problem, Tensor

if TYPE_CHECKING:
    from mcugen.engines.contract import EngineOptions

ALIGNMENT_BYTES = 16
"""Every value starts at a multiple of this and may be read up to the next one."""


class Layout(Enum):
    """Memory layout of an activation; the value is the suffix of its name in C.

    Inputs and outputs of a model are always NATIVE.
    """

    NATIVE = ""  # the tensor's own element type, row-major (NHWC)
    INT16 = "wide"  # an int8 tensor held as int16, row-major


@dataclass(frozen=True, slots=True)
class Value:
    """An activation in one layout, or scratch memory, with its name in C; or what lies from byte `start` on
    of the one that is called `part_of`, which may be a part as well."""

    name: str
    element: str  # numpy's name of the type it is held as
    elements: int
    comment: str
    part_of: str = ""
    start: int = 0

    @property
    def c_type(self) -> str:
        """The element type in C."""
        return C_TYPES[self.element]

    @property
    def bytes(self) -> int:
        """Bytes in the arena."""
        size = self.elements * np.dtype(self.element).itemsize
        return -(-size // ALIGNMENT_BYTES) * ALIGNMENT_BYTES


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A constant array in flash; tables with equal content are stored once."""

    name: str
    values: NDArray[np.generic]
    comment: str
    struct: str = ""  # C type of a row of `values`, where its elements are members of a struct


@dataclass(frozen=True, slots=True)
class Kernel:
    """A function of runtime/kernels/: `void function(const params *layer, inputs, outputs, scratch)`.

    `also` are more sources, whose functions it calls.
    """

    function: str
    params: str
    header: str
    source: str
    also: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """What it is compiled from, without what these include."""
        return (self.header, self.source, *self.also)


Fields = tuple[tuple[str, int | str | Table], ...]
"""Initialisers of the members of a kernel's parameter struct, in their order."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call line."""

    kernel: Kernel
    fields: Fields
    args: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Operands:
    """What a chosen variant works with: its name in C and its values, in the op's order.

    `inputs` lists activations only: constants are the variant's own tables. `states` are the op's
    variable tensors, which keep their content from one inference to the next.
    """

    name: str
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    states: tuple[Value, ...]
    scratch: Value | None


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to compute an operator.

    `reads` has a layout per activation input (constants are not counted), `writes` per output. `cost`
    estimates instructions. `in_place` pairs (output, input) positions that may share memory from
    their first byte on. A variant without `build` computes nothing: its output is its input. One with a
    `lookup` replaces the int8 value v by lookup[v + 128].

    An operator that only copies whole blocks of bytes says where they begin: `splits` has a place in its
    activation for every output, `joins` a place in its output for every input. It builds a call for each.
    """

    reads: tuple[Layout, ...]
    writes: tuple[Layout, ...]
    cost: int
    build: Callable[[Operands], tuple[Call, ...]] | None
    scratch_bytes: int = 0
    in_place: tuple[tuple[int, int], ...] = ()
    lookup: NDArray[np.int8] | None = None
    splits: tuple[int, ...] = ()
    joins: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Operator:
    """One row of OPS: every reason why an op cannot be taken, and the ways to compute it.

    docs/operators.md is made of the docstrings of both functions (what is supported, how it runs) and
    of `exactness` with double rounding. A paragraph that starts with `ADD, SUB: ` is about these kinds.
    """

    problems: Callable[[Graph, Op], Iterable[Problem]]
    variants: Callable[[Graph, Op, EngineOptions], tuple[Variant, ...]]
    exactness: str = "equals TFLite Micro"


def is_activation(tensor: Tensor) -> bool:
    """True for what other ops compute: no constant, no state of an op."""
    return tensor.data is None and not tensor.is_variable


def activations(graph: Graph, op: Op) -> tuple[Tensor, ...]:
    """The op's inputs that other ops compute, in order."""
    return tuple(t for t in graph.input_tensors(op) if t is not None and is_activation(t))


def held_element(tensor: Tensor, layout: Layout) -> str:
    """numpy's name of the element type a tensor is held as in a layout."""
    return "int16" if layout is Layout.INT16 else tensor.dtype.value


def layer_name(op: Op) -> str:
    """An op's name in C: its kind and its index in the model."""
    return f"{op.kind.lower()}_{op.index}"
