# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The whole firmware, front-end to score, under AddressSanitizer and UndefinedBehaviorSanitizer."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from mcugen.paths import examples_dir
from mcugen.train.synth_set import demo_clips
from tests.cli.calls import call
from tests.conftest import require_tool

SANITIZERS = "-fsanitize=address,undefined -fno-sanitize-recover=all"


def test_every_input_gives_the_reference_score_and_no_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A finding ends the process, so the run would fail."""
    require_tool("cmake")
    monkeypatch.setenv("CFLAGS", SANITIZERS)  # CMake takes it up
    project = tmp_path / "project"
    model = examples_dir() / "machine-sound" / "mcugen.toml"
    assert call(capfd, "build", model, "--board", "host", "--out", project).status == 0
    cache = (project / "build" / "CMakeCache.txt").read_text()
    assert re.search(rf"^CMAKE_C_FLAGS:STRING={re.escape(SANITIZERS)}$", cache, re.MULTILINE)
    clip = demo_clips(tmp_path / "clips")[0]
    for source in ("pcm", "features", "int8"):
        out = tmp_path / source
        answer = call(
            capfd, "run", project, clip, "--input", source, "--out", out, "--check-outputs"
        )
        assert answer.status == 0, answer.err
        record = json.loads((out / "records.jsonl").read_text().splitlines()[1])
        assert record["outputs_compared"] == 196 * 640
        if source == "pcm":  # features in float64 on the PC, in float32 on the device
            assert record["features_different"] <= record["features_compared"] / 1000
            assert record["features_largest_difference"] <= 1
        else:
            assert record["outputs_different"] == 0
        assert record["score"] == pytest.approx(record["reference_score"], rel=1e-3)
    assert call(capfd, "verify", project, "--vectors", "30").status == 0
