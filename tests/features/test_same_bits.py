# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Rows and scores have the same bits on every processor: every run of this test is a witness."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mcugen import reproducible
from mcugen.features.reference import row_extractor
from mcugen.features.spec import PRESETS
from mcugen.features.transform import real_spectrum
from tests.features.fixed_clips import clips, dispatched_features, hashes

ROOT = Path(__file__).resolve().parents[2]
COMMITTED = {
    "log-mel": "5d69c0abc8575374350d51f913bb41a9eed6b9ca53ce4e3e8a93f09e3ef58aed",
    "log-mel magnitudes": "24fab6d54264debf42c739ceb943743cfa770f0f5348a704fb227325138ce2b5",
    "mfcc": "91bf54dce61365bec3de1c5c23667856627a16eb8816abf023e2c4f2e7d9fb79",
    "micro-speech": "edc2bf7b3bd3d85673ca3a3bcc130a8dfe585957fc8659a1da04046b00bf38cb",
    "reconstruction errors": "3fbbc95199861a99c165e2e0fd15cee2180ca4f478f76aa790f5d4e39780a79d",
    "probabilities": "fcf5cf32df4f41172eb5f4092496a863de0978ac5ca54d4f118076aa6e00e6e6",
}

PATH = """reproducible features/reference features/transform scoring/reconstruction scoring/classes
scoring/decode scoring/landmarks scoring/yolo""".split()
"""Modules between samples and scores. scoring/roc.py adds counts of pairs: whole halves, exact."""

EXACT = set(
    """abs add add.accumulate arange argsort array asarray bincount clip concatenate count_nonzero
    empty frexp full_like iinfo ldexp lib.stride_tricks.sliding_window_view maximum minimum nonzero
    ones_like pad rint sign sqrt stack subtract trunc where zeros
    float32 float64 floating generic int8 int16 int32 int64 intp uint8""".split()
)
"""What those modules may call of NumPy: correctly rounded or exact for every element, in order."""

SUMMING_METHODS = {"cumprod", "cumsum", "dot", "mean", "prod", "std", "sum", "trace", "var"}


def test_this_processor_computes_the_committed_bits() -> None:
    assert hashes() == COMMITTED


def test_numpy_at_its_baseline_computes_the_committed_bits() -> None:
    disabled = {"NPY_DISABLE_CPU_FEATURES": " ".join(dispatched_features())}
    answer = subprocess.run(
        [sys.executable, "-m", "tests.features.fixed_clips"],
        cwd=ROOT,
        env=os.environ | disabled,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(answer.stdout) == {"features": [], "hashes": COMMITTED}


@pytest.mark.parametrize("module", PATH)
def test_nothing_that_a_processor_may_compute_differently_is_on_the_path(module: str) -> None:
    code = (ROOT / "mcugen" / f"{module}.py").read_text()
    assert list(inexact(code)) == []


@pytest.mark.parametrize(
    "code",
    ["a @ b", "a @= b", "np.dot(a, b)", "np.fft.rfft(a)", "np.log10(a)", "np.exp(a)", "a.sum()"]
    + ["np.power(a, b)", "a ** b", "math.cos(a)", "np.add.reduce(a)", "from numpy import log"],
)
def test_the_check_of_the_path_notices(code: str) -> None:
    assert list(inexact(code))


def inexact(code: str) -> list[str]:
    """What is not known to have the same bits everywhere."""
    found = []
    for node in ast.walk(ast.parse(code)):
        text = ast.unparse(node) if isinstance(node, ast.expr | ast.stmt) else ""
        if isinstance(node, ast.MatMult):
            found.append("@")
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            whole = [x.value for x in (node.right,) if isinstance(x, ast.Constant)]
            found += [] if whole == [2] else [text]
        elif isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] == "numpy":
            found += [] if node.module == "numpy.typing" else [text]
        elif isinstance(node, ast.Attribute):
            found += [text] if not is_exact(text, node.attr) else []
    return found


def is_exact(text: str, name: str) -> bool:
    if text.startswith("math."):
        return False
    if text.startswith("np."):
        rest = text.removeprefix("np.")
        return any(entry == rest or entry.startswith(f"{rest}.") for entry in EXACT)
    return name not in SUMMING_METHODS


def test_a_row_does_not_depend_on_the_rows_around_it() -> None:
    clip = clips()["hum"]
    rows_of = row_extractor(PRESETS["mlperf-ad"])
    whole = rows_of(clip)
    for rows in (3, 41):
        part = rows_of(clip[: 512 * rows])
        np.testing.assert_array_equal(part[: rows - 1], whole[: rows - 1])


@pytest.mark.parametrize("points", [2, 64, 512, 4096])
def test_the_transform_is_that_of_numpy(points: int) -> None:
    frames = np.random.default_rng(3).normal(size=(points, 7))
    expected = np.fft.rfft(frames, axis=0)
    re, im = real_spectrum(frames)
    np.testing.assert_allclose(re, expected.real, rtol=0, atol=1e-15 * points)
    np.testing.assert_allclose(im, expected.imag, rtol=0, atol=1e-15 * points)


POSITIVE = arrays(np.float64, 50, elements=st.floats(1e-300, 1e300))
EXPONENTS = arrays(np.float64, 50, elements=st.floats(-700, 700))


@given(POSITIVE)
def test_log_keeps_its_bound(values: np.ndarray) -> None:
    expected = np.log(values)
    error = np.abs(reproducible.log(values) - expected)
    assert (error <= 3 * np.spacing(np.abs(expected))).all()  # 2 of its own, 1 of NumPy's


@given(EXPONENTS)
def test_exp_keeps_its_bound(values: np.ndarray) -> None:
    expected = np.exp(values)
    error = np.abs(reproducible.exp(values) - expected)
    assert (error <= 3 * np.spacing(expected)).all()


def test_exp_ends_at_zero() -> None:
    found = reproducible.exp(np.array([-1e9, -746.0, -745.0, 0.0]))
    assert found.tolist() == [0.0, 0.0, 5e-324, 1.0]


@pytest.mark.parametrize("count", [1, 4, 40, 480, 4096])
def test_the_unit_circle_is_correctly_rounded_where_it_is_known(count: int) -> None:
    cos, sin = reproducible.unit_circle(count)
    turns = 2 * np.pi * np.arange(count) / count
    np.testing.assert_allclose(cos, np.cos(turns), rtol=0, atol=2e-15)
    np.testing.assert_allclose(sin, np.sin(turns), rtol=0, atol=2e-15)
    quarters = range(0, count, count // 4) if count % 4 == 0 else [0]
    exact = [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)]
    assert [(cos[k], sin[k]) for k in quarters] == exact[: len(quarters)]
    if count % 8 == 0:
        assert cos[count // 8] == sin[count // 8] == np.sqrt(0.5)


def test_sums_run_from_the_first_value_to_the_last() -> None:
    values = np.array([1e16, 1.0, -1e16] * 50)
    total = 0.0
    for value in values:
        total += value
    assert reproducible.ordered_sum(values) == total != values.sum()
    assert reproducible.ordered_sum(np.zeros((3, 0))).tolist() == [0.0, 0.0, 0.0]
    assert reproducible.ordered_mean(np.array([[1, 2], [3, 5]], np.float32)).tolist() == [1.5, 4.0]
