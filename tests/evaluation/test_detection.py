# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Scores, areas and thresholds against values worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mcugen.evaluation.detection import ClipScore, Evaluation, StepResult, host_scorer, judge_step
from mcugen.evaluation.model_runner import open_tflite
from mcugen.features.reference import cut_windows, dequantize, quantize, row_extractor
from mcugen.features.spec import PRESETS
from mcugen.model.reference import open_reference
from mcugen.own_files import KeptWarning
from mcugen.report.evaluation import result_rows, score_file_name, write_evaluation
from mcugen.samples.datasets import Sample
from mcugen.samples.wav import read_wav
from mcugen.scoring.reconstruction import reconstruction_errors
from tests.schemas import written_as


def clip(label: str | None, score: float, machine: str = "id_01") -> ClipScore:
    name = f"{label or 'x'}_{machine}_{score}.wav"
    return ClipScore(Sample(Path(name), "test", label, "fan", machine), score)


def test_a_clip_scores_the_mean_of_its_windows() -> None:
    windows = np.array([[1, 2], [3, 4], [5, 6]], np.float32)
    scorer = host_scorer(lambda values: values + np.float32(2), lambda _: windows)
    (score,) = scorer([Sample(Path("a.wav"), "test", None)])
    assert score.window_scores == (4.0, 4.0, 4.0)
    assert score.score == 4.0
    uneven = host_scorer(lambda values: values * 0, lambda _: windows)
    (score,) = uneven([Sample(Path("a.wav"), "test", None)])
    assert score.window_scores == (2.5, 12.5, 30.5)
    assert score.score == pytest.approx(45.5 / 3)


def test_areas_by_hand() -> None:
    # Pairs (anomaly, normal): 3 beats 1, 2 and 2.5; 2 beats 1 and draws with 2: 4.5 of 6.
    scores = [clip("normal", s) for s in (1.0, 2.0, 2.5)] + [clip("anomaly", s) for s in (3.0, 2.0)]
    (machine,) = judge_step("int8", scores, resamples=0, seed=0).machines
    assert machine.auc == pytest.approx(4.5 / 6)
    # Up to a false positive rate of 0.1 the curve stays at half: area 0.05 of at most 0.1.
    assert machine.pauc == pytest.approx(0.5 * (1 + (0.05 - 0.005) / (0.1 - 0.005)))
    assert (machine.normals, machine.anomalies, machine.interval) == (3, 2, None)


def test_machines_are_judged_apart_and_averaged() -> None:
    scores = [
        clip("normal", 1.0),
        clip("anomaly", 2.0),
        clip("normal", 2.0, "id_02"),
        clip("anomaly", 1.0, "id_02"),
        clip(None, 9.0, "id_03"),
    ]
    step = judge_step("float", scores, resamples=0, seed=0)
    assert [m.auc for m in step.machines] == [1.0, 0.0, None]
    assert step.mean("auc") == 0.5
    rows = result_rows(step)
    assert rows[:3] == [("fan",), ("id", "AUC", "pAUC"), ("01", 1.0, 1.0)]
    assert rows[-2][:2] == ("Average", 0.5)
    assert rows[-1] == ()
    assert score_file_name(step.machines[0]) == "anomaly_score_fan_id_01.csv"


def test_no_labels_no_areas() -> None:
    step = judge_step("float", [clip(None, 1.0), clip(None, 2.0)], resamples=100, seed=0)
    assert step.mean("auc") is None
    assert Evaluation("m", "d", (step, step), None, 0.01).auc_costs() == ()


def test_files_of_an_evaluation(tmp_path: Path) -> None:
    scores = [clip("anomaly", 2.0), clip("normal", 1.0)]
    steps = tuple(judge_step(name, scores, resamples=10, seed=0) for name in ("float", "int8"))
    page = write_evaluation(Evaluation("model.tflite", "data", steps, 1.5, 0.01), tmp_path)
    scores_csv = (tmp_path / "int8" / "anomaly_score_fan_id_01.csv").read_text()
    assert scores_csv == "normal_id_01_1.0.wav,1.0\nanomaly_id_01_2.0.wav,2.0\n"
    result = (tmp_path / "float" / "result.csv").read_text()
    assert result == "fan\nid,AUC,pAUC\n01,1.0,1.0\nAverage,1.0,1.0\n\n"
    html = page.read_text()
    assert html.count("<svg") == 2
    assert "http" not in html.replace("http://www.w3.org", "").replace(
        "http://purl.org", ""
    ).replace("http://creativecommons.org", "")
    again = write_evaluation(Evaluation("model.tflite", "data", steps, 1.5, 0.01), tmp_path / "2")
    assert again.read_bytes() == page.read_bytes()
    written_as("evaluation", tmp_path / "evaluation.json")
    names = ("evaluation.html", "evaluation.json", "float/result.csv", "int8/result.csv")
    for name in names:
        (tmp_path / name).write_text("mine")
    with pytest.warns(KeptWarning):
        write_evaluation(Evaluation("model.tflite", "data", steps, 1.5, 0.01), tmp_path)
    for path in (tmp_path / name for name in names):
        assert path.read_text() != "mine"
        assert path.with_name(f"{path.stem}.1{path.suffix}").read_text() == "mine"


def test_the_cost_of_every_step() -> None:
    better = judge_step("float", [clip("anomaly", 2.0), clip("normal", 1.0)], resamples=0, seed=0)
    worse = judge_step("int8", [clip("anomaly", 1.0), clip("normal", 2.0)], resamples=0, seed=0)
    evaluation = Evaluation("m", "d", (better, worse, StepResult("board", (), ())), None, 0.01)
    assert evaluation.auc_costs() == (("int8", -1.0),)


def test_golden_scores_of_the_real_model(real_models: Path) -> None:
    """MANIFEST.md of the models: 11.0906 with single rounding; TFLite Micro rounds twice."""
    model, front_end = real_models / "ad01_int8.tflite", PRESETS["mlperf-ad"]
    samples = read_wav(real_models / "example_input.wav", 16000)
    windows = cut_windows(row_extractor(front_end)(samples), front_end)
    assert windows.shape == (196, 640)
    with open_tflite(model) as loaded:
        double = float(np.mean(reconstruction_errors(windows, loaded.run(windows))))
    with open_reference(model, rounding="single") as reference:
        graph = reference.graph
        taken, given = (graph.tensors[i[0]].quant for i in (graph.inputs, graph.outputs))
        assert taken is not None
        assert given is not None
        shape = graph.tensors[graph.inputs[0]].shape
        outputs = reference.run([quantize(windows, taken).reshape(-1, *shape)])[0]
        restored = dequantize(outputs.reshape(len(windows), -1), given)
        single = float(np.mean(reconstruction_errors(windows, restored)))
    assert single == pytest.approx(11.0906, abs=2e-4)
    assert double == pytest.approx(11.0526, abs=2e-4)
