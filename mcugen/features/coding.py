# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Real values in the elements of a model's inputs and outputs, and several inputs in one window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import ModelError
from mcugen.features.reference import dequantize, quantize
from mcugen.model.ends import flip
from mcugen.model.ir import DType, Graph, Quant, Tensor

Floats = NDArray[np.float32]
Elements = NDArray[Any]

_TAKES_FLOATS = (DType.INT8, DType.UINT8, DType.INT16)


@dataclass(frozen=True, slots=True)
class Coding:
    """The tensors that a window (or an answer) consists of, one after the other.

    `shifted` are the indices of those that the file has as uint8. Elements of one tensor are arrays of
    its own type; those of several are bytes, as the device takes them.
    """

    tensors: tuple[Tensor, ...]
    shifted: frozenset[int] = frozenset()

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of an element."""
        return np.dtype(self.tensors[0].dtype.value if len(self.tensors) == 1 else np.uint8)

    @property
    def elements(self) -> int:
        """Elements of one window."""
        sizes = (t.elements if len(self.tensors) == 1 else t.bytes for t in self.tensors)
        return sum(sizes)

    @property
    def quant(self) -> Quant | None:
        """Scale and zero point, None where the elements are the values or there are several tensors."""
        return self.tensors[0].quant if len(self.tensors) == 1 else None

    @property
    def takes_floats(self) -> bool:
        """Whether real values can become elements."""
        (tensor, *more) = self.tensors
        quantised = tensor.quant is not None and tensor.dtype in _TAKES_FLOATS
        return not more and (quantised or tensor.dtype is DType.FLOAT32)

    def encode(self, values: Floats) -> Elements:
        """Elements of float32 values, as features.reference.quantize has them.

        ModelError where the model takes no float values.
        """
        if not self.takes_floats:
            kinds = ", ".join(t.dtype.value for t in self.tensors)
            raise ModelError(
                f"the model takes {kinds}, no features",
                hint="pass the input tensors as they are: an .npz with one array for each input",
            )
        if self.quant is None:
            return values.astype(np.float32)
        return quantize(values, self.quant, self.dtype)

    def decode(self, elements: Elements) -> Floats:
        """float32 of elements: scale * (q - zero point), rounded once; as they are without a scale."""
        if self.quant is None or self.dtype == np.float32:
            return elements.astype(np.float32)
        return dequantize(elements, self.quant)

    @property
    def names(self) -> list[str]:
        """Names of the types that an array may hold."""
        if len(self.tensors) > 1:
            return [f"an .npz of {len(self.tensors)} arrays"]
        (tensor,) = self.tensors
        types = [tensor.dtype.value, *(["uint8"] if tensor.index in self.shifted else [])]
        return [*types, *(["float32"] if self.takes_floats and tensor.quant else [])]

    def accept(self, array: Elements) -> Elements | None:
        """An array of elements, or of the file's type; None if it is of another one."""
        if len(self.tensors) == 1:
            return self.accept_one(array, 0)
        return array if array.dtype == self.dtype else None

    def accept_one(self, array: Elements, number: int) -> Elements | None:
        """The same for tensor `number`."""
        tensor = self.tensors[number]
        if tensor.index in self.shifted and array.dtype == np.uint8:
            return flip(array)
        return array if array.dtype.name == tensor.dtype.value else None

    def as_in_file(self, elements: Elements) -> Elements:
        """Elements of one tensor in the type that the file has."""
        return flip(elements) if self.tensors[0].index in self.shifted else elements

    def from_file(self, content: bytes) -> Elements:
        """Elements of one tensor from bytes of the type that the file has."""
        if self.tensors[0].index in self.shifted:
            return flip(np.frombuffer(content, np.uint8))
        return np.frombuffer(content, self.dtype)

    def split(self, windows: Elements) -> list[Elements]:
        """One array [windows, *shape] for each tensor."""
        if len(self.tensors) == 1:
            return [windows.reshape(-1, *self.tensors[0].shape)]
        ends = np.cumsum([tensor.bytes for tensor in self.tensors])[:-1]
        parts = np.split(windows, ends, axis=1)
        return [
            np.ascontiguousarray(part).view(tensor.dtype.value).reshape(-1, *tensor.shape)
            for part, tensor in zip(parts, self.tensors, strict=True)
        ]

    def join(self, arrays: Sequence[Elements]) -> Elements:
        """[windows, elements] of one array [windows, ...] for each tensor, of the tensor's type."""
        flat = [np.ascontiguousarray(array.reshape(len(array), -1)) for array in arrays]
        if len(self.tensors) == 1:
            return flat[0]
        return np.concatenate([part.view(np.uint8) for part in flat], axis=1)


def input_coding(graph: Graph) -> Coding:
    """What a window holds: all inputs of the model."""
    tensors = tuple(graph.tensors[index] for index in graph.inputs)
    return Coding(tensors, graph.shifted)


def output_coding(graph: Graph, number: int = 0) -> Coding:
    """What output `number` holds."""
    index = graph.outputs[number]
    return Coding((graph.tensors[index],), graph.shifted)
