# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The Neutron converter by a fake one, and the version check between model and driver."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from mcugen.cli.build import command as build_command
from mcugen.device.provenance import run_facts
from mcugen.engines.tflm_operators import NEUTRON_GRAPH
from mcugen.errors import EnvironmentError_, ModelError
from mcugen.model.ir import DType, Graph, Op, Tensor
from mcugen.platforms.mcuxpresso.neutron import (
    check_microcode,
    find_driver,
    microcode_words,
    npu_share,
    prepare,
)
from mcugen.platforms.mcuxpresso.neutron_converter import convert, find_converter, reasons_of
from mcugen.toolchain.project import open_project
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes
from tests.toolchain.test_flash import fake_tool

WORD = bytes.fromhex("1b3f931c")


def converted_file(path: Path, word: bytes = WORD, magic: bytes = b"nMCd") -> Path:
    """QUANTIZE, NeutronGraph with its three constants, SOFTMAX: what the converter leaves."""
    microcode = np.frombuffer(magic + word + bytes(8), np.uint8)
    tensors = [
        TensorSpec((1, 4), scales=0.5),
        TensorSpec((1, 4), scales=0.5),
        TensorSpec((16,), "uint8", data=microcode, name="NeutronMicrocode"),
        TensorSpec((4,), "uint8", data=np.zeros(4, np.uint8), name="NeutronWeights"),
        TensorSpec((1, 4), scales=1 / 256, zero_points=-128),
    ]
    ops = [
        OpSpec(NEUTRON_GRAPH, [0, 2, 3], [1]),
        OpSpec("SOFTMAX", [1], [4], {"beta": 1.0}),
    ]
    path.write_bytes(model_bytes(tensors, ops, [0], [4]))
    return path


def sdk_with_driver(
    root: Path, content: bytes, folder: str = "middleware/eiq/neutron/mcxn"
) -> Path:
    library = root / "mcuxsdk" / folder / "libNeutronDriver.a"
    library.parent.mkdir(parents=True)
    library.write_bytes(content)
    return root


@pytest.mark.parametrize(
    "folder",
    ["middleware/eiq/neutron/mcxn", "middleware/eiq/tensorflow-lite/third_party/neutron/mcxn"],
)
def test_word_of_the_driver_is_accepted(tmp_path: Path, folder: str) -> None:
    sdk = sdk_with_driver(tmp_path, b"!<arch>\n" + WORD + b"rest", folder)
    assert check_microcode(converted_file(tmp_path / "m.tflite"), sdk) == "1c933f1b"
    assert check_microcode(tmp_path / "m.tflite", sdk / "mcuxsdk") == "1c933f1b"


def test_other_word_is_refused(tmp_path: Path) -> None:
    sdk = sdk_with_driver(tmp_path, b"!<arch>\n" + bytes.fromhex("6d0a716f"))
    with pytest.raises(ModelError, match="0x1c933f1b") as caught:
        check_microcode(converted_file(tmp_path / "m.tflite"), sdk)
    assert "same release" in caught.value.hint


def test_model_without_microcode_is_refused(tmp_path: Path) -> None:
    sdk = sdk_with_driver(tmp_path, WORD)
    with pytest.raises(ModelError, match="no Neutron microcode"):
        check_microcode(converted_file(tmp_path / "m.tflite", magic=b"none"), sdk)


def test_sdk_without_driver_is_told(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentError_, match="libNeutronDriver"):
        find_driver(tmp_path)


def test_fake_converter_is_called_as_nxp_documents(tmp_path: Path) -> None:
    ready = converted_file(tmp_path / "ready.tflite")
    fake_tool(
        tmp_path,
        "neutron-converter",
        f'echo "$@" > {tmp_path}/arguments; cp {ready} "$4"\n'
        "echo 'Neutron Converter Version: 2.2.2+0X1c933f1b'\necho 'Total data = 16000'",
    )
    made = convert(
        tmp_path / "in.tflite", "mcxn94x", tmp_path / "out.tflite", find_converter(tmp_path)
    )
    arguments = (tmp_path / "arguments").read_text().split()
    assert arguments == [
        *("--input", str(tmp_path / "in.tflite")),
        *("--output", str(tmp_path / "out.tflite"), "--target", "mcxn94x"),
    ]
    assert made.arena_bytes == 16800
    assert made.version == "2.2.2+0X1c933f1b"


def test_converter_that_refuses_is_quoted(tmp_path: Path) -> None:
    fake_tool(tmp_path, "neutron-converter", "echo 'model is not quantized' >&2; exit 1")
    with pytest.raises(ModelError, match="model is not quantized"):
        convert(
            tmp_path / "in.tflite", "mcxn94x", tmp_path / "out.tflite", find_converter(tmp_path)
        )


def test_converter_that_writes_nothing_is_an_error(tmp_path: Path) -> None:
    fake_tool(tmp_path, "neutron-converter", "echo done")
    with pytest.raises(ModelError, match="done"):
        convert(
            tmp_path / "in.tflite", "mcxn94x", tmp_path / "out.tflite", find_converter(tmp_path)
        )


def test_missing_converter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EnvironmentError_, match="no neutron-converter in"):
        find_converter(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("neutron-converter") is None
    with pytest.raises(EnvironmentError_) as caught:
        find_converter(None)
    assert "--npu-model" in caught.value.hint


# What a package of NXP's offers: with a context, and in releases that take the target's name.
PACKAGES = {
    "eiq_neutron_sdk": """
class CompilationContext:
    targetOpts = None
def getNeutronTarget(name):
    return "target " + name
def convertModel(content, context):
    assert context.targetOpts == "target mcxn94x"
    return answer(content)
""",
    "neutron_converter_SDK_26_03": """
def convertModel(content, target):
    assert target == "mcxn94x"
    return answer(content)
""",
}
ANSWER = """
def answer(content):
    assert type(content) is list
    print("Total data = 16,000 (bytes)\\nWARNING: Softmax is not supported: beta is 1\\nSoftmax = 1")
    with open({ready!r}, "rb") as file:
        return list(file.read()){extra}
"""


def environment_with_package(root: Path, name: str, ready: Path, extra: str = "") -> Path:
    """A folder like a virtual environment, whose Python has a package of that name."""
    package = root / "packages" / name
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    code = PACKAGES[name] + ANSWER.format(ready=str(ready), extra=extra)
    (package / "neutron_converter.py").write_text(code)
    (root / "bin").mkdir()
    fake_tool(root / "bin", "python", f'PYTHONPATH={root}/packages exec {sys.executable} "$@"')
    return root


def relu_and_softmax(path: Path) -> Path:
    tensors = [TensorSpec((1, 4), scales=0.5)] * 2 + [
        TensorSpec((1, 4), scales=1 / 256, zero_points=-128)
    ]
    ops = [OpSpec("RELU", [0], [1]), OpSpec("SOFTMAX", [1], [2], {"beta": 1.0})]
    path.write_bytes(model_bytes(tensors, ops, [0], [2]))
    return path


@pytest.mark.parametrize("name", PACKAGES)
def test_a_python_package_converts_as_the_program_does(tmp_path: Path, name: str) -> None:
    """In a process of its own; what stays on the CPU is named in the converter's own words."""
    original = relu_and_softmax(tmp_path / "m.tflite")
    ready = converted_file(tmp_path / "ready.tflite")
    sdk = sdk_with_driver(tmp_path / "sdk", WORD)
    venv = environment_with_package(tmp_path / "venv", name, ready)
    assert find_converter(venv).module == f"{name}.neutron_converter"
    prepared = prepare(original, "mcxn94x", None, venv, sdk, tmp_path)
    assert prepared.model.read_bytes() == ready.read_bytes()
    assert prepared.arena_bytes == 16800
    assert prepared.notes == (
        "1 of 2 operators run on the NPU",
        "on the CPU: SOFTMAX: WARNING: Softmax is not supported: beta is 1",
        "microcode 0x1c933f1b, known to the SDK's driver",
    )


def test_a_converter_that_does_not_repeat_itself_is_told(tmp_path: Path) -> None:
    """Trailing bytes, which no reader of the model sees."""
    ready = converted_file(tmp_path / "ready.tflite")
    extra = " + list(__import__('os').urandom(16))"
    name = "eiq_neutron_sdk"
    venv = environment_with_package(tmp_path / "venv", name, ready, extra)
    original = relu_and_softmax(tmp_path / "m.tflite")
    prepared = prepare(original, "mcxn94x", None, venv, None, tmp_path)
    assert "two different files" in prepared.notes[-1]
    assert "--npu-model" in prepared.notes[-1]


def test_a_package_that_ends_its_process_is_told(tmp_path: Path) -> None:
    ready = converted_file(tmp_path / "ready.tflite")
    extra = " + __import__('os').abort()"
    venv = environment_with_package(tmp_path / "venv", "eiq_neutron_sdk", ready, extra)
    with pytest.raises(ModelError, match=r"refuses in\.tflite"):
        convert(ready.rename(tmp_path / "in.tflite"), "mcxn94x", ready, find_converter(venv))


def test_words_about_an_operator() -> None:
    said = """Converting model with the following options:
  Output = softmax.tflite
Cannot convert DepthwiseConv2D: dilation
Operator FullyConnected stays: 3 inputs
Operator Softmax stays
Operator Softmax stays
"""
    assert reasons_of("SOFTMAX", said) == ("Operator Softmax stays",)
    assert reasons_of("DEPTHWISE_CONV_2D", said) == ("Cannot convert DepthwiseConv2D: dilation",)
    assert reasons_of("FULLY_CONNECTED", said) == ("Operator FullyConnected stays: 3 inputs",)
    assert reasons_of("CONV_2D", said) == ()


def graph_of(*kinds: str) -> Graph:
    tensors = tuple(Tensor(i, f"t{i}", (1, 4), DType.INT8) for i in range(len(kinds) + 1))
    ops = tuple(Op(i, kind, (i,), (i + 1,)) for i, kind in enumerate(kinds))
    return Graph("m", "", 0, tensors, ops, (0,), (len(kinds),))


def test_share_counts_what_left_the_cpu() -> None:
    original = graph_of("CONV_2D", "RELU", "FULLY_CONNECTED", "SOFTMAX")
    share = npu_share(original, graph_of(NEUTRON_GRAPH, "SOFTMAX"))
    assert (share.converted, share.original, share.left_over) == (3, 4, ("SOFTMAX",))
    with pytest.raises(ModelError, match="no operator"):
        npu_share(original, original)
    with pytest.raises(ModelError, match="already converted"):
        npu_share(graph_of(NEUTRON_GRAPH), graph_of(NEUTRON_GRAPH))


def test_words_of_several_graphs(tmp_path: Path) -> None:
    assert microcode_words(graph_of("SOFTMAX")) == ()


def test_a_given_model_is_checked_and_counted(tmp_path: Path) -> None:
    original = tmp_path / "m.tflite"
    tensors = [TensorSpec((1, 4), scales=0.5)] * 3
    ops = [OpSpec("RELU", [0], [1]), OpSpec("SOFTMAX", [1], [2], {"beta": 1.0})]
    original.write_bytes(model_bytes(tensors, ops, [0], [2]))
    npu_model = converted_file(tmp_path / "npu.tflite")
    sdk = sdk_with_driver(tmp_path / "sdk", WORD)
    prepared = prepare(original, "mcxn94x", npu_model, None, sdk, tmp_path)
    assert prepared.model == npu_model
    assert prepared.arena_bytes == 16 * 1024 + 13  # three activations of 4 bytes, times 1.05
    assert prepared.notes == (
        "1 of 2 operators run on the NPU",
        "on the CPU: SOFTMAX: why is not known: the model was converted elsewhere",
        "microcode 0x1c933f1b, known to the SDK's driver",
    )
    other = tmp_path / "other.tflite"
    tensors[2] = TensorSpec((1, 5), scales=0.5)
    other.write_bytes(model_bytes(tensors, ops, [0], [2]))
    with pytest.raises(ModelError, match="is not other converted"):
        prepare(other, "mcxn94x", npu_model, None, sdk, tmp_path)
    assert "not compared" in prepare(original, "mcxn94x", npu_model, None, None, tmp_path).notes[2]


def test_what_stays_on_the_cpu_is_in_project_and_report(tmp_path: Path) -> None:
    original = relu_and_softmax(tmp_path / "m.tflite")
    npu = converted_file(tmp_path / "npu.tflite")
    choice = ["--board", "mcxn947", "--engine", "tflm", "--accelerator", "npu", "--no-compile"]
    words = [str(original), *choice, "--arena-bytes", "4096", "--npu-model", str(npu)]
    done = CliRunner().invoke(build_command, [*words, "--out", str(tmp_path / "project")])
    assert done.exit_code == 0, done.output
    project = open_project(tmp_path / "project", None)
    assert project.manifest.accelerated[0] == "1 of 2 operators run on the NPU"
    facts = dict(run_facts(project, "/dev/none"))
    assert "on the CPU: SOFTMAX: why is not known" in facts["NPU"]
