# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Data set, options and progress bar of feature extraction, the same in train, convert and evaluate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mcugen.cli.console import say
from mcugen.cli.sections import apply, in_section

if TYPE_CHECKING:
    from mcugen.samples.datasets import Dataset

_features = in_section("Features")


def feature_options(function: Any) -> Any:
    """Adds --jobs, --parallel and --cache to a command."""
    options = (
        _features(
            "--jobs",
            default=-1,
            show_default=True,
            callback=_jobs,
            help="Number of processes for feature extraction; -1: one per core.",
        ),
        _features(
            "--parallel",
            type=click.Choice(["joblib", "dask"]),
            default="joblib",
            show_default=True,
            help="How features are extracted: joblib, or dask (joins DASK_SCHEDULER_ADDRESS if set).",
        ),
        _features(
            "--cache",
            type=click.Path(path_type=Path),
            help="Cache folder for features. Default: .mcugen-features in DATA.",
        ),
    )
    return apply(options, function)


def _jobs(_ctx: click.Context, _parameter: click.Parameter, value: int) -> int:
    if value < 1 and value != -1:
        raise click.BadParameter(f"{value} is neither -1 nor at least 1.")
    return value


def open_dataset(root: Path) -> Dataset:
    """The data set in a folder; says which of its sound files are in no part of it."""
    from mcugen.samples.datasets import load_dataset

    dataset = load_dataset(root)
    if dataset.left_out:
        first = dataset.left_out[0].relative_to(root)
        say(
            f"left out: {len(dataset.left_out)} sound files that are in no train or test folder, "
            f"for example {first}",
            err=True,
        )
    return dataset


@contextmanager
def clip_bar(count: int, label: str) -> Iterator[Callable[[object], None]]:
    """A progress bar that moves by one clip at each call."""
    with click.progressbar(length=count, label=label) as bar:
        yield lambda _: bar.update(1)
