# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`--optimize fastest`: 3x3 filters by Winograd's algorithm give the same integers, never nearly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mcugen.engines.aot.lowering import lower
from mcugen.engines.contract import EngineOptions
from mcugen.engines.ops.shared import winograd
from tests.engines.ops.convolutions import Case, vectors_of_cases
from tests.engines.vectors import DSP, Vectors, differences

FASTEST = EngineOptions(isa=DSP, optimize="fastest")
SINGLE = EngineOptions(isa=DSP, optimize="fastest", rounding="single")

CASES = (
    *(Case(channels=8, image=size) for size in ((1, 1), (2, 4), (3, 3), (4, 5), (5, 9), (6, 8))),
    *(Case(channels=16, outputs=8, image=(5, 7), padding=p) for p in ("SAME", "VALID")),
    *(Case(channels=8, output_zero_point=-128, activation=a) for a in ("RELU", "NONE")),
    *(Case(channels=8, input_zero_point=z, bias=b) for z in (-128, 127) for b in (True, False)),
    *(Case(channels=24, outputs=12, smallest_weight=-128, per_channel=p) for p in (True, False)),
    *(Case(channels=8, smallest_weight=w, largest_weight=w + 1, gain=30) for w in (-128, 126)),
    # an output step of a few steps of the sum, so that a sum that is off by one shows
    *(
        Case(channels=8, smallest_weight=-1, largest_weight=1, gain=g, output_zero_point=-9)
        for g in (45, 180)
    ),
)
OTHERS = (
    Case(channels=8, stride=(1, 2)),
    Case(channels=8, dilation=(2, 1), image=(6, 6)),
    Case(channels=8, filter=(3, 1)),
    Case(channels=8, outputs=6),
    Case(channels=4),
    Case(channels=8, batches=2),
    Case(channels=8, groups=2),
    Case(channels=8, activation="RELU", output_zero_point=0),
)
"""Layers that the kernel does not take."""


@pytest.fixture(autouse=True)
def wherever_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chosen on small images as well, where it does not pay."""
    monkeypatch.setattr(winograd, "_TILE_COST", -(10**6))


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Vectors:
    return vectors_of_cases(CASES, tmp_path_factory.mktemp("winograd"))


def kernels_of(vectors: Vectors, options: EngineOptions) -> list[str]:
    return [step.calls[0].kernel.source for step in lower(vectors.graph, options).steps]


@pytest.mark.parametrize("options", [FASTEST, SINGLE], ids=["double", "single"])
def test_layers_equal_the_reference_on_the_pc(
    options: EngineOptions, cases: Vectors, tmp_path: Path
) -> None:
    taken = kernels_of(cases, options).count("conv_2d_winograd.c")
    assert taken >= len(CASES) - 1  # one factor is too large for the short single rounding
    assert not any(differences(cases, options, tmp_path))


@pytest.mark.parametrize("options", [FASTEST, SINGLE], ids=["double", "single"])
def test_layers_equal_the_reference_on_a_cortex_m33(
    options: EngineOptions, cases: Vectors, tmp_path: Path
) -> None:
    assert not any(differences(cases, options, tmp_path, on="qemu"))


def test_other_layers_and_other_ways_to_optimise_do_not_take_it(tmp_path: Path) -> None:
    others = vectors_of_cases(OTHERS, tmp_path)
    assert "conv_2d_winograd.c" not in kernels_of(others, FASTEST)
    assert not any(differences(others, FASTEST, tmp_path))


def test_small_images_are_not_worth_it(cases: Vectors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert kernels_of(cases, FASTEST)[0] == "conv_2d_dsp.c"


def test_speed_does_not_take_it(cases: Vectors) -> None:
    assert "conv_2d_winograd.c" not in kernels_of(cases, EngineOptions(isa=DSP))


BREAKS = (
    ("host", "conv_2d_winograd.c", "mcugen_ssub16(b, d)", "mcugen_ssub16(d, b)"),
    ("host", "conv_2d_winograd.c", "b - c - d", "b - c + d"),
    ("host", "conv_2d_winograd.c", "zeros[i] = layer->in_zero_point", "zeros[i] = 0"),
    ("qemu", "conv_2d_winograd.c", 'r11, r3, lr" end("r11")', 'r11, r2, lr" end("r11")'),
)


@pytest.mark.parametrize("broken", BREAKS, ids=lambda b: b[2])
def test_a_break_is_noticed(
    broken: tuple[str, str, str, str], cases: Vectors, tmp_path: Path
) -> None:
    on, file, old, new = broken
    patch = (f"runtime/kernels/{file}", old, new)
    assert any(differences(cases, FASTEST, tmp_path, on=on, patch=patch))


def test_transformed_weights_fit_16_bits_whatever_they_are() -> None:
    rng = np.random.default_rng(0)
    random = rng.choice([-128, 127], (500, 3, 3, 8)).astype(np.int8)
    extreme = np.full((1, 3, 3, 8), -128, np.int8)
    assert np.abs(winograd.transform(np.concatenate([random, extreme]))).max() <= 9 * 128


def test_the_algorithm_is_exact() -> None:
    """4 y, computed as the kernel does, of random tiles."""
    rng = np.random.default_rng(1)
    weights = rng.integers(-128, 128, (1, 3, 3, 8)).astype(np.int8)
    tile = rng.integers(-128, 128, (4, 4, 8))
    down = np.array([[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, 1, 0, -1]])
    back = np.array([[1, 1, 1, 0], [0, 1, -1, -1]])
    products = winograd.transform(weights)[0].reshape(4, 4, 8) * np.einsum(
        "iy,yxc,jx->ijc", down, tile, down
    )
    found = np.einsum("ai,ijc,bj->ab", back, products, back)
    direct = [
        [(weights[0] * tile[y : y + 3, x : x + 3].astype(np.int64)).sum() for x in range(2)]
        for y in range(2)
    ]
    assert np.array_equal(found, 4 * np.array(direct))
