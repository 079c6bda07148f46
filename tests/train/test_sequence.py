# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""docs/training.md on a small set: data, training, conversion, evaluation on the PC and on boards."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mcugen.features.reference import dequantize
from mcugen.model.reference import Reference, open_reference
from mcugen.run.expected import expected_outputs, input_quant, output_quant
from mcugen.run.project import open_project
from mcugen.run.stimulus import make_stimulus
from mcugen.scoring.reconstruction import reconstruction_errors
from tests.conftest import ROOT, require_tool
from tests.train.commands import run

FLOAT32_SUM = 2e-6
"""The device adds 640 squares in float32, the PC in float64."""

BOARDS = {"host": "gcc", "mps2-an505": "qemu-system-arm"}


@pytest.fixture(scope="module", params=BOARDS)
def evaluated(
    request: pytest.FixtureRequest,
    trained: Path,
    sounds: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, str, str]:
    """The results of one evaluation on a board, its name, and what the command printed."""
    board = request.param
    require_tool(BOARDS[board])
    require_tool("cmake")
    if board != "host":
        require_tool("arm-none-eabi-gcc")
    out = tmp_path_factory.mktemp("result")
    cache = ("--cache", trained.parent / "cache", "--jobs", 1)
    words = run("evaluate", trained, sounds, "--board", board, "--out", out, *cache)
    return out, board, words


def test_int8_and_device_hear_what_float_hears(evaluated: tuple[Path, str, str]) -> None:
    out, board, words = evaluated
    result = json.loads((out / "evaluation.json").read_text())
    areas = {step["name"]: step["auc"] for step in result["steps"]}
    assert list(areas) == ["float", "int8", board]
    assert areas["float"] >= 0.95
    assert abs(areas["int8"] - areas["float"]) <= 0.01
    assert abs(areas[board] - areas["float"]) <= 0.01
    assert all(len(step["machines"]) == 4 for step in result["steps"])
    assert list(result["auc_change"]) == ["int8", board]
    assert f"{board}: mean AUC changes by" in words
    page = (out / "evaluation.html").read_text()
    assert f"{board}: mean AUC changes by" in page
    assert page.count("<svg") == 2 * 4  # a curve and a histogram for each machine


def test_results_have_the_form_of_the_reference(evaluated: tuple[Path, str, str]) -> None:
    out, board, _ = evaluated
    for step in ("float", "int8", board):
        lines = (out / step / "result.csv").read_text().splitlines()
        assert lines[:2] == ["gearbox", "id,AUC,pAUC"]
        assert [line.split(",")[0] for line in lines[2:]] == ["01", "02", "03", "04", "Average", ""]
        scores = (out / step / "anomaly_score_gearbox_id_01.csv").read_text().splitlines()
        assert len(scores) == 6
        assert re.fullmatch(r"normal_id_01_00000000\.wav,\d+\.\d+", scores[0])


def clip_records(path: Path) -> list[dict[str, Any]]:
    records = map(json.loads, path.read_text().splitlines())
    return [record for record in records if record.get("window_scores")]


def expected(reference: Reference, clip: Path, front_end: Any) -> np.ndarray[Any, Any]:
    """The score of every window by the PC's features and the reference."""
    stimulus = make_stimulus(clip, "pcm", front_end, input_quant(reference.graph))
    outputs = expected_outputs(reference, stimulus.inputs)
    restored = dequantize(outputs, output_quant(reference.graph))
    return reconstruction_errors(stimulus.windows, restored)


def test_window_scores_are_those_of_the_reference(
    evaluated: tuple[Path, str, str], sounds: Path
) -> None:
    """All but the few windows in which a feature lies between two quantisation steps, where the
    last place of a float32 decides; those differ by little."""
    out, board, _ = evaluated
    project = open_project(out / board / "project", None)
    clips = {path.name: path for path in (sounds / "gearbox" / "test").iterdir()}
    records = clip_records(out / board / "records.jsonl")
    assert len(records) == len(clips) == 24
    differences = []
    with open_reference(project.model, rounding=project.manifest.rounding) as reference:
        for record in records:
            clip = clips[Path(record["clip"]).name]
            scores = expected(reference, clip, project.manifest.front_end)
            differences.append(np.abs(np.array(record["window_scores"]) / scores - 1))
    flat = np.concatenate(differences)
    assert flat.size == 24 * 102
    assert np.mean(flat > FLOAT32_SUM) < 0.02
    assert flat.max() < 0.03


def test_the_same_features_give_the_same_window_scores(
    evaluated: tuple[Path, str, str], sounds: Path, tmp_path: Path
) -> None:
    out, board, _ = evaluated
    folder = out / board / "project"
    clip = sounds / "gearbox" / "test" / "anomaly_id_01_00000001.wav"
    run("run", folder, clip, "--input", "int8", "--check-outputs", "--out", tmp_path)
    project = open_project(folder, None)
    (record,) = clip_records(tmp_path / "records.jsonl")
    assert record["features_different"] == record["outputs_different"] == 0
    with open_reference(project.model, rounding=project.manifest.rounding) as reference:
        quant = input_quant(reference.graph)
        stimulus = make_stimulus(clip, "int8", project.manifest.front_end, quant)
        outputs = dequantize(
            expected_outputs(reference, stimulus.inputs), output_quant(reference.graph)
        )
    scores = reconstruction_errors(stimulus.windows, outputs)
    np.testing.assert_allclose(record["window_scores"], scores, rtol=FLOAT32_SUM)


def test_the_document_names_these_commands() -> None:
    text = (ROOT / "docs" / "training.md").read_text()
    lines = re.findall(r"^\$ mcugen (.*)$", text, re.MULTILINE)
    verbs = [line.split()[0] for line in lines]
    assert verbs[:4] == ["data", "train", "convert", "evaluate"]
    assert {"host", "mps2-an505"} <= {word for line in lines for word in line.split()}
