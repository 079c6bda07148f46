# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What commands print with `--json` about what they made or found; docs/schemas has their schemas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mcugen.cli.console import say_json
from mcugen.toolchain.flash import Probe

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class DataSet:
    """`mcugen data`: what is in the folder now; None for a downloaded set, whose clips are not counted."""

    folder: Path
    clips: int | None = None
    seconds: float | None = None  # of each clip


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """A model of `mcugen train`, with the losses of its last epoch."""

    machine_type: str | None
    model: Path
    epochs: int
    loss: float
    val_loss: float | None


@dataclass(frozen=True, slots=True)
class Trained:
    """`mcugen train`: one model per machine type."""

    models: tuple[TrainedModel, ...]


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A .tflite file."""

    path: Path
    bytes: int


@dataclass(frozen=True, slots=True)
class ConvertedFiles:
    """`mcugen convert`: files by their kind (float, dynamic, int8), and a sentence about the threshold."""

    files: Mapping[str, ModelFile]
    config: Path
    note: str


@dataclass(frozen=True, slots=True)
class PackedModel:
    """A model in an SDK."""

    name: str
    header: str
    weight_bytes: int
    arena_bytes: int
    instance_bytes: int  # about: arrays, and 100 bytes of pointers and counters


@dataclass(frozen=True, slots=True)
class Packed:
    """`mcugen sdk`: the folder, and why figures are missing in it, where they are."""

    folder: Path
    name: str
    target: str
    files: int
    models: tuple[PackedModel, ...]
    missing: str


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """`mcugen weights`."""

    file: Path
    bytes: int
    version: int
    signed: bool


@dataclass(frozen=True, slots=True)
class Probes:
    """`mcugen flash --list`: the probes that the runner's program sees."""

    runner: str
    probes: tuple[Probe, ...]


@dataclass(frozen=True, slots=True)
class FlashCommands:
    """`mcugen flash --dry-run`: lines for a shell."""

    runner: str
    commands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flashed:
    """`mcugen flash`: the image, and who answered; None where nobody was asked."""

    image: Path
    runner: str
    host: str | None = None
    port: str | None = None
    model: str | None = None
    ticks_per_second: int | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """`mcugen serve`: a port, while the command runs."""

    device: str
    port: Path
    link: Path | None


def say_facts(facts: Any) -> None:
    """Prints a dataclass as one JSON object, `schema` first."""
    say_json({"schema": SCHEMA_VERSION, **asdict(facts)})
