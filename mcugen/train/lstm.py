# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Training of an LSTM that tells windows of a series with an anomaly from those without."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mcugen.train.autoencoder import Epoch, write_json
from mcugen.train.backend import load_tf_keras, quiet, seed_everything, use_one_thread
from mcugen.train.series import (
    SeriesSet,
    normalisation_of,
    save_normalisation,
    save_set,
    split_series,
)


@dataclass(frozen=True, slots=True)
class LstmRecipe:
    """Hyper-parameters; `dropout` acts on inputs and on the recurrent state while training."""

    units: int = 32
    dropout: float = 0.2
    epochs: int = 20
    batch_size: int = 8
    patience: int = 3
    unroll: bool = False
    seed: int = 0


def build_network(seq_len: int, features: int, recipe: LstmRecipe) -> Any:
    """LSTM, then one sigmoid: the probability of an anomaly in the window."""
    keras = load_tf_keras()
    source = keras.Input((seq_len, features), name="series")
    state = keras.layers.LSTM(
        recipe.units,
        dropout=recipe.dropout,
        recurrent_dropout=recipe.dropout,
        unroll=recipe.unroll,
        name="lstm",
    )(source)
    return keras.Model(source, keras.layers.Dense(1, activation="sigmoid", name="anomaly")(state))


def train(
    data: SeriesSet,
    recipe: LstmRecipe,
    folder: Path,
    progress: Callable[[Epoch], None] = lambda _: None,
) -> tuple[Epoch, ...]:
    """Writes model.keras, series.json (normalisation), training.json and the parts as .npy.

    The best weights by validation loss are kept. The parts are written as recorded, not normalised:
    series.json says how a window becomes the model's input.
    """
    keras = load_tf_keras()
    use_one_thread()
    parts = split_series(data, recipe.seed)
    training, validation, _ = parts
    normalisation = normalisation_of(training.windows)
    seed_everything(keras, recipe.seed)
    with quiet():
        model = build_network(*data.windows.shape[1:], recipe)
        model.compile(optimizer="adam", loss="binary_crossentropy")
        best = keras.callbacks.EarlyStopping(patience=recipe.patience, restore_best_weights=True)
        logs = model.fit(
            normalisation.apply(training.windows),
            training.labels,
            validation_data=(normalisation.apply(validation.windows), validation.labels),
            epochs=recipe.epochs,
            batch_size=recipe.batch_size,
            callbacks=[best, _reporter(keras, progress)],
            verbose=0,
        ).history
    history = tuple(
        Epoch(number, float(loss), float(val_loss))
        for number, (loss, val_loss) in enumerate(
            zip(logs["loss"], logs["val_loss"], strict=True), start=1
        )
    )
    _save(model, folder, recipe, history)
    for name, part in zip(("train", "val", "test"), parts, strict=True):
        save_set(folder / "data", name, part)
    save_normalisation(folder, normalisation, data.windows.shape[1])
    return history


def _reporter(keras: Any, progress: Callable[[Epoch], None]) -> Any:
    return keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: progress(Epoch(epoch + 1, logs["loss"], logs["val_loss"]))
    )


def _save(model: Any, folder: Path, recipe: LstmRecipe, history: tuple[Epoch, ...]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / "model.part.keras"
    with quiet():
        model.save(part)
    part.replace(folder / "model.keras")
    losses = [asdict(epoch) for epoch in history]
    write_json(folder / "training.json", {"schema": 1, "recipe": asdict(recipe), "history": losses})
