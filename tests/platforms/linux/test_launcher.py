# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""launch.sh on a made-up image, under every shell that a board may have."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from mcugen.platforms.linux.launcher_log import (
    LauncherLog,
    MeasuredSection,
    measure,
    read_launcher_log,
)
from tests.conftest import require_tool
from tests.replay_board import ReplayBoard, make_board, make_bundle

SHELLS = ("dash", "bash --posix", "busybox sh")


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest) -> tuple[str, ...]:
    words = tuple(str(request.param).split())
    require_tool(words[0])
    return words


@pytest.fixture
def board(tmp_path: Path) -> ReplayBoard:
    return make_board(tmp_path / "board")


def launch(
    shell: tuple[str, ...], bundle: Path, board: ReplayBoard, *words: str, path: str = ""
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MCUGEN_ROOT": str(board.root)}
    if path:
        environment["PATH"] = f"{path}:{environment['PATH']}"
    return subprocess.run(
        [*shell, str(bundle / "launch.sh"), *words],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
    )


def only(log: LauncherLog) -> MeasuredSection:
    assert len(log.sections) == 1
    return measure(log.sections[0])


def test_facts(shell: tuple[str, ...], board: ReplayBoard, tmp_path: Path) -> None:
    done = launch(shell, make_bundle(tmp_path / "b"), board, "facts")
    facts = dict(read_launcher_log(done.stdout).facts)
    assert facts.pop("machine") == os.uname().machine
    assert facts.pop("kernel") == os.uname().release
    facts.pop("vela", None)
    assert facts == {
        "system": "NXP i.MX Release Distro 6.6-scarthgap",
        "device_tree_model": "NXP i.MX93 11X11 EVK board",
        "cpus": "2",
        "memory_available_kib": "1500000",
        "governor": "performance",
        "frequency_khz": "1700000 900000",
        "load": "0.07",
        "tool": str(board.tool()),
        "tool_version": "2.16.2",
        "delegate": f"{board.root}/usr/lib/libethosu_delegate.so",
    }
    assert done.stderr == ""


def test_facts_that_are_not_there_are_left_out(shell: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    bundle = make_bundle(tmp_path / "b")
    done = launch(shell, bundle, ReplayBoard(tmp_path / "empty"), "facts")
    assert set(read_launcher_log(done.stdout).facts) <= {"machine", "kernel", "vela"}
    assert done.stderr == ""


def test_the_highest_version_is_taken(
    shell: tuple[str, ...], board: ReplayBoard, tmp_path: Path
) -> None:
    board.install("2.9.1")
    board.install("2.16.10")
    done = launch(shell, make_bundle(tmp_path / "b"), board, "facts")
    assert read_launcher_log(done.stdout).facts["tool_version"] == "2.16.10"


def test_a_cpu_run(shell: tuple[str, ...], board: ReplayBoard, tmp_path: Path) -> None:
    done = launch(shell, make_bundle(tmp_path / "b"), board, "run", "cpu-1")
    measured = only(read_launcher_log(done.stdout))
    assert done.returncode == 0
    assert measured.verdict.ok and measured.verdict.accelerator == "cpu"
    assert measured.section.title == "CPU, 1 thread"
    assert measured.section.facts["temperature_before_millicelsius"] == "45500"
    assert measured.section.facts["temperature_after_millicelsius"] == "45500"
    (call,) = board.calls()
    assert call == (
        "USE_GPU_INFERENCE= --graph=model/ad01_int8.tflite --num_threads=1 --warmup_runs=10"
        " --warmup_min_secs=0.5 --num_runs=50 --min_secs=1 --max_secs=30"
    )


def test_an_npu_run(shell: tuple[str, ...], board: ReplayBoard, tmp_path: Path) -> None:
    done = launch(shell, make_bundle(tmp_path / "b", compiled=True), board, "run", "npu")
    assert only(read_launcher_log(done.stdout)).verdict.accelerator == "npu+cpu"
    (call,) = board.calls()
    assert "--graph=model/ad01_int8_vela.tflite" in call
    assert f"--external_delegate_path={board.root}/usr/lib/libethosu_delegate.so" in call
    assert call.endswith("--use_xnnpack=false")


def test_the_environment_of_the_npu_is_the_npus(
    shell: tuple[str, ...], board: ReplayBoard, tmp_path: Path
) -> None:
    bundle = make_bundle(tmp_path / "b", "imx8mp")
    launch(shell, bundle, board, "run", "npu")
    launch(shell, bundle, board, "run", "cpu-4")
    npu, cpu = board.calls()
    assert npu.startswith("USE_GPU_INFERENCE=0 ")
    assert "libvx_delegate.so" in npu
    assert cpu.startswith("USE_GPU_INFERENCE= ")
    assert "--num_threads=4" in cpu


def test_a_flag_that_the_tool_does_not_know_is_left_out(
    shell: tuple[str, ...], board: ReplayBoard, tmp_path: Path
) -> None:
    help_file = board.tool().parent / "help.log"
    lines = help_file.read_text().splitlines()
    help_file.write_text("\n".join(line for line in lines if "xnnpack" not in line))
    launch(shell, make_bundle(tmp_path / "b"), board, "run", "npu")
    (call,) = board.calls()
    assert "xnnpack" not in call


def test_a_profile_is_no_latency(
    shell: tuple[str, ...], board: ReplayBoard, tmp_path: Path
) -> None:
    board.plays("cpu-1", "tf28_profile", 0)
    done = launch(shell, make_bundle(tmp_path / "b"), board, "profile", "cpu-1")
    measured = only(read_launcher_log(done.stdout))
    assert measured.section.is_profiled
    assert len(measured.log.ops) == 3
    assert board.calls()[0].endswith("--enable_op_profiling=true")


@pytest.mark.parametrize("ending", [0, 1, 42, 134, 139])
def test_the_status_of_the_tool_is_kept(
    shell: tuple[str, ...], board: ReplayBoard, tmp_path: Path, ending: int
) -> None:
    board.plays("npu", "missing_library", ending)
    done = launch(shell, make_bundle(tmp_path / "b"), board, "run", "npu")
    measured = only(read_launcher_log(done.stdout))
    assert (done.returncode, measured.section.status) == (ending, ending)
    assert not measured.verdict.ok
    assert "the delegate library is missing" in measured.verdict.errors[0]


def test_a_flood_is_cut(shell: tuple[str, ...], board: ReplayBoard, tmp_path: Path) -> None:
    board.plays("npu", "tf216_ethosu_part", "flood")
    done = launch(shell, make_bundle(tmp_path / "b"), board, "run", "npu")
    assert len(done.stdout) < 500_000
    assert "[... 460" in done.stdout
    measured = only(read_launcher_log(done.stdout))
    assert (done.returncode, measured.section.status) == (1, 1)
    assert measured.verdict.errors[0] == "an inference failed"


def test_output_without_a_last_newline(
    shell: tuple[str, ...], board: ReplayBoard, tmp_path: Path
) -> None:
    log = board.tool().parent / "cpu-1.log"
    log.write_text(log.read_text().rstrip("\n"))
    done = launch(shell, make_bundle(tmp_path / "b"), board, "run", "cpu-1")
    assert only(read_launcher_log(done.stdout)).verdict.ok


MISSING = {
    "benchmark_model is not on this board": "usr/bin",
    "the delegate is not on this board: none of /usr/lib/libethosu_delegate.so": "usr/lib",
    "/dev/ethosu0 cannot be opened": "dev",
}


@pytest.mark.parametrize(("reason", "folder"), MISSING.items(), ids=MISSING.values())
def test_what_is_missing_is_named_before_anything_runs(
    shell: tuple[str, ...], board: ReplayBoard, tmp_path: Path, reason: str, folder: str
) -> None:
    shutil.rmtree(board.root / folder)
    done = launch(shell, make_bundle(tmp_path / "b"), board, "run", "npu")
    measured = only(read_launcher_log(done.stdout))
    assert done.returncode == 3
    assert not measured.verdict.ok
    assert reason in measured.verdict.errors[0]
    assert board.calls() == []


def test_a_missing_model_is_named(
    shell: tuple[str, ...], board: ReplayBoard, tmp_path: Path
) -> None:
    bundle = make_bundle(tmp_path / "b")
    (bundle / "model/ad01_int8.tflite").unlink()
    done = launch(shell, bundle, board, "run", "cpu-1")
    assert "the model model/ad01_int8.tflite is missing" in done.stdout


def test_everything_at_once(shell: tuple[str, ...], board: ReplayBoard, tmp_path: Path) -> None:
    done = launch(shell, make_bundle(tmp_path / "b"), board)
    log = read_launcher_log(done.stdout)
    assert log.facts["tool_version"] == "2.16.2"
    found = {s.name: measure(s).verdict.accelerator for s in log.sections}
    assert found == {"cpu-1": "cpu", "cpu-2": "cpu", "npu": "npu+cpu"}
    assert done.returncode == 0


def test_compiling_with_the_boards_vela(
    shell: tuple[str, ...], board: ReplayBoard, tmp_path: Path
) -> None:
    bundle = make_bundle(tmp_path / "b")
    tools = tmp_path / "tools"
    tools.mkdir()
    vela = tools / "vela"
    vela.write_text('#!/bin/sh\ncp "$1" "$3/ad01_int8_vela.tflite"\n')
    vela.chmod(0o755)
    assert launch(shell, bundle, board, "compile", path=str(tools)).returncode == 0
    launch(shell, bundle, board, "run", "npu")
    assert "--graph=model/ad01_int8_vela.tflite" in board.calls()[0]


def test_wrong_words(shell: tuple[str, ...], board: ReplayBoard, tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path / "b")
    unknown = launch(shell, bundle, board, "run", "gpu")
    assert unknown.returncode == 2
    assert "no configuration gpu: cpu-1 cpu-2 npu" in unknown.stderr
    usage = launch(shell, bundle, board, "help")
    assert usage.returncode == 2
    assert "sh launch.sh facts" in usage.stderr


def test_the_tool_can_be_named(shell: tuple[str, ...], board: ReplayBoard, tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path / "b")
    command = (
        f"BENCHMARK_MODEL={shlex.quote(str(board.tool()))} {shlex.join(shell)} launch.sh facts"
    )
    done = subprocess.run(["sh", "-c", command], cwd=bundle, capture_output=True, text=True)
    assert f"#mcugen 1 fact tool={board.tool()}" in done.stdout
