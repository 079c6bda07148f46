# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen mlperf` and `mcugen serve` against real firmware."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from mcugen.device import mlperf
from mcugen.features.reference import dequantize, quantize, row_extractor
from mcugen.features.spec import PRESETS
from mcugen.model.reference import Reference, open_reference
from mcugen.paths import examples_dir
from mcugen.samples.files import read_source
from mcugen.train.synth_set import demo_clips
from tests.cli.calls import call
from tests.conftest import ROOT, require_tool
from tests.schemas import written_as
from tests.tflite_writer import fully_connected

FILES = 5
WINDOWS = 3  # of each file; a whole clip has 196

Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def anomaly_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Log-mel frames of the demo's clips in the layout of ad01."""
    root = tmp_path_factory.mktemp("data")
    folder = root / "ad01"
    folder.mkdir()
    front_end = PRESETS["mlperf-ad"]
    clips = demo_clips(tmp_path_factory.mktemp("clips"))
    lines = []
    for number, clip in enumerate((*clips[:3], *clips[-2:])):
        rows = row_extractor(front_end)(read_source(clip, front_end))
        label = int(clip.name.startswith("anomaly"))
        name = f"{number}.bin"
        rows[50 : 50 + WINDOWS + 4].astype("<f4").tofile(folder / name)
        lines.append(f"{name},2,{label},2560,512\n")
    (folder / "y_labels.csv").write_text("".join(lines))
    return root


@pytest.fixture(scope="module")
def scorer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("scorer"), examples_dir() / "machine-sound/mcugen.toml")


def build(root: Path, model: Path, *words: str, board: str = "host") -> Path:
    require_tool("cmake")
    out = root / f"project-{board}"
    command = [sys.executable, "-m", "mcugen", "build", str(model), *words, "--board", board]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([*command, "--out", str(out)], check=True, env=environment, timeout=300)
    return out


def reference_score(reference: Reference, frames: np.ndarray) -> float:
    """Mean squared error of one window against the float features, as docs/PROTOCOL.md says."""
    tensors = reference.graph.tensors
    given, got = tensors[reference.graph.inputs[0]], tensors[reference.graph.outputs[0]]
    assert given.quant is not None and got.quant is not None
    features = frames.reshape(1, *given.shape)
    (output,) = reference.run([quantize(features, given.quant)])
    return float(np.mean((dequantize(output, got.quant) - features) ** 2))


def test_anomaly_scores_are_those_of_the_reference(
    scorer: Path, anomaly_set: Path, tmp_path: Path, capfd: Capture
) -> None:
    words = ("--dataset", anomaly_set, "--mode", "accuracy", "--out", tmp_path)
    answer = call(capfd, "mlperf", scorer, *words)
    assert answer.status == 0, answer.err
    assert f"ad01: {FILES} files, {FILES * WINDOWS} windows\nAUC 0." in answer.out
    found = written_as("mlperf", tmp_path / "accuracy.json")
    who = found["identity"]
    assert who["mlperf_id"] == "ad01" and found["metric"] == "AUC" and who["board"] == "host"
    with open_reference(next((scorer / "model").glob("*.tflite"))) as reference:
        for file in found["files"]:
            frames = np.fromfile(anomaly_set / "ad01" / file["file"], "<f4").reshape(-1, 128)
            scores = [reference_score(reference, frames[at : at + 5]) for at in range(WINDOWS)]
            assert file["results"] == [pytest.approx(np.mean(scores), abs=0.0006)]  # 3 decimals
    labels = [file["label"] == "anomaly" for file in found["files"]]
    assert found["value"] == pytest.approx(
        roc_auc_score(labels, [file["results"][0] for file in found["files"]])
    )


def test_performance_mode_on_real_firmware(
    scorer: Path,
    anomaly_set: Path,
    tmp_path: Path,
    capfd: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mlperf, "WINDOW_US", 100_000)
    monkeypatch.setattr(mlperf, "PROBE_US", 10_000)
    answer = call(capfd, "mlperf", scorer, "--dataset", anomaly_set, "--out", tmp_path)
    assert answer.status == 0, answer.err
    assert answer.out.count(" inferences in 0.") == FILES
    assert "\nmedian " in answer.out and "inferences/s" in answer.out
    windows = written_as("mlperf", tmp_path / "performance.json")["windows"]
    assert len(windows) == FILES and all(window["iterations"] > 1 for window in windows)


def test_an_emulator_gives_no_throughput(
    anomaly_set: Path, tmp_path: Path, capfd: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_tool("qemu-system-arm")
    require_tool("arm-none-eabi-gcc")
    model = examples_dir() / "machine-sound/mcugen.toml"
    project = build(tmp_path, model, board="mps2-an505")
    monkeypatch.setattr(mlperf, "WINDOW_US", 100_000)
    monkeypatch.setattr(mlperf, "PROBE_US", 10_000)
    answer = call(capfd, "mlperf", project, "--dataset", anomaly_set, "--out", tmp_path)
    assert answer.status == 0, answer.err
    assert "nominal s" in answer.out and "no throughput: this device counts instr" in answer.out
    assert "inferences/s" not in answer.out


def test_a_classifier_is_judged_by_its_first_guess(tmp_path: Path, capfd: Capture) -> None:
    """Each class has one input that is large; one of six files is labelled wrongly."""
    weights = np.eye(3, 4, dtype=np.int8) * 100
    quants = {"input_quant": (1.0, 0), "weight_scales": 0.01, "output_quant": (0.25, 0)}
    model = tmp_path / "picker.tflite"
    model.write_bytes(fully_connected(weights, np.zeros(3, np.int32), **quants))
    data = tmp_path / "data"
    data.mkdir()
    for number in range(6):
        values = np.full(4, -3, np.int8)
        values[number % 3] = 20
        values.tofile(data / f"{number}.bin")
    labels = [0, 1, 2, 0, 1, 0]
    lines = "".join(f"{number}.bin,3,{label}\n" for number, label in enumerate(labels))
    (data / "y_labels.csv").write_text(lines)
    project = build(tmp_path, model)
    words = ("--dataset", data, "--mode", "accuracy", "--out", tmp_path)
    answer = call(capfd, "mlperf", project, *words)
    assert answer.status == 0, answer.err
    assert "picker: 6 files, 6 windows\ntop-1 0.8333\n" in answer.out


def test_a_data_set_of_another_benchmark(scorer: Path, tmp_path: Path, capfd: Capture) -> None:
    (tmp_path / "big.bin").write_bytes(bytes(27648))
    (tmp_path / "y_labels.csv").write_text("big.bin,2,1\n")
    answer = call(capfd, "mlperf", scorer, "--dataset", tmp_path, "--mode", "accuracy")
    assert answer.status == 2
    assert "does not take 27648 bytes: Supplied buffer size" in answer.err


def test_no_data_set(scorer: Path, tmp_path: Path, capfd: Capture) -> None:
    answer = call(capfd, "mlperf", scorer, "--dataset", tmp_path / "nowhere")
    assert answer.status == 2 and "nowhere does not exist" in answer.err


@contextmanager
def serving(project: Path, alias: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "mcugen", "serve", str(project), "--link", str(alias), *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        try:
            yield server
        finally:
            server.kill()


def test_a_served_firmware_is_a_port_like_any_other(
    scorer: Path, anomaly_set: Path, tmp_path: Path, capfd: Capture
) -> None:
    alias = tmp_path / "tty"
    with serving(scorer, alias, "--json") as server:
        assert server.stdout is not None
        told = "".join(iter(server.stdout.readline, "}\n")) + "}"
        assert written_as("serve", told)["link"] == str(alias)
        words = ("--dataset", anomaly_set, "--mode", "accuracy", "--out", tmp_path)
        answer = call(capfd, "mlperf", scorer, *words, "--port", alias)
        assert answer.status == 0, answer.err
        assert f"{FILES * WINDOWS} windows\nAUC " in answer.out
        answer = call(capfd, "mlperf", scorer, *words, "--port", alias, "--json")
        assert answer.status == 0, "the port outlives its clients"
        assert len(written_as("mlperf", answer.out)["files"]) == FILES
        server.send_signal(signal.SIGTERM)
        assert server.wait(10) == 0
        assert not alias.is_symlink()


def official_runner() -> tuple[str, Path]:
    """A Python with the runner's packages, and the folder benchmark/runner of mlcommons/tiny."""
    folder = os.environ.get("MCUGEN_MLPERF_RUNNER")
    if folder is None:
        pytest.skip("no official runner: set MCUGEN_MLPERF_RUNNER (and MCUGEN_MLPERF_PYTHON)")
    return os.environ.get("MCUGEN_MLPERF_PYTHON", sys.executable), Path(folder)


@pytest.mark.parametrize(("board", "how"), [("host", ()), ("mcxn947-bare", ("--emulate",))])
def test_the_official_runner_says_the_same(
    board: str, how: tuple[str, ...], anomaly_set: Path, tmp_path: Path, capfd: Capture
) -> None:
    python, runner = official_runner()
    scorer = build(tmp_path, examples_dir() / "machine-sound/mcugen.toml", board=board)
    alias = tmp_path / "tty"
    environment = {"MCUGEN_PORT": str(alias), "PYTHONPATH": str(ROOT / "tools" / "mlperf_runner")}
    words = ("-d", runner / "devices_ad.yaml", "-t", runner / "tests_accuracy.yaml")
    with serving(scorer, alias, *how) as server:
        assert server.stdout is not None
        server.stdout.readline()
        done = subprocess.run(
            [python, runner / "main.py", *words, "-s", anomaly_set, "-m", "a"],
            env={**os.environ, **environment},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        server.send_signal(signal.SIGTERM)
    assert done.returncode == 0, done.stdout
    words_of_ours = ("--dataset", anomaly_set, "--mode", "accuracy", "--out", tmp_path)
    assert call(capfd, "mlperf", scorer, *words_of_ours, *how).status == 0
    ours = json.loads((tmp_path / "accuracy.json").read_text())
    assert f"AUC = {ours['value']:.3f}" in done.stdout
    windows = json.loads(next(tmp_path.glob("sessions/*/results.json")).read_text())
    for file in ours["files"]:
        scores = [w["infer"]["results"][0] for w in windows if w["file"] == file["file"]]
        assert len(scores) == WINDOWS
        assert file["results"] == [pytest.approx(np.mean(scores))]
