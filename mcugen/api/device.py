# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A device for interactive use: arrays in, outputs out, with what each inference cost."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mcugen.device.client import Client
from mcugen.device.decoded import decoded_outputs
from mcugen.device.emulated import as_counted, perhaps_emulated
from mcugen.device.identity import change_rate, check_sizes, check_unit, open_device
from mcugen.device.stream import stream
from mcugen.device.verify import output_reads
from mcugen.errors import DataError, DeviceError
from mcugen.export.manifest import Manifest
from mcugen.features.coding import Coding, input_coding, output_coding
from mcugen.model.ir import Graph
from mcugen.model.tflite import read_tflite
from mcugen.paths import StrPath, optional_path
from mcugen.platforms.linux.scorer import device_link, ssh_target
from mcugen.progress import no_note
from mcugen.protocol import Identity, Stats
from mcugen.records import Decoded
from mcugen.samples.expected import clip_score
from mcugen.samples.stimulus import default_input, from_elements, make_stimulus
from mcugen.toolchain.project import open_project


@dataclass(frozen=True, slots=True)
class InferenceResult:
    """What windows gave. `outputs` has one array for each output of the model, in its own type:
    [windows, ...], where windows are the model's batch axis if it has one. `ticks` is what each
    window cost, in the device's `tick_unit`."""

    outputs: tuple[NDArray[Any], ...]
    ticks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ClipAnswer:
    """A clip's score, those of its windows, their cost, and what the last outputs mean."""

    score: float
    window_scores: tuple[float, ...]
    inference_ticks: tuple[int, ...]
    decoded: tuple[Decoded, ...]


class Device:
    """A device that runs the firmware of a build: its emulator, or what `port` or `host` names. With
    `emulate`, the exact image on a model of its chip; `ram_seed` is what its RAM holds at power-on.

    Use it in a `with` block, or call `open` and `close`. Every method may raise DeviceError.
    """

    def __init__(
        self,
        build_dir: StrPath,
        port: str | None = None,
        *,
        host: str | None = None,
        ssh_option: tuple[str, ...] = (),
        baud: int | None = None,
        emulate: bool = False,
        ram_seed: int | None = None,
        board_dir: StrPath | None = None,
    ) -> None:
        self._project = open_project(Path(build_dir), optional_path(board_dir))
        self._graph = read_tflite(self._project.model)
        self._port, self._target, self._baud = port, ssh_target(host, tuple(ssh_option)), baud
        self._emulation = (emulate, ram_seed, port or host)
        self._open = ExitStack()
        self._client: Client | None = None
        self._identity: Identity | None = None

    def open(self) -> Self:
        """Opens port or emulator and checks that the firmware is that of the build."""
        if self._client is not None:
            return self
        with ExitStack() as stack:
            emulation = perhaps_emulated(self._project, *self._emulation, no_note)
            project = stack.enter_context(emulation)
            link = stack.enter_context(device_link(project, self._port, self._target))
            opened = open_device(link, self.manifest)
            client, who = stack.enter_context(opened)
            check_sizes(who, self._graph)
            who = as_counted(who, project)
            check_unit(who, project.board)
            if self._baud is not None:
                change_rate(client, self._project.board, self._baud)
            self._client, self._identity = client, who
            self._open = stack.pop_all()
        return self

    def close(self) -> None:
        """Closes the port, or ends the emulator; safe to call twice."""
        self._client = self._identity = None
        self._open.close()

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def manifest(self) -> Manifest:
        """What was built: model, engine, rounding, front-end, hashes."""
        return self._project.manifest

    @property
    def graph(self) -> Graph:
        """The model."""
        return self._graph

    @property
    def identity(self) -> Identity:
        """What the device says of itself."""
        self._opened()
        assert self._identity is not None
        return self._identity

    @property
    def tick_unit(self) -> str:
        """What it counts: "cycles", "instructions" or "nanoseconds"."""
        return self.identity.fact("tick_unit")

    def infer(self, windows: ArrayLike | tuple[ArrayLike, ...]) -> InferenceResult:
        """The outputs for windows [windows, ...], each from a clean state.

        Arrays of the input tensor's own type go as they are; floats are quantised as the front-end
        does. A model with several inputs takes a tuple with one array for each. DataError for
        arrays of another type or size, and for floats that are not finite.
        """
        client, front_end = self._opened(), self.manifest.front_end
        coding = input_coding(self._graph)
        reads = output_reads(self._graph)
        found: list[list[bytes]] = []
        ticks: list[int] = []
        for window in _elements(windows, coding):
            rows = window.reshape(front_end.window_rows, -1)
            for step in stream(client, from_elements(rows, front_end, coding)):
                ticks.extend(one.ticks for one in step.reply.windows)
            found.append([client.read(r.what, r.bytes, index=r.index) for r in reads])
        contents = (b"".join(parts) for parts in zip(*found, strict=True))
        return InferenceResult(tuple(map(self._output, range(len(reads)), contents)), tuple(ticks))

    def _output(self, number: int, content: bytes) -> NDArray[Any]:
        """Windows of one output, in the type that the file has."""
        coding = output_coding(self._graph, number)
        (tensor,) = coding.tensors
        shape = tensor.shape[1:] if tensor.shape[:1] == (1,) else tensor.shape
        values = np.frombuffer(content, coding.dtype).reshape(-1, *shape)
        return coding.as_in_file(values)

    def score(self, clip: StrPath | NDArray[Any], *, input: str | None = None) -> ClipAnswer:
        """The score of a clip: a file that the front-end reads, or rows of features [rows, values] as an
        .npy file or an array.

        `input` is that of `mcugen run`. DataError for what cannot be used.
        """
        client, front_end = self._opened(), self.manifest.front_end
        coding = input_coding(self._graph)
        source = default_input(input, front_end, coding)
        given = clip if isinstance(clip, np.ndarray) else Path(clip)
        stimulus = make_stimulus(given, source, front_end, coding)
        steps = list(stream(client, stimulus))
        windows = [window for step in steps for window in step.reply.windows]
        scores = tuple(window.score for window in windows)
        mean = steps[-1].reply.clip_score
        return ClipAnswer(
            clip_score(scores) if self.manifest.wake_word else mean,
            scores,
            tuple(window.ticks for window in windows),
            decoded_outputs(client, self.manifest.decode, self._graph),
        )

    def stats(self) -> Stats:
        """The device's own counters: arena and stack used, frames lost."""
        return self._opened().stats()

    def _opened(self) -> Client:
        if self._client is None:
            raise DeviceError(f"the device of {self._project.folder} is not open", hint="open it")
        return self._client


def _elements(windows: ArrayLike | tuple[ArrayLike, ...], coding: Coding) -> NDArray[Any]:
    """[windows, elements] of what was given."""
    arrays = windows if isinstance(windows, tuple) else (windows,)
    if len(arrays) != len(coding.tensors):
        raise DataError(
            f"{len(arrays)} arrays are given, the model has {len(coding.tensors)} inputs"
        )
    parts = []
    for number, (values, tensor) in enumerate(zip(arrays, coding.tensors, strict=True)):
        array = np.asarray(values)
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise DataError(f"input {number} ({tensor.name}) holds NaN or infinite values")
        kept = coding.accept_one(array, number)
        if kept is None and coding.takes_floats and array.dtype.kind == "f":
            kept = coding.encode(np.asarray(array, np.float32))
        if kept is None or not kept.size or kept.size % tensor.elements:
            raise DataError(
                f"input {number} ({tensor.name}) takes {tensor.dtype.value} {list(tensor.shape)} "
                f"windows, given is {array.dtype.name} {list(array.shape)}",
                hint="the first axis counts the windows",
            )
        parts.append(kept.reshape(-1, tensor.elements))
    if len({len(part) for part in parts}) > 1:
        raise DataError("the inputs have different numbers of windows")
    return coding.join(parts)
