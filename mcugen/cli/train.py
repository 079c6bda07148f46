# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen train`: an autoencoder for machine sounds, or an LSTM for time series."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mcugen.cli import completion
from mcugen.cli.console import note, progress, say
from mcugen.cli.facts import Trained, TrainedModel, say_facts
from mcugen.cli.feature_options import feature_options
from mcugen.cli.sections import PATH, SuggestingGroup, json_option, shown_option
from mcugen.progress import counted

if TYPE_CHECKING:
    from mcugen.samples.datasets import Dataset
    from mcugen.samples.feature_store import Extraction, FeatureStore
    from mcugen.train.autoencoder import Epoch

AT_LEAST_ONE = click.IntRange(1)


@click.group("train", cls=SuggestingGroup)
def command() -> None:
    """Train a model. Needs the `train` extra: pip install 'mcugen[train]'."""


@command.command("ad", short_help="Train an autoencoder for machine sounds.")
@click.argument("data", type=PATH)
@shown_option(
    "--out",
    type=PATH,
    default=Path("model"),
    help="Folder for the models, one subfolder per machine type.",
)
@click.option(
    "--type", "only", multiple=True, help="Machine type, repeatable. Default: all in DATA."
)
@shown_option(
    "--front-end",
    shell_complete=completion.front_ends,
    default="mlperf-ad",
    help="Front-end preset.",
)
@click.option("--baseline", type=PATH, help="baseline.yaml of the MLPerf Tiny reference.")
@click.option(
    "--epochs", type=AT_LEAST_ONE, help="Number of epochs. Default: that of --baseline, else 100."
)
@click.option(
    "--batch-size",
    type=AT_LEAST_ONE,
    help="Windows per batch. Default: that of --baseline, else 512.",
)
@click.option(
    "--patience", type=AT_LEAST_ONE, help="Stop after this number of epochs without improvement."
)
@shown_option("--seed", default=0, help="Random seed for initial weights and shuffling.")
@feature_options
@json_option
def train_ad(
    data: Path,
    out: Path,
    only: tuple[str, ...],
    front_end: str,
    baseline: Path | None,
    epochs: int | None,
    batch_size: int | None,
    patience: int | None,
    seed: int,
    jobs: int,
    parallel: str,
    cache: Path | None,
    as_json: bool,
) -> None:
    """Train one autoencoder per machine type in DATA: OUT/<type>/model.keras and mcugen.toml.

    Network, front-end and hyper-parameters are those of the MLPerf Tiny reference unless changed.
    Run the same command again to continue after an interruption.
    """
    from mcugen.samples.datasets import open_dataset
    from mcugen.samples.feature_store import Extraction, open_store
    from mcugen.samples.inputs import CACHE_NAME, front_end_of, preset_table, require_audio
    from mcugen.train.autoencoder import Recipe, check_recipe, read_recipe
    from mcugen.train.backend import load_keras

    dataset = open_dataset(data, note)
    recipe, table = (
        (Recipe(), preset_table(front_end)) if baseline is None else read_recipe(baseline)
    )
    given: dict[str, Any] = {"epochs": epochs, "batch_size": batch_size, "patience": patience}
    recipe = replace(recipe, seed=seed, **{k: v for k, v in given.items() if v is not None})
    check_recipe(recipe)
    spec = require_audio(dataset, front_end_of(table, "--front-end"))
    load_keras()  # before features are extracted: without the extra there is nothing to train with
    store = open_store(cache or data / CACHE_NAME, spec)
    how = Extraction(jobs, parallel)
    _say_all(
        (
            _train_type(dataset, machine_type, store, how, recipe, out, table)
            for machine_type in only or dataset.machine_types()
        ),
        as_json,
    )


def _train_type(
    dataset: Dataset,
    machine_type: str,
    store: FeatureStore,
    how: Extraction,
    recipe: Any,
    out: Path,
    table: dict[str, Any],
) -> TrainedModel:
    from mcugen.cli.folder import hold_folder
    from mcugen.samples.inputs import training_samples
    from mcugen.train.autoencoder import train
    from mcugen.train.model_config import write_config

    clips = tuple(sample.path for sample in training_samples(dataset, machine_type))
    folder = out / (machine_type or "machine")
    with progress() as on_progress:
        store.extract(clips, how, counted(on_progress, "features", len(clips)))
    hold_folder(folder)
    with _epochs(recipe.epochs, machine_type) as show:
        history = train(store, clips, recipe, folder, show)
    write_config(folder, "model.keras", table, "reconstruction-error")
    return _trained(folder, history, machine_type or None)


def _trained(folder: Path, history: Sequence[Epoch], machine_type: str | None) -> TrainedModel:
    """What is in the folder, after the curve of its losses is drawn there."""
    from mcugen.own_files import write_own
    from mcugen.report.chart import svg
    from mcugen.report.plots import loss_chart

    validation = [epoch.val_loss for epoch in history if epoch.val_loss is not None]
    chart = loss_chart([epoch.loss for epoch in history], validation)
    write_own(folder / "history.svg", svg(chart))
    last = history[-1]
    return TrainedModel(machine_type, folder / "model.keras", last.number, last.loss, last.val_loss)


def _say_all(trained: Iterable[TrainedModel], as_json: bool) -> None:
    """Each model when it is there; as JSON all of them in the end."""
    models = []
    for it in trained:
        models.append(it)
        if not as_json:
            say(f"wrote {it.model}: {_losses(it.epochs, it.loss, it.val_loss)}")
    say_facts(Trained(tuple(models)), as_json)


@contextmanager
def _epochs(count: int, label: str) -> Iterator[Callable[[Epoch], None]]:
    """A progress bar over epochs that shows the losses."""
    with progress() as on_progress:
        yield lambda it: on_progress(
            f"{label} {_losses(it.number, it.loss, it.val_loss)}".strip(), it.number / count
        )


def _losses(epoch: int, loss: float, val_loss: float | None) -> str:
    validation = "" if val_loss is None else f", validation {val_loss:.4f}"
    return f"epoch {epoch}, loss {loss:.4f}{validation}"


@command.command("lstm", short_help="Train an LSTM for time series.")
@click.option(
    "--data",
    type=PATH,
    help="CSV whose last column is `anomaly` (0 or 1). Default: a synthetic series.",
)
@shown_option("--out", type=PATH, default=Path("lstm"), help="Folder for the model and its data.")
@shown_option("--seq-len", type=click.IntRange(2), default=10, help="Steps per window.")
@shown_option(
    "--windows",
    type=click.IntRange(20),
    default=1000,
    help="Number of windows to generate without --data.",
)
@shown_option("--units", type=AT_LEAST_ONE, default=32, help="Number of LSTM units.")
@shown_option(
    "--epochs",
    type=AT_LEAST_ONE,
    default=20,
    help="Maximum number of epochs; training stops early when the loss no longer improves.",
)
@click.option(
    "--unroll",
    is_flag=True,
    help="Unroll the LSTM into one operator per step instead of one fused operator.",
)
@shown_option("--seed", default=0, help="Random seed for data, initial weights and shuffling.")
@json_option
def train_lstm(
    data: Path | None,
    out: Path,
    seq_len: int,
    windows: int,
    units: int,
    epochs: int,
    unroll: bool,
    seed: int,
    as_json: bool,
) -> None:
    """Train a detector of anomalous windows in a time series: OUT/model.keras and OUT/data.

    Without --data: windows of a sine with noise, every third one with spikes. The normalisation
    becomes the front-end `timeseries` in mcugen.toml.
    """
    from mcugen.cli.folder import hold_folder
    from mcugen.train.lstm import LstmRecipe, train
    from mcugen.train.series import make_series, read_series

    series = make_series(windows, seq_len, seed) if data is None else read_series(data, seq_len)
    hold_folder(out)
    recipe = LstmRecipe(units=units, epochs=epochs, unroll=unroll, seed=seed)
    with _epochs(epochs, "lstm") as show:
        history = train(series, recipe, out, show)
    _say_all([_trained(out, history, None)], as_json)
