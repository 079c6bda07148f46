# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The bundled example on the MCX N947 without an SDK: the flashed image, bit-exact in the emulator."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mcugen.api.device import Device
from mcugen.cli import main
from mcugen.device.client import Client
from mcugen.device.emulated import emulated
from mcugen.device.identity import open_device
from mcugen.device.verify import ask_device, judge_outputs, vector_sets
from mcugen.features.coding import input_coding
from mcugen.model.reference import open_reference
from mcugen.model.tflite import read_tflite
from mcugen.toolchain.project import open_project, project_link
from tests.cli.calls import call
from tests.conftest import require_tool
from tests.emulator.images import BARE, require_unicorn

SEED, RATE_HZ = 11, 16000


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    require_unicorn()
    require_tool("arm-none-eabi-gcc")
    folder = tmp_path_factory.mktemp("bare") / "project"
    with pytest.raises(SystemExit) as ended:
        main(["build", "--board", BARE, "--out", str(folder)])
    assert not ended.value.code
    assert {path.name for path in (folder / "build").glob("firmware.*")} >= {
        *("firmware.elf", "firmware.hex", "firmware.bin"),
    }
    return folder


def test_verify_is_bit_exact(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    answer = call(capfd, "verify", project, "--emulate", "--ram-seed", SEED, "--vectors", 20)
    assert answer.status == 0, answer
    assert "bit-exact with double rounding" in answer.out
    assert f"RAM filled from seed {SEED}" in answer.out
    assert "does not show: time, caches, bus contention, NPU, boot ROM" in answer.out
    assert "read without a model" not in answer.out  # all that start-up reads is described


def test_doctor_names_unicorn(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert "emulator (--emulate): unicorn 2" in call(capfd, "doctor", "--board", BARE).out

    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("mcugen.toolchain.doctor.version", missing)
    answer = call(capfd, "doctor", "--board", BARE)
    assert "optional emulator (--emulate): pip install 'mcugen[emulate]'" in answer.out


def test_run_says_instructions(
    project: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The firmware names cycles at 150 MHz; of an emulator they are neither in records nor on paper."""
    clip = tmp_path / "clip.wav"
    noise = np.random.default_rng(1).normal(0, 3000, 2 * RATE_HZ).astype(np.int16)
    soundfile.write(clip, noise, RATE_HZ)
    words = ("run", project, clip, "--repeats", 3, "--check-outputs", "--emulate")
    answer = call(capfd, *words, "--out", tmp_path / "run")
    assert answer.status == 0, answer
    assert re.search(r"inference: [\d,]+ instructions", answer.out)
    assert "cycles" not in answer.out and " ms" not in answer.out
    head = json.loads((tmp_path / "run" / "records.jsonl").read_text().splitlines()[0])
    assert (head["tick_unit"], head["ticks_per_second"]) == ("instructions", None)
    assert ["link", "emulated: instructions"] in head["facts"]
    assert "emulated: instructions" in (tmp_path / "run" / "report.html").read_text()


def test_interrupts_during_an_inference_change_nothing(project: Path) -> None:
    opened = open_project(project)
    manifest, graph = opened.manifest, read_tflite(opened.model)
    sets = vector_sets(manifest.front_end, input_coding(graph), 3)
    told: list[str] = []
    with emulated(opened, SEED, told.append) as device:
        assert device.emulator is not None
        words = (*device.emulator.command, "--interrupt-every", "500")
        disturbed = replace(device.emulator, command=words)
        link = project_link(replace(device, emulator=disturbed), None)
        with open_device(link, manifest, lambda it: Client(it, 1)) as (client, _):
            answers = ask_device(client, graph, sets, manifest.front_end, input_coding(graph))
    (verdict,) = judge_outputs(opened.model, answers, manifest.rounding)
    assert verdict.is_accepted and verdict.first is None
    counts = re.match(r"emulated: ([\d,]+) instructions, ([\d,]+) interrupts", told[0])
    assert counts is not None
    instructions, interrupts = (int(count.replace(",", "")) for count in counts.groups())
    assert interrupts > instructions / 1000  # else none came during an inference


def test_a_device_of_the_python_api(project: Path) -> None:
    with Device(project, emulate=True, ram_seed=SEED) as device:
        assert device.tick_unit == "instructions"
        shape = device.graph.tensors[device.graph.inputs[0]].shape
        result = device.infer(np.zeros((2, *shape[1:]), np.int8))
    with open_reference(project / device.manifest.model_file) as reference:
        (expected,) = reference.run([np.zeros((1, *shape), np.int8)])
    assert (result.outputs[0] == expected).all()
    assert min(result.ticks) > 100_000


def test_without_a_model_of_the_chip(capfd: pytest.CaptureFixture[str], project: Path) -> None:
    answer = call(capfd, "run", project, "--ram-seed", 1, "--repeats", 1)
    assert (answer.status, "--ram-seed needs --emulate" in answer.err) == (2, True)
    answer = call(capfd, "verify", project, "--emulate", "--port", "/dev/ttyACM0")
    assert (answer.status, "--emulate excludes /dev/ttyACM0" in answer.err) == (2, True)
