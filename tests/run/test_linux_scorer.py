# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The scorer of Linux boards: cross-compiled under qemu-user, and on a target behind real ssh."""

from __future__ import annotations

import csv
import io
import json
import shutil
import struct
import subprocess
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from mcugen.boards import find_board
from mcugen.cli import cli
from mcugen.cli.build import command as build
from mcugen.cli.verify import command as verify
from mcugen.errors import ConfigError, DeviceError, EnvironmentError_, ModelError
from mcugen.model.reference import open_reference
from mcugen.model.tflite import read_tflite
from mcugen.paths import examples_dir, templates_dir
from mcugen.report.compare import compare
from mcugen.report.files import load_run
from mcugen.run.expected import expected_outputs, expected_score, input_quant
from mcugen.run.linux_device import linux_device_link
from mcugen.run.project import Project, open_project
from mcugen.run.stimulus import make_stimulus
from mcugen.transport.ssh_failure import SshTarget
from tests.conftest import require_tool
from tests.ssh_server import KINDS, Server, running_server

EMULATOR = "qemu-aarch64"
RATE_HZ = 16000
EXAMPLE = examples_dir() / "machine-sound" / "machine_sound_int8.tflite"


def boards_for_tests(root: Path) -> Path:
    """The i.MX 93 as qemu-user gives it, and as this computer would be."""
    text = (find_board("imx93").folder / "board.toml").read_text()
    port = str(find_board("host").folder / "port.c")
    text = text.replace('"../host/port.c"', json.dumps(port))
    emulated = text.replace('link = "none"', f'command = ["{EMULATOR}", "{{elf}}"]\nlink = "stdio"')
    native = text.replace('"aarch64-linux-gnu-"', '""').replace('"-mcpu=cortex-a55"', "")
    for name, content in (("emulated", emulated), ("native", native)):
        (root / name).mkdir(parents=True)
        (root / name / "board.toml").write_text(content.replace('"imx93"', f'"{name}"', 1))
    return root


@pytest.fixture(scope="module")
def boards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return boards_for_tests(tmp_path_factory.mktemp("boards"))


def build_project(folder: Path, boards: Path, board: str, *words: str) -> Project:
    require_tool("cmake")
    arguments = [*words, "--board", board, "--board-dir", str(boards), "--out", str(folder)]
    done = CliRunner().invoke(build, arguments)
    if done.exception:
        raise done.exception
    return open_project(folder, boards)


@pytest.fixture(scope="module")
def emulated(boards: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    require_tool(EMULATOR)
    require_tool("aarch64-linux-gnu-gcc")
    return build_project(tmp_path_factory.mktemp("e") / "p", boards, "emulated", str(EXAMPLE))


@pytest.fixture(scope="module")
def native(boards: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return build_project(tmp_path_factory.mktemp("n") / "p", boards, "native", str(EXAMPLE))


def write_wav(path: Path, seconds: float = 2.5, **how: int) -> Path:
    """A hum with noise; `rate`, `channels` and `width` (bytes of a sample) as wanted."""
    rate, channels, width = how.get("rate", RATE_HZ), how.get("channels", 1), how.get("width", 2)
    random = np.random.default_rng(5)
    time_s = np.arange(int(seconds * rate)) / rate
    values = 3000 * np.sin(2 * np.pi * 120 * time_s) + random.normal(0, 800, time_s.size)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        kind = "<i2" if width == 2 else "<i4"
        file.writeframes(np.repeat(values, channels).astype(kind).tobytes())
    return path


def score(
    project: Project, *words: str | Path
) -> tuple[list[dict[str, str]], subprocess.CompletedProcess[str]]:
    """Rows of the scorer's CSV; the emulated one under qemu-user."""
    start = [EMULATOR] if project.board.name == "emulated" else []
    command = [*start, str(project.elf), *(str(word) for word in words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return list(csv.DictReader(io.StringIO(done.stdout))), done


def reference_score(project: Project, path: Path, input_name: str = "pcm") -> tuple[float, int]:
    """What the host computes for the clip, with the build's rounding; and its windows."""
    front_end = project.manifest.front_end
    with open_reference(project.model, rounding=project.manifest.rounding) as reference:
        quant = input_quant(reference.graph)
        stimulus = make_stimulus(path, input_name, front_end, quant)
        outputs = expected_outputs(reference, stimulus.inputs)
        return expected_score(reference, stimulus, outputs), len(outputs)


@pytest.mark.parametrize("board", ["emulated", "native"])
def test_a_clip_is_scored_as_on_the_host(
    board: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    project: Project = request.getfixturevalue(board)
    clip = write_wav(tmp_path / "clip.wav")
    (row,), done = score(project, clip)
    expected, windows = reference_score(project, clip)
    assert done.returncode == 0
    assert row["file"] == str(clip)
    assert int(row["windows"]) == windows
    assert float(row["score"]) == pytest.approx(expected, rel=1e-3)
    for what in ("inference", "row"):
        low, middle, high = (int(row[f"{what}_{which}_ns"]) for which in ("min", "median", "max"))
        assert 0 < low <= middle <= high


def test_rows_of_features_and_of_int8(emulated: Project, tmp_path: Path) -> None:
    front_end = emulated.manifest.front_end
    quant = input_quant(read_tflite(emulated.model))
    clip = write_wav(tmp_path / "clip.wav")
    floats = make_stimulus(clip, "features", front_end, quant)
    (tmp_path / "floats.bin").write_bytes(floats.data)
    bytes_ = make_stimulus(clip, "int8", front_end, quant)
    (tmp_path / "int8.bin").write_bytes(bytes_.data)
    with wave.open(str(clip)) as file:
        (tmp_path / "pcm.bin").write_bytes(file.readframes(file.getnframes()))
    words = (tmp_path / "floats.bin", "--int8", tmp_path / "int8.bin")
    rows, done = score(emulated, *words, "--source", tmp_path / "pcm.bin", clip)
    assert done.returncode == 0
    for row, name in zip(rows, ("features", "int8", "pcm", "pcm"), strict=True):
        expected, windows = reference_score(emulated, clip, name)
        assert int(row["windows"]) == windows
        assert float(row["score"]) == pytest.approx(expected, rel=1e-3)
    assert rows[2]["score"] == rows[3]["score"]
    assert rows[0]["row_median_ns"] == ""  # features come from outside: no cost is made up


def test_the_cross_compiled_engine_computes_what_tflite_micro_does(
    emulated: Project, boards: Path, tmp_path: Path
) -> None:
    clip = write_wav(tmp_path / "clip.wav")
    words = [str(emulated.folder), "--board-dir", str(boards), "--vectors", "5"]
    done = CliRunner().invoke(verify, [*words, "--clips", str(clip)])
    assert done.exit_code == 0, done.output
    assert "bit-exact with double rounding" in done.output


MODELS = (
    "ad01_int8",
    "kws_ref_model",
    "pretrainedResnet_quant",
    "vww_96_int8",
    "str_ww_ref_model",
)


@pytest.mark.parametrize("name", MODELS)
def test_real_models_under_qemu_user(
    name: str, real_models: Path, boards: Path, tmp_path: Path
) -> None:
    require_tool(EMULATOR)
    require_tool("aarch64-linux-gnu-gcc")
    model = real_models / f"{name}.tflite"
    words = (str(model), "--front-end", "raw")
    try:
        project = build_project(tmp_path / "p", boards, "emulated", *words)
    except ModelError as error:
        if "operator is not supported" not in error.what:
            raise
        pytest.skip(f"engine aot does not take {name} yet: {error.what[:80]}")
    arguments = [str(project.folder), "--board-dir", str(boards), "--vectors", "2"]
    done = CliRunner().invoke(verify, arguments)
    assert done.exit_code == 0, done.output
    assert "bit-exact with double rounding" in done.output


@pytest.mark.parametrize(("rounding", "expected"), [("single", 11.0906), ("double", 11.0526)])
def test_the_real_clip_under_qemu_user(
    rounding: str, expected: float, real_models: Path, boards: Path, tmp_path: Path
) -> None:
    """The golden file score of ad01 is 11.0906 with one rounding; two move it to 11.0526."""
    require_tool(EMULATOR)
    require_tool("aarch64-linux-gnu-gcc")
    model, clip = real_models / "ad01_int8.tflite", real_models / "example_input.wav"
    words = (str(model), "--front-end", "mlperf-ad", "--rounding", rounding)
    project = build_project(tmp_path / "p", boards, "emulated", *words)
    (row,), _ = score(project, clip)
    assert int(row["windows"]) == 196
    assert float(row["score"]) == pytest.approx(expected, abs=2e-4)
    assert float(row["score"]) == pytest.approx(reference_score(project, clip)[0], abs=0.01)


def bad_clips(folder: Path) -> dict[str, Path]:
    """What the scorer must say -> the file it must say it about."""
    good = write_wav(folder / "good.wav").read_bytes()
    fmt = good.index(b"fmt ")
    contents = {
        "not a WAV file": b"text",
        "ends before its samples do": good[:-1000],
        "ends before its samples": good[: fmt + 12],
        "samples before their format": good[:fmt] + b"data\x04\0\0\0\0\0\0\0",
        "too short for one window": write_wav(folder / "s.wav", 0.5).read_bytes(),
        "not 16-bit PCM with one channel": write_wav(folder / "st.wav", channels=2).read_bytes(),
        "44100 Hz, the front-end takes 16000 Hz": write_wav(
            folder / "r.wav", rate=44100
        ).read_bytes(),
    }
    found = {"cannot be opened": folder / "none.wav"}
    for number, (words, content) in enumerate(contents.items()):
        found[words] = folder / f"bad{number}.wav"
        found[words].write_bytes(content)
    (folder / "wide.wav").write_bytes(write_wav(folder / "w.wav", width=4).read_bytes())
    return found


def test_bad_clips_are_named_and_the_others_scored(native: Project, tmp_path: Path) -> None:
    bad = bad_clips(tmp_path)
    rows, done = score(native, *bad.values(), tmp_path / "wide.wav", tmp_path / "good.wav")
    assert done.returncode == 1
    said = done.stderr.splitlines()
    assert said[:-1] == [f"scorer: {path}: {words}" for words, path in bad.items()]
    assert [row["file"] for row in rows] == [str(tmp_path / "good.wav")]


def test_odd_chunks_before_the_samples(native: Project, tmp_path: Path) -> None:
    good = write_wav(tmp_path / "good.wav").read_bytes()
    at = good.index(b"data")
    chunk = b"LIST" + struct.pack("<I", 3) + b"abc\0"
    (tmp_path / "list.wav").write_bytes(good[:at] + chunk + good[at:] + chunk)
    rows, _ = score(native, tmp_path / "good.wav", tmp_path / "list.wav")
    assert rows[0]["score"] == rows[1]["score"]


def test_usage(native: Project) -> None:
    _, done = score(native, "--help")
    assert done.returncode == 2
    assert "usage:" in done.stderr


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
    names = [row.name for row in compare(ssh, pipe).rows]
    assert any("inference" in name for name in names)
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
    (folder / "build" / "firmware.elf").write_bytes(b"\x7fELF" + bytes(200))
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


def test_without_a_cross_compiler_the_rest_is_there(boards: Path, tmp_path: Path) -> None:
    text = (boards / "native" / "board.toml").read_text()
    (tmp_path / "boards" / "native").mkdir(parents=True)
    other = text.replace('prefix = ""', 'prefix = "no-such-machine-"')
    (tmp_path / "boards" / "native" / "board.toml").write_text(other)
    words = ["--board", "native", "--board-dir", str(tmp_path / "boards")]
    done = CliRunner().invoke(build, [str(EXAMPLE), *words, "--out", str(tmp_path / "p")])
    assert done.exit_code == 0, done.output
    assert "no scorer: no-such-machine-gcc is not installed" in done.output
    assert (tmp_path / "p" / "launch.sh").is_file()


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
