# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen build --board imx93` and `mcugen run --host` as a user types them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mcugen.cli import cli
from mcugen.errors import DeviceError
from mcugen.paths import examples_dir
from mcugen.report.compare import compare_runs
from mcugen.report.files import load_run
from tests.replay_board import ReplayBoard, make_board
from tests.schemas import written_as
from tests.ssh_server import Server, running_server

EXAMPLE = examples_dir() / "machine-sound" / "machine_sound_int8.tflite"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server("dropbear", tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def board(server: Server) -> ReplayBoard:
    return make_board(server.board)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle") / "b"
    words = ["build", str(EXAMPLE), "--board", "imx93", "--no-compile", "--out", str(folder)]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output
    return folder


def mcugen_run(server: Server, bundle: Path, *words: str) -> Result:
    option = f"--ssh-option=-F{server.folder}/ssh_config"
    return CliRunner().invoke(cli, ["run", str(bundle), "--host", "board", option, *words])


def test_the_table(server: Server, board: ReplayBoard, bundle: Path, tmp_path: Path) -> None:
    done = mcugen_run(server, bundle, "--out", str(tmp_path / "out"))
    assert done.exit_code == 0, done.output
    assert "CPU, 1 thread" in done.stdout
    assert "npu+cpu" in done.stdout
    assert "took a part of the model" in done.stdout
    run = load_run(tmp_path / "out")
    assert [latency.accelerator for latency in run.latencies] == ["cpu", "cpu", "npu+cpu"]
    assert (tmp_path / "out" / "report.html").is_file()
    again = CliRunner().invoke(cli, ["parse-log", "--json", str(tmp_path / "out/launcher.log")])
    assert again.exit_code == 0
    assert [one["name"] for one in json.loads(again.stdout)["runs"]] == ["cpu-1", "cpu-2", "npu"]


def test_two_runs_compare(server: Server, board: ReplayBoard, bundle: Path, tmp_path: Path) -> None:
    mcugen_run(server, bundle, "--out", str(tmp_path / "a"))
    board.plays("cpu-1", "tf219_cpu_percentiles", 0)
    done = mcugen_run(server, bundle, "--out", str(tmp_path / "b"), "--json")
    assert len(written_as("summary", done.stdout)["latencies"]) == 3
    comparison = compare_runs(load_run(tmp_path / "a"), load_run(tmp_path / "b"))
    assert any("CPU, 1 thread" in row.name for row in comparison.rows)


def test_a_crash_is_status_3(
    server: Server, board: ReplayBoard, bundle: Path, tmp_path: Path
) -> None:
    board.plays("npu", "missing_library", 139)
    done = mcugen_run(server, bundle, "--out", str(tmp_path / "out"))
    assert done.exit_code == 3
    assert "no figures" in done.stdout
    assert "benchmark_model crashed: SIGSEGV (status 139)" in done.stdout


def test_operators(server: Server, board: ReplayBoard, bundle: Path, tmp_path: Path) -> None:
    board.plays("cpu-1", "tf28_profile", 0)
    words = ("--only", "cpu-1", "--profile", "--out", str(tmp_path / "out"))
    done = mcugen_run(server, bundle, *words)
    assert "CPU, 1 thread, operator by operator:" in done.stdout
    assert load_run(tmp_path / "out").latencies == ()


def test_a_host_that_refuses(bundle: Path, tmp_path: Path) -> None:
    words = ["--host", "127.0.0.1", "--ssh-option=-F/dev/null", "--ssh-option=-p9"]
    done = CliRunner().invoke(cli, ["run", str(bundle), *words, "--out", str(tmp_path / "out")])
    assert isinstance(done.exception, DeviceError)
    assert "127.0.0.1 refuses the connection" in done.exception.what
