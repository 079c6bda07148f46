# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The golden reference behind one call: what TFLite Micro computes for a model.

Both TFLite Micro and TensorFlow up to 2.19 with its reference kernels round twice when they
requantise, as the device does with `--rounding double`; later TensorFlow and LiteRT do not, or not
in every operator, so they are never used here.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

import mcugen
from mcugen.errors import EnvironmentError_, ModelError
from mcugen.model.check import refuse
from mcugen.model.ends import flip
from mcugen.model.ir import Graph
from mcugen.model.numpy_graph import check_known, clean_state, run_graph
from mcugen.model.reference_worker import receive, send
from mcugen.model.shapes import shape_problems
from mcugen.model.tflite import parse_tflite

_MAX_ARENA_BYTES = 2**31 - 1
_NEWEST_DOUBLE_ROUNDING_TENSORFLOW = (2, 19)


_Compute = Callable[
    [Graph, Sequence[NDArray[Any]], Sequence[int], NDArray[np.bool_]], list[NDArray[Any]]
]
"""(graph, inputs, tensors, starts) -> outputs, then the tensors, each for all samples. Samples where
`starts` is true come upon a clean state, the others upon what the one before has left."""


@dataclass(frozen=True, slots=True)
class ReferenceInfo:
    """Which interpreter answers; `str()` of it is what records carry."""

    name: str
    version: str
    rounding: str

    def __str__(self) -> str:
        return f"{self.name} {self.version} ({self.rounding} rounding)"


class Reference:
    """A model in a reference interpreter; see open_reference."""

    def __init__(self, info: ReferenceInfo, graph: Graph, compute: _Compute) -> None:
        self.info = info
        self.graph = graph
        self._compute = compute

    def run(
        self,
        inputs: Sequence[NDArray[Any]],
        tensors: Sequence[int] = (),
        clips: Sequence[int] | None = None,
    ) -> tuple[NDArray[Any], ...]:
        """Runs N samples, each from a clean state, unless the graph streams: then only the first one
        of each clip. `clips` has the number of samples of each, in order; None: they are one clip.

        `inputs` holds one array [N, *shape] per graph input, of the input's type. Returns one array
        [N, *shape] per graph output, then one per tensor index in `tensors` (activations only).
        """
        self._check(inputs, tensors)
        graph = self.graph
        given = [
            flip(value) if index in graph.shifted else value
            for index, value in zip(graph.inputs, inputs, strict=True)
        ]
        results = self._compute(graph, given, tensors, self._starts(len(given[0]), clips))
        indices = [*graph.outputs, *tensors]
        return tuple(
            (
                flip(result) if result.dtype == np.uint8 and index in graph.shifted else result
            ).reshape(-1, *graph.tensors[index].shape)
            for result, index in zip(results, indices, strict=True)
        )

    def _starts(self, count: int, clips: Sequence[int] | None) -> NDArray[np.bool_]:
        """Which of the samples start from a clean state."""
        if not self.graph.streams:
            return np.ones(count, np.bool_)
        starts = np.zeros(count, np.bool_)
        starts[[0, *np.cumsum(clips or [count])[:-1]]] = True
        return starts

    def _check(self, inputs: Sequence[NDArray[Any]], tensors: Sequence[int]) -> None:
        """Caller's mistakes that would crash the interpreter or give silent nonsense."""
        expected = [self.graph.tensors[index] for index in self.graph.inputs]
        if [(v.shape[1:], v.dtype.name) for v in inputs] != [
            (t.shape, t.dtype.value) for t in expected
        ]:
            given = ", ".join(f"{v.dtype.name} {list(v.shape)}" for v in inputs)
            wanted = ", ".join(f"{t.dtype.value} [N, {str(list(t.shape))[1:]}" for t in expected)
            raise ValueError(f"inputs are {given}; the model takes {wanted}")
        if len({len(value) for value in inputs}) != 1 or not len(inputs[0]):
            raise ValueError("every input needs the same number of samples, at least one")
        for index in tensors:
            if self.graph.tensors[index].data is not None:
                raise ValueError(f"tensor {index} is a constant")


@contextmanager
def open_reference(
    model: Path, *, rounding: str = "double", timeout_s: float = 600.0
) -> Iterator[Reference]:
    """The reference interpreter with `model` in it, for the length of a `with` block.

    `rounding` "double" is TFLite Micro. "single", and "double" where no interpreter is installed or
    the model has an operator that TFLite Micro lacks, is our own NumPy code, numpy_graph.py, and knows
    the operators there only; `info` says which it is.
    `timeout_s` bounds every call of an interpreter. ModelError when the reference does not take the
    model or would compute nonsense because the file contradicts itself.
    """
    data, graph = _read(model)
    refuse([*shape_problems(graph)], graph.name)
    lacking = sorted(_LACKING & {op.kind for op in graph.ops})
    info = _installed_reference(graph) if rounding == "double" and not lacking else None
    if info is None:
        hint = _INSTALL_HINT if rounding == "double" else "build it with --rounding double"
        if lacking:
            hint = f"TFLite Micro has no {' and no '.join(lacking)}: convert the model without"
        check_known(graph, rounding, hint)
        graph = replace(graph, shifted=frozenset())  # our own code takes the folded graph
        own = ReferenceInfo(OWN_REFERENCE, mcugen.__version__, rounding)
        yield Reference(own, graph, partial(_compute_with_numpy, rounding))
        return
    with _worker(model.name, timeout_s) as worker:
        request = {
            "backend": np.array(_DISTRIBUTIONS[info.name]),
            "streams": np.array(graph.streams),
            **_model_request(data, graph),
        }
        worker.ask("load", request)
        yield Reference(info, graph, worker.compute)


def measure_arena(model: bytes, name: str, *, timeout_s: float = 60.0) -> int:
    """Bytes of arena TFLite Micro uses for the .tflite `model`, called `name`, on this 64-bit PC.

    A Cortex-M needs less: its pointers and size_t have 4 bytes instead of 8, which the persistent
    structures (a few dozen bytes per tensor and operator) are mostly made of; the activations are
    the same. So this is a safe proposal for the device's arena. Kernels with buffers of their own
    (CMSIS-NN, Ethos-U) may ask for scratch on top. ModelError when TFLite Micro cannot allocate the
    model or invoke it once.
    """
    graph = parse_tflite(model, name)
    if _version("tflite-micro") is None:
        raise EnvironmentError_(
            "measuring the arena needs the package tflite-micro", hint=_INSTALL_HINT
        )
    with _worker(name, timeout_s) as worker:
        inputs = {"inputs": np.array(len(graph.inputs))}
        worker.ask("arena", inputs | _model_request(model, graph))
        found = re.search(r"Arena allocation total (\d+) bytes", worker.log())
    if found is None:
        raise ModelError(f"{name}: TFLite Micro did not say how much arena it uses")
    return int(found[1])


def _compute_with_numpy(
    rounding: str,
    graph: Graph,
    inputs: Sequence[NDArray[Any]],
    tensors: Sequence[int],
    starts: NDArray[np.bool_],
) -> list[NDArray[Any]]:
    """Outputs, then `tensors`, of all samples, without an interpreter."""
    indices = (*graph.outputs, *tensors)
    found: list[list[NDArray[Any]]] = []
    step = 1 if graph.streams else _SAMPLES_AT_ONCE
    state = clean_state(graph)
    for start in range(0, len(inputs[0]), step):
        part = [value[start : start + step] for value in inputs]
        if starts[start]:
            state = clean_state(graph)
        values = run_graph(graph, part, rounding, state)
        found.append([values[index] for index in indices])
    return [np.concatenate(parts) for parts in zip(*found, strict=True)]


_SAMPLES_AT_ONCE = 64
"""So that the sums of a large picture, 8 bytes each, take some hundred MB at most."""

OWN_REFERENCE = "mcugen NumPy"

_DISTRIBUTIONS: Mapping[str, str] = {
    "tflite-micro": "tflite-micro",
    "tensorflow BUILTIN_REF": "tensorflow",
}
"""Name in records -> distribution, which is also the worker's name of the backend."""

_LACKING = frozenset({"RELU_N1_TO_1", "TILE"})
"""Operators of engine aot that TFLite Micro does not register."""

_INSTALL_HINT = "pip install tflite-micro (Linux x86-64), elsewhere pip install tensorflow==2.19.1"


def _installed_reference(graph: Graph) -> ReferenceInfo | None:
    """The interpreter to use, found without importing it; None where there is none for the model."""
    micro = _version("tflite-micro")
    if micro is not None:
        return ReferenceInfo("tflite-micro", micro, "double")
    tensorflow = _version("tensorflow")
    numbers = tuple(int(n) for n in re.findall(r"\d+", tensorflow or "")[:2])
    # TensorFlow's LSTM kernel differs from TFLite Micro's by up to 5 least significant bits.
    has_lstm = any(op.kind == "UNIDIRECTIONAL_SEQUENCE_LSTM" for op in graph.ops)
    if tensorflow is None or numbers > _NEWEST_DOUBLE_ROUNDING_TENSORFLOW or has_lstm:
        return None
    return ReferenceInfo("tensorflow BUILTIN_REF", tensorflow, "double")


def _version(distribution: str) -> str | None:
    """Installed version of a package, None when it is not installed."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _read(model: Path) -> tuple[bytes, Graph]:
    """The model's bytes once our own reader took them: the interpreters trust a file blindly."""
    try:
        data = model.read_bytes()
    except OSError as error:
        raise ModelError(f"cannot read {model}: {error.strerror}") from error
    return data, parse_tflite(data, model.name)


def _model_request(data: bytes, graph: Graph) -> dict[str, NDArray[Any]]:
    """The model and an arena that holds all its activations side by side."""
    activations = sum(t.bytes for t in graph.tensors if t.data is None)
    arena_bytes = 2**20 + 4 * activations + 1024 * len(graph.tensors) + len(data)
    if arena_bytes > _MAX_ARENA_BYTES:
        raise ModelError(f"{graph.name}: {activations} bytes of activations are too many to run")
    return {"model": np.frombuffer(data, np.uint8), "arena_bytes": np.array(arena_bytes)}


class _Worker:
    """The process behind a Reference: one question, one answer, each with a deadline."""

    def __init__(
        self, model: str, process: subprocess.Popen[bytes], stderr: IO[bytes], timeout_s: float
    ) -> None:
        self._model = model
        self._process = process
        self._stderr = stderr
        self._timeout_s = timeout_s

    def ask(self, verb: str, arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """The answer's arrays; ModelError when the interpreter refuses, crashes or hangs."""
        assert self._process.stdin is not None and self._process.stdout is not None
        watchdog = threading.Timer(self._timeout_s, self._process.kill)
        watchdog.start()
        try:
            send(self._process.stdin, verb, arrays)
            answer = receive(self._process.stdout)
        except BrokenPipeError:
            answer = None
        finally:
            watchdog.cancel()
        if answer is None:
            raise ModelError(f"{self._model}: the reference interpreter {self._end()}")
        verdict, results = answer
        if verdict == "error":
            reason = self.log().strip().splitlines()[-1:] or [str(results["text"])]
            raise ModelError(f"{self._model}: the reference interpreter refuses it: {reason[0]}")
        return results

    def compute(
        self,
        graph: Graph,
        inputs: Sequence[NDArray[Any]],
        tensors: Sequence[int],
        starts: NDArray[np.bool_],
    ) -> list[NDArray[Any]]:
        """Outputs, then `tensors`, of all samples; the model must have been loaded."""
        request: dict[str, NDArray[Any]] = {
            f"input_{i}": np.ascontiguousarray(value) for i, value in enumerate(inputs)
        }
        request["outputs"] = np.array(len(graph.outputs))
        request["tensors"] = np.array(tensors, np.int64)
        request["starts"] = starts
        answer = self.ask("run", request)
        return [answer[f"result_{i}"] for i in range(len(answer))]

    def log(self) -> str:
        """All that the interpreter wrote to standard error so far."""
        self._stderr.seek(0)
        return self._stderr.read().decode("utf-8", "replace")

    def _end(self) -> str:
        """How the process ended, with its last words."""
        status = self._process.wait(timeout=10)
        if status == -9:
            return f"gave no answer within {self._timeout_s:g} s"
        words = self.log().strip().splitlines()[-1:]
        return f"crashed (status {status})" + "".join(f": {word}" for word in words)


@contextmanager
def _worker(model: str, timeout_s: float) -> Iterator[_Worker]:
    """A worker process that ends with the block."""
    package_parent = str(Path(mcugen.__file__).resolve().parent.parent)
    search_path = os.pathsep.join(filter(None, [package_parent, os.environ.get("PYTHONPATH", "")]))
    with (
        tempfile.TemporaryFile() as stderr,
        subprocess.Popen(
            [sys.executable, "-P", "-m", "mcugen.model.reference_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=os.environ | {"PYTHONPATH": search_path, "TF_CPP_MIN_LOG_LEVEL": "3"},
        ) as process,
    ):
        try:
            yield _Worker(model, process, stderr, timeout_s)
        finally:
            process.kill()
            assert process.stdin is not None
            with suppress(BrokenPipeError):  # what a dead worker did not read any more
                process.stdin.close()
