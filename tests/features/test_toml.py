# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from typing import Any

import pytest

from mcugen.errors import ConfigError
from mcugen.features.spec import PRESETS, FrontEnd, LogMel, Timeseries
from mcugen.features.toml import front_end_from_dict, front_end_to_dict

WHERE = "mcugen.toml [front_end]"


@pytest.mark.parametrize(
    "front_end",
    [
        *PRESETS.values(),
        FrontEnd("raw", 490, 1),
        FrontEnd("timeseries", 2, 9, rows=Timeseries((0.5, 1.0), (2.0, 1e-3))),
        FrontEnd("log-mel", 40, 3, 2, 1, 9, LogMel(n_mels=40, n_fft=512, power=1.0, center=False)),
    ],
    ids=lambda front_end: front_end.kind,
)
def test_round_trip_through_json(front_end: FrontEnd) -> None:
    table = json.loads(json.dumps(front_end_to_dict(front_end)))
    assert front_end_from_dict(table, WHERE) == front_end


def test_preset_with_changes() -> None:
    front_end = front_end_from_dict({"preset": "mlperf-ad", "n_mels": 64, "fmax_hz": 4000}, WHERE)
    assert front_end.row_values == 64
    assert front_end.first_row == 50
    assert front_end.rows == LogMel(n_mels=64, fmax_hz=4000.0)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"preset": "mlperf-add"}, ["unknown preset 'mlperf-add'"]),
        ({"kind": "logmel"}, ["unknown kind 'logmel'"]),
        ({"preset": "mlperf-ad", "kind": "raw"}, ["is a log-mel, not a raw"]),
        (
            {"kind": "log-mel", "hop_sample": 1, "zzz": 2},
            ["unknown key 'hop_sample', did you mean 'hop_samples'?", "unknown key 'zzz'"],
        ),
        ({"kind": "raw", "n_fft": 512, "row_values": 5}, ["unknown key 'n_fft'"]),
        ({"kind": "raw"}, ["row_values must be positive"]),
        (
            {"kind": "log-mel", "n_fft": 512.0, "center": 1, "fmax_hz": "8k", "fmin_hz": True},
            [
                "n_fft must be a whole number, not 512.0",
                "center must be true or false",
                "fmax_hz must be a number, not '8k'",
                "fmin_hz must be a number, not True",
            ],
        ),
        (
            {"kind": "log-mel", "window_rows": 0, "stride_rows": 0, "first_row": -1},
            ["window_rows must be at least 1", "stride_rows must", "first_row must"],
        ),
        (
            {"kind": "log-mel", "window_rows": 5, "first_row": 50, "last_row": 54},
            ["last_row must leave room for one window"],
        ),
        (
            {"kind": "log-mel", "n_fft": 1000, "power": 3, "fmax_hz": 9000.0, "epsilon": 0.0},
            ["n_fft must be one of", "power must be 1", "fmin_hz and fmax_hz", "epsilon must"],
        ),
        ({"kind": "log-mel", "n_mels": 512}, ["n_mels must be 1 to n_fft / 2 - 1"]),
        ({"kind": "log-mel", "hop_samples": 0}, ["hop_samples must be 1 to n_fft"]),
        (
            {"kind": "timeseries", "means": [0, 1.5], "stddevs": [1.0]},
            ["means and stddevs must be equally long"],
        ),
        (
            {"kind": "timeseries", "means": 1.0, "stddevs": [0.0, "x"]},
            ["means must be a list of numbers, not 1.0", "stddevs must be a list"],
        ),
        ({"kind": "timeseries", "stddevs": [0.0]}, ["stddevs must be positive"]),
        ({"kind": "timeseries", "means": []}, ["means must name one value per channel"]),
        (
            {"kind": "image", "line_pixels": 0, "channels": -1, "pixel_scale": 0},
            ["line_pixels must", "channels must", "pixel_scale must"],
        ),
        (
            {"preset": "mlperf-kws", "frame_samples": 600, "coefficients": 50},
            ["frame_samples must be a multiple of 4 and at most n_fft", "coefficients must"],
        ),
        ({"kind": "log-mel", "epsilon": 10**400}, ["epsilon must be a number"]),
        ({"kind": "log-mel", "epsilon": float("nan")}, ["epsilon must be a number"]),
    ],
)
def test_faults_are_all_named_at_once(table: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        front_end_from_dict(table, WHERE)
    assert caught.value.what.startswith(f"{WHERE}: ")
    for word in words:
        assert word in caught.value.what


def test_a_near_miss_is_hinted() -> None:
    with pytest.raises(ConfigError) as caught:
        front_end_from_dict({"preset": "mlperf_ad"}, WHERE)
    assert caught.value.hint == "did you mean 'mlperf-ad'?"
