# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Device against reference, layer by layer: which operator is the first to compute another value.

Needs a firmware that was built with --per-layer. A layer is an operator of the file that is linked, by
its index: of the model, or of the one that was converted for an NPU. Then a segment on the NPU is one
layer, and what it leaves is compared with the tensor of that name in the model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.device.client import Client
from mcugen.device.profile import ticks_by_layer
from mcugen.device.stream import stream_whole
from mcugen.device.verify import ROUNDINGS, VectorSet
from mcugen.engines.tflm_operators import NEUTRON_GRAPH
from mcugen.errors import DeviceError
from mcugen.features.coding import Coding, input_coding
from mcugen.features.spec import FrontEnd
from mcugen.model.ir import Graph, Tensor
from mcugen.model.numpy_graph import run_layer
from mcugen.model.reference import open_reference
from mcugen.protocol import What
from mcugen.samples.stimulus import from_elements

Values = NDArray[np.generic]
"""One tensor of all vectors, [vectors, values], of the tensor's type."""


@dataclass(frozen=True, slots=True)
class LayerOutput:
    """Where the device has a tensor of the model: an output of a layer. `kind` says what computes it."""

    layer: int
    kind: str
    position: int
    tensor: Tensor  # of the model


@dataclass(frozen=True, slots=True)
class LayerAnswers:
    """What the device computed: the vectors that went in, and each operator's outputs by tensor.

    `clips`: how many vectors came one after the other; the outputs are those of the last of each. None:
    one.
    """

    inputs: NDArray[Any]
    tensors: Mapping[int, Values]
    clips: tuple[int, ...] | None = None
    ticks: Mapping[int, float] = field(default_factory=dict)  # of each layer, where there are marks

    @property
    def last(self) -> NDArray[np.intp]:
        """Which of the vectors the outputs are of."""
        return np.cumsum(self.clips or [1] * len(self.inputs)) - 1


@dataclass(frozen=True, slots=True)
class LayerDifference:
    """The first value of a layer that differs. `explained_by` is a rounding that gives all of the
    device's values of this layer, empty when the other one does not; None where it cannot be determined:
    for kinds that have no reference with another rounding, and behind the first layer that differs.
    """

    vector: int
    index: int
    device: float
    reference: float
    explained_by: str | None


@dataclass(frozen=True, slots=True)
class LayerVerdict:
    """One output of one operator compared with the reference."""

    layer: int
    kind: str
    tensor: str
    values: int
    different: int
    largest_difference: float
    first: LayerDifference | None
    ticks: float | None = None  # of one inference of this firmware, in the device's unit


def single_windows(
    sets: Sequence[VectorSet], front_end: FrontEnd, limit: int, before: int = 0
) -> VectorSet:
    """One window from the start of each stream, and more of long ones, `limit` of each set at most.

    `before` is how many windows come before each, where there are as many, for models that stream.
    """
    step, stride = front_end.window_rows, front_end.stride_rows
    pieces = [
        rows[start - min(before, start // stride) * stride : start + step]
        for vectors in sets
        for rows in vectors.streams
        for start in range(0, min(len(rows) - step + 1, limit * step), step)
    ]
    return VectorSet("windows", tuple(pieces))


def places_of(graph: Graph) -> tuple[LayerOutput, ...]:
    """Every output of every operator of the model that is linked as it is."""
    return tuple(
        LayerOutput(op.index, op.kind, position, tensor)
        for op in graph.ops
        for position, tensor in enumerate(graph.output_tensors(op))
    )


def places_in(converted: Graph, model: Graph) -> tuple[tuple[LayerOutput, ...], tuple[str, ...]]:
    """The outputs of the converted file's operators that the model has under the same name, shape and
    type, and the names of the others."""
    known = {tensor.name: tensor for tensor in model.tensors if tensor.data is None}
    maker = {index: op for op in model.ops for index in op.outputs}
    places, unknown = [], []
    for op in converted.file_ops:
        where = "on the NPU" if op.kind == NEUTRON_GRAPH else "on the CPU"
        for position, tensor in enumerate(converted.output_tensors(op)):
            twin = known.get(tensor.name)
            if twin is None or (twin.shape, twin.dtype) != (tensor.shape, tensor.dtype):
                unknown.append(tensor.name)
                continue
            last = maker.get(twin.index)
            until = f", up to {last.index} {last.kind} of the model" if last is not None else ""
            places.append(LayerOutput(op.index, f"{op.kind} {where}{until}", position, twin))
    return tuple(places), tuple(unknown)


def ask_layers(
    client: Client,
    places: Sequence[LayerOutput],
    windows: VectorSet,
    front_end: FrontEnd,
    coding: Coding,
) -> LayerAnswers:
    """Runs every window up to each layer in turn and reads all outputs of that layer."""
    inputs: list[NDArray[Any]] = []
    found: dict[int, list[Values]] = {}
    for rows in windows.streams:
        stimulus = from_elements(rows, front_end, coding)
        stream_whole(client, stimulus)
        inputs.append(stimulus.inputs)
        for index, values in _layers_of(client, places):
            found.setdefault(index, []).append(values)
    tensors = {index: np.stack(values) for index, values in found.items()}
    ticks: dict[int, float] = {}
    with suppress(DeviceError):  # a firmware from before there were marks
        ticks = ticks_by_layer(client.profile())
    clips = tuple(len(part) for part in inputs)
    return LayerAnswers(np.concatenate(inputs), tensors, clips, ticks)


def _layers_of(client: Client, places: Sequence[LayerOutput]) -> Iterator[tuple[int, Values]]:
    """(tensor index, values) of every place, for the last window."""
    ran = None
    for place in places:
        if place.layer != ran:
            client.run_layers(place.layer)
            ran = place.layer
        content = client.read(What.LAYER, place.tensor.bytes, index=place.position)
        yield place.tensor.index, np.frombuffer(content, np.dtype(place.tensor.dtype.value))


def judge_layers(
    model: Path,
    places: Sequence[LayerOutput],
    answers: LayerAnswers,
    declared_rounding: str,
    *,
    is_converted: bool = False,
) -> tuple[LayerVerdict, ...]:
    """A verdict per place, in the order of the linked file, against the declared rounding.

    The first layer that differs had the same inputs as the reference's, so a rounding that gives the
    device's values there explains the difference; later layers only pass it on. Of a converted model
    nothing is explained.
    """
    graph, expected = _expected(model, answers, declared_rounding)
    verdicts = [
        replace(
            _verdict(place, answers.tensors[place.tensor.index], expected[place.tensor.index]),
            ticks=answers.ticks.get(place.layer),
        )
        for place in places
    ]
    at = next((number for number, found in enumerate(verdicts) if found.first is not None), None)
    if at is not None and not is_converted:
        verdicts[at] = _explained(graph, verdicts[at], answers, declared_rounding)
    return tuple(verdicts)


def _explained(
    graph: Graph, verdict: LayerVerdict, answers: LayerAnswers, declared_rounding: str
) -> LayerVerdict:
    """The verdict on the first layer that differs, computed anew with the other rounding."""
    op = next(op for op in graph.ops if op.index == verdict.layer)
    source = op.inputs[0]
    is_input = graph.inputs == (source,)
    given = answers.inputs[answers.last] if is_input else answers.tensors.get(source)
    (other,) = (rounding for rounding in ROUNDINGS if rounding != declared_rounding)
    if verdict.first is None or given is None:
        return verdict
    shaped = given.reshape(-1, *graph.tensors[source].shape)
    computed = run_layer(graph, op, shaped, other)
    if computed is None:
        return verdict
    device = answers.tensors[op.outputs[0]]
    explained_by = other if np.array_equal(computed.reshape(device.shape), device) else ""
    return replace(verdict, first=replace(verdict.first, explained_by=explained_by))


def _expected(model: Path, answers: LayerAnswers, rounding: str) -> tuple[Graph, dict[int, Values]]:
    with open_reference(model, rounding=rounding) as reference:
        graph = reference.graph
        indices = sorted(answers.tensors)
        shaped = input_coding(graph).split(answers.inputs)
        clips = answers.clips or [1] * len(answers.inputs)
        results = reference.run(shaped, tensors=indices, clips=clips)[len(graph.outputs) :]
    last = answers.last
    flat = (result[last].reshape(len(last), -1) for result in results)
    return graph, dict(zip(indices, flat, strict=True))


def _verdict(place: LayerOutput, device: Values, expected: Values) -> LayerVerdict:
    gaps = np.abs(device.astype(np.float64) - expected.astype(np.float64))
    places = np.argwhere(gaps != 0)
    first = None
    if len(places):
        vector, value = (int(place) for place in places[0])
        first = LayerDifference(
            vector=vector,
            index=value,
            device=float(device[vector, value]),
            reference=float(expected[vector, value]),
            explained_by=None,
        )
    return LayerVerdict(
        layer=place.layer,
        kind=place.kind,
        tensor=place.tensor.name,
        values=gaps.size,
        different=len(places),
        largest_difference=float(gaps.max()),
        first=first,
    )
