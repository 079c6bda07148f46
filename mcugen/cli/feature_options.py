# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Options of feature extraction, the same in train, convert and evaluate."""

from __future__ import annotations

from typing import Any

import click

from mcugen.cli.sections import PATH, Words, apply, in_section

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
            type=Words(["joblib", "dask"]),
            default="joblib",
            show_default=True,
            help="How features are extracted: joblib, or dask (joins DASK_SCHEDULER_ADDRESS if set).",
        ),
        _features(
            "--cache",
            type=PATH,
            help="Cache folder for features. Default: .mcugen-features in DATA.",
        ),
    )
    return apply(options, function)


def _jobs(_ctx: click.Context, _parameter: click.Parameter, value: int) -> int:
    if value < 1 and value != -1:
        raise click.BadParameter(f"{value} is neither -1 nor at least 1.")
    return value
