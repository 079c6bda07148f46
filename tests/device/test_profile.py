# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The cost of every layer: from marks to records, from real firmware, and what a device may not answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mcugen.device.client import Client
from mcugen.device.measure import push_zero_window
from mcugen.device.profile import measure_layers, ticks_by_layer
from mcugen.errors import DeviceError
from mcugen.features.coding import input_coding
from mcugen.model.tflite import parse_tflite
from mcugen.protocol import Profile, Request
from mcugen.records import REPEATED, LayerRecord, Run
from mcugen.report.files import load_run
from mcugen.report.layers import layer_costs
from mcugen.transport.link import Link
from tests.cli.calls import call
from tests.conftest import require_tool
from tests.device.lying_device import Lie, LyingLink, put, says
from tests.device.projects import RAW, SESSION, Bench, make_bench
from tests.device.simulated_device import LAYER_TICKS, Clock
from tests.device.test_layers import three_layers
from tests.device.test_per_layer import three_convolutions
from tests.report.runs import head

Capture = pytest.CaptureFixture[str]
WITHIN = 0.01
"""Part of an inference by which its layers may differ from the whole."""


@pytest.fixture(scope="module")
def deep(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    bench = make_bench(tmp_path_factory.mktemp("deep"), front_end=RAW, score="none")
    bench.model.write_bytes(three_layers())
    return replace(bench, graph=parse_tflite(three_layers(), "deep"))


def client_of(
    bench: Bench, wrap: Callable[[Link, Clock], Link] = lambda link, clock: link
) -> Client:
    clock = Clock()
    link = wrap(bench.device(clock), clock)
    link.open()
    client = Client(link, SESSION, clock=clock)
    client.hello()
    push_zero_window(client, RAW, input_coding(bench.graph))
    return client


def test_marks_are_taken_off_and_intervals_of_a_layer_put_together(deep: Bench) -> None:
    records = measure_layers(client_of(deep), deep.graph, "instructions", repeats=3)
    assert [(r.layer, r.operator, r.tensor) for r in records] == [
        (layer, "FULLY_CONNECTED", f"hidden_{layer}") for layer in range(3)
    ]
    assert [r.median for r in records] == [2 * LAYER_TICKS * n for n in (1, 2, 3)]
    assert {(r.count, r.macs, r.unit) for r in records} == {(3, 256, "instructions")}


def test_a_layer_that_costs_less_than_its_mark_costs_nothing() -> None:
    assert ticks_by_layer(Profile(2, 50.0, ((1, 40), (0, 60)))) == {0: 10.0, 1: 0.0}


def test_long_models_come_in_several_replies(deep: Bench) -> None:
    """200 operators, two intervals each, of which 63 fit a reply."""
    ops = tuple(replace(deep.graph.ops[0], index=index) for index in range(200))
    many = replace(deep, graph=replace(deep.graph, ops=ops))
    device = deep.device(clock := Clock())
    device.open()
    client = Client(device, SESSION, clock=clock)
    client.hello()
    push_zero_window(client, RAW, input_coding(deep.graph))
    device.graph = many.graph
    assert [layer for layer, _ in client.profile().intervals] == [n // 2 for n in range(400)]


LIES: dict[str, tuple[Lie, str]] = {
    "has no intervals": (says(lambda it: bytes(8)), "gives 0 of 0 intervals"),
    "has one interval more": (put(0, "<I", 7), "gives 6 of 7 intervals"),
    "has a vast number": (put(0, "<I", 2**32 - 1), "gives 6 of 4294967295 intervals"),
    "answers with odd bytes": (says(lambda it: it[:-1]), "profile of 55 bytes"),
    "answers nothing": (says(lambda it: b""), "profile of 0 bytes"),
    "has an overflowed layer": (put(12, "<I", 2**32 - 1), "overflowed its 32-bit tick count"),
    "has a layer that is not there": (put(8, "<I", 77), "has a layer 77, the model has not"),
}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_is_an_error(name: str, deep: Bench) -> None:
    lie, said = LIES[name]
    client = client_of(deep, lambda link, clock: LyingLink(link, clock, Request.PROFILE, lie))
    with pytest.raises(DeviceError) as caught:
        measure_layers(client, deep.graph, "instructions", repeats=1)
    assert said in caught.value.what


def profiled(model: Path, board: str, out: Path, capfd: Capture, *words: object) -> Run:
    """A run of a project that is built with --profile, with nothing but the layers."""
    require_tool("cmake")
    require_tool("gcc" if board == "host" else "qemu-system-arm")
    project = out / "project"
    answer = call(capfd, "build", model, "--board", board, "--profile", "--out", project, *words)
    assert answer.status == 0, answer.err
    answer = call(capfd, "run", project, "--profile", "--out", out / "run")
    assert answer.status == 0, answer.err
    assert "layers sum to" in answer.out
    return load_run(out / "run")


def check_sum(run: Run) -> None:
    (costs,) = layer_costs(run)
    assert REPEATED in {latency.name for latency in run.latencies}
    assert costs.whole is not None
    assert abs(costs.total / costs.whole - 1) < WITHIN
    assert sum(one.share for one in costs.layers) == pytest.approx(1)


def test_layers_sum_to_the_inference(tmp_path: Path, capfd: Capture) -> None:
    model = tmp_path / "three.tflite"
    model.write_bytes(three_convolutions())
    run = profiled(model, "mps2-an505", tmp_path, capfd)
    kinds = ["CONV_2D", "DEPTHWISE_CONV_2D", "CONV_2D"]
    assert [(one.layer, one.operator) for one in run.layers] == list(enumerate(kinds))
    assert [one.macs for one in run.layers] == [30 * 8 * 27, 30 * 8 * 9, 30 * 4 * 8]
    check_sum(run)
    lines = (tmp_path / "run" / "layers.csv").read_text().splitlines()
    assert lines[0].startswith("layer,operator,tensor,unit") and len(lines) == 4
    compared = call(capfd, "compare", tmp_path / "run", tmp_path / "run")
    assert "layer 1 DEPTHWISE_CONV_2D on cpu" in compared.out
    page = (tmp_path / "run" / "report.html").read_text()
    assert "Cost of each layer on cpu" in page


def test_layers_of_the_keyword_model_sum_to_the_inference(
    real_models: Path, tmp_path: Path, capfd: Capture
) -> None:
    model = real_models / "kws_ref_model.tflite"
    run = profiled(model, "mps2-an505", tmp_path, capfd, "--mlperf-id", "kws01")
    assert len(run.layers) == 12  # RESHAPE has no code
    check_sum(run)


def test_a_firmware_without_marks_says_how_to_get_them(tmp_path: Path, capfd: Capture) -> None:
    require_tool("gcc")
    model, project = tmp_path / "three.tflite", tmp_path / "project"
    model.write_bytes(three_convolutions())
    assert call(capfd, "build", model, "--board", "host", "--out", project).status == 0
    answer = call(capfd, "run", project, "--profile", "--out", tmp_path / "run")
    assert answer.status == 3
    assert "PROFILE refused" in answer.err and "build it with --profile" in answer.err


def test_the_worst_layers_are_named() -> None:
    def layer(number: int, ticks: float, macs: int) -> LayerRecord:
        figures = (ticks, ticks, ticks)
        return LayerRecord(number, "CONV_2D", "out", "cycles", 1, *figures, macs)

    layers = (layer(0, 100.0, 100), layer(1, 300.0, 600), layer(2, 50.0, 25), layer(3, 1.0, 0))
    (costs,) = layer_costs(Run(head(tick_unit="cycles"), layers=layers))
    assert costs.whole is None
    assert costs.notes[0].startswith("most of it: layer 1 CONV_2D with 66.5 %")
    assert costs.notes[1].startswith("worst used: layer 2 CONV_2D with 0.50 MACs per cycle")
    np.testing.assert_allclose(
        [one.share for one in costs.layers], np.array([100, 300, 50, 1]) / 451
    )
