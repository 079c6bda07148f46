# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Keras model, SavedModel or ONNX model -> float, dynamic-range and full int8 .tflite files beside it."""

from __future__ import annotations

import importlib
import math
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import DataError, ModelError
from mcugen.model.ir import Graph
from mcugen.model.tflite import parse_tflite
from mcugen.own_files import write_own
from mcugen.samples.arrays import check_axes
from mcugen.train.backend import load_model, load_tensorflow, quiet
from mcugen.train.inference_copy import inference_copy, is_keras_2
from mcugen.train.keras_safety import check_keras_model
from mcugen.train.onnx_model import ONNX, as_saved_model, channels_last, onnx_function
from mcugen.train.same_function import Function, check_same, keras_function, saved_model_function

REPRESENTATIVE_STEP = 5
"""Every 5th training vector calibrates, as in the reference (02_convert.py)."""

Vectors = Callable[[], Iterable[NDArray[np.float32]]]
"""Gives the representative vectors, float32 with as many values as the model's input: flat, or with the
axes that an array has."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """How to convert. `io` is the type of input and output of the int8 file: "int8" or "float"."""

    io: str = "int8"
    per_channel: bool = False  # of Dense layers; MLPerf Tiny's ad01 has one scale per tensor
    unroll: bool = False  # recurrent layers step by step, though they were not trained so


def convert_all(
    source: Path, vectors: Vectors, how: Conversion, out: Path | None = None
) -> dict[str, Path]:
    """Writes float, dynamic and int8 files beside the model (or in `out`); kind -> path.

    ModelError names what cannot be converted, before any file is written.
    """
    with _opened(source, vectors, how) as (make, trained):
        contents = _contents(source, make, trained, vectors, how)
    folder = out or source.parent
    stem = source.name.removesuffix(source.suffix) if source.is_file() else source.name
    suffix = {
        "float": "",
        "dynamic": "_dynamic",
        "int8": "_int8" + ("_float_io" * (how.io == "float")),
    }
    return {
        kind: write_own(folder / f"{stem}{suffix[kind]}.tflite", content)
        for kind, content in contents.items()
    }


def _contents(
    source: Path, make: Callable[[], Any], trained: Function, vectors: Vectors, how: Conversion
) -> dict[str, bytes]:
    """Kind -> content of the file; `make` gives a fresh converter, as one cannot be used twice."""
    name = "SavedModel" if source.is_dir() else source.name
    contents = {"float": _convert(make(), name)}
    graph = parse_tflite(contents["float"], name)
    _refuse_loops(graph, name)
    has_state = any(tensor.is_variable for tensor in graph.tensors)
    shaped = shaped_vectors(vectors, graph.tensors[graph.inputs[0]].shape[1:], name)
    orders = (np.asarray, channels_last) if source.suffix == ONNX else (np.asarray,)
    check_same(name, trained, contents["float"], shaped(), orders)
    contents["dynamic"] = _convert(_dynamic(make()), name)
    with _clean_state_per_vector() if has_state else nullcontext():
        contents["int8"] = _convert(_int8(make(), shaped, how), name)
    return contents


@contextmanager
def _opened(
    source: Path, vectors: Vectors, how: Conversion
) -> Iterator[tuple[Callable[[], Any], Function]]:
    """A function that makes a fresh converter of the model, and the model itself as a function."""
    lite = load_tensorflow().lite.TFLiteConverter
    if source.suffix == ONNX:
        with as_saved_model(source, _first(vectors, source.name)) as made:
            yield lambda: lite.from_saved_model(str(made)), onnx_function(source)
    elif source.is_dir():
        if not (source / "saved_model.pb").is_file():
            raise ModelError(f"{source} is not a SavedModel: no saved_model.pb in it")
        check_keras_model(source)
        yield lambda: lite.from_saved_model(str(source)), saved_model_function(source)
    else:
        keras = load_model(source)
        with _saved_once(inference_copy(keras, unroll=how.unroll)) as make:
            yield make, keras_function(keras)


@contextmanager
def _saved_once(model: Any) -> Iterator[Callable[[], Any]]:
    """Makes converters of a Keras model. One of Keras 2 may be unrolled: it is traced once, for all."""
    lite = load_tensorflow().lite.TFLiteConverter
    if not is_keras_2(model):
        yield lambda: lite.from_keras_model(model)
        return
    with tempfile.TemporaryDirectory(prefix="mcugen-") as folder:
        with quiet():
            load_tensorflow().saved_model.save(model, folder)
        yield lambda: lite.from_saved_model(folder)


def shaped_vectors(vectors: Vectors, shape: tuple[int, ...], name: str) -> Vectors:
    """The vectors in the shape of the model's input; the first one is looked at now.

    A vector of another size would not stop TensorFlow: it resizes the model and quantises nothing.
    """
    first = _first(vectors, name)
    if first.size != math.prod(shape):
        raise ModelError(
            f"{name} takes {math.prod(shape)} values, the training data has {first.size}",
            hint="pass the data and the --front-end that the model was trained with",
        )
    check_axes("the training data", first.shape, shape, first.size)
    return lambda: (vector.reshape(shape) for vector in vectors())


def _first(vectors: Vectors, name: str) -> NDArray[np.float32]:
    first = next(iter(vectors()), None)
    if first is None:
        raise DataError(f"{name}: no training vectors to calibrate with")
    return first


def _dynamic(converter: Any) -> Any:
    converter.optimizations = [load_tensorflow().lite.Optimize.DEFAULT]
    return converter


def _int8(converter: Any, vectors: Vectors, how: Conversion) -> Any:
    """Full int8: weights and activations, with the representative vectors as calibration."""
    lite = load_tensorflow().lite
    converter.optimizations = [lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: (
        [np.asarray(vector, np.float32)[np.newaxis]] for vector in vectors()
    )
    converter.target_spec.supported_ops = [lite.OpsSet.TFLITE_BUILTINS_INT8]
    if how.io == "int8":
        converter.inference_input_type = load_tensorflow().int8
        converter.inference_output_type = load_tensorflow().int8
    # TensorFlow 2.19 has no public name for "one scale per Dense weight tensor, as before 2.17".
    converter._experimental_disable_per_channel_quantization_for_dense_layers = not how.per_channel
    return converter


@contextmanager
def _clean_state_per_vector() -> Iterator[None]:
    """While the block runs, TensorFlow's calibrator clears variables before every vector.

    Left alone it feeds all vectors to one running LSTM whose state is never cleared, so that it sees
    other activations than inference on single windows does: negative logits can be missing
    altogether, and are then clipped. `Prepare` allocates the tensors anew and resets the variables.
    """
    calibrator = importlib.import_module("tensorflow.lite.python.optimize.calibrator").Calibrator
    before = calibrator._feed_tensors

    def feed(self: Any, dataset: Vectors, resize_input: bool) -> None:
        for vector in dataset():
            before(self, lambda sample=vector: iter([sample]), resize_input)

    calibrator._feed_tensors = feed
    try:
        yield
    finally:
        calibrator._feed_tensors = before


def _convert(converter: Any, name: str) -> bytes:
    try:
        with quiet():
            content: bytes = converter.convert()
    except Exception as error:
        reason = str(error).strip().splitlines()
        if "TensorList" in str(error):
            raise _tensor_list(name) from error
        raise ModelError(
            f"{name} cannot be converted: {reason[0] if reason else type(error).__name__}"
        ) from error
    return content


def _refuse_loops(graph: Graph, name: str) -> None:
    """ModelError for a recurrent layer that became a loop over a TensorList.

    TensorFlow 2.19 crashes when it calibrates this form, and neither TFLite Micro nor an engine of
    ours runs WHILE with its Flex operators.
    """
    if any(op.kind in ("WHILE", "IF") or op.kind.startswith("CUSTOM:Flex") for op in graph.ops):
        raise _tensor_list(name)


def _tensor_list(name: str) -> ModelError:
    return ModelError(
        f"{name}: its recurrent layer becomes a WHILE loop over a TensorList, which no "
        "microcontroller runtime executes and TensorFlow cannot calibrate",
        hint="--unroll makes one operator a step; an LSTM with Keras' default activations in a .keras "
        "file becomes one fused operator",
    )
