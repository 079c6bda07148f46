# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""docs/training.md on a small set: data, training, conversion, evaluation on the PC and on boards."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mcugen.features.coding import input_coding, output_coding
from mcugen.features.spec import FrontEnd
from mcugen.model.reference import Reference, open_reference
from mcugen.samples.expected import expected_outputs
from mcugen.samples.stimulus import make_stimulus
from mcugen.scoring.reconstruction import reconstruction_errors
from mcugen.toolchain.project import open_project
from mcugen.train.synth_set import SetSpec, write_set
from tests.conftest import ROOT, require_tool
from tests.schemas import written_as
from tests.train.commands import run

FLOAT32_SUM = 2e-6
"""The device adds 640 squares in float32, the PC in float64."""

SHORT = SetSpec(train_clips=1, test_normals=1, test_anomalies=3, seconds=2.7)
"""For the emulator, which takes a second for ten million instructions: 32 windows a clip."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """One evaluation on a board: what it read, wrote and printed."""

    board: str
    clips: tuple[Path, ...]
    out: Path
    words: str

    def records(self) -> list[dict[str, Any]]:
        """What the device said of every clip."""
        return clip_records(self.out / self.board / "records.jsonl")


@pytest.fixture(scope="module", params=["host", "mps2-an505"])
def evaluated(
    request: pytest.FixtureRequest,
    trained: Path,
    sounds: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Evaluated:
    board, data = request.param, sounds
    require_tool("gcc")
    require_tool("cmake")
    if board == "mps2-an505":
        require_tool("arm-none-eabi-gcc")
        require_tool("qemu-system-arm")
        data = tmp_path_factory.mktemp("short")
        write_set(data, SHORT)
    out = tmp_path_factory.mktemp("result")
    cache = ("--cache", trained.parent / "cache", "--jobs", 1)
    words = run("evaluate", trained, data, "--board", board, "--out", out, *cache)
    return Evaluated(board, tuple(sorted(data.glob("gearbox/test/*.wav"))), out, words)


def test_int8_and_device_hear_what_float_hears(evaluated: Evaluated) -> None:
    out, board = evaluated.out, evaluated.board
    result = written_as("evaluation", out / "evaluation.json")
    areas = {step["name"]: step["auc"] for step in result["steps"]}
    assert list(areas) == ["float", "int8", board]
    # The short set has three pairs of clips a machine: one that is misjudged costs 0.08.
    assert areas["float"] >= (0.95 if board == "host" else 0.9)
    assert abs(areas["int8"] - areas["float"]) <= 0.01
    assert abs(areas[board] - areas["float"]) <= 0.01
    assert all(len(step["machines"]) == 4 for step in result["steps"])
    assert list(result["auc_change"]) == ["int8", board]
    assert f"{board}: mean AUC changes by" in evaluated.words
    page = (out / "evaluation.html").read_text()
    assert f"{board}: mean AUC changes by" in page
    assert page.count("<svg") == 2 * 4  # a curve and a histogram for each machine


def test_results_have_the_form_of_the_reference(evaluated: Evaluated) -> None:
    for step in ("float", "int8", evaluated.board):
        out = evaluated.out
        lines = (out / step / "result.csv").read_text().splitlines()
        assert lines[:2] == ["gearbox", "id,AUC,pAUC"]
        assert [line.split(",")[0] for line in lines[2:]] == ["01", "02", "03", "04", "Average", ""]
        scores = (out / step / "anomaly_score_gearbox_id_01.csv").read_text().splitlines()
        assert len(scores) == len(evaluated.clips) / 4
        assert re.fullmatch(r"normal_id_01_00000000\.wav,\d+\.\d+", scores[0])


def test_window_scores_are_those_of_the_reference(evaluated: Evaluated) -> None:
    """All but the few windows in which a feature lies between two quantisation steps, where the
    last place of a float32 decides; those differ by little."""
    project = open_project(evaluated.out / evaluated.board / "project", None)
    clips = {path.name: path for path in evaluated.clips}
    records = evaluated.records()
    assert len(records) == len(clips)
    differences = []
    with open_reference(project.model, rounding=project.manifest.rounding) as reference:
        for record in records:
            clip = clips[Path(record["clip"]).name]
            scores = window_scores(reference, clip, "pcm", project.manifest.front_end)
            differences.append(np.abs(np.array(record["window_scores"]) / scores - 1))
    flat = np.concatenate(differences)
    assert np.mean(flat > FLOAT32_SUM) < 0.02
    assert flat.max() < 0.03


def test_the_same_features_give_the_same_window_scores(
    evaluated: Evaluated, tmp_path: Path
) -> None:
    folder = evaluated.out / evaluated.board / "project"
    clip = evaluated.clips[0]
    run("run", folder, clip, "--input", "int8", "--check-outputs", "--out", tmp_path)
    (record,) = clip_records(tmp_path / "records.jsonl")
    assert record["features_different"] == record["outputs_different"] == 0
    project = open_project(folder, None)
    with open_reference(project.model, rounding=project.manifest.rounding) as reference:
        scores = window_scores(reference, clip, "int8", project.manifest.front_end)
    np.testing.assert_allclose(record["window_scores"], scores, rtol=FLOAT32_SUM)


def clip_records(path: Path) -> list[dict[str, Any]]:
    records = map(json.loads, path.read_text().splitlines())
    return [record for record in records if record.get("window_scores")]


def window_scores(
    reference: Reference, clip: Path, source: str, front_end: FrontEnd
) -> NDArray[np.float64]:
    """The score of every window by the PC's features and the reference."""
    stimulus = make_stimulus(clip, source, front_end, input_coding(reference.graph))
    outputs = expected_outputs(reference, stimulus.inputs)[0]
    restored = output_coding(reference.graph).decode(outputs)
    return reconstruction_errors(stimulus.windows, restored)


def test_the_document_names_these_commands() -> None:
    text = (ROOT / "docs" / "training.md").read_text()
    lines = re.findall(r"^\$ mcugen (.*)$", text, re.MULTILINE)
    verbs = [line.split()[0] for line in lines]
    assert verbs[:4] == ["data", "train", "convert", "evaluate"]
    assert {"host", "mps2-an505"} <= {word for line in lines for word in line.split()}
