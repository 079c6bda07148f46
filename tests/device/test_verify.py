# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Device against reference: equal is equal, one wrong value is found and named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mcugen.device.client import Client
from mcugen.device.verify import Answers, ask_device, clip_vectors, judge_outputs, vector_sets
from mcugen.device.verify_text import verdict_lines
from mcugen.errors import DataError, DeviceError
from mcugen.features.coding import input_coding
from mcugen.features.spec import FrontEnd
from mcugen.platforms.mcuxpresso import neutron
from tests.device.projects import LOG_MEL, RAW, SESSION, Bench, make_bench
from tests.device.simulated_device import Clock


@pytest.fixture(scope="module", params=[LOG_MEL, RAW], ids=["log-mel", "raw"])
def any_bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return make_bench(tmp_path_factory.mktemp("verify"), front_end=request.param)


def answers_of(bench: Bench, vectors: int = 20, **how: object) -> tuple[Answers, ...]:
    clock = Clock()
    device = bench.device(clock, **how)
    device.open()
    client = Client(device, SESSION, clock=clock)
    client.hello()
    coding = input_coding(bench.graph)
    front_end = bench.manifest.front_end
    sets = vector_sets(front_end, coding, vectors)
    return ask_device(client, bench.graph, sets, front_end, coding)


def test_right_device_is_equal_to_the_reference(any_bench: Bench) -> None:
    answers = answers_of(any_bench)
    (verdict,) = judge_outputs(any_bench.model, answers, "double")
    assert verdict.different == 0 and verdict.first is None and verdict.largest_difference == 0
    assert verdict.vectors == sum(len(a.inputs) for a in answers)
    assert verdict.values == 16 * verdict.vectors
    assert "double rounding" in verdict.reference


def test_vectors_hold_every_extreme(any_bench: Bench) -> None:
    sets = {
        s.name: s
        for s in vector_sets(any_bench.manifest.front_end, input_coding(any_bench.graph), 50)
    }
    extremes = np.stack([rows.ravel() for rows in sets["extreme"].streams])
    assert set(np.unique(extremes)) == {-128, 127}
    assert (extremes == -128).all(axis=1).any() and (extremes == 127).all(axis=1).any()
    random = sets["random"].streams[0]
    assert random.min() == -128 and random.max() == 127
    assert ("front-end" in sets) == (any_bench.manifest.front_end.rows is not None)


def test_vectors_are_the_same_every_time(bench: Bench) -> None:
    first, second = (vector_sets(LOG_MEL, input_coding(bench.graph), 5) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        for x, y in zip(a.streams, b.streams, strict=True):
            np.testing.assert_array_equal(x, y)


@pytest.mark.parametrize(("front_end", "vectors"), [(LOG_MEL, 1), (LOG_MEL, 30), (RAW, 7)], ids=str)
def test_number_of_vectors(bench: Bench, front_end: FrontEnd, vectors: int) -> None:
    for found in vector_sets(front_end, input_coding(bench.graph), vectors):
        windows = [front_end.windows(front_end.first_row + len(rows)) for rows in found.streams]
        assert sum(windows) == (6 if found.name == "extreme" else vectors)


def test_the_rounding_that_matches_is_named(bench: Bench) -> None:
    declared, other = judge_outputs(bench.model, answers_of(bench, 50, rounding="single"), "double")
    assert declared.rounding == "double" and declared.different > 0
    assert (other.rounding, other.different) == ("single", 0)
    assert declared.largest_difference == 1, "roundings differ by one step in one layer"


def test_an_npu_may_be_one_step_off_and_no_more(bench: Bench) -> None:
    good = answers_of(bench)
    tolerance_lsb = neutron.TOLERANCE_LSB
    for gap, accepted in ((tolerance_lsb, True), (tolerance_lsb + 1, False)):
        outputs = good[0].outputs[0].copy()
        outputs[3, 5] += gap if outputs[3, 5] < 0 else -gap
        answers = (Answers(good[0].name, good[0].inputs, (outputs,)), *good[1:])
        verdict = judge_outputs(bench.model, answers, "double", tolerance_lsb)[0]
        assert (verdict.different, verdict.is_accepted) == (1, accepted)
        assert verdict_lines(verdict)[-1].startswith("within" if accepted else "beyond")
    assert not judge_outputs(bench.model, answers_of(bench, rounding="single"), "double")[
        0
    ].is_accepted


def test_one_wrong_value_is_found_and_named(bench: Bench) -> None:
    good = answers_of(bench)
    damaged = good[1].outputs[0].copy()
    damaged[3, 5] ^= 4
    damaged[4, 0] ^= 1
    answers = (good[0], Answers(good[1].name, good[1].inputs, (damaged,)), *good[2:])
    verdict = judge_outputs(bench.model, answers, "double")[0]
    assert verdict.first is not None
    found = verdict.first
    assert (found.vectors, found.vector, found.index) == ("extreme", 3, 5)
    assert found.device == damaged[3, 5] and found.reference == good[1].outputs[0][3, 5]
    assert (verdict.different, verdict.largest_difference) == (2, 4)


def test_clips_are_verified_as_quantised_features(bench: Bench) -> None:
    paths = [clip.path for clip in bench.found()]
    found = clip_vectors(paths, LOG_MEL, input_coding(bench.graph))
    assert [rows.shape for rows in found.streams] == [(37, 8)] * 4


def test_device_that_skips_windows_is_an_error(bench: Bench) -> None:
    clock = Clock()
    device = bench.device(clock)
    device.manifest = replace(bench.manifest, front_end=replace(LOG_MEL, stride_rows=2))
    device.open()
    client = Client(device, SESSION, clock=clock)
    client.hello()
    coding = input_coding(bench.graph)
    with pytest.raises(DeviceError, match="made 5 windows, the clip has 10"):
        ask_device(client, bench.graph, vector_sets(LOG_MEL, coding, 10), LOG_MEL, coding)


def test_a_file_that_is_not_there_is_named(bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="gone.wav"):
        clip_vectors([tmp_path / "gone.wav"], LOG_MEL, input_coding(bench.graph))
