# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Models with resource variables, written as the converter does it: handles, CALL_ONCE, copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from tests.tflite_writer import GraphSpec, OpSpec, TensorSpec, model_bytes

HANDLE = TensorSpec((), "resource")


@dataclass
class ModelWriter:
    """Tensors and operators in order; every method returns the tensor it makes."""

    tensors: list[TensorSpec] = field(default_factory=list)
    ops: list[OpSpec] = field(default_factory=list)
    initial: dict[str, TensorSpec] = field(default_factory=dict)

    def tensor(self, spec: TensorSpec) -> int:
        self.tensors.append(spec)
        return len(self.tensors) - 1

    def numbers(self, *values: int) -> int:
        data = np.array(values, np.int32)
        return self.tensor(TensorSpec(data.shape, "int32", data=data))

    def op(self, kind: str, inputs: Sequence[int], spec: TensorSpec, **options: Any) -> int:
        made = self.tensor(spec)
        self.ops.append(OpSpec(kind, inputs, [made], options))
        return made

    def handle(self, name: str) -> int:
        return self.op("VAR_HANDLE", [], HANDLE, shared_name=name, container="")

    def read(self, handle: int, spec: TensorSpec) -> int:
        return self.op("READ_VARIABLE", [handle], spec)

    def assign(self, handle: int, value: int) -> None:
        self.ops.append(OpSpec("ASSIGN_VARIABLE", [handle, value], []))

    def join(self, parts: Sequence[int], spec: TensorSpec) -> int:
        return self.op("CONCATENATION", parts, spec, axis=1)

    def last(self, x: int, rows: int, spec: TensorSpec) -> int:
        """The last `rows` along axis 1."""
        rank = len(spec.shape)
        begin = self.numbers(0, self.tensors[x].shape[1] - rows, *[0] * (rank - 2))
        ends = self.numbers(*self.tensors[x].shape)
        steps = self.numbers(*[1] * rank)
        return self.op("STRIDED_SLICE", [x, begin, ends, steps], spec)

    def relu(self, x: int) -> int:
        return self.op("RELU", [x], replace(self.tensors[x], data=None))

    def initialiser(self) -> GraphSpec:
        """The graph that CALL_ONCE calls: it assigns `initial`."""
        tensors: list[TensorSpec] = []
        ops: list[OpSpec] = []
        for name, value in self.initial.items():
            at = len(tensors)
            tensors += [HANDLE, value]
            ops.append(OpSpec("VAR_HANDLE", [], [at], {"shared_name": name, "container": ""}))
            ops.append(OpSpec("ASSIGN_VARIABLE", [at, at + 1], []))
        return GraphSpec(tensors, ops)

    def bytes(self, inputs: Sequence[int], outputs: Sequence[int]) -> bytes:
        if not self.initial:
            return model_bytes(self.tensors, self.ops, inputs, outputs)
        once = OpSpec("CALL_ONCE", [], [], {"init_subgraph_index": 1})
        called = [self.initialiser()]
        return model_bytes(self.tensors, [once, *self.ops], inputs, outputs, called)


def like(spec: TensorSpec, *shape: int) -> TensorSpec:
    return replace(spec, shape=shape, data=None)


def keyword(rows: int = 3, values: int = 40, seed: int = 0) -> bytes:
    """A streaming detector as microWakeWord's are, with random weights: 3 rows of 40 features in, a
    convolution and a depthwise one over rows that are kept, and a probability out, as uint8."""
    rng = np.random.default_rng(seed)
    m = ModelWriter()
    spec = TensorSpec((1, rows, values), "int8", 26 / 255, -128, name="features")
    x = m.tensor(spec)
    image = m.op("RESHAPE", [x, m.numbers(1, rows, 1, values)], like(spec, 1, rows, 1, values))
    first, second = m.handle("first"), m.handle("second")
    plain = {"stride_w": 1, "stride_h": 1, "dilation_w_factor": 1, "dilation_h_factor": 1}

    def filtered(kind: str, x: int, height: int, channels: int, quant: tuple[float, int]) -> int:
        depth = m.tensors[x].shape[3]
        shape = (channels, height, 1, depth) if kind == "CONV_2D" else (1, height, 1, channels)
        data = rng.integers(-127, 128, shape).astype(np.int8)
        weights = m.tensor(TensorSpec(shape, "int8", 0.003, data=data))
        bias = rng.integers(-2000, 2000, channels).astype(np.int32)
        added = m.tensor(TensorSpec((channels,), "int32", 0.0003, data=bias))
        more = {} if kind == "CONV_2D" else {"depth_multiplier": 1}
        made = TensorSpec((1, m.tensors[x].shape[1] - height + 1, 1, channels), "int8", *quant)
        options = {"padding": "VALID", "fused_activation_function": "RELU", **plain, **more}
        return m.op(kind, [x, weights, added], made, **options)

    def stream(handle: int, name: str, x: int, kept: int) -> int:
        """What is kept, with x behind it; the last `kept` rows are kept for next time."""
        quant = m.tensors[x]
        old = like(quant, 1, kept, 1, quant.shape[3])
        joined = m.join(
            [m.read(handle, old), x], like(quant, 1, kept + quant.shape[1], 1, quant.shape[3])
        )
        m.assign(handle, m.last(joined, kept, old))
        fill = np.full(old.shape, quant.zero_points, np.int8)
        m.initial[name] = replace(old, data=fill)
        return joined

    hidden = filtered("CONV_2D", stream(first, "first", image, 2), rows + 2, 16, (0.04, -128))
    seen = filtered("DEPTHWISE_CONV_2D", stream(second, "second", hidden, 4), 5, 16, (0.02, -128))
    weights = rng.integers(-127, 128, (1, 16)).astype(np.int8)
    flat = m.tensor(TensorSpec((1, 16), "int8", 0.01, data=weights))
    sums = m.op("FULLY_CONNECTED", [seen, flat, -1], TensorSpec((1, 1), "int8", 0.05, 3))
    value = m.op("LOGISTIC", [sums], TensorSpec((1, 1), "int8", 1 / 256, -128))
    shown = m.op("QUANTIZE", [value], TensorSpec((1, 1), "uint8", 1 / 256, 0, name="probability"))
    return m.bytes([x], [shown])
