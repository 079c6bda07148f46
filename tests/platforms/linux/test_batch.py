# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Several windows at once in the scorer of a Linux board: on this computer, and with SDOT under qemu-user."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from benchmarks import cycles
from mcugen.device.client import Client
from mcugen.device.identity import open_device
from mcugen.device.session import describe_run
from mcugen.features.coding import input_coding, output_coding
from mcugen.model.reference import open_reference
from mcugen.model.tflite import read_tflite
from mcugen.protocol import What, Window
from mcugen.samples.expected import expected_outputs
from mcugen.samples.stimulus import Stimulus, make_stimulus
from mcugen.scoring.reconstruction import reconstruction_errors
from mcugen.toolchain.project import Project
from mcugen.transport.process_link import ProcessLink
from tests.conftest import require_tool
from tests.platforms.linux.scorer_projects import EMULATOR, write_wav

BATCH = 4


@pytest.fixture(params=["emulated", "native"])
def project(request: pytest.FixtureRequest) -> Project:
    found: Project = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def client(project: Project) -> Iterator[Client]:
    start = [require_tool(EMULATOR), "-cpu", "max"] if project.board.name == "emulated" else []
    link = ProcessLink([*start, str(project.elf)])
    with open_device(link, project.manifest, lambda link: Client(link, 7)) as (client, identity):
        facts = dict(describe_run(identity, project.manifest, "pcm", "reference", "link").facts)
        assert facts["batch"] == str(BATCH)
        yield client


def stimulus_of(project: Project, folder: Path, source: str) -> Stimulus:
    clip = write_wav(folder / "clip.wav", 2.7)
    coding = input_coding(read_tflite(project.model))
    return make_stimulus(clip, source, project.manifest.front_end, coding)


def windows_of(client: Client, stimulus: Stimulus, chunk_bytes: int) -> list[Window]:
    client.reset()
    pushes = client.push(stimulus.source, stimulus.data, end=True, chunk_bytes=chunk_bytes)
    return [window for reply in pushes for window in reply.windows]


@pytest.mark.parametrize("source", ["int8", "features", "pcm"])
def test_every_window_scores_as_it_does_alone(
    source: str, project: Project, client: Client, tmp_path: Path
) -> None:
    stimulus = stimulus_of(project, tmp_path, source)
    assert len(stimulus.inputs) % BATCH != 0
    row = stimulus.row_bytes
    alone = windows_of(client, stimulus, row)
    with open_reference(project.model, rounding=project.manifest.rounding) as reference:
        (expected,) = expected_outputs(reference, stimulus.inputs)
        values = output_coding(reference.graph).decode(expected)
    wanted = reconstruction_errors(stimulus.windows, values)
    assert [w.score for w in alone] == pytest.approx(wanted.tolist(), rel=1e-3)
    for chunk in (len(stimulus.data), 9 * row, 7 * row + 13):
        found = windows_of(client, stimulus, chunk)
        assert [(w.index, w.score) for w in found] == [(w.index, w.score) for w in alone]


def test_the_last_output_of_a_batch_is_read(
    project: Project, client: Client, tmp_path: Path
) -> None:
    """Every request but the first and the last brings the rows of one batch, whose windows cost the same."""
    stimulus = stimulus_of(project, tmp_path, "int8")
    with open_reference(project.model, rounding=project.manifest.rounding) as reference:
        (expected,) = expected_outputs(reference, stimulus.inputs)
    client.reset()
    chunk = BATCH * stimulus.row_bytes
    batches = 0
    for reply in client.push(stimulus.source, stimulus.data, end=True, chunk_bytes=chunk):
        if not reply.windows:
            continue
        found = np.frombuffer(client.read(What.OUTPUT, expected.shape[1]), np.int8)
        assert np.array_equal(found, expected[reply.windows[-1].index])
        if len(reply.windows) == BATCH:
            batches += 1
            assert len({window.ticks for window in reply.windows}) == 1
    assert batches == len(stimulus.inputs) // BATCH
    assert client.stats().inferences == len(stimulus.inputs)


def test_a_batch_takes_fewer_instructions_a_window(emulated: Project, tmp_path: Path) -> None:
    (tmp_path / "rows.bin").write_bytes(stimulus_of(emulated, tmp_path, "int8").data)
    counts = []
    for function in ("invoke", "invoke_batch"):
        counted = cycles.counting(emulated.elf, emulated.board.compiler_prefix, tmp_path, function)
        if counted is None:
            pytest.skip("this QEMU has no plugins")
        start = [require_tool(EMULATOR), "-cpu", "max", *counted.arguments, str(emulated.elf)]
        subprocess.run([*start, "--int8", str(tmp_path / "rows.bin")], check=True, timeout=60)
        counts.append(cycles.instructions(counted))
    assert 0.7 < counts[1] / BATCH / counts[0] < 0.9
