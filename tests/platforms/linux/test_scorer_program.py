# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The scorer of Linux boards as a program: on this computer, and cross-compiled under qemu-user."""

from __future__ import annotations

import json
import struct
import sys
import wave
from pathlib import Path

import pytest
from click.testing import CliRunner

from mcugen.cli.build import command as build
from mcugen.cli.verify import command as verify
from mcugen.features.coding import input_coding
from mcugen.model.tflite import read_tflite
from mcugen.samples.stimulus import make_stimulus
from mcugen.toolchain.project import Project
from tests.conftest import require_tool
from tests.platforms.linux.scorer_projects import (
    EMULATOR,
    EXAMPLE,
    build_project,
    reference_score,
    score,
    write_wav,
)


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
    coding = input_coding(read_tflite(emulated.model))
    clip = write_wav(tmp_path / "clip.wav")
    floats = make_stimulus(clip, "features", front_end, coding)
    (tmp_path / "floats.bin").write_bytes(floats.data)
    bytes_ = make_stimulus(clip, "int8", front_end, coding)
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


@pytest.fixture
def only_zig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No GCC, and zig as pip installs it into a virtual environment that is not activated."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("cmake", "make", "sh", EMULATOR):
        (folder / name).symlink_to(require_tool(name))
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    require_tool("python-zig")
    monkeypatch.setenv("PATH", str(folder))


def test_zig_stands_in_for_the_cross_compiler(
    emulated: Project,
    only_zig: None,
    boards: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    project = build_project(tmp_path / "p", boards, "emulated", str(EXAMPLE))
    facts = json.loads((project.folder / "build" / "build.json").read_text())
    assert facts["compiler"].startswith("zig cc: clang version ")
    arguments = [str(project.folder), "--board-dir", str(boards), "--vectors", "5"]
    done = CliRunner().invoke(verify, arguments)
    assert "bit-exact with double rounding" in done.output
    assert b"compiler=Clang " in project.elf.read_bytes()
    clip = write_wav(tmp_path / "clip.wav")
    ((by_zig,), _), ((by_gcc,), _) = score(project, clip), score(emulated, clip)
    assert by_zig["score"] == by_gcc["score"]
    monkeypatch.undo()
    rebuilt = build_project(tmp_path / "p", boards, "emulated", str(EXAMPLE))
    assert b"compiler=gcc " in rebuilt.elf.read_bytes()


MODELS = (
    "ad01_int8",
    "kws_ref_model",
    "pretrainedResnet_quant",
    "vww_96_int8",
    "str_ww_ref_model",
)


def test_no_real_model_is_left_out(real_models: Path) -> None:
    assert {path.stem for path in real_models.glob("*.tflite")} == set(MODELS)


@pytest.mark.parametrize("name", MODELS)
def test_real_models_under_qemu_user(
    name: str, real_models: Path, boards: Path, tmp_path: Path
) -> None:
    require_tool(EMULATOR)
    require_tool("aarch64-linux-gnu-gcc")
    model = real_models / f"{name}.tflite"
    words = (str(model), "--front-end", "raw")
    project = build_project(tmp_path / "p", boards, "emulated", *words)
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


def test_without_a_cross_compiler_the_rest_is_there(
    boards: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = tmp_path / "bin"  # neither GCC nor zig
    tools.mkdir()
    for name in ("cmake", "make", "sh"):
        (tools / name).symlink_to(require_tool(name))
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.setattr(sys, "executable", str(tools / "python"))
    text = (boards / "native" / "board.toml").read_text()
    (tmp_path / "boards" / "native").mkdir(parents=True)
    other = text.replace('prefix = ""', 'prefix = "no-such-machine-"')
    (tmp_path / "boards" / "native" / "board.toml").write_text(other)
    words = ["--board", "native", "--board-dir", str(tmp_path / "boards")]
    done = CliRunner().invoke(build, [str(EXAMPLE), *words, "--out", str(tmp_path / "p")])
    assert done.exit_code == 0, done.output
    assert "no scorer: no-such-machine-gcc is not installed" in done.output
    assert (tmp_path / "p" / "launch.sh").is_file()
