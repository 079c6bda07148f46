# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What commands made or found: as lines for people, or with `--json` by the schemas in docs/schemas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from mcugen.cli.console import say, say_json
from mcugen.toolchain.flash import Probe

SCHEMA_VERSION = 1


class Facts(Protocol):
    """A dataclass; its fields are the JSON object."""

    @property
    def lines(self) -> tuple[str, ...]:
        """The same in words."""


def say_facts(facts: Facts, as_json: bool) -> None:
    """Prints the lines, or one JSON object, `schema` first."""
    if as_json:
        fields: dict[str, Any] = asdict(facts)  # type: ignore[call-overload]
        say_json({"schema": SCHEMA_VERSION, **fields})
        return
    for line in facts.lines:
        say(line)


@dataclass(frozen=True, slots=True)
class SyntheticSet:
    """`mcugen data synth`: what is in the folder now."""

    folder: Path
    clips: int
    seconds: float  # of each clip
    ids: int  # machines per type

    @property
    def lines(self) -> tuple[str, ...]:
        """Folder and size."""
        count = f"{self.clips} clips of {self.seconds:g} s, {self.ids} machines per type"
        return (f"wrote {self.folder}: {count}",)


@dataclass(frozen=True, slots=True)
class DownloadedSet:
    """`mcugen data get`."""

    folder: Path

    @property
    def lines(self) -> tuple[str, ...]:
        """The folder, and what to do with it."""
        return (f"{self.folder} is complete: mcugen train ad {self.folder}",)


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
    """`mcugen train`: one model per machine type, each printed as soon as it is trained."""

    models: tuple[TrainedModel, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """Nothing is left to say."""
        return ()


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

    @property
    def lines(self) -> tuple[str, ...]:
        """One for each file."""
        models = (f"wrote {it.path}: {kind}, {it.bytes} bytes" for kind, it in self.files.items())
        return (*models, f"wrote {self.config}{': ' if self.note else ''}{self.note}")


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

    @property
    def lines(self) -> tuple[str, ...]:
        """The folder, and what each model needs."""
        models = (
            f"{it.header}: {it.weight_bytes:,} bytes of tables, arena {it.arena_bytes:,}, "
            f"instance about {it.instance_bytes:,} bytes"
            for it in self.models
        )
        head = f"wrote {self.folder}: {self.files} files"
        return (head, *models, *([self.missing] if self.missing else []))


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """`mcugen weights`."""

    file: Path
    bytes: int
    version: int
    signed: bool

    @property
    def lines(self) -> tuple[str, ...]:
        """The file."""
        signed = "signed" if self.signed else "not signed"
        return (f"wrote {self.file}: {self.bytes:,} bytes, version {self.version}, {signed}",)


@dataclass(frozen=True, slots=True)
class Probes:
    """`mcugen flash --list`: the probes that the runner's program sees."""

    runner: str
    probes: tuple[Probe, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """One for each probe."""
        return tuple(f"{probe.serial}  {probe.description}" for probe in self.probes)


@dataclass(frozen=True, slots=True)
class FlashCommands:
    """`mcugen flash --dry-run`: lines for a shell."""

    runner: str
    commands: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """The commands."""
        return self.commands


@dataclass(frozen=True, slots=True)
class Flashed:
    """`mcugen flash`: the image, and who answered; None where nobody was asked."""

    image: Path
    runner: str
    host: str | None = None
    port: str | None = None
    model: str | None = None
    ticks_per_second: int | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        """What was not said while it happened."""
        if self.host is not None:
            where = f"on {self.host}; it answers at the core's own serial port"
            return (f"started {self.image} by {self.runner} {where}",)
        if self.model is None:
            return ()
        rate = self.ticks_per_second
        clock = f", clock {rate / 1e6:g} MHz" if rate else ""
        return (f"the firmware answers: model {self.model}{clock}",)


@dataclass(frozen=True, slots=True)
class Served:
    """`mcugen serve`: a port, while the command runs."""

    device: str
    port: Path
    link: Path | None

    @property
    def lines(self) -> tuple[str, ...]:
        """The port."""
        return (f"serving {self.device} on {self.port}" + (f" = {self.link}" if self.link else ""),)
