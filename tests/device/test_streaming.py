# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A model with variables through the command line: its state goes on over a clip, and no further."""

from __future__ import annotations

from pathlib import Path

import pytest
import soundfile

from mcugen.records import as_run, read_records
from mcugen.scoring.wake_word import detections
from tests.cli.calls import call
from tests.device.test_per_layer import build, change, verify
from tests.features.c_front_end import noisy_tones
from tests.streaming_models import keyword

Capture = pytest.CaptureFixture[str]
RESETS = "if (!goes_on || !info->streams) {"


TOML = """schema = 1
[model]
file = "keyword.tflite"
[front_end]
preset = "micro-wake-word"
[score]
kind = "wake-word"
threshold = 0.4
windows = 3
refractory_s = 0.1
"""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "keyword.tflite"
    path.write_bytes(keyword())
    path.with_name("mcugen.toml").write_text(TOML)
    return path


@pytest.mark.parametrize("board", ["host", "mps2-an505"])
def test_device_and_reference_agree(
    board: str, model: Path, tmp_path: Path, capfd: Capture
) -> None:
    project = build(model, board, capfd, "--per-layer")
    sound = verify(project, capfd)
    assert sound.status == 0 and "bit-exact" in sound.out, sound.out + sound.err
    layers = verify(project, capfd, "--per-layer")
    assert layers.status == 0 and "all layers are bit-exact" in layers.out, layers.out
    for name in ("a", "b"):  # the second clip starts anew
        soundfile.write(tmp_path / f"{name}.wav", noisy_tones(0.5), 16000)
    clips, out = (tmp_path / "a.wav", tmp_path / "b.wav"), tmp_path / "out"
    ran = call(capfd, "run", project, *clips, "--check-outputs", "--repeats", "2", "--out", out)
    assert ran.status == 0, ran.err
    run = as_run(read_records(out / "records.jsonl"), "records")
    compared = ["windows", "outputs_compared", "outputs_different", "features_different"]
    found = [[getattr(clip, name) for name in compared] for clip in run.clips]
    assert found == [[16, 16, 0, 0]] * 2
    first, second = run.clips
    assert first.window_scores == second.window_scores and first.window_scores[:2] == (0, 0)
    assert first.score == max(first.window_scores) == first.reference_score
    (heard, *_) = detections(first.window_scores, 0.4, 4)
    assert f"detected at {0.03 * (heard + 1):.2f}" in " ".join(ran.out.split())
    assert "longer than" not in ran.out and "AUC" not in ran.out
    html = (out / "report.html").read_text()
    assert "AUC" not in html
    assert "detected" in html and f"at {0.03 * (heard + 1):.2f}" in html
    assert f"{0.03 * (heard + 1):.2f}" in (out / "scores.csv").read_text()


def test_a_firmware_that_resets_every_window_is_noticed(model: Path, capfd: Capture) -> None:
    project = build(model, "host", capfd)
    change(project / "runtime" / "window.c", RESETS, "if (goes_on || !info->streams) {")
    answer = verify(project, capfd)
    assert answer.status == 3 and "bit-exact" not in answer.out, answer.out


def test_inspect_shows_the_state(model: Path, capfd: Capture) -> None:
    answer = call(capfd, "inspect", model)
    assert answer.status == 0, answer.err
    assert "144 of state among them" in " ".join(answer.out.split())
