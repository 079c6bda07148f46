# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The only way to TensorFlow and Keras: a hint where they are missing, and no output of theirs."""

from __future__ import annotations

import contextlib
import importlib
import math
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from mcugen.errors import EnvironmentError_, ModelError
from mcugen.evaluation.model_runner import LoadedModel, open_tflite
from mcugen.features.reference import Floats
from mcugen.train.keras_safety import check_keras_model

INSTALL_HINT = "pip install 'mcugen[train]'"


def load_tensorflow() -> Any:
    """The module tensorflow; EnvironmentError_ when the `train` extra is not installed."""
    return _load("tensorflow")


def load_keras() -> Any:
    """Keras 3, as TensorFlow brings it."""
    load_tensorflow()
    return _load("keras")


def load_tf_keras() -> Any:
    """Keras 2: the only one whose LSTM becomes one fused operator when converted."""
    load_tensorflow()
    return _load("tf_keras")


def _load(name: str) -> Any:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        with quiet():
            return importlib.import_module(name)
    except ImportError as error:
        raise EnvironmentError_(
            f"this command needs {name}, which is not installed", hint=INSTALL_HINT
        ) from error


def seed_everything(keras: Any, seed: int) -> None:
    """Makes training repeatable: all generators seeded, no operator that adds in any order."""
    keras.utils.set_random_seed(seed)
    load_tensorflow().config.experimental.enable_op_determinism()


def use_one_thread() -> None:
    """For small recurrent models: threads only make them slower and their sums unrepeatable.

    Has no effect in a process in which TensorFlow has already computed something.
    """
    threading = load_tensorflow().config.threading
    with contextlib.suppress(RuntimeError):
        threading.set_intra_op_parallelism_threads(1)
        threading.set_inter_op_parallelism_threads(1)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keeps what TensorFlow prints, from Python and from C++, off the terminal.

    When the block raises, the last printed line is added to the exception as a note.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    saved = os.dup(1), os.dup(2)
    with tempfile.TemporaryFile() as log, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        try:
            with contextlib.redirect_stdout(sys.stderr):
                yield
        except Exception as error:
            log.seek(0)
            for line in log.read().decode("utf-8", "replace").strip().splitlines()[-1:]:
                error.add_note(line)
            raise
        finally:
            sys.stderr.flush()
            os.dup2(saved[0], 1)
            os.dup2(saved[1], 2)
            os.close(saved[0])
            os.close(saved[1])


def load_model(path: Path, *, is_resumed: bool = False) -> Any:
    """A Keras model from .keras, .h5 or .hdf5, of Keras 3 or 2; ModelError when neither reads it.

    One that could run code of its own is refused before either of them sees it. `is_resumed`: with
    the optimiser that it was trained by.
    """
    if not path.exists():
        raise ModelError(f"{path} does not exist")
    check_keras_model(path, is_trained=is_resumed)
    reasons = []
    for keras in (load_keras(), load_tf_keras()):
        try:
            with quiet():
                return keras.models.load_model(str(path), compile=is_resumed, safe_mode=True)
        except Exception as error:  # noqa: BLE001 - Keras raises anything on a file it does not like
            reasons.append(f"{keras.__name__}: {str(error).strip().splitlines()[0][:200]}")
    raise ModelError(
        f"{path} is not a readable Keras model ({'; '.join(reasons)})",
        hint="pass a .keras, .h5 or .hdf5 file, or a SavedModel folder",
    )


@contextlib.contextmanager
def open_model(path: Path) -> Iterator[LoadedModel]:
    """A .tflite file in TFLite Micro, any other in TensorFlow (see load_model)."""
    if path.suffix == ".tflite":
        with open_tflite(path) as loaded:
            yield loaded
        return
    model = load_model(path)
    shape, given = (tuple(map(int, end[0].shape[1:])) for end in (model.inputs, model.outputs))

    def run(values: Floats) -> Floats:
        with quiet():
            outputs = model.predict(values.reshape(-1, *shape), batch_size=512, verbose=0)
        return np.asarray(outputs, np.float32).reshape(len(values), -1)

    yield LoadedModel(math.prod(shape), math.prod(given), run)
