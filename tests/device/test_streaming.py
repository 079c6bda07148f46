# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A model with variables through the command line: its state goes on over a clip, and no further."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mcugen.records import as_run, read_records
from tests.cli.calls import call
from tests.device.test_per_layer import build, change, verify
from tests.streaming_models import keyword

Capture = pytest.CaptureFixture[str]
RESETS = "if (!goes_on || !info->streams) {"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "keyword.tflite"
    path.write_bytes(keyword())
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
        values = np.random.default_rng(3).integers(-128, 128, (9, 3, 40)).astype(np.int8)
        np.save(tmp_path / f"{name}.npy", values)
    clips, out = (tmp_path / "a.npy", tmp_path / "b.npy"), tmp_path / "out"
    ran = call(capfd, "run", project, *clips, "--check-outputs", "--repeats", "2", "--out", out)
    assert ran.status == 0, ran.err
    run = as_run(read_records(out / "records.jsonl"), "records")
    assert [(c.windows, c.outputs_compared, c.outputs_different) for c in run.clips] == [
        (9, 9, 0),
        (9, 9, 0),
    ]


def test_a_firmware_that_resets_every_window_is_noticed(model: Path, capfd: Capture) -> None:
    project = build(model, "host", capfd)
    change(project / "runtime" / "window.c", RESETS, "if (goes_on || !info->streams) {")
    answer = verify(project, capfd)
    assert answer.status == 3 and "bit-exact" not in answer.out, answer.out


def test_inspect_shows_the_state(model: Path, capfd: Capture) -> None:
    answer = call(capfd, "inspect", model)
    assert answer.status == 0, answer.err
    assert "144 of state among them" in " ".join(answer.out.split())
