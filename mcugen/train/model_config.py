# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Writing the mcugen.toml that travels with a model: front-end, score and threshold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mcugen.config import CONFIG_NAME, SCHEMA_VERSION, load_config
from mcugen.own_files import write_own

BUILD_KEYS = ("board", "engine", "rounding", "optimize")


def write_config(
    folder: Path,
    model: str,
    front_end: Mapping[str, Any],
    score: str = "none",
    threshold: float | None = None,
    threshold_note: str = "",
) -> Path:
    """Writes folder/mcugen.toml; a [build] table that is already there is kept.

    The file itself is kept beside it when the user has changed it."""
    path = folder / CONFIG_NAME
    build: dict[str, Any] = {}
    if path.is_file():
        before = load_config(path)
        build = {key: getattr(before, key) for key in BUILD_KEYS if getattr(before, key)}
    tables: dict[str, dict[str, Any]] = {
        "model": {"file": model},
        "front_end": dict(front_end),
        "score": {"kind": score} | ({} if threshold is None else {"threshold": threshold}),
        "build": build,
    }
    lines = [f"schema = {SCHEMA_VERSION}"]
    for name, table in tables.items():
        if table:
            lines += ["", f"[{name}]"]
            lines += (
                [f"# threshold: {threshold_note}"] if name == "score" and threshold_note else []
            )
            lines += [f"{key} = {_toml_value(value)}" for key, value in table.items()]
    return write_own(path, ("\n".join(lines) + "\n").encode())


def _toml_value(value: Any) -> str:
    """A basic string, a number, a boolean or a list of these as TOML writes it."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml_value, value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)
