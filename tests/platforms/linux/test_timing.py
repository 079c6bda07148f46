# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A bundle on a made-up board behind a real SSH server: the whole way from folder to records."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mcugen.errors import ConfigError, DeviceError
from mcugen.platforms.linux.bundle import read_plan
from mcugen.platforms.linux.records import compiler_remark, latency_records, table_rows, text_table
from mcugen.platforms.linux.timing import LinuxOptions, LinuxResult, run_linux
from mcugen.records import LatencyRecord, MemoryRecord, RunRecord, from_json_line, to_json_line
from mcugen.report.gains import gains
from tests.replay_board import ReplayBoard, make_board, make_bundle
from tests.ssh_server import Server, eventually, processes_with, running_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The poorer of the two servers; tests/transport/test_ssh.py holds sessions against both."""
    with running_server("dropbear", tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture
def board(server: Server) -> ReplayBoard:
    return make_board(server.board)


def latencies(result: LinuxResult) -> dict[str, LatencyRecord]:
    found = [record for record in result.records if isinstance(record, LatencyRecord)]
    return {dict(record.facts)["configuration"]: record for record in found}


def test_from_bundle_to_records(server: Server, board: ReplayBoard, tmp_path: Path) -> None:
    said: list[str] = []
    result = run_linux(make_bundle(tmp_path / "b"), server.target, say=said.append)
    assert said == ["connected to board", "CPU, 1 thread", "CPU, 2 threads", "NPU"]
    assert result.stopped is None
    assert result.cleaned
    assert server.left_over() == []
    head = result.records[0]
    assert isinstance(head, RunRecord)
    assert (head.board, head.engine, head.tick_unit) == ("imx93", "benchmark_model", "nanoseconds")
    facts = dict(head.facts)
    assert facts["system"] == "NXP i.MX Release Distro 6.6-scarthgap"
    assert facts["bsp"] == "LF6.6.36"
    found = latencies(result)
    one = found["cpu-1"]
    assert (one.name, one.accelerator) == ("CPU, 1 thread", "cpu")
    assert (one.count, one.warmup_count) == (6542, 3236)
    assert (one.minimum, one.median, one.mean) == (150_000, None, 151_873)
    assert (one.maximum, one.stdev) == (233_000, 2000)
    assert dict(one.facts)["first_inference_ns"] == "612000"
    assert found["cpu-2"].median == 1_442_000
    assert dict(found["cpu-2"].facts)["p95_ns"] == "1459000"
    assert found["npu"].accelerator == "npu+cpu"
    assert "took a part" in dict(found["npu"].facts)["warning"]
    memory = [record for record in result.records if isinstance(record, MemoryRecord)]
    assert memory[0] == MemoryRecord("process, CPU, 1 thread", 2293760, None, "benchmark_model")
    for record in result.records:
        assert from_json_line(to_json_line(record), "here") == record


def test_a_cpu_timing_is_never_the_npus(server: Server, board: ReplayBoard, tmp_path: Path) -> None:
    board.plays("npu", "tf212_planned_then_refused", 0)
    result = run_linux(make_bundle(tmp_path / "b"), server.target)
    npu = latencies(result)["npu"]
    assert (npu.name, npu.accelerator) == ("NPU (ran on the CPU)", "cpu")
    assert "these are CPU timings" in dict(npu.facts)["warning"]
    words = gains(latency_records(result.measured))
    assert words[1].startswith("NPU (ran on the CPU): not a result of the NPU, 0.236 ms against")
    assert table_rows(result.measured, {"npu": 0.143})[2].cells[-1] == "-"
    names = [record.name for record in result.records if isinstance(record, MemoryRecord)]
    assert "process, NPU (ran on the CPU)" in names


@pytest.mark.parametrize(
    ("log", "ending"),
    [("tf212_silent_delegate", 0), ("missing_library", 139), ("delegate_aborts", 134)],
)
def test_what_cannot_be_believed_is_no_record(
    server: Server, board: ReplayBoard, tmp_path: Path, log: str, ending: int
) -> None:
    board.plays("npu", log, ending)
    result = run_linux(make_bundle(tmp_path / "b"), server.target)
    assert set(latencies(result)) == {"cpu-1", "cpu-2"}
    row = table_rows(result.measured)[2]
    assert row.cells[:2] == ("NPU", "no figures")
    assert row.remarks
    head = result.records[0]
    assert isinstance(head, RunRecord)
    assert dict(head.facts)["no_figures_npu"] == f"NPU: {'; '.join(row.remarks)}"


def test_a_profile_gives_operators_and_no_latency(
    server: Server, board: ReplayBoard, tmp_path: Path
) -> None:
    board.plays("cpu-1", "litert21_profile", 0)
    options = LinuxOptions(only=("cpu-1",), profile=True)
    result = run_linux(make_bundle(tmp_path / "b"), server.target, options=options)
    assert latencies(result) == {}
    assert len(result.measured[0].log.ops) == 3


def test_a_tool_that_hangs_is_ended(server: Server, board: ReplayBoard, tmp_path: Path) -> None:
    seconds = f"71234.{time.monotonic_ns() % 1_000_000}"
    board.hangs("cpu-1", "help", seconds)
    bundle = make_bundle(tmp_path / "b", max_seconds=0.25)
    options = LinuxOptions(only=("cpu-1", "cpu-2"), max_load_s=1)
    result = run_linux(bundle, server.target, options=options)
    assert "it was ended after 2 s" in result.measured[0].verdict.errors
    assert set(latencies(result)) == {"cpu-2"}
    assert eventually(lambda: not processes_with(seconds))


def test_a_lost_connection_keeps_what_was_measured(
    server: Server, board: ReplayBoard, tmp_path: Path
) -> None:
    seconds = f"71235.{time.monotonic_ns() % 1_000_000}"
    board.hangs("cpu-n", "help", seconds)

    def drop() -> None:
        if eventually(lambda: bool(processes_with(seconds)), 20):
            server.drop_connections()

    dropper = threading.Thread(target=drop)
    dropper.start()
    result = run_linux(make_bundle(tmp_path / "b"), server.target)
    dropper.join()
    assert isinstance(result.stopped, DeviceError)
    assert set(latencies(result)) == {"cpu-1"}
    head = result.records[0]
    assert isinstance(head, RunRecord)
    lost = "not measured: lost the connection to board"
    assert dict(head.facts)["no_figures_cpu-2"].startswith(f"CPU, 2 threads: {lost}")
    assert dict(head.facts)["no_figures_npu"].startswith(f"NPU: {lost}")
    assert eventually(lambda: not processes_with(seconds))
    assert eventually(lambda: not server.left_over())


def test_ctrl_c_keeps_what_was_measured(server: Server, board: ReplayBoard, tmp_path: Path) -> None:
    def interrupt(text: str) -> None:
        if text == "NPU":
            raise KeyboardInterrupt

    result = run_linux(make_bundle(tmp_path / "b"), server.target, say=interrupt)
    assert isinstance(result.stopped, KeyboardInterrupt)
    assert set(latencies(result)) == {"cpu-1", "cpu-2"}
    assert table_rows(result.measured)[2].remarks == ("not measured: the run was interrupted",)
    assert result.cleaned
    assert server.left_over() == []


def test_ctrl_c_before_anything_was_measured(
    server: Server, board: ReplayBoard, tmp_path: Path
) -> None:
    def interrupt(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_linux(make_bundle(tmp_path / "b"), server.target, say=interrupt)
    assert server.left_over() == []


def test_without_vela_on_the_board(server: Server, board: ReplayBoard, tmp_path: Path) -> None:
    options = LinuxOptions(compile_on_board=True)
    with pytest.raises(DeviceError, match="there is no vela on this board") as caught:
        run_linux(make_bundle(tmp_path / "b"), server.target, options=options)
    assert "--compile-on-board" in caught.value.hint
    assert server.left_over() == []


@pytest.fixture(scope="module")
def openssh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Dropbear gives commands a PATH of its own; here it leads to the made-up board's tools."""
    with running_server("openssh", tmp_path_factory.mktemp("openssh")) as running:
        yield running


def test_the_boards_own_vela(openssh: Server, tmp_path: Path) -> None:
    """Records name the compiler that was used, not the one that had compiled while building."""
    board = make_board(openssh.board)
    board.install_vela()
    options = LinuxOptions(only=("npu",), compile_on_board=True)
    result = run_linux(make_bundle(tmp_path / "b", compiled=True), openssh.target, options=options)
    assert "--graph=model/ad01_int8_vela.tflite" in board.calls()[0]
    head = result.records[0]
    assert isinstance(head, RunRecord)
    assert dict(head.facts)["npu_compiler"] == "the board's own vela"
    assert not [name for name, _ in head.facts if name.startswith("estimate")]
    assert compiler_remark(result.plan, result.board, result.log.facts) == ""


@pytest.mark.parametrize("script", ["echo RuntimeError: no; exit 1", "exit 0"])
def test_a_vela_that_compiles_nothing(openssh: Server, tmp_path: Path, script: str) -> None:
    """Even where the bundle brings a compiled model: that one is not what was asked for."""
    board = make_board(openssh.board)
    board.install_vela(script)
    options = LinuxOptions(compile_on_board=True)
    with pytest.raises(DeviceError, match="the board did not compile the model"):
        run_linux(make_bundle(tmp_path / "b", compiled=True), openssh.target, options=options)
    assert board.calls() == []
    assert openssh.left_over() == []


def test_an_unknown_configuration(server: Server, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="unknown configuration 'cpu-3'") as caught:
        run_linux(make_bundle(tmp_path / "b"), server.target, options=LinuxOptions(only=("cpu-3",)))
    assert caught.value.hint.startswith("did you mean 'cpu-")


def test_a_folder_that_is_no_bundle(server: Server, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="was not built for a board that runs Linux"):
        run_linux(tmp_path, server.target)


def test_a_bundle_with_a_file_missing(server: Server, board: ReplayBoard, tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path / "b")
    (bundle / "plan.sh").unlink()
    with pytest.raises(ConfigError, match="plan.sh cannot be read"):
        run_linux(bundle, server.target)
    assert server.left_over() == []


def test_a_damaged_plan(tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path / "b")
    (bundle / "plan.json").write_text('{"schema": 1, "configurations": [{"nam": 1}]}')
    with pytest.raises(ConfigError, match="is damaged"):
        read_plan(bundle)


def test_another_vela_than_the_images(server: Server, board: ReplayBoard, tmp_path: Path) -> None:
    options = LinuxOptions(only=("npu",))
    bundle = make_bundle(tmp_path / "b", compiled=True)
    result = run_linux(bundle, server.target, options=options)
    assert "compiled by vela 5.2.0, the image carries 3.12.0" in compiler_remark(
        result.plan, result.board, result.log.facts
    )
    assert compiler_remark(result.plan, result.board, {"tool_version": "9.9"}) == ""
    assert "model/ad01_int8_vela.tflite" in board.calls()[0]


def test_the_table_in_plain_words(server: Server, board: ReplayBoard, tmp_path: Path) -> None:
    board.plays("cpu-n", "tf29_cpu", 0)
    result = run_linux(
        make_bundle(tmp_path / "b"), server.target, options=LinuxOptions(only=("cpu-1", "cpu-2"))
    )
    lines = text_table(table_rows(result.measured, {"cpu-1": 0.152})).splitlines()
    assert lines[0].split() == (
        "configuration ran on median mean p95 min max std runs init first memory published".split()
    )
    assert lines[1].split()[3:] == (
        "cpu - 0.152 - 0.150 0.233 0.002 6542 1.514 0.612 2.2 MiB 0.152".split()
    )
    assert gains(latency_records(result.measured)) == (
        "CPU, 2 threads: no gain, 0.152 ms against 0.152 ms (CPU, 1 thread), +0%;"
        " expected for an inference this short",
    )
