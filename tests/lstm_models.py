# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/fixtures/lstm/: LSTMs as `mcugen train lstm` and `mcugen convert` make them.

Run as `python -m tests.lstm_models` where TensorFlow is installed. The converter takes a minute per
model, so tests use the files.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import numpy as np

from mcugen.train.backend import load_tf_keras
from mcugen.train.convert import Conversion, convert_all
from mcugen.train.lstm import LstmRecipe, build_network

FOLDER = Path(__file__).resolve().parent / "fixtures" / "lstm"
UNITS = 32
FORMS = (("fused", 10), ("fused", 100), ("unrolled", 10))
"""How it is converted, steps of a window. TFLite Micro's wheel takes no file with more than 1024
buffers, and 100 unrolled steps have more."""


def convert(form: str, steps: int, folder: Path) -> Path:
    """An LSTM with random weights that drive its gates over their whole range, as an int8 file."""
    random = np.random.default_rng(steps)
    load_tf_keras().utils.set_random_seed(steps)
    model = build_network(steps, 1, LstmRecipe(units=UNITS))
    model.set_weights([3 * weights for weights in model.get_weights()])
    model.save(folder / "lstm.keras")
    windows = np.cumsum(random.normal(0, 0.3, (40, steps, 1)), axis=1).astype(np.float32)
    how = Conversion(unroll=form == "unrolled")
    return convert_all(folder / "lstm.keras", lambda: iter(windows), how)["int8"]


def main() -> None:
    """Writes every file."""
    FOLDER.mkdir(exist_ok=True)
    for form, steps in FORMS:
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(convert(form, steps, Path(folder)), FOLDER / f"{form}_{steps}.tflite")


if __name__ == "__main__":
    main()
