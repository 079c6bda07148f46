# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""manifest.json: what a project was generated from, so that later stages need nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mcugen import __version__
from mcugen.codegen.tree import MARKER, SourceTree
from mcugen.codegen.tree_writer import is_half_written, seal_manifest
from mcugen.errors import ConfigError, near_path
from mcugen.features.spec import FrontEnd
from mcugen.features.toml import front_end_from_dict, front_end_to_dict
from mcugen.records import NANOSECONDS_PER_SECOND, RunRecord
from mcugen.scoring.decode import Classes, Decode, decode_from_dict, decode_to_dict
from mcugen.scoring.wake_word import WakeWord

SCHEMA_VERSION = 1
TABLES = ("front_end", "decode", "accelerated", "wake_word", "baud")
"""Fields of Manifest that have a form of their own on disk, or are left out where they say nothing."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Facts of one generated project. Paths are relative to the project's folder."""

    tool: str
    model: str
    model_file: str
    model_sha256: str
    board: str
    board_title: str
    engine: str
    rounding: str
    optimize: str
    accelerator: str  # "npu": a model converted for the board's NPU is linked; or "cpu"
    front_end: FrontEnd
    score: str  # "reconstruction-error", "wake-word" or "none"
    threshold: float | None  # a clip score above it is an anomaly, or a wake word
    arena_bytes: int
    weight_bytes: int
    firmware_sha256: str  # hash of all generated files but its own header and this one
    decode: Decode | None = None  # what the outputs mean
    accelerated: tuple[str, ...] = ()  # what runs on the NPU and what does not, in lines
    wake_word: WakeWord | None = None
    baud: int | None = None  # of the serial port at start, where it is not the board's

    @property
    def converted_file(self) -> str:
        """The model as it was converted for the NPU; empty without one."""
        return f"model/{self.model}_npu.tflite" if self.accelerator == "npu" else ""

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes of a classifier, nothing for other models."""
        return self.decode.labels if isinstance(self.decode, Classes) else ()


def run_record(manifest: Manifest) -> RunRecord:
    """The head of a run of the project's model on int8 inputs, timed in nanoseconds; see `replace`."""
    return RunRecord(
        tool=f"mcugen {__version__}",
        model=manifest.model,
        model_sha256=manifest.model_sha256,
        board=manifest.board,
        engine=manifest.engine,
        front_end=manifest.front_end.title,
        tick_unit="nanoseconds",
        ticks_per_second=NANOSECONDS_PER_SECOND,
        rounding=manifest.rounding,
        input="int8",
        classes=manifest.classes,
        refractory_windows=manifest.wake_word.refractory if manifest.wake_word else 0,
    )


def manifest_json(manifest: Manifest, tree: SourceTree) -> bytes:
    """The manifest with the hash of every file of `tree`."""
    fields: dict[str, Any] = {
        name: getattr(manifest, name)
        for name in Manifest.__dataclass_fields__
        if name not in TABLES
    }
    fields["front_end"] = front_end_to_dict(manifest.front_end)
    fields["decode"] = decode_to_dict(manifest.decode) if manifest.decode else None
    if manifest.accelerated:
        fields["accelerated"] = list(manifest.accelerated)
    if manifest.wake_word:
        fields["wake_word"] = asdict(manifest.wake_word)
    if manifest.baud:
        fields["baud"] = manifest.baud
    return seal_manifest({"schema": SCHEMA_VERSION, **fields}, tree)


def load_manifest(build_dir: Path) -> Manifest:
    """The manifest of a project folder; ConfigError when the folder is not one."""
    path = build_dir / MARKER
    try:
        data = json.loads(path.read_bytes())
        if is_half_written(build_dir):
            raise ConfigError(
                f"{build_dir} is half written: a build was interrupted", hint="run it again"
            )
        return _from_json(data, path)
    except (FileNotFoundError, NotADirectoryError):
        hint = near_path(build_dir) or "pass the folder that `mcugen build --out` wrote"
        if not build_dir.exists():
            raise ConfigError(f"{build_dir} does not exist", hint=hint) from None
        raise ConfigError(
            f"{build_dir} is not a project made by mcugen: no {MARKER} in it", hint=hint
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{path} is damaged: {error}", hint="run `mcugen build` again") from error


def _from_json(data: Mapping[str, Any], path: Path) -> Manifest:
    if data["schema"] != SCHEMA_VERSION:
        raise ConfigError(
            f"{path} has schema {data['schema']}, mcugen {__version__} reads {SCHEMA_VERSION}",
            hint="run `mcugen build` again",
        )
    fields = {name: data[name] for name in Manifest.__dataclass_fields__ if name not in TABLES}
    front_end = front_end_from_dict(data["front_end"], where=str(path))
    decode = decode_from_dict(data["decode"], str(path)) if data["decode"] else None
    fields["accelerated"] = tuple(data.get("accelerated", ()))
    fields["wake_word"] = WakeWord(**data["wake_word"]) if data.get("wake_word") else None
    fields["baud"] = data.get("baud")
    return Manifest(front_end=front_end, decode=decode, **fields)
