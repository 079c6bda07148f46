# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The bundle for boards that run Linux: complete, the same every time, plan.sh and plan.json agree."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from mcugen.boards import find_board
from mcugen.codegen.tree_writer import write_tree
from mcugen.errors import ConfigError
from mcugen.export.exporter import CompiledModel
from mcugen.platforms.linux.board import linux_board
from mcugen.platforms.linux.bundle import Effort, export_linux_bundle, read_plan
from tests.schemas import written_as

BOARDS = ("imx93", "imx8mp")
MODEL = b"a model"
COMPILED = CompiledModel(b"compiled", "vela 5.2.0", {"inference_us": 58.15})


@pytest.mark.parametrize("board", BOARDS)
def test_files(board: str) -> None:
    tree = export_linux_bundle(find_board(board), "ad01", MODEL)
    assert list(tree) == [
        "README.md",
        "launch.sh",
        "model/ad01.tflite",
        "plan.json",
        "plan.sh",
        "score_tflite.py",
    ]
    assert tree["model/ad01.tflite"] == MODEL
    assert tree == export_linux_bundle(find_board(board), "ad01", MODEL)


def test_a_model_compiled_for_the_npu_comes_along() -> None:
    tree = export_linux_bundle(find_board("imx93"), "ad01", MODEL, npu_model=COMPILED)
    assert tree["model/ad01_vela.tflite"] == b"compiled"
    plan = written_as("plan", tree["plan.json"].decode())
    assert (plan["npu_compiler"], plan["npu_estimate"]) == ("vela 5.2.0", {"inference_us": 58.15})
    readme = tree["README.md"].decode()
    assert "estimates 58.1 us" in readme or "estimates 58.2 us" in readme
    assert "That is an estimate, not a measurement." in readme


@pytest.mark.parametrize("board", BOARDS)
def test_plan_sh_and_plan_json_agree(board: str, tmp_path: Path) -> None:
    described = linux_board(find_board(board))
    write_tree(
        {**export_linux_bundle(find_board(board), "ad01", MODEL), "manifest.json": b"{}"},
        tmp_path / "b",
    )
    plan = read_plan(tmp_path / "b")
    assert plan.model_sha256 == hashlib.sha256(MODEL).hexdigest()
    assert plan.configurations == described.configurations
    script = (
        '. ./plan.sh; for name in $plan_names; do plan_load "$name";'
        ' echo "$name|$title|$asked|$threads|$environment"; done; echo "$plan_model";'
        ' echo "$plan_delegates"; plan_load nothing || echo none'
    )
    done = subprocess.run(
        ["sh", "-c", script], cwd=tmp_path / "b", capture_output=True, text=True, check=True
    )
    settings = " ".join(f"{key}={value}" for key, value in described.environment.items())
    rows = [
        f"{c.name}|{c.title}|{c.accelerator}|{c.threads}|{settings}" for c in plan.configurations
    ]
    assert done.stdout.splitlines() == [
        *rows,
        plan.model_file,
        " ".join(described.delegates),
        "none",
    ]


def test_effort_becomes_flags_and_a_time_limit(tmp_path: Path) -> None:
    effort = Effort(warmup_runs=3, warmup_seconds=0.25, runs=7, seconds=0.5, max_seconds=2)
    tree = export_linux_bundle(find_board("imx93"), "ad01", MODEL, effort=effort)
    flags = "--warmup_runs=3 --warmup_min_secs=0.25 --num_runs=7 --min_secs=0.5 --max_secs=2"
    assert f"plan_flags='{flags}'" in tree["plan.sh"].decode()
    assert json.loads(tree["plan.json"])["max_seconds"] == 4.25


@pytest.mark.parametrize("name", ["", "two words", "a/b", "$(id)"])
def test_names_that_cannot_name_files(name: str) -> None:
    with pytest.raises(ConfigError, match="cannot name files"):
        export_linux_bundle(find_board("imx93"), name, MODEL)


def test_readme_names_each_configuration_and_every_file() -> None:
    tree = export_linux_bundle(find_board("imx8mp"), "ad01", MODEL)
    readme = tree["README.md"].decode()
    for word in ("`cpu-1`", "`cpu-4`", "`npu`", *(set(tree) - {"README.md"})):
        assert word in readme


def test_a_plan_of_another_schema(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text('{"schema": 99}')
    with pytest.raises(ConfigError, match="was written by a different mcugen"):
        read_plan(tmp_path)
