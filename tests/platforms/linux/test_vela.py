# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Vela's results and failures: with a fake that ends as Vela does, and with Vela where it is installed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from mcugen.boards import find_board
from mcugen.cli.build import command as build
from mcugen.config import load_config
from mcugen.errors import ConfigError, EnvironmentError_, McugenError, ModelError
from mcugen.export.project import BuildRequest, generate
from mcugen.paths import examples_dir
from mcugen.platforms.linux.board import VelaSettings, linux_board
from mcugen.platforms.linux.bundle import read_plan
from mcugen.platforms.linux.vela import (
    VelaEstimate,
    compile_for_board,
    compile_for_ethos_u,
    find_vela,
    read_summary,
    vela_version,
    with_vela_model,
)
from mcugen.platforms.request import Choices, make_request
from tests.conftest import require_tool

FAKE = Path(__file__).parent.parent.parent / "fixtures" / "fake_vela.sh"
Fake = Callable[[str], str]


@pytest.fixture(scope="module")
def settings() -> VelaSettings:
    found = linux_board(find_board("imx93")).vela
    assert found is not None
    return found


@pytest.fixture
def fake(tmp_path: Path) -> Fake:
    def make(mode: str) -> str:
        program = tmp_path / "vela"
        shutil.copy(FAKE, program)
        (tmp_path / "mode").write_text(mode)
        return str(program)

    return make


def test_a_compiled_model(settings: VelaSettings, fake: Fake, tmp_path: Path) -> None:
    result = compile_for_ethos_u(b"model", "ad01", settings, program=fake("good"))
    assert result.content == b"compiled\n"
    assert (result.version, result.npu_operators, result.cpu_operators) == ("5.2.0", 10, 2)
    assert result.estimate == VelaEstimate(58.15, 18336, 201856, 264192, 58150)
    arguments = (tmp_path / "arguments").read_text()
    assert arguments.startswith(
        "--accelerator-config ethos-u65-256 --config Arm/vela.ini "
        "--system-config Ethos_U65_High_End --memory-mode Dedicated_Sram "
        "--arena-cache-size 393216 --output-dir "
    )


FAILURES = [
    ("crash", ModelError, r"ad01: vela crashed \(signal 11\): the model is truncated or damaged"),
    ("traceback", ModelError, "vela cannot compile it: RuntimeError: Compilation failed: No netw"),
    ("settings", EnvironmentError_, "vela does not take the board's settings: .*ethos-u99"),
    ("float", ModelError, "none of its operators on the NPU: FULLY_CONNECTED: unsupported DataTy"),
    ("old-float", ModelError, "none of its operators on the NPU: FULLY_CONNECTED: Tensor is Flo"),
    ("silent", ModelError, "none of its operators on the NPU"),
    ("no-files", EnvironmentError_, "wrote no model or no summary"),
    ("bad-summary", EnvironmentError_, "summary of this version of vela cannot be read"),
]


@pytest.mark.parametrize(("mode", "kind", "words"), FAILURES, ids=[row[0] for row in FAILURES])
def test_failures(
    settings: VelaSettings, fake: Fake, mode: str, kind: type[McugenError], words: str
) -> None:
    with pytest.raises(kind, match=words) as caught:
        compile_for_ethos_u(b"model", "ad01", settings, program=fake(mode))
    assert "\n" not in caught.value.what


def test_vela_is_missing(settings: VelaSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with pytest.raises(EnvironmentError_, match="vela is not installed") as caught:
        find_vela()
    assert "mcugen[imx93]" in caught.value.hint
    with pytest.raises(EnvironmentError_, match="cannot start"):
        compile_for_ethos_u(b"model", "ad01", settings, program="/no/such/vela")


@pytest.mark.parametrize("text", ["", "inference_time\n", "inference_time\nnan\n", "a,b\n1,2\n"])
def test_summaries_that_cannot_be_read(text: str) -> None:
    with pytest.raises(EnvironmentError_, match="cannot be read"):
        read_summary(text)


@pytest.fixture(scope="module")
def real() -> str:
    """Vela itself, which is an extra: pip install 'mcugen[imx93]'."""
    try:
        return find_vela()
    except EnvironmentError_:
        return require_tool("vela")


def test_real_vela_compiles_the_mlperf_models(
    settings: VelaSettings, real: str, real_models: Path
) -> None:
    """The figures of vela 5.2.0; another version may estimate differently, but not by half."""
    expected = {"ad01_int8": (10, 58.2, 264192), "pretrainedResnet_quant": (42, 113.4, 12501632)}
    for name, (operators, inference_us, macs) in expected.items():
        content = (real_models / f"{name}.tflite").read_bytes()
        result = compile_for_ethos_u(content, name, settings, program=real)
        assert result.content[4:8] == b"TFL3"
        assert (result.npu_operators, result.cpu_operators) == (operators, 0)
        assert result.estimate.inference_us == pytest.approx(inference_us, rel=0.5)
        assert result.estimate.macs == pytest.approx(macs, rel=0.1)
        if vela_version(real) == "5.2.0":
            assert result.estimate.inference_us == pytest.approx(inference_us, abs=0.1)


def test_real_vela_on_models_it_cannot_take(
    settings: VelaSettings, real: str, real_models: Path
) -> None:
    content = (real_models / "ad01_int8.tflite").read_bytes()
    dies = "crashed" if vela_version(real) == "5.2.0" else "crashed|cannot compile"
    for truncated in (content[:2000], content[: len(content) // 2], content[:-1]):
        with pytest.raises(ModelError, match=f"vela ({dies})"):
            compile_for_ethos_u(truncated, "truncated", settings, program=real)
    for damaged in (b"", b"text\n", b"\0" * 5000):
        with pytest.raises(ModelError, match="vela cannot compile"):
            compile_for_ethos_u(damaged, "damaged", settings, program=real)
    compiled = compile_for_ethos_u(content, "ad01", settings, program=real).content
    with pytest.raises(ModelError, match="none of its operators on the NPU"):
        compile_for_ethos_u(compiled, "again", settings, program=real)


def test_real_vela_on_a_float_model(settings: VelaSettings, real: str) -> None:
    tensorflow = pytest.importorskip("tensorflow", reason="makes the float model")
    model = tensorflow.keras.Sequential(
        [tensorflow.keras.layers.Input((8,)), tensorflow.keras.layers.Dense(4)]
    )
    content = tensorflow.lite.TFLiteConverter.from_keras_model(model).convert()
    with pytest.raises(ModelError, match=r"none of its operators on the NPU.*Float32"):
        compile_for_ethos_u(content, "float", settings, program=real)


def test_real_vela_with_wrong_settings(real: str, real_models: Path) -> None:
    wrong = VelaSettings("ethos-u99", "Arm/vela.ini", "Nope", "Nope", 1)
    content = (real_models / "ad01_int8.tflite").read_bytes()
    with pytest.raises(EnvironmentError_, match="vela does not take the board's settings"):
        compile_for_ethos_u(content, "ad01", wrong, program=real)
    wrong = VelaSettings("ethos-u65-256", "Arm/vela.ini", "Nope", "Dedicated_Sram", 393216)
    with pytest.raises(EnvironmentError_, match="vela does not take the board's settings"):
        compile_for_ethos_u(content, "ad01", wrong, program=real)


def request_for(board: str) -> BuildRequest:
    config = load_config(examples_dir() / "machine-sound" / "mcugen.toml")
    return make_request(config, find_board(board), Choices(npu=True))


def test_a_request_gets_its_compiled_model(
    fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake("good")
    monkeypatch.setattr(shutil, "which", lambda *_, **__: str(tmp_path / "vela"))
    request, words = with_vela_model(request_for("imx93"))
    assert words.startswith("vela 5.2.0: 10 operators on the NPU, 2 on the CPU; estimate, not ")
    model = request.export_options.npu_model
    assert model is not None and model.content == b"compiled\n"
    tree = generate(request).tree
    assert tree[f"model/{request.graph.name}_vela.tflite"] == b"compiled\n"


def test_build_with_an_npu(fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake("good")
    monkeypatch.setattr(shutil, "which", lambda *_, **__: str(tmp_path / "vela"))
    words = ["--board", "imx93", "--accelerator", "npu", "--no-compile"]
    model = examples_dir() / "machine-sound" / "machine_sound_int8.tflite"
    done = CliRunner().invoke(build, [str(model), *words, "--out", str(tmp_path / "b")])
    assert done.exit_code == 0, done.output
    assert "estimate, not measured" in done.output
    assert (tmp_path / "b/model/machine_sound_int8_vela.tflite").read_bytes() == b"compiled\n"
    assert read_plan(tmp_path / "b").npu_compiler == "vela 5.2.0"


def test_without_vela_the_board_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    before = request_for("imx93")
    after, words = with_vela_model(before)
    assert after is before
    assert "vela is not installed" in words


def test_an_npu_that_takes_models_as_they_are() -> None:
    before = request_for("imx8mp")
    after, words = with_vela_model(before)
    assert after is before
    assert "driver compiles the model on the board" in words
    with pytest.raises(ConfigError, match="compiles models for its NPU itself"):
        compile_for_board(before.board, "m", b"")
