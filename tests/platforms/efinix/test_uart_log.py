# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Logs in the form that the applications of Efinix's TinyML platform print, and others."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from mcugen.cli.build import command
from mcugen.errors import DataError
from mcugen.platforms.efinix.uart_log import Cost, LayerTime, log_records, parse_efinix_log
from mcugen.records import ClipRecord, LatencyRecord
from mcugen.toolchain.project import Project, open_project
from tests.tflite_writer import OpSpec, TensorSpec, model_bytes

COST = (
    "Inference clock cycle (hex): 0x0, 0x5f5e100\n\rSYSTEM_CLINT_HZ (hex): 0x5f5e100\n\r"
    "NOTE: processing_time (second) = timestamp_clock_cycle/SYSTEM_CLINT_HZ\n\r"
    "Inference time: 1000ms\n\r"
)
DETECTOR = (
    "\t--Hello Efinix TinyML--\n\rTinyML Setup...Done\n\r\n\rTotal output layers: 1\n\r"
    "Input shape: 2 1 640 0 0, type: 9\n\r"
    "\n\rInference 1 ...Done\n\r[OUTPUT_0]Slice 1 Score :12.7776;\n\r"
    + COST
    + "[OUTPUT_1]Slice 2 Score :-1.5e-3;\n\rInference time: 7ms\n\rHello world complete\n\r"
)
KEYWORDS = (
    "0; CONV_2D; STANDARD; 30\n\r1; SOFTMAX; SOFTWARE; 2\n\r"
    "\n\r[OUTPUT_0]Keyword 1=(On) ...\n\rdown score: -128,\n\ron score: 127,\n\r;\n\r"
    + COST
    + "Hello world complete\n\r"
)
BOXES = (
    "[OUTPUT_0]Boxes:\n0.0105, 0.3174, 0.2272\n0.0346, 0.4683, 0.3781\n;\nHello world complete\n"
)


def test_scores() -> None:
    found = parse_efinix_log(DETECTOR, "log")
    first, second = found.blocks
    assert (first.title, first.values) == ("Slice 1 Score", (12.7776,))
    assert (second.number, second.values) == (1, (-0.0015,))
    assert found.costs == (Cost("", 1e9), Cost("", 7e6))  # the second without its cycles


def test_cycles_are_more_exact_than_milliseconds() -> None:
    """0x1_0000_0064 cycles at 100 MHz are 42.9496739 s; the platform prints 42949 ms."""
    text = DETECTOR.replace("0x0, 0x5f5e100", "0x1, 0x64", 1).replace("1000ms", "42949ms", 1)
    assert parse_efinix_log(text, "log").costs[0].time_ns == 42_949_673_960.0


def test_classes_and_layers() -> None:
    found = parse_efinix_log(KEYWORDS, "log")
    (block,) = found.blocks
    assert block.values == (-128.0, 127.0) and block.title == "Keyword 1=(On) ..."
    assert found.layers == (
        LayerTime(0, "CONV_2D", "STANDARD", 30e6),
        LayerTime(1, "SOFTMAX", "SOFTWARE", 2e6),
    )


def test_boxes_without_a_cost() -> None:
    found = parse_efinix_log(BOXES, "log")
    (block,) = found.blocks
    assert len(block.values) == 6 and block.values[3] == 0.0346 and found.costs == ()


DETECTION = (
    "\n\r[OUTPUT_0]Person Detection Inference 1 (Person)...\n\r"
    "Person Score    : 110,\n\r No Person Score : -110;\n\r"
    "Person Detection Score (Percentage): 92%\n\r" + COST + "Hello world complete\n\r"
)


def test_scores_behind_their_names() -> None:
    (block,) = parse_efinix_log(DETECTION, "log").blocks
    assert block.title == "Person Detection Inference 1 (Person)..."
    assert block.values == (110.0, -110.0)


PARTS = (
    "[OUTPUT_0]Boxes:\n\r0.0105, 0.3174, 0.2272\n\r;\n\r[OUTPUT_1]Total_boxes : 1;\n\n\r"
    + COST.replace("time:", "time (front layers):")
    + COST.replace("0x5f5e100\n\rSYS", "0xf4240\n\rSYS").replace(
        "time: 1000", "time (Yolo layer): 10"
    )
    + COST.replace("1000ms", "1010ms").replace("time:", "time (Total):")
    + "[Core_0] Yolo Front Layers - "
    + COST.replace("Inference time", "[Core_0] Yolo Front Layers - Inference time")
    + "***Hello world complete*** \r\n"
)


def test_parts_of_an_inference_keep_their_names() -> None:
    """Of the applications for several outputs, and of the one for four cores."""
    assert parse_efinix_log(PARTS, "log").costs == (
        Cost("front layers", 1e9),
        Cost("Yolo layer", 10e6),
        Cost("Total", 1e9),
        Cost("[Core_0] Yolo Front Layers", 1e9),
    )


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Of a model of LOGISTIC and TANH, 16 values to 16."""
    ends = ((0.1, 0), (1 / 256, -128), (1 / 128, 0))
    tensors = [TensorSpec((1, 16), "int8", scale, zero) for scale, zero in ends]
    ops = [OpSpec("LOGISTIC", [0], [1]), OpSpec("TANH", [1], [2])]
    (tmp_path / "small.tflite").write_bytes(model_bytes(tensors, ops, [0], [2]))
    build = [str(tmp_path / "small.tflite"), "--board", "efinix-sapphire", "--no-compile"]
    done = CliRunner().invoke(command, [*build, "--out", str(tmp_path / "project")])
    assert done.exit_code == 0, done.output
    return open_project(tmp_path / "project")


def values(count: int) -> str:
    return ", ".join("1" for _ in range(count))


def test_the_platforms_own_inputs_are_not_ours(project: Project) -> None:
    """Sixteen values of an application of the platform: as many as the model's, for other inputs."""
    text = f"[OUTPUT_0]Keyword ...\n\r{values(16)}\n\r;\n\r" + COST + "Hello world complete\n\r"
    _, clip, latency = log_records(project, text, "log")
    assert isinstance(clip, ClipRecord) and clip.outputs_compared is None
    assert isinstance(latency, LatencyRecord) and latency.name == "inference"


def test_layers_of_all_inferences_are_put_together(project: Project) -> None:
    """The platform's profiler does not start anew with an inference: 0 and 2 are the same layer."""
    first = "0; LOGISTIC; STANDARD; 30\n\r1; TANH; SOFTWARE; 7\n\r"
    second = "2; LOGISTIC; STANDARD; 32\n\r3; TANH; SOFTWARE; 7\n\r"
    records = log_records(project, first + second + DETECTION, "log")
    _, *layers = [r for r in records if isinstance(r, LatencyRecord)]
    assert [(one.name, one.count, one.mean, one.accelerator) for one in layers] == [
        ("layer 0 LOGISTIC", 2, 31e6, "TinyML accelerator, standard"),
        ("layer 1 TANH", 2, 7e6, "cpu"),
    ]


FOREIGN = {
    "vector 0 has 15 values": f"[OUTPUT_0]vector 0:\n{values(15)}\n;\nHello world complete\n",
    "this project has 4 vectors": f"[OUTPUT_4]vector 4:\n{values(16)}\n;\nHello world complete\n",
    "layer 1 is ADD, but operator 1": "0; LOGISTIC; LITE; 1\n1; ADD; LITE; 1\n" + DETECTION,
}


@pytest.mark.parametrize("words", FOREIGN)
def test_logs_of_another_model_are_refused(words: str, project: Project) -> None:
    with pytest.raises(DataError, match=words):
        log_records(project, FOREIGN[words], "log")


REFUSED = {
    "no \\[OUTPUT_n\\]": "hello\n",
    "ends after 2 outputs": DETECTOR[: DETECTOR.index("Hello world complete")],
    "is not closed": DETECTOR.replace("12.7776;", "12.7776"),
}


@pytest.mark.parametrize("words", REFUSED)
def test_foreign_and_cut_logs_are_refused(words: str) -> None:
    with pytest.raises(DataError, match=words):
        parse_efinix_log(REFUSED[words], "log")
