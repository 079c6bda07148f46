# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""CONV_2D equals TFLite Micro, in every kernel, on the PC and on an emulated Cortex-M33."""

from __future__ import annotations

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

EDGES = (
    *(
        Case(padding=p, stride=s)
        for p in ("SAME", "VALID")
        for s in ((1, 1), (2, 2), (1, 2), (3, 1))
    ),
    *(Case(dilation=d, image=(9, 8)) for d in ((2, 2), (1, 2), (3, 1))),
    *(Case(filter=f, channels=c, outputs=8) for f in ((1, 1), (3, 3)) for c in (1, 2, 3, 4, 5, 8)),
    *(Case(filter=(1, 1), channels=8, outputs=n) for n in (1, 2, 3, 4, 5, 6, 7, 9)),
    *(Case(filter=(1, 1), channels=c, image=(1, n)) for c in (3, 16) for n in (1, 2, 3, 5)),
    *(Case(filter=(1, 1), channels=c, outputs=4) for c in (12, 16, 20, 24, 28, 32, 36, 100)),
    *(Case(filter=(1, 1), stride=(2, 2), channels=c, image=(6, 5)) for c in (4, 6)),
    Case(filter=(10, 4), channels=1, outputs=8, stride=(2, 2), image=(21, 10)),
    Case(filter=(3, 3), channels=3, outputs=8, stride=(2, 2), image=(12, 12)),
    Case(filter=(5, 5), channels=3, image=(2, 2)),
    Case(filter=(1, 7), channels=6, image=(1, 20), dilation=(1, 2)),
    *(Case(batches=2, padding=p, channels=c) for p in ("SAME", "VALID") for c in (3, 4)),
    *(Case(groups=g, channels=c) for g in (2, 3) for c in (1, 4)),
    *(Case(activation=a, output_zero_point=z) for a in ACTIVATIONS for z in (-128, 0, 127)),
    *(Case(input_zero_point=z, bias=b) for z in (-128, 127) for b in (True, False)),
    *(Case(per_channel=False, activation=a) for a in ACTIVATIONS),
    *(Case(smallest_weight=-128, outputs=n) for n in (3, 8)),
    *(Case(gain=gain) for gain in (0.001, 0.4, 1e3, 1e5, 1e8)),  # shifts from far right to left
    # an output step of a few steps of the sum, so that a sum that is off by one shows
    *(Case(smallest_weight=-1, largest_weight=1, gain=g, output_zero_point=-9) for g in (45, 180)),
    # 128 * sum |w| >= 2^23: the sums of a pair of rows do not fit one word
    Case(filter=(3, 3), channels=100, smallest_weight=100, gain=20.0),
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
    cases=st.lists(layers("CONV_2D"), min_size=20, max_size=40),
    options=st.sampled_from([*OPTIONS.values()]),
)
def test_random_layers_equal_the_reference(
    cases: list[Case], options: EngineOptions, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("random")
    assert not any(differences(vectors_of(cases, folder), options, folder))
