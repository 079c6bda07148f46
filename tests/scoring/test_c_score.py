# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""runtime/quantize.c and runtime/score.c against their Python twins, with the same vectors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mcugen.codegen.c_text import c_array, c_float
from mcugen.features.reference import dequantize, quantize
from mcugen.model.ir import Quant
from mcugen.scoring.reconstruction import reconstruction_errors
from mcugen.scoring.wake_word import running_means
from tests.c_program import FIRMWARE_TESTS, RUNTIME, compile_for_board, run_on_board, run_on_host

QUANTS = {
    "ad01": Quant((float(np.float32(0.39101523)),), (89,)),
    "symmetric": Quant((float(np.float32(1 / 128)),), (0,)),
    "unsigned image": Quant((1.0,), (-128,)),
}
SOURCES = [FIRMWARE_TESTS / "unit" / "test_score.c", RUNTIME / "quantize.c", RUNTIME / "score.c"]


def boundary_values(quant: Quant) -> np.ndarray:
    """Values at, just below and just above every rounding boundary, and far outside."""
    halves = (np.arange(-300, 300) + 0.5) * np.float32(quant.scale)
    exact = halves.astype(np.float32)
    around = [np.nextafter(exact, np.float32(side)) for side in (-np.inf, np.inf)]
    tiny = np.array([0.0, -0.0, 0.49999997, -0.49999997], np.float32) * np.float32(quant.scale)
    far = np.array([1e30, -1e30, 1e-40], np.float32)
    return np.concatenate([exact, *around, tiny, far])


def vectors_h(quant: Quant, windows: int = 12, values: int = 640) -> str:
    generator = np.random.default_rng(11)
    edges = boundary_values(quant)
    quantized = quantize(edges, quant)
    outputs = generator.integers(-128, 128, (windows, values)).astype(np.int8)
    noise = generator.normal(0.0, 3.0 * quant.scale, outputs.shape)
    features = (dequantize(outputs, quant) + noise).astype(np.float32)
    scores = reconstruction_errors(features, dequantize(outputs, quant)).astype(np.float32)
    probabilities = generator.integers(0, 256, 50).astype(np.float32) / np.float32(256)
    arrays = {
        "probabilities": probabilities,
        "expected_means": running_means(probabilities, 7),
        "values": edges,
        "expected_quantized": quantized,
        "expected_restored": dequantize(quantized, quant),
        "features": features,
        "outputs": outputs,
        "expected_scores": scores,
    }
    macros = {
        "SCALE": c_float(quant.scale),
        "ZERO_POINT": str(quant.zero_point),
        "WINDOWS": f"{windows}u",
        "WINDOW_VALUES": f"{values}u",
        "MEAN_WINDOWS": "7u",
    }
    lines = [f"#define {name} ({text})\n" for name, text in macros.items()]
    return "".join((*lines, *(c_array(name, array) for name, array in arrays.items())))


@pytest.mark.parametrize("quant", QUANTS.values(), ids=list(QUANTS))
def test_c_equals_python_on_this_pc(quant: Quant, tmp_path: Path) -> None:
    (tmp_path / "vectors.h").write_text(vectors_h(quant))
    assert " 0 failed" in run_on_host(SOURCES, tmp_path)


def test_c_equals_python_in_qemu(tmp_path: Path) -> None:
    (tmp_path / "vectors.h").write_text(vectors_h(QUANTS["ad01"]))
    assert " 0 failed" in run_on_board(compile_for_board(SOURCES, tmp_path))
