# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Training of an LSTM that finds the windows of a series with an anomaly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcugen.features.reference import Floats, RowsOf, row_extractor
from mcugen.features.toml import front_end_from_dict
from mcugen.files import write_json
from mcugen.own_files import keep_foreign, move_own
from mcugen.train.autoencoder import Epoch
from mcugen.train.backend import load_tf_keras, quiet, seed_everything, use_one_thread
from mcugen.train.model_config import write_config
from mcugen.train.series import SeriesSet, front_end_table, save_set, split_series


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
    """Writes model.keras, mcugen.toml, training.json and the parts of the data as .npy.

    The best weights by validation loss are kept. The parts are written as recorded: the front-end in
    mcugen.toml standardises them. Nothing is written before training ends, and model.keras comes
    last: a folder that has one is complete.
    """
    keras = load_tf_keras()
    use_one_thread()
    parts = split_series(data, recipe.seed)
    training, validation, _ = parts
    table = front_end_table(training.windows)
    rows_of = row_extractor(front_end_from_dict(table, "series"))
    seed_everything(keras, recipe.seed)
    with quiet():
        model = build_network(data.windows.shape[1], data.windows.shape[2], recipe)
        model.compile(optimizer="adam", loss="binary_crossentropy")
        best = keras.callbacks.EarlyStopping(patience=recipe.patience, restore_best_weights=True)
        logs = model.fit(
            *_examples(training, rows_of),
            validation_data=_examples(validation, rows_of),
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
    part = _save(model, folder)
    keep_foreign(folder / "model.keras")
    (folder / "model.keras").unlink(missing_ok=True)  # an older model does not fit the new data
    for name, windows in zip(("train", "val", "test"), parts, strict=True):
        save_set(folder / "data", name, windows)
    write_config(folder, "model.keras", table)
    losses = [asdict(epoch) for epoch in history]
    write_json(folder / "training.json", {"schema": 1, "recipe": asdict(recipe), "history": losses})
    move_own(part, folder / "model.keras")
    return history


def _examples(part: SeriesSet, rows_of: RowsOf) -> tuple[Floats, NDArray[np.int64]]:
    """Standardised windows and their labels."""
    return rows_of(part.windows).reshape(part.windows.shape), part.labels


def _reporter(keras: Any, progress: Callable[[Epoch], None]) -> Any:
    return keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: progress(Epoch(epoch + 1, logs["loss"], logs["val_loss"]))
    )


def _save(model: Any, folder: Path) -> Path:
    """The model under a name that nobody reads yet."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / "model.part.keras"
    with quiet():
        model.save(part)
    return part
