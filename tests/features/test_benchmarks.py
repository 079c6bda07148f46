# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Which benchmark of MLPerf Tiny a firmware answers for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mcugen.boards import find_board
from mcugen.config import Config
from mcugen.errors import ConfigError
from mcugen.features.benchmarks import BENCHMARKS, known_classes, known_model, mlperf_id
from mcugen.features.spec import PRESETS, raw_front_end
from mcugen.model.ir import Graph
from mcugen.model.tflite import parse_tflite, read_tflite
from mcugen.platforms.request import Choices, make_request
from mcugen.scoring.decode import Classes
from tests.streaming_models import keyword
from tests.tflite_writer import fully_connected

SIZES = {"ad01": (640, 640), "kws01": (490, 12), "ic01": (3072, 10), "vww01": (27648, 2)}


def model(inputs: int, outputs: int) -> Graph:
    weights = np.ones((outputs, inputs), np.int8)
    data = fully_connected(
        weights,
        np.zeros(outputs, np.int32),
        input_quant=(0.5, 0),
        weight_scales=0.5,
        output_quant=(1.0, 0),
    )
    return parse_tflite(data, "small")


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_model_with_the_front_end_of_a_benchmark_runs_as_it(name: str) -> None:
    benchmark = BENCHMARKS[name]
    graph, front_end = model(*SIZES[name]), PRESETS[benchmark.preset]
    assert mlperf_id("", graph, front_end, benchmark.score) == name
    assert mlperf_id(name, graph, front_end, benchmark.score) == name
    assert mlperf_id("own-name", graph, front_end, benchmark.score) == "own-name"


def test_any_other_model_runs_under_its_own_name() -> None:
    graph = model(490, 12)
    assert mlperf_id("", graph, raw_front_end(graph), "none") == graph.name
    assert mlperf_id("", graph, PRESETS["mlperf-kws"], "reconstruction-error") == graph.name


def test_quantised_features_need_no_front_end() -> None:
    graph = model(490, 12)
    assert mlperf_id("kws01", graph, raw_front_end(graph), "none") == "kws01"


def test_all_reasons_against_a_benchmark_at_once() -> None:
    graph = model(490, 12)
    with pytest.raises(ConfigError) as caught:
        mlperf_id("vww01", graph, raw_front_end(graph), "reconstruction-error")
    assert caught.value.what.endswith(
        "cannot run as vww01: it takes 490 values, not 27648; it gives 12 values, not 2; "
        "its score is reconstruction-error, not none; its front-end is raw, not image"
    )
    assert caught.value.hint.startswith("--front-end mlperf-vww --score none")


@pytest.mark.parametrize("name", ["two words", "a]b", "100%", "x" * 41, "a\nb"])
def test_a_name_that_would_break_the_dialect_is_refused(name: str) -> None:
    graph = model(4, 2)
    with pytest.raises(ConfigError, match="letters, digits"):
        mlperf_id(name, graph, raw_front_end(graph), "none")


def test_presets_name_as_many_classes_as_the_benchmark_has_outputs() -> None:
    for benchmark in BENCHMARKS.values():
        names = known_classes(PRESETS[benchmark.preset], b"", benchmark.outputs)
        assert len(set(names)) == (0 if benchmark.metric == "AUC" else benchmark.outputs)
        assert known_classes(PRESETS[benchmark.preset], b"", benchmark.outputs + 1) == ()


def test_a_reference_model_is_known_by_its_hash(real_models: Path) -> None:
    graph = read_tflite(real_models / "kws_ref_model.tflite")
    assert "kws01 of MLPerf Tiny: --front-end mlperf-kws" in known_model(graph)
    assert known_model(replace(graph, sha256="0" * 64)) == ""


def test_a_streaming_wake_word_is_known_by_what_it_takes() -> None:
    assert "--front-end micro-wake-word" in known_model(parse_tflite(keyword(), "word"))
    assert "--front-end micro-wake-word" in known_model(parse_tflite(keyword(rows=2), "word"))
    assert known_model(parse_tflite(keyword(values=39), "word")) == ""


@pytest.mark.parametrize(
    ("file", "front_end", "last"),
    [
        ("kws_ref_model.tflite", "mlperf-kws", "unknown"),
        ("pretrainedResnet_quant.tflite", "mlperf-ic", "truck"),
        ("vww_96_int8.tflite", "mlperf-vww", "person"),
    ],
)
def test_a_preset_makes_the_reference_model_a_classifier(
    file: str, front_end: str, last: str, real_models: Path
) -> None:
    """Without an mcugen.toml; at most as many classes are reported as there are."""
    config = Config(real_models / file, {})
    decode = make_request(config, find_board("host"), Choices(front_end=front_end)).decode
    assert isinstance(decode, Classes)
    assert (decode.labels[-1], decode.softmax) == (last, False)
    assert decode.top == min(3, len(decode.labels))
