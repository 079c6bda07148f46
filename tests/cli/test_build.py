# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen build`: reproducible, refuses what cannot work in one clear line, writes all or nothing."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mcugen.codegen.tree import read_tree
from mcugen.paths import examples_dir
from tests.cli.calls import call
from tests.conftest import ROOT, require_tool
from tests.tflite_writer import OpSpec, TensorSpec, fully_connected, model_bytes

MODEL = examples_dir() / "machine-sound" / "machine_sound_int8.tflite"
Capture = pytest.CaptureFixture[str]


def layer(rows: int, depth: int) -> bytes:
    weights = np.ones((rows, depth), np.int8)
    return fully_connected(
        weights,
        np.zeros(rows, np.int32),
        input_quant=(0.5, 0),
        weight_scales=0.5,
        output_quant=(1.0, 0),
    )


def test_the_same_bytes_in_any_folder_under_any_hash_seed_and_locale(tmp_path: Path) -> None:
    trees = []
    for number, (seed, locale) in enumerate((("0", "C"), ("4242", "C.UTF-8"))):
        folder = tmp_path / f"folder {number}"
        folder.mkdir()
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "LC_ALL": locale,
            "PYTHONPATH": str(ROOT),
        }
        words = ["build", str(MODEL), "--board", "mps2-an505", "--out", "made", "--no-compile"]
        subprocess.run(
            [sys.executable, "-m", "mcugen", *words],
            check=True,
            cwd=folder,
            env=environment,
            stdout=subprocess.DEVNULL,
        )
        trees.append(read_tree(folder / "made"))
    assert trees[0] == trees[1]
    assert not any(str(tmp_path).encode() in content for content in trees[0].values())


@pytest.mark.parametrize("board", ["host", "mps2-an505"])
def test_the_bundled_example_compiles_without_being_named(
    board: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Capture
) -> None:
    require_tool("arm-none-eabi-gcc")
    monkeypatch.chdir(tmp_path)
    answer = call(capfd, "build", "--board", board)
    assert answer.status == 0, answer.err
    project = tmp_path / "build" / f"machine_sound_int8-{board}"
    assert (project / "build" / "firmware.elf").is_file()
    assert '"kind": "log-mel"' in (project / "manifest.json").read_text()


def test_a_model_alone_gets_the_raw_front_end(tmp_path: Path, capfd: Capture) -> None:
    model = tmp_path / "alone.tflite"
    model.write_bytes(layer(4, 8))
    out = tmp_path / "out"
    assert call(capfd, "build", model, "--board", "host", "--out", out, "--no-compile").status == 0
    assert '"kind": "raw"' in (out / "manifest.json").read_text()


def test_the_arena_of_the_interpreter_may_be_chosen(tmp_path: Path, capfd: Capture) -> None:
    words = ["build", MODEL, "--board", "host", "--engine", "tflm", "--arena-bytes", "4096"]
    assert call(capfd, *words, "--no-compile", "--out", tmp_path / "out").status == 0
    assert '"arena_bytes": 4096' in (tmp_path / "out" / "manifest.json").read_text()


def float_model() -> bytes:
    a = TensorSpec((1, 4), dtype="float32")
    return model_bytes(tensors=[a, a], ops=[OpSpec("RELU", [0], [1])], inputs=[0], outputs=[1])


def odd_model() -> bytes:
    """Two operators that no engine of ours compiles, behind one another."""
    a = TensorSpec((1, 4), scales=[1.0], zero_points=[0])
    ops = [OpSpec("TOPK_V2", [0], [1]), OpSpec("RANK", [1], [2])]
    return model_bytes(tensors=[a, a, a], ops=ops, inputs=[0], outputs=[2])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"not a model at all, just text", "not a"),
        (MODEL.read_bytes()[:5000], "model.tflite"),
        (b"", "model.tflite"),
        (float_model(), "float32"),
        (odd_model(), "op 0 TOPK_V2, op 1 RANK"),
    ],
    ids=["text", "truncated", "empty", "float", "operators"],
)
def test_a_model_that_cannot_be_taken_is_one_clear_error(
    content: bytes, words: str, tmp_path: Path, capfd: Capture
) -> None:
    model = tmp_path / "model.tflite"
    model.write_bytes(content)
    answer = call(capfd, "build", model, "--board", "host", "--out", tmp_path / "out")
    assert answer.status == 2
    assert answer.err.startswith("error: ") and words in answer.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--board", "mps2-an55"], "did you mean 'mps2-an505'?"),
        (["--board", "host", "--engine", "aoot"], "did you mean 'aot'?"),
        (["--board", "host", "--rounding", "doubel"], "did you mean 'double'?"),
        (["--board", "host", "--front-end", "mlperf-adx"], "did you mean 'mlperf-ad'?"),
        ([], "no board is given"),
        (["--board", "host", "--arena-bytes", "4096"], "--arena-bytes needs --engine tflm"),
    ],
)
def test_a_wrong_choice_names_the_nearest(
    options: list[str], words: str, tmp_path: Path, capfd: Capture
) -> None:
    answer = call(capfd, "build", MODEL, *options, "--out", tmp_path / "out")
    assert answer.status == 2 and words in answer.err
    assert not (tmp_path / "out").exists()


def test_a_wrong_key_names_the_nearest(tmp_path: Path, capfd: Capture) -> None:
    config = tmp_path / "mcugen.toml"
    config.write_text('schema = 1\n[model]\nfile = "m.tflite"\n[scor]\nkind = "none"\n')
    answer = call(capfd, "build", config, "--board", "host")
    assert answer.status == 2
    assert "unknown key 'scor'" in answer.err and "did you mean 'score'?" in answer.err


def test_a_model_that_is_missing(tmp_path: Path, capfd: Capture) -> None:
    answer = call(capfd, "build", tmp_path / "no.tflite", "--board", "host")
    assert answer.status == 2 and "no.tflite: No such file or directory" in answer.err


SMALL = """
name = "small"
title = "A board with little memory"
exporter = "cmake"
sources = []
[memory.flash]
bytes = 100000
[memory.ram]
bytes = {ram}
reserved_bytes = 100
[ticks]
unit = "cycles"
[run]
link = "serial"
"""


@pytest.mark.parametrize(("ram", "words"), [(65536, "bytes of flash"), (800, "bytes of RAM")])
def test_a_model_too_large_is_refused_before_anything_is_compiled(
    ram: int, words: str, tmp_path: Path, capfd: Capture
) -> None:
    board = tmp_path / "boards" / "small"
    board.mkdir(parents=True)
    flash = 400_000 if "RAM" in words else 100_000
    board.joinpath("board.toml").write_text(SMALL.format(ram=ram).replace("100000", str(flash)))
    words_of = ["build", MODEL, "--board", "small", "--board-dir", tmp_path / "boards"]
    answer = call(capfd, *words_of, "--out", tmp_path / "out")
    assert answer.status == 2 and words in answer.err and "does not fit small" in answer.err
    assert not (tmp_path / "out").exists()


def wide_pictures() -> bytes:
    """Three 1x1 convolutions, the middle one with 243 840 bytes before it and 406 400 behind it."""
    depths = (3, 12, 20, 4)
    pictures = [TensorSpec((1, 127, 160, depth), "int8", 0.1) for depth in depths]
    draw = np.random.default_rng(1)  # of channels that equal each other one would be left
    filters = [
        TensorSpec(
            (after, 1, 1, before),
            "int8",
            0.1,
            data=draw.integers(1, 100, (after, before), np.int8),
        )
        for before, after in itertools.pairwise(depths)
    ]
    options = {"stride_w": 1, "stride_h": 1, "dilation_w_factor": 1, "dilation_h_factor": 1}
    ops = [OpSpec("CONV_2D", [i, 4 + i, -1], [i + 1], options, version=3) for i in range(3)]
    return model_bytes([*pictures, *filters], ops, [0], [3])


def test_a_plan_beyond_the_ram_names_its_largest_layer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Capture
) -> None:
    """635 KiB alive at once do not fit 512 KiB; no compiler is needed to see that."""
    board = tmp_path / "boards" / "small"
    board.mkdir(parents=True)
    board.joinpath("board.toml").write_text(SMALL.format(ram=512 * 1024))
    (tmp_path / "wide.tflite").write_bytes(wide_pictures())
    monkeypatch.setenv("PATH", str(tmp_path))
    words = ["build", tmp_path / "wide.tflite", "--board", "small", "--board-dir", board.parent]
    answer = call(capfd, *words, "--out", tmp_path / "out")
    assert answer.status == 2 and "activations, most in conv_2d_1" in answer.err
    needed = re.search(r"it needs (\d+) bytes of RAM", answer.err)
    assert needed is not None and 635 * 1024 <= int(needed[1]) <= 636 * 1024
    assert "524188 are left of 524288" in answer.err
    assert not (tmp_path / "out").exists()


def test_a_missing_toolchain_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Capture
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    answer = call(capfd, "build", MODEL, "--board", "mps2-an505", "--out", tmp_path / "out")
    assert answer.status == 2
    assert "arm-none-eabi-gcc is not installed" in answer.err
    assert "sudo apt-get install gcc-arm-none-eabi" in answer.err
    assert (tmp_path / "out" / "manifest.json").is_file(), "the project itself is whole"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_told(tmp_path: Path, capfd: Capture) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    answer = call(capfd, "build", MODEL, "--board", "host", "--out", locked / "out")
    assert answer.status == 2 and "cannot write" in answer.err


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, capfd: Capture) -> None:
    (tmp_path / "file").write_text("")
    answer = call(capfd, "build", MODEL, "--board", "host", "--out", tmp_path / "file" / "out")
    assert answer.status == 2 and "cannot write" in answer.err


def test_the_users_own_files_are_kept(tmp_path: Path, capfd: Capture) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    answer = call(capfd, "build", MODEL, "--board", "host", "--out", tmp_path)
    assert answer.status == 2 and "not empty" in answer.err
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
