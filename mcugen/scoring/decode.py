# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What a model's outputs mean, as data: classes, boxes or landmarks. One definition for Python and C.

int8 outputs have 256 values, so every function of one output is a table of float32. Python and C
(runtime/decode_*.c) read the same tables and then compute in float32 in the same order: equal bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import ConfigError
from mcugen.model.ir import DType, Graph, Problem, Quant
from mcugen.reproducible import exp
from mcugen.strict_toml import TomlTable

Floats = NDArray[np.float32]

CLASS_TYPES = (DType.INT8, DType.INT16, DType.FLOAT32)
"""Types of an output that may be scores of classes. In C there is a table only for int8."""

TOP_CLASSES = 3
LEVELS = np.arange(-128, 128)
LARGEST_EXPONENT = 80.0
"""exp of more does not fit float32; a box is long beyond the image by then."""


@dataclass(frozen=True, slots=True)
class Classes:
    """Output 0 are scores of classes. `softmax`: they are logits. The `top` best are reported."""

    labels: tuple[str, ...]
    top: int = TOP_CLASSES
    softmax: bool = False
    kind: str = "classes"


@dataclass(frozen=True, slots=True)
class YoloHead:
    """One output [rows, columns, anchors x (x, y, width, height, objectness, classes...)].

    Anchors are (width, height) in pixels of the input.
    """

    output: int
    anchors: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Yolo:
    """Boxes of a YOLO version 3 model, as fractions of the input: sigmoid of x, y, objectness and class;
    exp of width and height times the anchor (Redmon and Farhadi, 2018)."""

    labels: tuple[str, ...]
    input_pixels: int
    heads: tuple[YoloHead, ...]
    objectness: float = 0.25
    overlap: float = 0.5  # of two boxes of a class above it, the better one stays
    most_boxes: int = 16
    kind: str = "yolo"


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Points as fractions of the input, and whether there is a face (or hand) at all."""

    input_pixels: int
    dimensions: int = 3
    points_output: int = 0
    presence_output: int = 1
    presence: float = 0.5
    kind: str = "landmarks"


Decode = Classes | Yolo | Landmarks


def decode_from_dict(data: Mapping[str, Any], where: str) -> Decode:
    """The [decode] table of mcugen.toml; ConfigError names key and value."""
    table = TomlTable(data, where)
    kind = table.choice("kind", tuple(READERS))
    decode = READERS[kind](table)
    table.finish()
    wrong = [text for holds, text in _checks(decode) if not holds]
    if wrong:
        raise ConfigError(f"{where}: {'; '.join(wrong)}")
    return decode


def decode_to_dict(decode: Decode) -> dict[str, Any]:
    """As decode_from_dict reads it."""
    return asdict(decode)


def _read_classes(table: TomlTable) -> Decode:
    softmax = table.flag("softmax", False)
    labels = table.texts("labels", ())
    return Classes(labels, table.integer("top", min(TOP_CLASSES, max(len(labels), 1))), softmax)


def _read_yolo(table: TomlTable) -> Decode:
    rows = table.tables("heads")
    heads = tuple(row.read(YoloHead, anchors=row.pairs("anchors")) for row in rows)
    return table.read(Yolo, labels=table.texts("labels", ()), heads=heads)


def _read_landmarks(table: TomlTable) -> Decode:
    return table.read(Landmarks)


READERS: Mapping[str, Callable[[TomlTable], Decode]] = {
    "classes": _read_classes,
    "yolo": _read_yolo,
    "landmarks": _read_landmarks,
}
"""kind -> reader of its table."""


def _checks(decode: Decode) -> tuple[tuple[bool, str], ...]:
    if isinstance(decode, Classes):
        return (
            (len(decode.labels) > 1, "labels must name the classes"),
            (1 <= decode.top <= max(len(decode.labels), 1), "top must be 1 to the classes"),
        )
    if isinstance(decode, Yolo):
        anchors = [side for head in decode.heads for anchor in head.anchors for side in anchor]
        return (
            (len(decode.labels) > 0, "labels must name the classes"),
            (decode.input_pixels > 0, "input_pixels must be positive"),
            (0 < len(decode.heads) <= 8, "heads must be 1 to 8"),
            (bool(anchors) and min(anchors) > 0, "anchors must be positive"),
            (0 <= decode.objectness <= 1, "objectness must be 0 to 1"),
            (0 <= decode.overlap <= 1, "overlap must be 0 to 1"),
            (0 < decode.most_boxes <= 1024, "most_boxes must be 1 to 1024"),
        )
    return (
        (decode.input_pixels > 0, "input_pixels must be positive"),
        (decode.dimensions in (2, 3), "dimensions must be 2 or 3"),
        (0 <= decode.presence <= 1, "presence must be 0 to 1"),
    )


def check_decode(decode: Decode, graph: Graph) -> list[Problem]:
    """What keeps the model's outputs from meaning that."""
    problems = []
    for number, values in _wanted(decode).items():
        if number >= len(graph.outputs):
            what = f"there is no output {number}, the model has {len(graph.outputs)}"
            problems.append(Problem("decode", what))
            continue
        tensor = graph.tensors[graph.outputs[number]]
        if isinstance(decode, Classes) and tensor.dtype in CLASS_TYPES:
            continue
        if tensor.dtype is not DType.INT8 or tensor.quant is None:
            problems.append(Problem("decode", f"output {number} is {tensor.dtype.value}, not int8"))
        elif tensor.elements % values or (values > 1 and _last(tensor.shape) % values):
            what = f"output {number} has shape {list(tensor.shape)}, not groups of {values}"
            problems.append(Problem("decode", what))
    if isinstance(decode, Classes) and not problems:
        values = graph.tensors[graph.outputs[0]].elements
        if values != len(decode.labels):
            problems.append(Problem("decode", f"{len(decode.labels)} labels for {values} scores"))
    return problems


def gives_probabilities(graph: Graph) -> bool:
    """Whether output 0 comes from SOFTMAX or LOGISTIC, with nothing but its form changed since."""
    index = graph.outputs[0]
    for op in reversed(graph.ops):
        if index in op.outputs:
            if op.kind in ("SOFTMAX", "LOGISTIC"):
                return True
            if op.kind not in ("RESHAPE", "SQUEEZE", "QUANTIZE", "DEQUANTIZE"):
                return False
            index = op.inputs[0]
    return False


def _last(shape: tuple[int, ...]) -> int:
    return shape[-1] if shape else 1


def _wanted(decode: Decode) -> dict[int, int]:
    """Output -> the number of values that its last dimension is made of."""
    if isinstance(decode, Classes):
        return {0: 1}
    if isinstance(decode, Yolo):
        per_box = 5 + len(decode.labels)
        return {head.output: len(head.anchors) * per_box for head in decode.heads}
    return {decode.points_output: decode.dimensions, decode.presence_output: 1}


def value_table(quant: Quant) -> Floats:
    """int8 value + 128 -> real value, as mcugen_dequantize_int8: one rounding."""
    return np.asarray(np.float32(quant.scale) * np.float32(LEVELS - quant.zero_point), np.float32)


def sigmoid_table(quant: Quant) -> Floats:
    """int8 value + 128 -> 1 / (1 + exp(-real value))."""
    values = value_table(quant).astype(np.float64)
    return np.asarray(1.0 / (1.0 + exp(-values)), np.float32)


def exponential_table(quant: Quant) -> Floats:
    """int8 value + 128 -> exp(real value)."""
    values = np.minimum(value_table(quant).astype(np.float64), LARGEST_EXPONENT)
    return exp(values).astype(np.float32)


def softmax_table(quant: Quant) -> Floats:
    """How far below the largest value, in steps -> exp(-scale * steps)."""
    steps = np.arange(256.0)
    return exp(-float(np.float32(quant.scale)) * steps).astype(np.float32)
