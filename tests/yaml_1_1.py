# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A strict reader of the little YAML that mcugen writes, with YAML 1.1's traps left in.

One map of maps; scalars resolve as in YAML 1.1, where on, off, yes and no are booleans; flow lists.
"""

from __future__ import annotations

import json
import re
from typing import Any

BOOLEANS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def load(text: str) -> dict[str, dict[str, Any]]:
    tests: dict[str, dict[str, Any]] = {}
    for line in text.splitlines():
        if head := re.fullmatch(r"(\w+):", line):
            assert head[1] not in tests
            tests[head[1]] = current = {}
            continue
        entry = re.fullmatch(r"  (\w+):(?: (.+))?", line)
        assert entry, f"not strict YAML: {line!r}"
        assert entry[1] not in current, f"{entry[1]} is there twice"
        current[entry[1]] = value_of(entry[2])
    return tests


def value_of(text: str | None) -> Any:
    if text is None:
        return None
    if text.startswith("["):
        inner = text[1:-1].strip()
        assert text.endswith("]")
        items = re.findall(r'"(?:[^"\\]|\\.)*"|[^,\s]+', inner)
        return [value_of(item) for item in items]
    if text.startswith('"'):
        return json.loads(text)
    if text.lower() in BOOLEANS:
        return BOOLEANS[text.lower()]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
