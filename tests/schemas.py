# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What mcugen wrote against its published schema; a visible skip where jsonschema is missing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

SCHEMAS = ROOT / "docs" / "schemas"


def written_as(name: str, content: Any) -> Any:
    """The content (a value, JSON text, or a file of it), once it is what docs/schemas/NAME says."""
    jsonschema = pytest.importorskip("jsonschema")
    if isinstance(content, Path):
        content = content.read_text()
    value = json.loads(content, parse_constant=_refused) if isinstance(content, str) else content
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
    found = jsonschema.validators.validator_for(schema)(schema).iter_errors(value)
    faults = [f"{error.json_path}: {error.message[:200]}" for error in found]
    assert not faults, f"{name}: {faults}"
    return value


def _refused(word: str) -> Any:
    raise AssertionError(f"{word} is not JSON")
