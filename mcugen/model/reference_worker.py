# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The process in which the reference interpreter lives and, on a bad model, dies alone.

Messages in both directions are a verb and named arrays: two big-endian 32-bit lengths, the verb in
ASCII, an npz archive. Verbs: `load` (backend, model, arena_bytes, streams), `run` (input_<n> of N
samples, tensors, starts), `arena` (model, arena_bytes, inputs); the answer is `ok` with arrays or
`error` with a message.
"""

from __future__ import annotations

import io
import os
import struct
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any, Protocol

import numpy as np
from numpy.typing import NDArray

Arrays = dict[str, NDArray[Any]]


class Backend(Protocol):
    """An interpreter with a model in it."""

    def reset(self) -> None:
        """Brings a clean state about."""
        ...

    def run(
        self, inputs: Sequence[NDArray[Any]], outputs: int, tensors: Sequence[int]
    ) -> list[NDArray[Any]]:
        """Outputs, then the tensors asked for, of one sample."""
        ...


class TfliteMicro:
    """TFLite Micro's own interpreter with its reference kernels."""

    def __init__(self, model: bytes, arena_bytes: int, streams: bool = False) -> None:
        self._model, self._arena_bytes, self._streams = model, arena_bytes, streams
        self._start()

    def _start(self) -> None:
        from tflite_micro.python.tflite_micro import runtime

        self._interpreter = runtime.Interpreter.from_bytes(
            self._model,
            arena_size=self._arena_bytes,
            intrepreter_config=runtime.InterpreterConfig.kPreserveAllTensors,
        )

    def reset(self) -> None:
        """See Backend. Its own reset runs no CALL_ONCE again, so variables need a new interpreter."""
        if self._streams:
            self._start()
        else:
            self._interpreter.reset()

    def run(
        self, inputs: Sequence[NDArray[Any]], outputs: int, tensors: Sequence[int]
    ) -> list[NDArray[Any]]:
        """See Backend."""
        for index, value in enumerate(inputs):
            self._interpreter.set_input(value, index)
        self._interpreter.invoke()
        results = [self._interpreter.get_output(index) for index in range(outputs)]
        return results + [self._interpreter.GetTensor(index, 0)["tensor_data"] for index in tensors]


class TensorFlowLite:
    """TensorFlow's interpreter with its reference kernels, where TFLite Micro has no wheel."""

    def __init__(self, model: bytes, arena_bytes: int, streams: bool = False) -> None:
        self._model, self._streams = model, streams
        self._start()

    def _start(self) -> None:
        import tensorflow as tf

        resolver = tf.lite.experimental.OpResolverType.BUILTIN_REF
        self._interpreter = tf.lite.Interpreter(
            model_content=self._model,
            experimental_op_resolver_type=resolver,
            experimental_preserve_all_tensors=True,
        )
        self._interpreter.allocate_tensors()

    def reset(self) -> None:
        """See Backend."""
        if self._streams:
            self._start()
        else:
            self._interpreter.reset_all_variables()

    def run(
        self, inputs: Sequence[NDArray[Any]], outputs: int, tensors: Sequence[int]
    ) -> list[NDArray[Any]]:
        """See Backend."""
        for detail, value in zip(self._interpreter.get_input_details(), inputs, strict=True):
            self._interpreter.set_tensor(detail["index"], value)
        self._interpreter.invoke()
        indices = [detail["index"] for detail in self._interpreter.get_output_details()]
        return [self._interpreter.get_tensor(index) for index in [*indices, *tensors]]


BACKENDS: Mapping[str, Callable[[bytes, int, bool], Backend]] = {
    "tflite-micro": TfliteMicro,
    "tensorflow": TensorFlowLite,
}
"""Distribution name -> interpreter, in the order of preference."""


def send(stream: IO[bytes], verb: str, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Writes one message."""
    archive = io.BytesIO()
    np.savez(archive, **arrays)
    stream.write(struct.pack(">II", len(verb), archive.tell()) + verb.encode("ascii"))
    stream.write(archive.getbuffer())
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[str, Arrays] | None:
    """Reads one message, None when the other side is gone."""
    head = stream.read(8)
    if len(head) < 8:
        return None
    verb_bytes, archive_bytes = struct.unpack(">II", head)
    verb, archive = stream.read(verb_bytes), stream.read(archive_bytes)
    if len(archive) < archive_bytes:
        return None
    with np.load(io.BytesIO(archive), allow_pickle=False) as content:
        return verb.decode("ascii"), dict(content)


def _run(backend: Backend, request: Arrays) -> Arrays:
    """All samples of a `run` request, one after the other."""
    inputs = [request[f"input_{i}"] for i in range(sum(k.startswith("input_") for k in request))]
    outputs, tensors = int(request["outputs"]), request["tensors"].tolist()
    samples = []
    for starts, *sample in zip(request["starts"], *inputs, strict=True):
        if starts:
            backend.reset()
        samples.append([np.array(value) for value in backend.run(sample, outputs, tensors)])
    return {f"result_{i}": np.stack(column) for i, column in enumerate(zip(*samples, strict=True))}


def _print_arena(request: Arrays) -> None:
    """Lets TFLite Micro write its recorded allocations to standard error, and invoke once with zeros:
    some kernels say no only then."""
    from tflite_micro.python.tflite_micro import runtime

    interpreter = runtime.Interpreter.from_bytes(
        request["model"].tobytes(), arena_size=int(request["arena_bytes"])
    )
    interpreter.print_allocations()
    for index in range(int(request["inputs"])):
        end = interpreter.get_input_details(index)
        interpreter.set_input(np.zeros(end["shape"], end["dtype"]), index)
    interpreter.invoke()


def main() -> None:
    """Serves requests until the parent closes the pipe."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # an interpreter that prints must not print into our answers
    backend: Backend | None = None
    while (message := receive(sys.stdin.buffer)) is not None:
        verb, request = message
        try:
            results: Arrays = {}
            if verb == "load":
                start = BACKENDS[str(request["backend"])]
                arena_bytes, streams = int(request["arena_bytes"]), bool(request["streams"])
                backend = start(request["model"].tobytes(), arena_bytes, streams)
            elif verb == "arena":
                _print_arena(request)
            elif backend is not None:
                results = _run(backend, request)
            send(answers, "ok", results)
        except (RuntimeError, ValueError) as error:  # how both interpreters say no
            send(answers, "error", {"text": np.array(str(error))})


if __name__ == "__main__":
    main()
