# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Device against reference, output value by output value, for inputs chosen to find differences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.device.client import Client
from mcugen.device.stream import Read, stream
from mcugen.engines.ops.elementwise import LIBRARY
from mcugen.errors import DeviceError, ModelError
from mcugen.features.coding import Coding
from mcugen.features.spec import FrontEnd
from mcugen.model.ir import DType, Graph, Tensor
from mcugen.model.reference import open_reference
from mcugen.protocol import What
from mcugen.samples.expected import expected_outputs
from mcugen.samples.files import noise_rows
from mcugen.samples.stimulus import from_elements, make_stimulus

ROUNDINGS = ("double", "single")

Rows = NDArray[Any]
"""A stream of rows of elements, [rows, elements]; windows are cut from it as from a clip."""


@dataclass(frozen=True, slots=True)
class VectorSet:
    """Inputs of one kind. Each array of rows is streamed from a clean state."""

    name: str  # "random", "extreme", "front-end"
    streams: tuple[Rows, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """What went into the device and what came out of each output, [vectors, values] each.

    `clips`: how many vectors each stream of rows had; None: there was one.
    """

    name: str
    inputs: NDArray[Any]
    outputs: tuple[NDArray[Any], ...]
    clips: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """Where device and reference first differ. `vector` counts within its set."""

    vectors: str
    vector: int
    index: int
    device: float
    reference: float
    output: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The device compared with one reference."""

    reference: str  # name, version and rounding
    rounding: str
    vectors: int
    values: int
    different: int
    largest_difference: float  # in steps of the output's quantisation; of float32 in its unit
    tolerance_lsb: int
    first: Difference | None
    float_tolerance: float = 0.0  # by which float32 outputs may differ, relative to the largest

    @property
    def is_accepted(self) -> bool:
        """Whether every value is as near as what computes it promises."""
        return self.largest_difference <= self.tolerance_lsb


def vector_sets(
    front_end: FrontEnd, coding: Coding, vectors: int, seed: int = 0
) -> tuple[VectorSet, ...]:
    """Random, extreme and, where there is an audio front-end, sound-like inputs; same for same seed.

    `vectors` random windows overlap as the windows of a clip do, so each brings at least one new row.
    """
    random = np.random.default_rng(seed)
    count = _rows_for(front_end, vectors)
    sets = [
        VectorSet("random", (_random_rows(coding, count, front_end, random),)),
        VectorSet("extreme", _extremes(front_end, coding)),
    ]
    if front_end.rows is not None:
        sound = noise_rows(front_end, count, random)
        sets.append(VectorSet("front-end", (coding.encode(sound),)))
    return tuple(sets)


def _rows_for(front_end: FrontEnd, windows: int) -> int:
    return front_end.window_rows + (windows - 1) * front_end.stride_rows


REAL_RANGE = 4.0
"""Random float32 inputs lie within this, extreme ones at its ends."""
_FEW = 2  # random integers without a scale, as indices are, are 0 or 1


def _limits(tensor: Tensor) -> tuple[float, float]:
    """Smallest and largest value that is sent."""
    if tensor.dtype is DType.FLOAT32:
        return -REAL_RANGE, REAL_RANGE
    if tensor.quant is None:
        return 0, _FEW - 1
    limits = np.iinfo(tensor.dtype.value)
    return int(limits.min), int(limits.max)


def _random_rows(
    coding: Coding, rows: int, front_end: FrontEnd, random: np.random.Generator
) -> Rows:
    """Uniform values of each input's range."""
    parts = []
    for tensor in coding.tensors:
        low, high = _limits(tensor)
        shape = (rows, tensor.elements // front_end.window_rows)
        values = (
            random.uniform(low, high, shape)
            if tensor.dtype is DType.FLOAT32
            else random.integers(int(low), int(high) + 1, shape)
        )
        parts.append(values.astype(tensor.dtype.value))
    return coding.join(parts)


def _extremes(front_end: FrontEnd, coding: Coding) -> tuple[Rows, ...]:
    """One window each: all lowest, all highest, alternating by value, alternating by row."""
    windows = []
    for pattern in range(6):
        parts = []
        for tensor in coding.tensors:
            shape = (front_end.window_rows, tensor.elements // front_end.window_rows)
            at = np.indices(shape)
            by_value, by_row = at.sum(axis=0) % 2, at[0] % 2
            zeros = np.zeros(shape, np.int64)
            chosen = (zeros, zeros + 1, by_value, 1 - by_value, by_row, 1 - by_row)[pattern]
            low, high = _limits(tensor)
            parts.append(np.where(chosen > 0, high, low).astype(tensor.dtype.value))
        windows.append(coding.join(parts))
    return tuple(windows)


def clip_vectors(paths: Sequence[Path], front_end: FrontEnd, coding: Coding) -> VectorSet:
    """The windows of real clips, quantised on this PC, so that only the engine is compared."""
    stimuli = [make_stimulus(path, "int8", front_end, coding) for path in paths]
    size = coding.elements // front_end.window_rows
    rows = (np.frombuffer(s.data, coding.dtype).reshape(-1, size) for s in stimuli)
    return VectorSet("clips", tuple(rows))


def output_reads(graph: Graph) -> tuple[Read, ...]:
    """Every output of the model."""
    tensors = (graph.tensors[index] for index in graph.outputs)
    return tuple(Read(What.OUTPUT, number, t.bytes) for number, t in enumerate(tensors))


def ask_device(
    client: Client, graph: Graph, sets: Sequence[VectorSet], front_end: FrontEnd, coding: Coding
) -> tuple[Answers, ...]:
    """The device's outputs for every window of every set; DeviceError when one is missing."""
    reads = output_reads(graph)
    types = [np.dtype(graph.tensors[index].dtype.value) for index in graph.outputs]
    answers = []
    for vectors in sets:
        inputs: list[NDArray[Any]] = []
        outputs: list[tuple[NDArray[Any], ...]] = []
        for rows in vectors.streams:
            stimulus = from_elements(rows, front_end, coding)
            before = len(outputs)
            for step in stream(client, stimulus, reads=reads):
                found = [step.tensors[read] for read in reads if read in step.tensors]
                if found:
                    pairs = zip(found, types, strict=True)
                    outputs.append(tuple(np.frombuffer(data, kind) for data, kind in pairs))
            if len(outputs) - before != len(stimulus.inputs):
                got = len(outputs) - before
                raise DeviceError(f"{got} outputs for {len(stimulus.inputs)} windows")
            inputs.append(stimulus.inputs)
        stacked = tuple(np.stack(one) for one in zip(*outputs, strict=True))
        clips = tuple(len(part) for part in inputs)
        answers.append(Answers(vectors.name, np.concatenate(inputs), stacked, clips))
    return tuple(answers)


def judge_outputs(
    model: Path, answers: Sequence[Answers], declared_rounding: str, tolerance_lsb: int = 0
) -> tuple[Verdict, ...]:
    """A verdict per rounding that has a reference for this model; the declared one comes first.

    The declared rounding must have a reference (ModelError, EnvironmentError_ otherwise); the
    other one is asked only when the declared one differs, to find how the device rounds.
    """
    verdicts = [_against(model, answers, declared_rounding, tolerance_lsb)]
    if not verdicts[0].is_accepted:
        others = (rounding for rounding in ROUNDINGS if rounding != declared_rounding)
        for rounding in others:
            with suppress(ModelError):  # no reference with that rounding for this model
                verdicts.append(_against(model, answers, rounding, tolerance_lsb))
    return tuple(verdicts)


FLOAT_TOLERANCE = 2.0**-18
"""Of float32 outputs behind functions of the C library, whose last bits differ between libraries;
a few units in the last place, with what follows them."""


def _float_tolerance(graph: Graph) -> float:
    """How far float32 outputs may be apart, in parts of the largest one of a vector."""
    computed = any(
        op.kind in LIBRARY and graph.tensors[op.outputs[0]].dtype is DType.FLOAT32
        for op in graph.ops
    )
    return FLOAT_TOLERANCE if computed else 0.0


def _against(model: Path, answers: Sequence[Answers], rounding: str, tolerance_lsb: int) -> Verdict:
    with open_reference(model, rounding=rounding) as reference:
        pairs = [(a, expected_outputs(reference, a.inputs, a.clips)) for a in answers]
        tolerance = _float_tolerance(reference.graph)
    gaps = [
        gaps_of(got, wanted, tolerance)
        for a, expected in pairs
        for got, wanted in zip(a.outputs, expected, strict=True)
    ]
    return Verdict(
        reference=str(reference.info),
        rounding=rounding,
        vectors=sum(len(a.inputs) for a, _ in pairs),
        values=sum(gap.size for gap in gaps),
        different=sum(int(np.count_nonzero(gap)) for gap in gaps),
        largest_difference=max(float(gap.max()) for gap in gaps),
        tolerance_lsb=tolerance_lsb,
        first=next(_differences(pairs, tolerance), None),
        float_tolerance=tolerance,
    )


def gaps_of(
    got: NDArray[Any], wanted: NDArray[Any], float_tolerance: float = 0.0
) -> NDArray[np.float64]:
    """How far values are apart; equal infinities and NaN for NaN are not, nor are float32 values
    within `float_tolerance` times the largest one expected."""
    with np.errstate(invalid="ignore"):
        gaps = np.abs(got.astype(np.float64) - wanted.astype(np.float64))
    same = (got == wanted) | ((got != got) & (wanted != wanted))
    if float_tolerance and wanted.dtype == np.float32:
        largest = np.abs(np.where(np.isfinite(wanted), wanted, 0)).max(axis=-1, keepdims=True)
        same |= gaps <= float_tolerance * largest
    return np.where(same, 0.0, np.where(np.isnan(gaps), np.inf, gaps))


def _differences(
    pairs: Sequence[tuple[Answers, tuple[NDArray[Any], ...]]], float_tolerance: float
) -> Iterator[Difference]:
    """All differences in the order of the sets, outputs, vectors and values."""
    for answers, expected in pairs:
        for number, (got, wanted) in enumerate(zip(answers.outputs, expected, strict=True)):
            for vector, index in np.argwhere(gaps_of(got, wanted, float_tolerance) != 0):
                yield Difference(
                    vectors=answers.name,
                    vector=int(vector),
                    index=int(index),
                    device=got[vector, index].item(),
                    reference=wanted[vector, index].item(),
                    output=number,
                )
