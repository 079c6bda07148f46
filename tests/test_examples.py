# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The bundled model: what it is, how well it hears, and that its README tells the truth."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mcugen.cli import VERBS
from mcugen.config import load_config
from mcugen.evaluation.model_runner import open_tflite
from mcugen.features.reference import cut_windows, row_extractor
from mcugen.features.toml import front_end_from_dict
from mcugen.model.tflite import read_tflite
from mcugen.paths import examples_dir
from mcugen.samples.wav import read_wav
from mcugen.scoring.reconstruction import reconstruction_errors
from mcugen.scoring.roc import area_under, roc_curve
from mcugen.train.synth_set import demo_clips

FOLDER = examples_dir() / "machine-sound"
SCORES = {
    "anomaly": [8.707231, 11.356394, 10.088765, 12.963652, 10.675807],
    "normal": [7.388858, 7.485811, 7.220739, 7.092558, 7.472612],
}
"""Of the demo's clips. They are made with the processor's own sin and exp, so a sample may differ by
one; features, model and scores have the same bits everywhere."""


def test_the_model_has_the_shape_of_mlperf_tiny_ad() -> None:
    config = load_config(FOLDER / "mcugen.toml")
    graph = read_tflite(config.model)
    assert [op.kind for op in graph.ops] == ["FULLY_CONNECTED"] * 10
    sizes = [graph.tensors[op.inputs[1]].shape for op in graph.ops]
    middle = [(128, 128)] * 3
    assert sizes == [(128, 640), *middle, (8, 128), (128, 8), *middle, (640, 128)]
    weights = [graph.tensors[op.inputs[1]].quant for op in graph.ops]
    assert all(quant is not None and quant.axis is None for quant in weights)
    assert graph.tensors[graph.inputs[0]].dtype.value == "int8"
    assert graph.file_bytes < 290_000


def test_it_tells_faulty_machines_from_healthy_ones(tmp_path: Path) -> None:
    config = load_config(FOLDER / "mcugen.toml")
    front_end = front_end_from_dict(config.front_end, "mcugen.toml")
    rows_of = row_extractor(front_end)
    scores: dict[str, list[float]] = {"normal": [], "anomaly": []}
    with open_tflite(config.model) as loaded:
        for clip in demo_clips(tmp_path):
            windows = cut_windows(rows_of(read_wav(clip, 16000)), front_end)
            assert windows.shape == (196, 640)
            score = float(reconstruction_errors(windows, loaded.run(windows)).mean())
            scores[clip.name.partition("_")[0]].append(score)
    for label, expected in SCORES.items():
        assert scores[label] == pytest.approx(expected, rel=1e-4)
    assert area_under(roc_curve(scores["anomaly"], scores["normal"])) >= 0.9
    assert config.threshold is not None
    verdicts = [score > config.threshold for score in scores["normal"]]
    assert sum(verdicts) <= 1
    assert sum(score > config.threshold for score in scores["anomaly"]) >= 4, "of five"


@pytest.mark.parametrize("readme", sorted(examples_dir().rglob("README.md")), ids=str)
def test_commands_of_the_readme_exist(readme: Path) -> None:
    verbs = re.findall(r"^mcugen ([a-z-]+)", readme.read_text(), re.MULTILINE)
    assert verbs
    assert set(verbs) <= set(VERBS)


def test_files_named_in_the_readme_exist() -> None:
    text = (examples_dir() / "README.md").read_text()
    for name in re.findall(r"`(machine-sound/[^`]+)`", text):
        assert (examples_dir() / name).exists(), name
