# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Files that appear whole or not at all."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from mcugen.errors import EnvironmentError_


def write_bytes(path: Path, content: bytes) -> Path:
    """Writes beside `path`, then renames; makes the folder. EnvironmentError_ when it cannot."""
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        return part.replace(path)
    except OSError as error:
        raise EnvironmentError_(
            f"cannot write {path}: {error.strerror}", hint="name a writable folder"
        ) from error


def write_json(path: Path, value: Any) -> Path:
    """Indented JSON."""
    return write_bytes(path, json_text(value).encode())


def json_text(value: Any) -> str:
    """Indented, with a line end."""
    return json.dumps(value, indent=1) + "\n"


def finite(value: Any) -> Any:
    """The same value with None for every NaN and infinity, which JSON does not know."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(one) for key, one in value.items()}
    return [finite(one) for one in value] if isinstance(value, list | tuple) else value
