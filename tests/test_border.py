# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Every key of board.toml, chip.toml and mcugen.toml with wrong values: one line that names it."""

from __future__ import annotations

import copy
import json
import tomllib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from mcugen.boards import load_board, load_boards
from mcugen.emulator.chip import read_chip
from mcugen.errors import ConfigError, UserError
from mcugen.features.spec import KINDS
from mcugen.paths import boards_dir, examples_dir
from mcugen.platforms.choose import platform_of
from tests.cli.calls import call

Capture = pytest.CaptureFixture[str]
Value = Any
Path_ = tuple[str | int, ...]

FREE = "A word that no table knows"
WORDS = {  # keys that take one of few words, or the name of something that exists
    *("name", "exporter", "isa", "engines", "sources", "unit", "link", "cpu_flags", "link_flags"),
    *("defines", "default_variant", "default_runner", "accelerator", "port", "vcom_usb_ids"),
    *("sdk_parts", "sdk_parts_tflm", "sdk_parts_npu", "kind", "preset"),
    *("board", "engine", "rounding", "optimize", "file", "id", "resize"),
}
CHIP_WORDS = {
    *("core", "kind", "access", "peripheral", "field", "while_changed"),
    *("value", "divided_by", "clock", "held_in_reset", "when", "need", "baud"),
}
MAY_BE_EMPTY = {"prefix", "note", "USE_GPU_INFERENCE", "resize"}
NOT_WORDS = {("linux", "accelerator")}  # the title of the NPU


def toml(value: Value) -> str:
    """A value as inline TOML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


def document(table: dict[str, Value]) -> str:
    return "".join(f"{key} = {toml(value)}\n" for key, value in table.items())


def keys(table: Value, above: Path_ = ()) -> Iterator[Path_]:
    """Of all tables and of all lists of tables."""
    for key, value in table.items():
        yield (*above, key)
        if isinstance(value, dict):
            yield from keys(value, (*above, key))
        elif isinstance(value, list):
            for row, inner in enumerate(value):
                yield from keys(inner, (*above, key, row)) if isinstance(inner, dict) else ()


def at(table: Value, path: Path_) -> Value:
    for key in path:
        table = table[key]
    return table


def changed(table: dict[str, Value], path: Path_, value: Value) -> dict[str, Value]:
    copied = copy.deepcopy(table)
    at(copied, path[:-1])[path[-1]] = value
    return copied


def name_of(path: Path_) -> str:
    return ".".join(map(str, path))


def wrong_values(value: Value, path: Path_, words: set[str] = WORDS) -> Iterator[Value]:
    """Of another type, no known word, empty."""
    takes_words = path[-1] in words and path not in NOT_WORDS
    if isinstance(value, bool):
        yield from (1, "true", [])
    elif isinstance(value, str):
        yield from (3, True, [value], {})
        yield from ("", "  ") if path[-1] not in MAY_BE_EMPTY else ()
        yield from (FREE,) if takes_words else ()
    elif isinstance(value, int | float):
        yield from (str(value), True, [value], {}, "")
        yield from (-1, 2**70) if isinstance(value, int) else ()
    elif isinstance(value, list):
        yield from ("word", 3, {}, [3], [""], [[]])
        yield from ([FREE],) if takes_words else ()
    else:
        yield from ("word", 3, [])


def board_cases() -> list[Any]:
    """Every key once for each platform."""
    cases = {}
    for board in load_boards():
        table = tomllib.loads((board.folder / "board.toml").read_text())
        for path in keys(table):
            case = pytest.param(board.name, path, id=name_of((board.name, *path)))
            cases.setdefault((board.exporter, len(path), path[0], path[-1]), case)
    return list(cases.values())


@pytest.mark.parametrize(("name", "path"), board_cases())
def test_every_wrong_value_of_a_board_is_named(name: str, path: Path_, tmp_path: Path) -> None:
    folder = tmp_path / name
    folder.symlink_to(boards_dir() / name)
    table = tomllib.loads((folder / "board.toml").read_text())
    folder.unlink()
    folder.mkdir()
    for source in sorted((boards_dir() / name).iterdir()):
        if source.name != "board.toml" and source.is_file():
            (folder / source.name).symlink_to(source)
    for other in {"host", "nrf54lm20"} - {name}:  # whose port.c boards share
        (tmp_path / other).mkdir()
        (tmp_path / other / "port.c").touch()
    for value in wrong_values(at(table, path), path):
        (folder / "board.toml").write_text(document(changed(table, path, value)))
        with pytest.raises(ConfigError) as caught:
            platform_of(load_board(folder))
        said = caught.value.what
        assert "board.toml" in said and "\n" not in said, (value, said)
        named = (path[-1], json.dumps(value).strip('"[]'), *path[-2:-1])
        assert any(str(word) in said for word in named), (value, said)


BITS = ("word", 32, -1, True, [3], [30, 4], [0, 0], {})
"""No bit, and not [lowest bit, width]."""


@pytest.mark.parametrize("path", sorted(boards_dir().glob("*/chip.toml")), ids=str)
def test_every_wrong_value_of_a_chip_is_named(path: Path, tmp_path: Path) -> None:
    table = tomllib.loads(path.read_text())
    file = tmp_path / "chip.toml"
    tried = set()
    for key in keys(table):
        is_table = isinstance(at(table, key), dict)
        kind = (key[0], len(key) if is_table else key[-1])
        if kind in tried:  # a row of a table like one before
            continue
        tried.add(kind)
        for value in (
            BITS if key[-2:-1] == ("fields",) else wrong_values(at(table, key), key, CHIP_WORDS)
        ):
            file.write_text(document(changed(table, key, value)))
            with pytest.raises(ConfigError) as caught:
                read_chip(file)
            said = caught.value.what
            assert "\n" not in said and (str(key[-1]) in said or FREE in said), (key, value, said)


MODEL = {"file": str(examples_dir() / "machine-sound" / "machine_sound_int8.tflite")}
BASE = {"schema": 1, "model": MODEL, "build": {"board": "host"}}
CONFIGS = {
    "build": {
        **BASE,
        "front_end": {"preset": "mlperf-ad", "n_mels": 128, "power": 2.0, "hop_samples": 512},
        "score": {"kind": "reconstruction-error", "threshold": 2.5},
        "build": {"board": "host", "engine": "aot", "rounding": "double", "optimize": "speed"},
        "mlperf": {"id": "ad01"},
        "decode": {"kind": "classes", "labels": ["one", "two"], "top": 1, "softmax": True},
    },
    "wake-word": {"score": {"kind": "wake-word", "windows": 3, "refractory_s": 1.5}},
    "yolo": {
        "decode": {
            "kind": "yolo",
            "labels": ["one"],
            "input_pixels": 96,
            "heads": [{"output": 0, "anchors": [[10, 12]]}],
            "objectness": 0.5,
            "overlap": 0.5,
            "most_boxes": 4,
        }
    },
    "landmarks": {
        "decode": {
            "kind": "landmarks",
            "input_pixels": 96,
            "dimensions": 2,
            "points_output": 0,
            "presence_output": 1,
            "presence": 0.5,
        }
    },
    **{
        kind: {"front_end": {"kind": kind, "window_rows": 1, "stride_rows": 1, **asdict(rows())}}
        for kind, rows in KINDS.items()
        if rows
    },
}
"""mcugen.toml by what is tried in it."""


def config_cases() -> list[Any]:
    return [
        pytest.param({**BASE, **config}, path, id=f"{name}-{name_of(path)}")
        for name, config in CONFIGS.items()
        for path in keys(config)
    ]


@pytest.mark.parametrize(("config", "path"), config_cases())
def test_every_wrong_value_of_a_configuration_is_named(
    config: dict[str, Value], path: Path_, tmp_path: Path, capfd: Capture
) -> None:
    file = tmp_path / "mcugen.toml"
    for value in wrong_values(at(config, path), path):
        file.write_text(document(changed(config, path, value)))
        answer = call(capfd, "build", file, "--no-compile", "--out", tmp_path / "out")
        assert answer.status == UserError.exit_status, (value, answer)
        first, *rest = answer.err.splitlines()
        assert first.startswith("error: ") and len(rest) <= 1, (value, answer.err)
        assert str(path[-1]) in first or FREE in first, (value, answer.err)
        assert not (tmp_path / "out").exists()
