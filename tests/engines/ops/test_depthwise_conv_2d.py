# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""DEPTHWISE_CONV_2D equals TFLite Micro, in every kernel, on the PC and on an emulated Cortex-M33."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcugen.engines.contract import EngineOptions
from tests.engines.ops.convolutions import (
    ACTIVATIONS,
    OPTIONS,
    Case,
    Vectors,
    differences,
    layers,
    vectors_of,
)

DEPTHWISE = Case(kind="DEPTHWISE_CONV_2D")
STRIDES = ((1, 1), (2, 2), (1, 2), (2, 1), (3, 3))
EDGES = tuple(
    replace(DEPTHWISE, **changes)
    for changes in (
        *({"padding": p, "stride": s} for p in ("SAME", "VALID") for s in STRIDES),
        *({"image": i, "stride": s} for i in ((5, 5), (6, 7), (25, 5)) for s in STRIDES),
        *({"dilation": d, "image": (9, 8)} for d in ((2, 2), (1, 2), (3, 1))),
        *({"multiplier": m, "channels": c} for m in (2, 3, 8) for c in (1, 3, 4)),
        *({"channels": c} for c in (1, 2, 3, 5, 8)),
        *({"filter": (k, 1), "image": (30, 1), "padding": "VALID"} for k in (3, 5, 10, 15, 30)),
        *({"filter": (1, k), "image": (1, 19)} for k in (1, 2, 3, 4, 5, 8)),
        *({"filter": (k, k), "image": (7, 9), "stride": s} for k in (1, 2, 5, 7) for s in STRIDES),
        {"filter": (5, 5), "image": (2, 2)},
        {"filter": (3, 3), "image": (1, 1), "channels": 3},
        *({"batches": 2, "padding": p} for p in ("SAME", "VALID")),
        *({"activation": a, "output_zero_point": z} for a in ACTIVATIONS for z in (-128, 0, 127)),
        *({"input_zero_point": z, "bias": b} for z in (-128, 127) for b in (True, False)),
        *({"per_channel": False, "activation": a} for a in ACTIVATIONS),
        {"smallest_weight": -128},
        *({"gain": gain} for gain in (0.001, 0.4, 1e3, 1e5, 1e8)),
        *({"smallest_weight": -1, "largest_weight": 1, "gain": gain} for gain in (20, 90)),
    )
)


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return vectors_of(EDGES, tmp_path_factory.mktemp("edges"))


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())
def test_edges_equal_the_reference_on_the_pc(
    options: EngineOptions, edges: Vectors, tmp_path: Path
) -> None:
    assert not any(differences(edges, options, tmp_path))


@pytest.mark.parametrize("name", ["portable", "dsp-speed", "dsp-size", "dsp-speed-single"])
def test_edges_equal_the_reference_on_a_cortex_m33(
    name: str, edges: Vectors, tmp_path: Path
) -> None:
    assert not any(differences(edges, OPTIONS[name], tmp_path, on="qemu"))


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    cases=st.lists(layers("DEPTHWISE_CONV_2D"), min_size=20, max_size=40),
    options=st.sampled_from([*OPTIONS.values()]),
)
def test_random_layers_equal_the_reference(
    cases: list[Case], options: EngineOptions, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("random")
    assert not any(differences(vectors_of(cases, folder), options, folder))
