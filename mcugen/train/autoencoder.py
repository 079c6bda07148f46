# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Training of a deep autoencoder on normal sounds: the network and defaults of MLPerf Tiny AD.

Defaults: mlcommons/tiny benchmark/training/anomaly_detection, baseline.yaml and keras_model.py.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.errors import ConfigError, DataError
from mcugen.features.spec import FrontEnd
from mcugen.files import write_json
from mcugen.own_files import move_own
from mcugen.samples.feature_store import FeatureStore, gather_windows
from mcugen.train.backend import load_keras, load_model, quiet, seed_everything


@dataclass(frozen=True, slots=True)
class Recipe:
    """Hyper-parameters. The last `validation_split` of the vectors is held out, as Keras does."""

    hidden: tuple[int, ...] = (128, 128, 128, 128, 8, 128, 128, 128, 128)
    epochs: int = 100
    batch_size: int = 512
    validation_split: float = 0.1
    shuffle: bool = True
    optimizer: str = "adam"
    loss: str = "mean_squared_error"
    patience: int | None = None  # epochs without a better validation loss before it stops
    seed: int = 0

    def faults(self) -> list[str]:
        """What is wrong with the values, one text each."""
        checks = (
            (all(width > 0 for width in self.hidden) and self.hidden, "layer widths: above zero"),
            (self.epochs > 0, "epochs: above zero"),
            (self.batch_size > 0, "batch_size: above zero"),
            (0 <= self.validation_split < 1, "validation_split: 0 to below 1"),
            (self.patience is None or self.patience > 0, "patience: above zero"),
        )
        return [text for holds, text in checks if not holds]


@dataclass(frozen=True, slots=True)
class Epoch:
    """Losses after one epoch; val_loss is None when nothing is held out."""

    number: int
    loss: float
    val_loss: float | None


def build_network(input_size: int, recipe: Recipe) -> Any:
    """Dense + batch normalisation + ReLU per hidden layer, then a linear layer back to the input."""
    keras = load_keras()
    layers = keras.layers
    value = source = keras.Input((input_size,), name="features")
    for index, width in enumerate(recipe.hidden):
        value = layers.Dense(width, name=f"dense_{index}")(value)
        value = layers.BatchNormalization(name=f"normalize_{index}")(value)
        value = layers.Activation("relu", name=f"relu_{index}")(value)
    return keras.Model(source, layers.Dense(input_size, name="reconstruction")(value))


def check_recipe(recipe: Recipe) -> None:
    """ConfigError that names every value with which training cannot start."""
    if faults := recipe.faults():
        raise ConfigError("training cannot start: " + "; ".join(faults))


def train(
    store: FeatureStore,
    clips: tuple[Path, ...],
    recipe: Recipe,
    folder: Path,
    progress: Callable[[Epoch], None] = lambda _: None,
) -> tuple[Epoch, ...]:
    """Writes folder/model.keras and training.json; returns the losses of every epoch.

    After each epoch the state is kept in folder/.resume; the same call continues from there after
    an interruption and removes it when done. A finished model of the same recipe is not retrained.
    """
    check_recipe(recipe)
    starts = store.window_starts(clips)
    identity = _identity(store, starts, recipe)
    done = _finished(folder, identity)
    if done is not None:
        return done
    held_out = int(len(starts) * (1.0 - recipe.validation_split))
    fit, validate = starts[:held_out], starts[held_out:]
    if not len(fit):
        raise DataError(f"{len(starts)} training vectors are too few to hold some out")
    state = _State(folder / ".resume", identity)
    model, history = state.load() or (_new_model(store.front_end, recipe), ())
    while len(history) < recipe.epochs and not _stopped(history, recipe):
        epoch = _fit_epoch(model, store, fit, validate, recipe, len(history))
        history = (*history, epoch)
        state.save(model, history)
        progress(epoch)
    _finish(state, model, history, folder, identity, recipe)
    return history


def _new_model(front_end: FrontEnd, recipe: Recipe) -> Any:
    keras = load_keras()
    seed_everything(keras, recipe.seed)
    model = build_network(front_end.window_rows * front_end.row_values, recipe)
    model.compile(optimizer=recipe.optimizer, loss=recipe.loss)
    return model


def _fit_epoch(
    model: Any,
    store: FeatureStore,
    fit: NDArray[np.int64],
    validate: NDArray[np.int64],
    recipe: Recipe,
    number: int,
) -> Epoch:
    """One pass over the vectors. Its order depends on seed and epoch alone, so that it resumes."""
    if recipe.shuffle:
        fit = np.random.default_rng((recipe.seed, number)).permutation(fit)
    with quiet():
        logs = model.fit(
            _batches(store, fit, recipe.batch_size),
            validation_data=_batches(store, validate, recipe.batch_size) if len(validate) else None,
            shuffle=False,
            verbose=0,
        ).history
    val_loss = float(logs["val_loss"][0]) if "val_loss" in logs else None
    return Epoch(number + 1, float(logs["loss"][0]), val_loss)


def _batches(store: FeatureStore, starts: NDArray[np.int64], batch_size: int) -> Any:
    """(x, x) batches, gathered from disk one at a time."""
    rows, front_end = store.all_rows(), store.front_end

    class Batches(load_keras().utils.PyDataset):  # type: ignore[misc]
        def __len__(self) -> int:
            return -(-len(starts) // batch_size)

        def __getitem__(self, index: int) -> tuple[Any, Any]:
            chosen = starts[index * batch_size : (index + 1) * batch_size]
            windows = gather_windows(rows, chosen, front_end)
            return windows, windows

    return Batches()


def _stopped(history: tuple[Epoch, ...], recipe: Recipe) -> bool:
    """Whether the validation loss has not improved for `patience` epochs."""
    losses = [epoch.val_loss for epoch in history if epoch.val_loss is not None]
    if recipe.patience is None or len(losses) <= recipe.patience:
        return False
    return min(losses[-recipe.patience :]) >= min(losses[: -recipe.patience])


def _identity(store: FeatureStore, starts: NDArray[np.int64], recipe: Recipe) -> dict[str, Any]:
    """What must be equal for a model to count as made by this call."""
    return {
        "recipe": json.loads(json.dumps(asdict(recipe))),
        "features": store.folder.name,
        "vectors": len(starts),
    }


@dataclass(frozen=True, slots=True)
class _State:
    """A model with its optimiser and history, replaced as a whole after every epoch."""

    folder: Path
    identity: dict[str, Any]

    def load(self) -> tuple[Any, tuple[Epoch, ...]] | None:
        saved = _read_json(self.folder / "state.json")
        if saved is None or saved.get("identity") != self.identity:
            return None
        history = tuple(Epoch(**epoch) for epoch in saved["history"])
        model = load_model(self.folder / saved["model"], is_resumed=True)
        return model, history

    def save(self, model: Any, history: tuple[Epoch, ...]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"epoch_{len(history) % 2}.keras"  # the one before stays until state.json moves on
        with quiet():
            model.save(self.folder / name)
        saved = {"identity": self.identity, "model": name, "history": [asdict(e) for e in history]}
        write_json(self.folder / "state.json", saved)


def _finish(
    state: _State,
    model: Any,
    history: tuple[Epoch, ...],
    folder: Path,
    identity: dict[str, Any],
    recipe: Recipe,
) -> None:
    part = folder / "model.part.keras"
    with quiet():
        model.save(part)
    move_own(part, folder / "model.keras")
    losses = [asdict(epoch) for epoch in history]
    write_json(folder / "training.json", {"schema": 1, **identity, "history": losses})
    shutil.rmtree(state.folder, ignore_errors=True)


def _finished(folder: Path, identity: dict[str, Any]) -> tuple[Epoch, ...] | None:
    saved = _read_json(folder / "training.json")
    if saved is None or not (folder / "model.keras").is_file():
        return None
    if any(saved.get(key) != value for key, value in identity.items()):
        return None
    return tuple(Epoch(**epoch) for epoch in saved["history"])


def _read_json(path: Path) -> dict[str, Any] | None:
    try:
        loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return loaded


FIT_KEYS = ("epochs", "batch_size", "validation_split", "shuffle")
FEATURE_KEYS = {
    "n_mels": "n_mels",
    "frames": "window_rows",
    "n_fft": "n_fft",
    "hop_length": "hop_samples",
    "power": "power",
}
"""What baseline.yaml calls a parameter of the front-end -> what [front_end] calls it."""


_BASELINE_HINT = "pass the baseline.yaml of MLPerf Tiny's anomaly detection reference"


def read_recipe(path: Path) -> tuple[Recipe, dict[str, Any]]:
    """Recipe and [front_end] table of a baseline.yaml as the reference has it."""
    try:
        import yaml
    except ImportError as error:
        raise ConfigError(
            f"{path} cannot be read without PyYAML", hint="pip install pyyaml"
        ) from error
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "not UTF-8 text"
        raise ConfigError(f"cannot read {path}: {why}", hint=_BASELINE_HINT) from error
    try:
        top = yaml.safe_load(text)
        fit, feature = dict(top.get("fit") or {}), dict(top.get("feature") or {})
        compiled = dict(fit.get("compile") or {})
    except (yaml.YAMLError, AttributeError, TypeError, ValueError) as error:
        raise ConfigError(
            f"{path} is not a baseline.yaml: no tables `fit` and `feature`", hint=_BASELINE_HINT
        ) from error
    values = {key: fit[key] for key in FIT_KEYS if key in fit}
    values |= {key: compiled[key] for key in ("optimizer", "loss") if key in compiled}
    table = {ours: feature[theirs] for theirs, ours in FEATURE_KEYS.items() if theirs in feature}
    return Recipe(**values), {"preset": "mlperf-ad", **table}
