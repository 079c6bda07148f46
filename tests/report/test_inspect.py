# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen inspect`: its facts, and that it answers for models that no engine takes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from mcugen.api.inspect import inspect
from mcugen.boards import Board, MemoryRegion, load_boards
from mcugen.cli import main
from mcugen.cli.inspect import command
from mcugen.engines.contract import Engine
from mcugen.errors import ModelError
from mcugen.model.ir import Problem
from mcugen.model.tflite import parse_tflite
from mcugen.paths import examples_dir
from mcugen.report.inspection import inspect_graph, plan_graph
from tests.tflite_writer import OpSpec, TensorSpec, fully_connected, model_bytes

WEIGHTS = np.ones((10, 40), np.int8)
DENSE = fully_connected(WEIGHTS, np.zeros(10), weight_scales=[0.5] * 10, activation="RELU")
PLANNER = Engine("able", lambda _: (), lambda graph, _: plan_graph(graph), lambda *_: {})
REFUSER = Engine("picky", lambda _: (Problem("op 0", "no", "yes"),), PLANNER.plan, PLANNER.emit)


def failing_plan(*_: object) -> None:
    raise ModelError("cannot plan")


FAILING = Engine("failing", lambda _: (), failing_plan, PLANNER.emit)  # type: ignore[arg-type]


def small_board(ram_bytes: int) -> Board:
    ram = MemoryRegion("ram", ram_bytes, 100)
    return replace(load_boards()[0], engines=("picky", "able"), ram=ram, flash=None)


def test_engines_and_boards_are_judged() -> None:
    graph = parse_tflite(DENSE, "dense")
    engines = {engine.name: engine for engine in (REFUSER, FAILING, PLANNER)}
    inspection = inspect_graph(graph, b"", engines, [small_board(152), small_board(148)])
    assert [(v.name, v.plan is not None) for v in inspection.engines] == [
        ("picky", False),
        ("failing", False),
        ("able", True),
    ]
    assert inspection.engines[1].problems == (Problem("model", "cannot plan"),)
    fits, too_small = inspection.boards
    assert (fits.engine, fits.ram_bytes, fits.reason) == ("able", 52, "")
    assert "it needs 52 bytes of RAM" in too_small.reason
    assert "op 0 FULLY_CONNECTED" in too_small.reason


def test_a_board_is_judged_by_an_engine_of_its_own() -> None:
    graph = parse_tflite(DENSE, "dense")
    elsewhere = replace(small_board(1000), engines=("vendor",))
    inspection = inspect_graph(graph, b"", {"able": PLANNER}, [small_board(1000), elsewhere])
    assert [verdict.engine for verdict in inspection.boards] == ["able", None]


def test_memory_that_only_a_compiler_knows_is_not_taken_for_none(tmp_path: Path) -> None:
    (tmp_path / "dense.tflite").write_bytes(DENSE)
    words = [str(tmp_path / "dense.tflite")]
    rows = CliRunner().invoke(command, words, env={"COLUMNS": "120"}).output.splitlines()
    (row,) = (row for row in rows if "nrf54lm20" in row)
    assert "partly known" in row
    facts = json.loads(CliRunner().invoke(command, [*words, "--json"]).output)
    assert facts["boards"]["nrf54lm20"]["uncounted"] == "interlayer buffer"
    assert not facts["boards"]["mps2-an505"]["uncounted"]


def test_float_model_gets_figures_but_no_plan_of_an_engine() -> None:
    tensors = [TensorSpec((1, 4), "float32")] * 2
    graph = parse_tflite(model_bytes(tensors, [OpSpec("TANH", [0], [1])], [0], [1]), "m")
    inspection = inspect_graph(graph, b"", {"able": PLANNER}, [small_board(1000)])
    assert inspection.problems and inspection.engines[0].plan is None
    assert (inspection.boards[0].engine, inspection.boards[0].ram_bytes) == (None, 32)


def test_json_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "dense-net.tflite"
    path.write_bytes(DENSE)
    result = CliRunner().invoke(command, [str(path), "--json"], catch_exceptions=False)
    facts = json.loads(result.stdout)
    assert (facts["schema"], facts["name"]) == (1, "dense_net")
    assert (facts["macs"], facts["weight_bytes"], facts["file_bytes"]) == (400, 440, len(DENSE))
    (layer,) = facts["layers"]
    assert (layer["operator"], layer["macs"]) == ("FULLY_CONNECTED", 400)
    assert layer["options"]["fused_activation_function"] == "RELU"
    assert layer["inputs"][1]["quantisation"]["scales"] == [0.5] * 10
    assert facts["memory"]["arena_bytes"] == 52
    assert facts["engines"]["aot"]["supported"] is True
    assert facts["boards"]["mps2-an505"]["fits"] is True


def test_text_tells_the_same(tmp_path: Path) -> None:
    path = tmp_path / "dense.tflite"
    path.write_bytes(DENSE)
    result = CliRunner().invoke(command, [str(path)], catch_exceptions=False)
    assert result.exit_code == 0
    for words in (
        "FULLY_CONNECTED RELU",
        "1x40 -> 1x10",
        "10x40 per channel + 10 int32",
        "0.1 z=5",
        "arena 52 bytes, lower bound 52 bytes",
        "peak: 50 bytes at step 0",
        "engine aot: takes it",
        "mps2-an505",
    ):
        assert words in result.stdout


def test_every_problem_of_a_refused_model_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "flex.tflite"
    kinds = ["WHILE", "CUSTOM:FlexTensorListStack", "TANH"]
    tensors = [TensorSpec((1, 4), scales=1.0)] * 4
    ops = [OpSpec(kind, [i], [i + 1]) for i, kind in enumerate(kinds)]
    path.write_bytes(model_bytes(tensors, ops, [0], [3]))
    result = CliRunner().invoke(command, [str(path)], catch_exceptions=False)
    assert result.exit_code == 0
    assert "op 0 WHILE: calls another graph" in result.stdout
    assert "op 1 CUSTOM:FlexTensorListStack: is a TensorFlow operator" in result.stdout
    assert "try: convert fused" in result.stdout


def test_bad_files_are_one_clear_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, content in (("clip.wav", b"RIFF"), ("cut.tflite", DENSE[:500])):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(SystemExit) as exited:
            main(["inspect", str(path)])
        assert exited.value.code == 2
        error, hint = capsys.readouterr().err.splitlines()
        assert error.startswith(f"error: {name} is") and hint.startswith("try:   ")


def test_a_memory_layout_that_makes_the_model_fit_is_named() -> None:
    model = examples_dir() / "machine-sound" / "machine_sound_int8.tflite"
    reasons = {v.board.name: v.reason for v in inspect(model).boards if v.reason}
    assert [*reasons] == ["imx93-m33"], "270,880 bytes of tables, 105,352 bytes of TCM"
    assert reasons["imx93-m33"].endswith("; it fits with --memory ddr")


@pytest.mark.parametrize("name", ["ad01_int8", "vww_96_int8"])
def test_real_models(name: str, real_models: Path) -> None:
    path = real_models / f"{name}.tflite"
    result = CliRunner().invoke(command, [str(path), "--json"], catch_exceptions=False)
    facts = json.loads(result.stdout)
    assert facts["memory"]["arena_bytes"] == {"ad01_int8": 768, "vww_96_int8": 55_296}[name]
    assert facts["engines"]["tflm"]["supported"] is True
