# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""An ONNX model -> a SavedModel, by onnx2tf in a process of its own; and the model as a function."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from mcugen.errors import EnvironmentError_, ModelError
from mcugen.foreign_text import one_line
from mcugen.train.same_function import Floats, Function

ONNX = ".onnx"
NEEDED = ("onnx", "onnxruntime", "onnx2tf")
PICTURES = "calibration_image_sample_data_20x128x128x3_float32.npy"
"""What onnx2tf feeds a model of colour pictures while it checks its work; it looks in the folder where
it runs before it asks a server."""
TOOL = (sys.executable, "-m", "onnx2tf", "-i", "net.onnx", "-o", "made", "-b", "1", "-v", "error")
MAX_AXES = 5
QUANTISED = {
    "QuantizeLinear",
    "DynamicQuantizeLinear",
    "DequantizeLinear",
    "QLinearConv",
    "QLinearMatMul",
}


def load_onnx2tf() -> None:
    """EnvironmentError_ when the `onnx` extra is not installed."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise EnvironmentError_(
            f"converting an ONNX model needs {missing[0]}, which is not installed",
            hint="pip install 'mcugen[onnx]', best in an environment of its own",
        )


def check_onnx(source: Path) -> tuple[str, tuple[int, ...]]:
    """The name of the model's input and its sizes without the batch.

    ModelError for a file that is not an ONNX model of one float32 input of known sizes.
    """
    import onnx

    try:
        model = onnx.load(str(source), load_external_data=False)
    except Exception as error:  # protobuf has no common class for what it does not read
        raise ModelError(
            f"{source} is not a readable ONNX model", hint="export it again"
        ) from error
    if QUANTISED & {node.op_type for node in model.graph.node}:
        raise ModelError(f"{source.name} is quantised already", hint="export the float32 model")
    stored = {tensor.name for tensor in model.graph.initializer}
    inputs = [end for end in model.graph.input if end.name not in stored]
    if len(inputs) != 1:
        raise ModelError(f"{source.name} has {len(inputs)} inputs, only one can be quantised")
    taken = inputs[0].type.tensor_type
    if taken.elem_type != onnx.TensorProto.FLOAT:
        kind = onnx.TensorProto.DataType.Name(taken.elem_type).lower()
        raise ModelError(
            f"{source.name} takes {kind}, not float32", hint="export the float32 model"
        )
    sizes = [one.dim_value or one.dim_param or "?" for one in taken.shape.dim]
    if not 2 <= len(sizes) <= MAX_AXES or any(isinstance(size, str) for size in sizes[1:]):
        raise ModelError(
            f"{source.name} takes [{', '.join(map(str, sizes))}]: only the first size, the batch, may "
            "be open, and two to five axes are supported",
            hint="export it with the sizes that the device will see",
        )
    return inputs[0].name, tuple(one.dim_value for one in taken.shape.dim[1:])


@contextmanager
def as_saved_model(source: Path, sample: Floats) -> Iterator[Path]:
    """The folder of a SavedModel with a batch of 1, while the block runs.

    Its input has channels last, as onnx2tf makes it, unless the `sample` has its axes in the order of
    the ONNX model. ModelError with the words of onnx2tf where it gives up.
    """
    name, sizes = check_onnx(source)
    keep = sample.shape == sizes != (*sizes[1:], sizes[0])
    with tempfile.TemporaryDirectory() as folder:
        _prepare(source, Path(folder))
        done = subprocess.run(
            [*TOOL, *(("-kat", name) if keep else ())],
            cwd=folder,
            env={**os.environ, "PATH": os.pathsep.join(_programs())},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        made = Path(folder) / "made"
        if done.returncode or not (made / "saved_model.pb").is_file():
            reason = reason_of(done.stdout.decode("utf-8", "replace"))
            raise ModelError(
                f"onnx2tf cannot convert {source.name}: {reason}",
                hint="its options may help: run it by hand, and convert the float .tflite that it writes",
            )
        yield made


def _prepare(source: Path, folder: Path) -> None:
    """The model with its weights, as a copy, since onnx2tf writes simpler forms over what it reads; and
    the pictures."""
    import onnx

    try:
        onnx.save(onnx.load(str(source)), str(folder / "net.onnx"))
    except (OSError, ValueError, onnx.checker.ValidationError) as error:
        raise ModelError(
            f"the weights of {source.name} cannot be read: {one_line(str(error))}",
            hint="keep the file of the weights beside it",
        ) from error
    pictures = np.random.default_rng(0).random((20, 128, 128, 3), np.float32)
    np.save(folder / PICTURES, pictures)


def _programs() -> list[str]:
    """Where onnx2tf finds the program of onnxsim: beside this Python, or on the path."""
    return [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]


def reason_of(printed: str) -> str:
    """The last line that names an error, without colours; else the last line."""
    lines = [line for line in re.sub(r"\x1b\[\d*m", "", printed).splitlines() if line.strip()]
    named = [line for line in lines if re.match(r"(ERROR|\w*Error|\w*Exception)\b", line)]
    return one_line((named or lines or ["it says nothing"])[-1].removeprefix("ERROR: "))


def onnx_function(source: Path) -> Function:
    """The outputs of an ONNX model, in ONNX Runtime, for one sample whose channels are last."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # only what ends it, which is raised as well
    try:
        session = onnxruntime.InferenceSession(str(source), options)
    except Exception as error:  # its exceptions have no common class
        raise ModelError(
            f"ONNX Runtime cannot load {source.name}: {one_line(str(error))}",
            hint="export it again, with an older opset where it names the opset",
        ) from error
    (taken,) = session.get_inputs()

    def run(sample: Floats) -> list[Floats]:
        given: Sequence[Any] = session.run(None, {taken.name: _laid_out(sample, taken.shape)})
        return [np.asarray(output, np.float32)[0] for output in given]

    return run


def _laid_out(sample: Floats, shape: Sequence[Any]) -> Floats:
    """The sample as the ONNX model takes it: with channels first, and once for each item of its batch."""
    moved = np.moveaxis(sample, -1, 0)
    first = moved if moved.shape == tuple(shape[1:]) else sample
    batch = shape[0] if isinstance(shape[0], int) else 1
    return np.repeat(first[np.newaxis], batch, axis=0)


def channels_last(outputs: Floats) -> Floats:
    """[vectors, channels, ...] as onnx2tf orders the axes of an output."""
    return np.moveaxis(outputs, 1, -1)
