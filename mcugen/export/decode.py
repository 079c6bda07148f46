# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What the outputs mean, as C: tables and one constant, for the functions of runtime/decode_*.c."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mcugen.codegen.c_text import c_array, c_float
from mcugen.codegen.render import render
from mcugen.codegen.tree import SourceTree, runtime_tree
from mcugen.model.ir import DType, Graph, Tensor
from mcugen.scoring.decode import (
    Classes,
    Decode,
    Floats,
    Landmarks,
    Yolo,
    exponential_table,
    sigmoid_table,
    softmax_table,
    value_table,
)


def emit_decode(decode: Decode | None, graph: Graph, tool: str) -> SourceTree:
    """app/decode_tables.c and .h, and the functions that they are for; for int8 outputs only."""
    outputs = [graph.tensors[index] for index in graph.outputs]
    if decode is None or outputs[0].dtype is not DType.INT8:
        return {}
    if isinstance(decode, Classes):
        parts = _classes(decode, outputs)
    elif isinstance(decode, Yolo):
        parts = _yolo(decode, outputs)
    else:
        parts = _landmarks(decode, outputs)
    declaration, definitions = parts
    context = {
        "tool": tool,
        "kind": decode.kind,
        "declaration": declaration,
        "definitions": definitions,
    }
    names = (f"decode_{decode.kind}.c", f"decode_{decode.kind}.h")
    return runtime_tree(names) | {
        "app/decode_tables.c": render("app/decode_tables.c.j2", context),
        "app/decode_tables.h": render("app/decode_tables.h.j2", context),
    }


def _table(name: str, values: Floats) -> str:
    return c_array(name, values)


def _classes(decode: Classes, outputs: Sequence[Tensor]) -> tuple[str, str]:
    quant = outputs[0].known_quant
    declaration = (
        f"#define MCUGEN_CLASSES {len(decode.labels)}u\n#define MCUGEN_TOP_CLASSES {decode.top}u\n"
        "extern const float mcugen_class_table[256];"
    )
    table = softmax_table(quant) if decode.softmax else value_table(quant)
    return declaration, c_array("mcugen_class_table", table, qualifiers="const")


def _yolo(decode: Yolo, outputs: Sequence[Tensor]) -> tuple[str, str]:
    texts, heads = [], []
    for number, head in enumerate(decode.heads):
        tensor = outputs[head.output]
        anchors = (np.array(head.anchors) / decode.input_pixels).astype(np.float32)
        texts += [
            _table(f"anchors_{number}", anchors.reshape(-1)),
            _table(f"sigmoid_{number}", sigmoid_table(tensor.known_quant)),
            _table(f"exponential_{number}", exponential_table(tensor.known_quant)),
        ]
        rows, columns = tensor.shape[-3], tensor.shape[-2]
        sizes = f"{head.output}u, {rows}u, {columns}u, {len(head.anchors)}u"
        heads.append(f"{{{sizes}, anchors_{number}, sigmoid_{number}, exponential_{number}}}")
    limits = f"{c_float(decode.objectness)}, {c_float(decode.overlap)}"
    texts += [
        f"static const mcugen_yolo_head_t HEADS[{len(heads)}] = {{{', '.join(heads)}}};\n",
        f"const mcugen_yolo_t mcugen_yolo = {{{len(decode.labels)}u, {limits}, {len(heads)}u, HEADS}};",
    ]
    declaration = (
        f"#define MCUGEN_MOST_BOXES {decode.most_boxes}u\nextern const mcugen_yolo_t mcugen_yolo;"
    )
    return declaration, "\n".join(texts)


def _landmarks(decode: Landmarks, outputs: Sequence[Tensor]) -> tuple[str, str]:
    points, presence = outputs[decode.points_output], outputs[decode.presence_output]
    fields = (
        f"{points.elements}u",
        c_float(float(decode.input_pixels)),
        "VALUES",
        c_float(decode.presence),
        "PRESENCES",
    )
    texts = (
        _table("VALUES", value_table(points.known_quant)),
        _table("PRESENCES", sigmoid_table(presence.known_quant)),
        f"const mcugen_landmarks_t mcugen_landmarks = {{{', '.join(fields)}}};",
    )
    return "extern const mcugen_landmarks_t mcugen_landmarks;", "\n".join(texts)
