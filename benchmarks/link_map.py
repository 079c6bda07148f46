# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What each object file adds to a firmware, from the GNU linker's map."""

from __future__ import annotations

import re
from dataclasses import dataclass

_INPUT = re.compile(
    r"^ (?P<section>\.[\w.$*-]+)\s+0x[0-9a-f]+\s+0x(?P<size>[0-9a-f]+)\s+(?P<file>\S.*)$"
)
_KEPT = "Linker script and memory map"


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one object file adds to one kind of section (`.text`, `.rodata`, `.data`, `.bss`)."""

    file: str
    section: str
    bytes: int


def parse_map(map_text: str) -> tuple[Contribution, ...]:
    """Every non-empty contribution that the GNU linker kept, from its map file."""
    kept = map_text[map_text.index(_KEPT) :] if _KEPT in map_text else map_text
    joined = re.sub(r"\n\s{16,}(0x[0-9a-f]+\s+0x)", r" \1", kept)
    rows = []
    for line in joined.splitlines():
        match = _INPUT.match(line)
        if match is None or int(match["size"], 16) == 0 or int(line.split()[1], 16) == 0:
            continue
        kind = "." + match["section"].split(".")[1]
        rows.append(Contribution(match["file"].strip(), kind, int(match["size"], 16)))
    return tuple(rows)
