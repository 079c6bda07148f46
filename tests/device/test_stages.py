# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen verify --features`: stages of real front-ends beside the reference's, sound and broken."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mcugen.boards import find_board
from mcugen.device.stages import ROWS_OF_A_CLIP, rows_to_look_at
from mcugen.features.reference import row_extractor
from mcugen.features.spec import PRESETS
from mcugen.features.stages import in_frame_order, reference_stages, stages_of
from mcugen.report.files import load_run
from mcugen.toolchain.build import compile_project
from tests.cli.calls import Answer, call
from tests.conftest import require_tool
from tests.features.c_front_end import noisy_tones
from tests.schemas import written_as
from tests.tflite_writer import fully_connected

Capture = pytest.CaptureFixture[str]
RELATIVE = 1e-5
"""Of the largest value of a stage: what float32 may lose in a transform of 1024 points."""


@pytest.mark.parametrize("preset", ["mlperf-ad", "mlperf-kws"])
def test_the_stages_end_in_the_rows_of_the_reference(preset: str) -> None:
    front_end = PRESETS[preset]
    samples = noisy_tones(1.0)
    rows = rows_to_look_at(front_end, len(samples))
    assert len(rows) == ROWS_OF_A_CLIP
    stages = reference_stages(front_end, samples, rows)
    assert [stage.shape for stage in stages] == [(len(rows), s.count) for s in stages_of(front_end)]
    np.testing.assert_allclose(stages[-1], row_extractor(front_end)(samples)[rows], atol=2e-5)


def test_pairs_come_back_from_bit_reversed_order() -> None:
    frame = np.arange(16, dtype=np.float32)
    order = [0, 4, 2, 6, 1, 5, 3, 7]
    turned = np.empty((8, 2), np.float32)
    turned[order] = frame.reshape(8, 2)
    assert in_frame_order(turned.reshape(1, 16)).tolist() == [frame.tolist()]


def test_a_clip_that_is_too_short_has_no_rows() -> None:
    assert rows_to_look_at(PRESETS["mlperf-ad"], 511) == []
    assert rows_to_look_at(PRESETS["mlperf-ad"], 512) == [0]
    assert rows_to_look_at(PRESETS["mlperf-kws"], 479) == []


def build(folder: Path, preset: str, board: str, capfd: Capture, *words: str) -> Path:
    """A project that is not compiled, of a model that gives as many outputs as the front-end features."""
    require_tool("cmake")
    require_tool("gcc" if board == "host" else "qemu-system-arm")
    values = PRESETS[preset].row_values * PRESETS[preset].window_rows
    random = np.random.default_rng(4)
    weights = random.integers(-9, 10, (values if preset == "mlperf-ad" else 12, values))
    model = folder / "model.tflite"
    quants = {"input_quant": (0.5, 0), "output_quant": (0.5, 0)}
    model.write_bytes(fully_connected(weights.astype(np.int8), **quants))
    project = folder / "project"
    line = ["build", model, "--board", board, "--front-end", preset, "--no-compile", *words]
    assert call(capfd, *line, "--out", project).status == 0
    return project


def compared(project: Path, board: str, folder: Path, capfd: Capture, *words: str) -> Answer:
    compile_project(project, find_board(board))
    clips = folder / "clips"
    clips.mkdir(exist_ok=True)
    for label, seconds in (("normal", 2.0), ("anomaly", 2.2)):
        soundfile.write(clips / f"{label}_id_01_00000000.wav", noisy_tones(seconds), 16000)
    return call(capfd, "verify", project, "--features", clips, *words)


@pytest.mark.parametrize(("preset", "board"), [("mlperf-ad", "host"), ("mlperf-kws", "mps2-an505")])
def test_every_stage_is_near_the_reference(
    preset: str, board: str, tmp_path: Path, capfd: Capture
) -> None:
    project = build(tmp_path, preset, board, capfd, "--per-layer")
    answer = compared(project, board, tmp_path, capfd, "--json")
    assert answer.status == 0, answer.err + answer.out
    (found,) = written_as("verify", answer.out)["verdicts"]
    assert [one["stage"] for one in found["stages"]] == [s.name for s in stages_of(PRESETS[preset])]
    for one in found["stages"]:
        assert one["values"] > 0 and one["largest_value"] > 0
        assert one["largest_difference"] <= RELATIVE * one["largest_value"], one
    assert found["clips"] == 2 and found["features"] > 0
    assert found["different"] <= 0.001 * found["features"]
    if preset == "mlperf-ad":
        assert found["auc"] == found["reference_auc"]
    written_as("verify", project / "build" / "features.json")


def test_a_broken_stage_is_seen_where_it_begins(tmp_path: Path, capfd: Capture) -> None:
    """One weight of the filter bank is wrong: window and spectrum are right, mel is not."""
    project = build(tmp_path, "mlperf-kws", "host", capfd, "--per-layer")
    tables = project / "front_end" / "front_end_tables.c"
    text = tables.read_text()
    broken = re.sub(r"(static const float weights\[\] = \{\n)[^,]+,", r"\g<1>9.0f,", text)
    assert broken != text
    tables.write_text(broken)
    answer = compared(project, "host", tmp_path, capfd, "--json")
    assert answer.status == 3
    (found,) = json.loads(answer.out)["verdicts"]
    wrong = [
        one["stage"]
        for one in found["stages"]
        if one["largest_difference"] > 100 * RELATIVE * one["largest_value"]
    ]
    assert wrong == ["mel", "log", "dct"]
    assert found["different"] > 0
    mel = found["stages"][2]
    assert mel["differences"].index(mel["largest_difference"]) == 0, "the filter that was changed"


def test_a_run_says_what_was_found_of_the_features(tmp_path: Path, capfd: Capture) -> None:
    project = build(tmp_path, "mlperf-kws", "host", capfd, "--per-layer")
    lines = compared(project, "host", tmp_path, capfd).out.splitlines()
    assert lines[0].startswith("window: ") and "of the peak" in lines[0]
    assert lines[5].startswith("int8: 0 of 980 features differ")
    assert call(capfd, "run", project, tmp_path / "clips", "--out", tmp_path / "run").status == 0
    facts = dict(json.loads((tmp_path / "run" / "summary.json").read_text())["run"]["facts"])
    assert facts["features"] == "0 of 980 int8 features differ"
    assert "spectrum" in facts["features, largest differences"]
    stages = load_run(tmp_path / "run").stages
    assert [(one.stage, one.count, len(one.differences)) for one in stages] == [
        ("window", 512, 64), ("spectrum", 257, 64), ("mel", 40, 40), ("log", 40, 40), ("dct", 10, 10)
    ]  # fmt: skip
    for one in stages:
        assert max(one.differences) == one.largest_difference
        assert max(one.magnitudes) == one.largest_value
    page = (tmp_path / "run" / "report.html").read_text()
    assert all(f"{one.stage}: device and reference differ by" in page for one in stages)


def test_without_stages_the_way_to_get_them_is_told(tmp_path: Path, capfd: Capture) -> None:
    project = build(tmp_path, "mlperf-kws", "host", capfd)
    answer = compared(project, "host", tmp_path, capfd)
    assert answer.status == 3 and "build it with --per-layer" in answer.err


def test_a_front_end_without_stages_is_refused(tmp_path: Path, capfd: Capture) -> None:
    require_tool("gcc")
    model, project = tmp_path / "model.tflite", tmp_path / "project"
    model.write_bytes(fully_connected(np.ones((4, 8), np.int8), output_quant=(0.5, 0)))
    assert call(capfd, "build", model, "--board", "host", "--out", project).status == 0
    answer = call(capfd, "verify", project, "--features", tmp_path)
    assert answer.status == 2 and "front-end 'raw' has no stages to compare" in answer.err
