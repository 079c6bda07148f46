# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A float .tflite (weights of any type) and calibration vectors -> a full int8 .tflite, by
ai-edge-quantizer."""

from __future__ import annotations

import tempfile
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from mcugen.errors import EnvironmentError_, ModelError
from mcugen.model.ir import Graph
from mcugen.model.tflite import read_tflite
from mcugen.own_files import write_own
from mcugen.train.backend import quiet
from mcugen.train.convert import Vectors, shaped_vectors
from mcugen.train.float_weights import computes_in_floats, put_floats, stored_small

INSTALL_HINT = "pip install 'mcugen[quantize]', best in an environment without TensorFlow"
MAX_VECTORS = 500
"""ai-edge-quantizer keeps all vectors in memory, and looks at every tensor for each."""


def load_quantizer() -> None:
    """EnvironmentError_ when the `quantize` extra is not installed."""
    try:
        with quiet():
            import ai_edge_quantizer  # noqa: F401
    except ImportError as error:
        raise EnvironmentError_(
            "quantising a .tflite needs ai-edge-quantizer, which is not installed",
            hint=INSTALL_HINT,
        ) from error


def check_float(source: Path) -> Graph:
    """The graph of a float model; ModelError for one that is quantised already."""
    graph = read_tflite(source)
    if len(graph.inputs) != 1:
        raise ModelError(f"{source.name} has {len(graph.inputs)} inputs, only one can be quantised")
    if not computes_in_floats(graph):
        raise ModelError(
            f"{source} is converted already", hint="mcugen build or mcugen evaluate takes it"
        )
    return graph


def quantize_tflite(source: Path, vectors: Vectors) -> dict[str, Path]:
    """Writes SOURCE_int8.tflite beside the float model: {"int8": its path}.

    ModelError as in check_float, and for what the quantizer refuses.
    """
    graph = check_float(source)
    inputs = shaped_vectors(vectors, graph.tensors[graph.inputs[0]].shape[1:], source.name)
    first = islice(inputs(), MAX_VECTORS)
    samples = [np.asarray(one, np.float32)[np.newaxis] for one in first]
    try:
        with quiet():
            content = _quantized(_prepared(source.read_bytes(), graph), samples)
    except Exception as error:  # the quantizer raises anything on what it does not know
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelError(
            f"{source.name} cannot be quantised: {reason}",
            hint="convert the Keras model or SavedModel that it was made from",
        ) from error
    path = source.with_name(f"{source.stem}_int8.tflite")
    return {"int8": write_own(path, content)}


def _quantized(content: bytes, samples: list[Any]) -> bytes:
    from ai_edge_litert.interpreter import Interpreter
    from ai_edge_quantizer import quantizer, recipe

    signatures = Interpreter(model_content=content).get_signature_list()
    key, ends = next(iter(signatures.items()))
    with tempfile.TemporaryDirectory() as folder:
        source, result = Path(folder) / "float.tflite", Path(folder) / "int8.tflite"
        source.write_bytes(content)
        work = quantizer.Quantizer(str(source))
        work.load_quantization_recipe(recipe.static_wi8_ai8())
        taken = ends["inputs"][0]
        seen = [work.calibrate({key: [{taken: sample}]}) for sample in samples]
        work.quantize(_widest(seen)).export_model(str(result))
        return result.read_bytes()


def _widest(seen: list[dict[str, Any]]) -> dict[str, Any]:
    """For each tensor the smallest and the largest value of all vectors.

    Given all vectors at once, the quantizer takes a moving average of the ranges of each, and clips
    what is above the average.
    """
    widest: dict[str, Any] = {}
    for ranges in seen:
        for name, new in ranges.items():
            old = widest.setdefault(name, dict(new))
            for end, choose in (("min", np.minimum), ("max", np.maximum)):
                if end in new:
                    old[end] = choose(old[end], new[end])
    return widest


def _prepared(content: bytes, graph: Graph) -> bytes:
    """The model as the quantizer reads it: with float32 weights only, and with a signature."""
    from ai_edge_litert import schema_py_generated as schema
    from ai_edge_litert.tools import flatbuffer_utils

    model = flatbuffer_utils.read_model_from_bytearray(bytearray(content))
    put_floats(model, schema, stored_small(graph))
    _sign(model, schema)
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


def _sign(model: Any, schema: Any) -> None:
    """Gives the model a signature, by which the quantizer names its input: old converters wrote none."""
    if model.signatureDefs:
        return
    signature = schema.SignatureDefT()
    signature.signatureKey, signature.subgraphIndex = "serving_default", 0
    graph = model.subgraphs[0]
    signature.inputs = [_end(schema, "in", n, i) for n, i in enumerate(graph.inputs)]
    signature.outputs = [_end(schema, "out", n, i) for n, i in enumerate(graph.outputs)]
    model.signatureDefs = [signature]


def _end(schema: Any, name: str, number: int, tensor: int) -> Any:
    end = schema.TensorMapT()
    end.name, end.tensorIndex = f"{name}{number}", tensor
    return end
