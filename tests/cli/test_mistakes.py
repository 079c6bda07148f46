# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What people type by mistake: one line that says what, where and what to try, and nothing written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mcugen.paths import examples_dir
from mcugen.records import to_json_line
from tests.cli.calls import call
from tests.conftest import ROOT, require_tool
from tests.report.runs import labelled_run
from tests.tflite_writer import OpSpec, TensorSpec, fully_connected, model_bytes

MODEL = examples_dir() / "machine-sound" / "machine_sound_int8.tflite"
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def project(tmp_path: Path, capfd: Capture) -> Path:
    """A project for the host that takes raw tensors, not compiled."""
    folder = tmp_path / "project"
    words = ["--board", "host", "--front-end", "raw", "--no-compile", "--out", folder]
    assert call(capfd, "build", MODEL, *words).status == 0
    return folder


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--variant", "x"], "--variant needs a board whose exporter is mcuxpresso"),
        (["--memory", "x"], "--memory needs a board whose exporter is mcuxpresso"),
        (["--sdk", "x"], "--sdk needs a board whose exporter is axon or mcuxpresso"),
        (["--tflm", "x"], "--tflm needs --engine tflm"),
        (["--neutron-sdk", "x"], "--neutron-sdk needs --accelerator npu"),
        (["--npu-model", "x"], "--npu-model needs --accelerator npu"),
        (["--test-data", "x"], "--test-data needs a board whose exporter is axon or efinix"),
        (["--test-labels", "x"], "--test-labels needs --test-data"),
        (["--class-names", "x"], "class names x cannot be read"),
        (["--engine", "tflm", "--no-prune"], "--no-prune needs --engine aot"),
        (["--engine", "tflm", "--rounding", "single"], "rounding single needs --engine aot"),
        (["--board-dir", "x"], "--board-dir x is not a folder"),
    ],
)
def test_an_option_of_build_that_would_change_nothing_is_refused(
    options: list[str], words: str, tmp_path: Path, capfd: Capture
) -> None:
    out = tmp_path / "out"
    answer = call(capfd, "build", MODEL, "--board", "host", *options, "--out", out, "--no-compile")
    assert answer.status == 2 and words in answer.err and "try:" in answer.err
    assert not out.exists()


def test_all_idle_options_are_named_at_once(tmp_path: Path, capfd: Capture) -> None:
    answer = call(capfd, "build", MODEL, "--board", "host", "--variant", "x", "--tflm", "y")
    assert answer.status == 2 and "--variant" in answer.err and "--tflm" in answer.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--only", "npu"], "--only needs --host"),
        (["--compile-on-board"], "--compile-on-board needs --host"),
        (["--interpreter", "python3"], "--interpreter needs --host"),
        (["--ssh-option=-p22"], "--ssh-option needs --host"),
        (["--baud", "9600"], "--baud needs --port"),
    ],
)
def test_an_option_of_run_that_would_change_nothing_is_refused(
    options: list[str], words: str, project: Path, capfd: Capture
) -> None:
    answer = call(capfd, "run", project, "--repeats", "1", *options)
    assert answer.status == 2 and words in answer.err
    assert not project.with_name("project-run").exists()


def test_a_file_or_another_folder_in_place_of_a_project(tmp_path: Path, capfd: Capture) -> None:
    for wrong in (MODEL, tmp_path):
        answer = call(capfd, "run", wrong, "clip.wav")
        assert answer.status == 2 and "is not a project made by mcugen" in answer.err


def test_a_folder_that_is_not_there_is_named_with_the_nearest_one(
    project: Path, capfd: Capture
) -> None:
    gone = project.with_name("projecx")
    for words in (
        ["run", gone],
        ["run", gone, "clip.wav"],
        ["run", project, gone],
        ["verify", gone],
        ["verify", project, "--clips", gone],
        ["evaluate", MODEL, gone],
        ["convert", MODEL, "--data", gone],
        ["train", "ad", gone],
        ["compare", gone, gone],
        ["report", gone],
    ):
        answer = call(capfd, *words)
        assert answer.status == 2 and f"did you mean '{project}'?" in answer.err, words
        assert re.search(f"{gone}( does not exist|: no such file or folder)", answer.err), words


def test_a_sound_for_a_project_of_raw_tensors(
    project: Path, tmp_path: Path, capfd: Capture
) -> None:
    clip = tmp_path / "clip.wav"
    clip.write_bytes(b"RIFF")
    answer = call(capfd, "run", project, clip)
    assert answer.status == 2 and "--front-end" in answer.err


def test_a_file_in_place_of_the_folder_of_results(
    project: Path, tmp_path: Path, capfd: Capture
) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    answer = call(capfd, "run", project, "--repeats", "1", "--out", file)
    assert answer.status == 2 and f"{file} is a file" in answer.err
    assert file.read_text() == "mine"


@pytest.mark.parametrize("verb", ["report", "compare"])
def test_a_folder_without_results(verb: str, tmp_path: Path, capfd: Capture) -> None:
    answer = call(capfd, verb, tmp_path, *([tmp_path] if verb == "compare" else []))
    assert answer.status == 2 and "no records.jsonl in it" in answer.err
    assert "mcugen run" in answer.err


@pytest.mark.parametrize("verb", ["inspect", "build"])
def test_a_folder_in_place_of_a_model(verb: str, tmp_path: Path, capfd: Capture) -> None:
    answer = call(capfd, verb, tmp_path, *(["--board", "host"] if verb == "build" else []))
    assert answer.status == 2 and "Is a directory" in answer.err and ".tflite" in answer.err


def test_a_model_cut_short_says_so_without_jargon(tmp_path: Path, capfd: Capture) -> None:
    model = tmp_path / "cut.tflite"
    model.write_bytes(MODEL.read_bytes()[:5000])
    answer = call(capfd, "inspect", model)
    assert answer.status == 2 and "cut.tflite is damaged: truncated (5000 bytes)" in answer.err
    assert "unpack" not in answer.err


def test_a_folder_that_convert_wrote_is_a_model(tmp_path: Path, capfd: Capture) -> None:
    words = ["--board", "host", "--no-compile", "--out", tmp_path / "out"]
    answer = call(capfd, "build", MODEL.parent, *words)
    assert answer.status == 0 and "front-end log-mel, score reconstruction-error" in answer.out


def test_the_demo_refuses_a_board_that_it_cannot_start(tmp_path: Path, capfd: Capture) -> None:
    answer = call(capfd, "demo", "--board", "mcxn947", "--out", tmp_path / "out")
    assert answer.status == 2 and "mcugen flash" not in answer.out
    assert "emulated boards only" in answer.err and not (tmp_path / "out").exists()


def test_a_misspelt_verb_names_the_nearest(capfd: Capture) -> None:
    answer = call(capfd, "bild")
    assert answer.status == 2 and "Did you mean 'build'?" in answer.err


def test_a_binary_file_is_no_log(capfd: Capture) -> None:
    answer = call(capfd, "parse-log", MODEL)
    assert answer.status == 2 and "it is not text" in answer.err


def test_a_terminal_that_is_not_utf_8_gets_every_line(tmp_path: Path) -> None:
    """Figures have narrow spaces in them: no reason for a UnicodeEncodeError."""
    run = labelled_run()
    records = (run.head, *run.clips, *run.latencies, *run.memories)
    (tmp_path / "records.jsonl").write_text("".join(map(to_json_line, records)))
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "mcugen", "compare", str(tmp_path), str(tmp_path)],
        env=environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"instructions" in done.stdout and b"1.000" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "PROJECT", "x.npy", "--host", "a", "--port", "b"], "exclude each other"),
        (["verify", "PROJECT", "--host", "a", "--port", "b"], "exclude each other"),
        (["verify", "PROJECT", "--ssh-option=-p2"], "--ssh-option needs --host"),
        (["mlperf", "PROJECT", "--dataset", ".", "--out", "FILE"], "FILE is a file"),
        (["serve", "FILE"], "is not a project made by mcugen"),
    ],
)
def test_devices_that_cannot_be_meant(
    words: list[str], said: str, project: Path, monkeypatch: pytest.MonkeyPatch, capfd: Capture
) -> None:
    monkeypatch.chdir(project.parent)
    Path("FILE").write_text("mine")
    answer = call(capfd, *(project if word == "PROJECT" else word for word in words))
    assert answer.status == 2 and said in answer.err


def test_what_was_measured_before_is_said(tmp_path: Path, capfd: Capture) -> None:
    """The same clips again: nothing is measured. Others: the table has them, the folder all."""
    require_tool("gcc")
    project, out = tmp_path / "project", tmp_path / "out"
    model = tmp_path / "sum.tflite"
    model.write_bytes(fully_connected(np.ones((4, 8), np.int8), output_quant=(0.5, 0)))
    assert call(capfd, "build", model, "--board", "host", "--out", project).status == 0
    for name, value in (("a.npy", 1), ("b.npy", 2)):
        np.save(tmp_path / name, np.full((1, 8), value, np.int8))
    first, again, other = (
        call(capfd, "run", project, tmp_path / name, "--out", out)
        for name in ("a.npy", "a.npy", "b.npy")
    )
    assert first.status == again.status == other.status == 0, other.err
    assert "before" not in first.err
    assert "1 of 1 clips were measured before and are not measured again" in again.err
    assert f"{out} also holds clips of earlier runs (1)" in other.err
    assert "b.npy" in other.out and "a.npy" not in other.out


def test_one_array_is_no_sample_of_two_inputs(tmp_path: Path, capfd: Capture) -> None:
    """The clip is refused before the firmware is started."""
    one = TensorSpec((1, 8), scales=[0.1], zero_points=[0])
    model, project = tmp_path / "two.tflite", tmp_path / "project"
    ops = [OpSpec("ADD", [0, 1], [2])]
    model.write_bytes(model_bytes(tensors=[one, one, one], ops=ops, inputs=[0, 1], outputs=[2]))
    words = ["--board", "host", "--no-compile", "--out", project]
    assert call(capfd, "build", model, *words).status == 0
    np.save(tmp_path / "a.npy", np.zeros((1, 8), np.int8))
    answer = call(capfd, "run", project, tmp_path / "a.npy")
    assert answer.status == 2 and "--input int8 takes an .npz of 2 arrays" in answer.err
