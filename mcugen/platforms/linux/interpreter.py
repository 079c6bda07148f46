# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Clips through the TensorFlow Lite interpreter of a Linux board's own Python.

Features are computed here and travel as int8 windows; the board computes outputs and times every
inference; scores are computed here from its outputs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import DeviceError
from mcugen.export.manifest import run_record
from mcugen.features.coding import input_coding, output_coding
from mcugen.model.reference import Reference
from mcugen.paths import templates_dir
from mcugen.records import ClipRecord, RunRecord
from mcugen.samples.clips import Clip
from mcugen.samples.expected import expected_outputs, expected_score
from mcugen.samples.stimulus import Stimulus, make_stimulus
from mcugen.toolchain.project import Project
from mcugen.transport.ssh import SshSession

SCRIPT = "score_tflite.py"
INFER_TIMEOUT_S = 120.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What the board's interpreter computed for one clip."""

    interpreter: str  # "tflite_runtime 2.16.2"
    outputs: NDArray[np.int8]  # [windows, output values]
    ticks_ns: tuple[int, ...]


def interpret_clips(
    project: Project,
    session: SshSession,
    reference: Reference,
    clips: Sequence[Clip],
    python: str,
) -> Iterator[tuple[RunRecord, ClipRecord]]:
    """Each clip's record, with the record of the run it belongs to, as soon as it is measured."""
    session.upload(SCRIPT, (templates_dir() / "linux" / SCRIPT).read_bytes())
    session.upload("model.tflite", project.model.read_bytes())
    coding = input_coding(reference.graph)
    for clip in clips:
        stimulus = make_stimulus(clip.path, "int8", project.manifest.front_end, coding)
        answer = _ask(session, reference, stimulus, python)
        head = _run_record(project, answer.interpreter, reference)
        yield head, _clip_record(project, reference, clip, stimulus, answer)


def _ask(session: SshSession, reference: Reference, stimulus: Stimulus, python: str) -> Answer:
    graph = reference.graph
    size = graph.tensors[graph.outputs[0]].bytes * len(stimulus.inputs)
    taken, given = input_coding(graph), output_coding(graph)
    session.upload("inputs.bin", taken.as_in_file(stimulus.inputs).tobytes())
    command = [python, SCRIPT, "model.tflite", "inputs.bin", "outputs.bin"]
    result = session.run(command, timeout_s=INFER_TIMEOUT_S)
    facts = dict(re.findall(r"^(interpreter|version|nanoseconds)=(.*)$", result.output, re.M))
    if result.status != 0 or len(facts) != 3:
        said = [line for line in result.output.splitlines() if line.strip()]
        raise DeviceError(
            f"{session.target.host} cannot run the model in Python: "
            f"{said[-1] if said else f'status {result.status}'}",
            hint="the board needs python3, numpy and tflite_runtime or ai_edge_litert;"
            " without them leave out --interpreter",
        )
    outputs = given.from_file(session.download("outputs.bin", size))
    return Answer(
        interpreter=f"{facts['interpreter']} {facts['version']}",
        outputs=outputs.reshape(len(stimulus.inputs), -1),
        ticks_ns=tuple(int(word) for word in facts["nanoseconds"].split(",")),
    )


def _run_record(project: Project, interpreter: str, reference: Reference) -> RunRecord:
    return replace(
        run_record(project.manifest),
        engine=interpreter,
        rounding=None,  # the interpreter does not state it
        reference=str(reference.info),
        score=project.manifest.score,
        threshold=project.manifest.threshold,
    )


def _clip_record(
    project: Project, reference: Reference, clip: Clip, stimulus: Stimulus, answer: Answer
) -> ClipRecord:
    expected = expected_outputs(reference, stimulus.inputs)[0]
    scored, word = project.manifest.score != "none", project.manifest.wake_word
    return ClipRecord(
        clip=clip.name,
        sha256=clip.sha256,
        label=clip.label,
        windows=len(answer.outputs),
        score=expected_score(reference, stimulus, answer.outputs, word) if scored else None,
        reference_score=expected_score(reference, stimulus, expected, word) if scored else None,
        inference_ticks=answer.ticks_ns,
        outputs_compared=expected.size,
        outputs_different=int(np.count_nonzero(answer.outputs != expected)),
    )
