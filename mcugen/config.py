# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""mcugen.toml: the model, its front-end and score, and how it is to be built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mcugen.errors import ConfigError
from mcugen.strict_toml import read_toml

CONFIG_NAME = "mcugen.toml"
SCHEMA_VERSION = 1
SCORES = ("none", "reconstruction-error", "wake-word")


@dataclass(frozen=True, slots=True)
class Config:
    """The values of one mcugen.toml. Empty strings and None: not given, so the command line decides."""

    model: Path
    front_end: Mapping[str, Any]  # read by mcugen.features.spec; empty: `raw`
    score: str = "none"
    threshold: float | None = None
    windows: int = 5  # of a wake word's mean probability
    refractory_s: float = 2.0  # after the detection of a wake word
    board: str = ""
    engine: str = ""
    rounding: str = ""
    optimize: str = ""
    mlperf_id: str = ""  # id for the MLPerf Tiny runner
    decode: Mapping[str, Any] = field(default_factory=dict)  # read by mcugen.scoring.decode
    where: str = CONFIG_NAME  # the file, for errors


def load_config(path: Path) -> Config:
    """The configuration in `path`; the model's path is relative to the file's folder."""
    top = read_toml(path)
    model, score, build = top.table("model"), top.table("score"), top.table("build")
    mlperf = top.table("mlperf")
    schema = top.integer("schema")
    config = Config(
        model=path.parent / model.text("file"),
        front_end=top.mapping("front_end"),
        score=score.choice("kind", SCORES, "none"),
        threshold=score.number("threshold") if "threshold" in score else None,
        windows=score.integer("windows", 5, low=1),
        refractory_s=score.number("refractory_s", 2.0),
        board=build.text("board", ""),
        engine=build.text("engine", ""),
        rounding=build.text("rounding", ""),
        optimize=build.text("optimize", ""),
        mlperf_id=mlperf.text("id", ""),
        decode=top.mapping("decode"),
        where=str(path),
    )
    for table in (model, score, build, mlperf, top):
        table.finish()
    if schema != SCHEMA_VERSION:
        raise ConfigError(
            f"{path}: schema {schema} is not known, this mcugen reads {SCHEMA_VERSION}"
        )
    return config


def find_config(model: Path | None, folder: Path, bundled: Path) -> Config:
    """The configuration a command works with.

    `model` may be a .toml file, or a folder with an mcugen.toml; a .tflite file takes the
    mcugen.toml beside it if that names it; None means the mcugen.toml in `folder`, or else the
    one of the bundled example.
    """
    if model is None:
        here = folder / CONFIG_NAME
        return load_config(here if here.is_file() else bundled / CONFIG_NAME)
    if model.suffix == ".toml":
        return load_config(model)
    if (model / CONFIG_NAME).is_file():
        return load_config(model / CONFIG_NAME)
    beside = model.parent / CONFIG_NAME
    if beside.is_file():
        config = load_config(beside)
        if config.model.resolve() == model.resolve():
            return config
    return Config(model=model, front_end={})
