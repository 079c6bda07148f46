# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The scorer of Linux boards on a target behind real ssh, and the board's own interpreter."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from mcugen.api.scorer import REPEATS, SCORER, scorer_latency
from mcugen.cli import cli
from mcugen.cli.verify import command as verify
from mcugen.errors import ConfigError, DeviceError, EnvironmentError_
from mcugen.paths import templates_dir
from mcugen.platforms.linux.records import HEADER, scorer_row
from mcugen.platforms.linux.scorer import linux_device_link
from mcugen.report.compare import compare_runs
from mcugen.report.files import load_run
from mcugen.toolchain.project import Project
from mcugen.transport.ssh_failure import SshTarget
from tests.platforms.linux.scorer_projects import (
    EXAMPLE,
    build_project,
    write_wav,
)
from tests.replay_board import make_board
from tests.ssh_server import KINDS, Server, running_server

REAL = "import tensorflow\nInterpreter = tensorflow.lite.Interpreter\n"
DOUBLER = """
import numpy
class Interpreter:
    def __init__(self, model_path, num_threads):
        self.tensors = {}
    def allocate_tensors(self):
        pass
    def get_input_details(self):
        return [{"index": 0, "shape": [1, 2], "dtype": numpy.int8}]
    def get_output_details(self):
        return [{"index": 1}]
    def set_tensor(self, index, value):
        self.tensors[index] = value
    def invoke(self):
        self.tensors[1] = 2 * self.tensors[0]
    def get_tensor(self, index):
        return self.tensors[index]
"""


def make_python(folder: Path, package: str, content: str) -> Path:
    """A python3 that has an interpreter under the name it has on boards."""
    module = folder / "site" / package
    module.mkdir(parents=True)
    (module / "__init__.py").write_text("")
    (module / "interpreter.py").write_text(content)
    python = folder / "python3"
    python.write_text(f'#!/bin/sh\nPYTHONPATH={folder}/site exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    return python


@pytest.mark.parametrize("package", ["tflite_runtime", "ai_edge_litert"])
def test_the_script_takes_the_interpreter_that_is_there(package: str, tmp_path: Path) -> None:
    python = make_python(tmp_path / "python", package, DOUBLER)
    script = templates_dir() / "linux" / "score_tflite.py"
    (tmp_path / "in").write_bytes(bytes([1, 2, 3, 0xFF]))
    words = [str(python), str(script), "model", str(tmp_path / "in"), str(tmp_path / "out")]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)
    assert (tmp_path / "out").read_bytes() == bytes([2, 4, 6, 0xFE])
    lines = dict(line.split("=") for line in done.stdout.splitlines())
    assert (lines["interpreter"], lines["version"]) == (package, "unknown")
    assert len(lines["nanoseconds"].split(",")) == 2


@pytest.fixture(scope="module", params=KINDS)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    with running_server(request.param, tmp_path_factory.mktemp(request.param)) as running:
        yield running


def run_words(server: Server, project: Project, boards: Path, out: Path) -> list[str]:
    words = ["--board-dir", str(boards), "--out", str(out)]
    host = ["--host", "board", f"--ssh-option=-F{server.folder}/ssh_config"]
    return ["run", str(project.folder), *words, *host]


def test_runs_over_ssh_and_over_a_pipe_have_the_same_records(
    server: Server, native: Project, boards: Path, tmp_path: Path
) -> None:
    clip = write_wav(tmp_path / "anomaly_1.wav")
    more = ("--repeats", "5", "--check-outputs")
    over_ssh = run_words(server, native, boards, tmp_path / "ssh")
    done = CliRunner().invoke(cli, [*over_ssh, str(clip), *more])
    assert done.exit_code == 0, done.output
    on_host = build_project(tmp_path / "host", boards, "host", str(EXAMPLE))
    words = ["run", str(on_host.folder), str(clip), *more]
    assert CliRunner().invoke(cli, [*words, "--out", str(tmp_path / "pipe")]).exit_code == 0
    ssh, pipe = load_run(tmp_path / "ssh"), load_run(tmp_path / "pipe")
    assert [x.name for x in ssh.latencies] == [x.name for x in pipe.latencies]
    one, other = ssh.clips[0], pipe.clips[0]
    assert one.score == other.score
    assert one.outputs_compared == other.outputs_compared == one.windows * 640
    assert one.outputs_different == other.outputs_different
    assert dict(ssh.head.facts)["link"] == "ssh"
    names = [row.name for row in compare_runs(ssh, pipe).rows]
    assert any("inference" in name for name in names)
    assert server.left_over() == []


def test_its_latency_stands_beside_benchmark_model_s(
    server: Server, native: Project, boards: Path, tmp_path: Path
) -> None:
    record = scorer_latency(native.folder, server.target, boards)
    assert record is not None
    assert (record.name, record.unit, record.count) == (SCORER, "nanoseconds", REPEATS)
    assert record.minimum is not None and record.median is not None
    assert 0 < record.minimum <= record.median
    row = scorer_row(record)
    assert len(row.cells) == len(HEADER)
    assert row.cells[HEADER.index("median")] == f"{record.median / 1e6:.3f}"
    assert scorer_latency(tmp_path, server.target, boards) is None  # a bundle without a scorer
    assert server.left_over() == []


def test_table_and_report_show_both(
    server: Server, native: Project, boards: Path, tmp_path: Path
) -> None:
    """benchmark_model is one that prints what the real one printed; the scorer runs."""
    make_board(server.board)
    done = CliRunner().invoke(cli, run_words(server, native, boards, tmp_path))
    assert done.exit_code == 0, done.output
    run = load_run(tmp_path)
    assert [x.name for x in run.latencies] == ["CPU, 1 thread", "CPU, 2 threads", "NPU", SCORER]
    page = (tmp_path / "report.html").read_text()
    table = {line.split("  ")[0].strip(): line for line in done.stdout.splitlines()}
    for record in run.latencies:
        assert record.median is not None or record.mean is not None
        assert record.name in page
        assert f"{record.minimum / 1e6:.3f}" in table[record.name]  # type: ignore[operator]
    assert "took a part of the model" in done.stdout
    assert server.left_over() == []


def test_the_boards_own_interpreter(
    server: Server, native: Project, boards: Path, tmp_path: Path
) -> None:
    if server.kind != KINDS[0]:
        pytest.skip("TensorFlow takes seconds to load: once is enough")
    pytest.importorskip("tensorflow", reason="stands for the board's interpreter")
    python = make_python(tmp_path / "python", "tflite_runtime", REAL)
    clip = write_wav(tmp_path / "anomaly_1.wav")
    words = run_words(server, native, boards, tmp_path / "out")
    done = CliRunner().invoke(cli, [*words, "--interpreter", str(python), str(clip)])
    assert done.exit_code == 0, done.output
    run = load_run(tmp_path / "out")
    assert run.head.engine.startswith("tflite_runtime ")
    (record,) = run.clips
    assert record.outputs_compared == record.windows * 640
    # TensorFlow 2.19 with XNNPACK rounds once, the reference of the build twice
    assert record.outputs_different is not None
    assert record.outputs_different < record.outputs_compared / 2
    assert record.score == pytest.approx(record.reference_score, rel=0.05)
    assert len(record.inference_ticks) == record.windows
    assert server.left_over() == []


def test_a_board_without_an_interpreter(
    server: Server, native: Project, boards: Path, tmp_path: Path
) -> None:
    folder = server.board / "none"
    folder.mkdir(parents=True, exist_ok=True)
    python = folder / "python3"
    python.write_text("#!/bin/sh\necho no tflite_runtime in this Python >&2\nexit 1\n")
    python.chmod(0o755)
    words = run_words(server, native, boards, tmp_path / "out")
    clip = write_wav(tmp_path / "anomaly_1.wav")
    done = CliRunner().invoke(cli, [*words, "--interpreter", str(python), str(clip)])
    assert isinstance(done.exception, DeviceError)
    assert "cannot run the model in Python: no tflite_runtime" in done.exception.what


def test_a_program_for_another_machine(server: Server, native: Project, tmp_path: Path) -> None:
    folder = tmp_path / "p"
    shutil.copytree(native.folder, folder)
    (folder / "build" / "firmware.elf").write_bytes(
        b"\x7fELF" + bytes(200) + native.manifest.firmware_sha256.encode()
    )
    project = Project(folder, native.manifest, native.board)
    with (
        pytest.raises(DeviceError, match=r"board \(\w+\) cannot run the scorer: .*") as caught,
        linux_device_link(project, server.target),
    ):
        pass
    assert "the build must be for this board" in caught.value.hint
    assert server.left_over() == []


def test_verify_over_ssh(server: Server, native: Project, boards: Path) -> None:
    words = [str(native.folder), "--board-dir", str(boards), "--vectors", "3", "--host", "board"]
    done = CliRunner().invoke(verify, [*words, f"--ssh-option=-F{server.folder}/ssh_config"])
    assert done.exit_code == 0, done.output
    assert "bit-exact with double rounding" in done.output
    assert server.left_over() == []


def test_a_project_that_was_not_compiled(native: Project, tmp_path: Path) -> None:
    folder = tmp_path / "p"
    shutil.copytree(native.folder, folder)
    shutil.rmtree(folder / "build")
    project = Project(folder, native.manifest, native.board)
    with (
        pytest.raises(EnvironmentError_, match="was not compiled"),
        linux_device_link(project, SshTarget("board")),
    ):
        pass


def test_a_project_for_a_microcontroller(tmp_path: Path, native: Project) -> None:
    project = Project(tmp_path, native.manifest, native.board)
    with (
        pytest.raises(ConfigError, match="was not built for a board that runs Linux"),
        linux_device_link(project, SshTarget("board")),
    ):
        pass
