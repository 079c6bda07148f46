# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Device against reference, output value by output value, for inputs chosen to find differences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import DeviceError, ModelError
from mcugen.features.reference import quantize
from mcugen.features.spec import FrontEnd
from mcugen.model.ir import Quant
from mcugen.model.reference import open_reference
from mcugen.protocol import What
from mcugen.run.client import Client
from mcugen.run.stream import stream
from mcugen.samples.expected import expected_outputs
from mcugen.samples.files import noise_rows
from mcugen.samples.stimulus import from_int8_rows, make_stimulus
from mcugen.toolchain import neutron

LOWEST, HIGHEST = -128, 127
ROUNDINGS = ("double", "single")
TOLERANCES_LSB = {"cpu": 0, "npu": neutron.TOLERANCE_LSB}
"""By the manifest's `accelerator`: how far an output may be from the reference."""

Rows = NDArray[np.int8]
"""A stream of quantised rows, int8 [rows, row_values]; windows are cut from it as from a clip."""


@dataclass(frozen=True, slots=True)
class VectorSet:
    """Inputs of one kind. Each array of rows is streamed from a clean state."""

    name: str  # "random", "extreme", "front-end"
    streams: tuple[Rows, ...]


@dataclass(frozen=True, slots=True)
class Answers:
    """What went into the device and what came out, [vectors, values] each."""

    name: str
    inputs: NDArray[np.int8]
    outputs: NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Difference:
    """Where device and reference first differ. `vector` counts within its set."""

    vectors: str
    vector: int
    index: int
    device: int
    reference: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """The device held against one reference."""

    reference: str  # name, version and rounding
    rounding: str
    vectors: int
    values: int
    different: int
    largest_difference: int
    tolerance_lsb: int  # steps of the output's quantisation
    first: Difference | None

    @property
    def is_accepted(self) -> bool:
        """Whether every value is as near as what computes it promises."""
        return self.largest_difference <= self.tolerance_lsb


def vector_sets(
    front_end: FrontEnd, quant: Quant, vectors: int, seed: int = 0
) -> tuple[VectorSet, ...]:
    """Random, extreme and, where there is an audio front-end, sound-like inputs; same for same seed.

    `vectors` random windows overlap as the windows of a clip do, so each brings at least one new row.
    """
    random = np.random.default_rng(seed)
    shape = (_rows_for(front_end, vectors), front_end.row_values)
    sets = [
        VectorSet("random", (random.integers(LOWEST, HIGHEST + 1, shape, np.int8),)),
        VectorSet("extreme", _extremes(front_end)),
    ]
    if front_end.rows is not None:
        sets.append(VectorSet("front-end", (_sound_rows(front_end, quant, vectors, random),)))
    return tuple(sets)


def _rows_for(front_end: FrontEnd, windows: int) -> int:
    return front_end.window_rows + (windows - 1) * front_end.stride_rows


def _extremes(front_end: FrontEnd) -> tuple[Rows, ...]:
    """One window each: all lowest, all highest, alternating by value, alternating by row."""
    shape = (front_end.window_rows, front_end.row_values)
    by_value = np.indices(shape).sum(axis=0) % 2
    by_row = np.indices(shape)[0] % 2
    patterns = (np.zeros(shape), np.ones(shape), by_value, 1 - by_value, by_row, 1 - by_row)
    return tuple(np.where(pattern > 0, HIGHEST, LOWEST).astype(np.int8) for pattern in patterns)


def _sound_rows(
    front_end: FrontEnd, quant: Quant, vectors: int, random: np.random.Generator
) -> Rows:
    """Rows the front-end computes of noise that swells from silence to full scale."""
    return quantize(noise_rows(front_end, _rows_for(front_end, vectors), random), quant)


def clip_vectors(paths: Sequence[Path], front_end: FrontEnd, quant: Quant) -> VectorSet:
    """The windows of real clips, quantised on this PC, so that only the engine is compared."""
    stimuli = [make_stimulus(path, "int8", front_end, quant) for path in paths]
    rows = (np.frombuffer(s.data, np.int8).reshape(-1, front_end.row_values) for s in stimuli)
    return VectorSet("clips", tuple(rows))


def ask_device(
    client: Client,
    sets: Sequence[VectorSet],
    front_end: FrontEnd,
    quant: Quant,
    output_bytes: int,
) -> tuple[Answers, ...]:
    """The device's outputs for every window of every set; DeviceError when one is missing."""
    answers = []
    for vectors in sets:
        inputs, outputs = [], []
        for rows in vectors.streams:
            stimulus = from_int8_rows(rows, front_end, quant)
            got: list[NDArray[np.int8]] = []
            for step in stream(client, stimulus, reads={What.OUTPUT: output_bytes}):
                got.extend(step.tensors.values())
            if len(got) != len(stimulus.inputs):
                raise DeviceError(f"{len(got)} outputs for {len(stimulus.inputs)} windows")
            inputs.append(stimulus.inputs)
            outputs.append(np.stack(got))
        answers.append(Answers(vectors.name, np.concatenate(inputs), np.concatenate(outputs)))
    return tuple(answers)


def judge(
    model: Path, answers: Sequence[Answers], declared_rounding: str, tolerance_lsb: int = 0
) -> tuple[Verdict, ...]:
    """A verdict per rounding that has a reference for this model; the declared one comes first.

    The declared rounding must have a reference (ModelError, EnvironmentError_ when it has not); the
    other one is asked only when the declared one differs, to tell what the device rounds like.
    """
    verdicts = [_against(model, answers, declared_rounding, tolerance_lsb)]
    if not verdicts[0].is_accepted:
        others = (rounding for rounding in ROUNDINGS if rounding != declared_rounding)
        for rounding in others:
            with suppress(ModelError):  # no reference with that rounding for this model
                verdicts.append(_against(model, answers, rounding, tolerance_lsb))
    return tuple(verdicts)


def _against(model: Path, answers: Sequence[Answers], rounding: str, tolerance_lsb: int) -> Verdict:
    with open_reference(model, rounding=rounding) as reference:
        pairs = [(a, expected_outputs(reference, a.inputs)) for a in answers]
    gaps = [a.outputs.astype(np.int32) - expected for a, expected in pairs]
    return Verdict(
        reference=str(reference.info),
        rounding=rounding,
        vectors=sum(len(gap) for gap in gaps),
        values=sum(gap.size for gap in gaps),
        different=sum(int(np.count_nonzero(gap)) for gap in gaps),
        largest_difference=max(int(np.abs(gap).max()) for gap in gaps),
        tolerance_lsb=tolerance_lsb,
        first=next(_differences(pairs), None),
    )


def _differences(
    pairs: Sequence[tuple[Answers, NDArray[np.int8]]],
) -> Iterator[Difference]:
    """All differences in the order of the sets, vectors and values."""
    for answers, expected in pairs:
        for vector, index in np.argwhere(answers.outputs != expected):
            yield Difference(
                vectors=answers.name,
                vector=int(vector),
                index=int(index),
                device=int(answers.outputs[vector, index]),
                reference=int(expected[vector, index]),
            )
