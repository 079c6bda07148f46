# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Sizes of a linked firmware: by ELF section, and by source folder from the linker's map."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Section:
    """An allocated ELF section. `loaded`: takes space in the image; `writable`: takes RAM."""

    name: str
    bytes: int
    loaded: bool
    writable: bool


_SECTION = re.compile(
    r"^\s*\[\s*\d+\]\s+(?P<name>\S+)\s+(?P<type>[A-Z_]+)\s+[0-9a-f]+\s+[0-9a-f]+\s+(?P<size>[0-9a-f]+)"
    r"\s+[0-9a-f]+\s+(?P<flags>[A-Za-z]*)"
)


def parse_sections(readelf_output: str) -> tuple[Section, ...]:
    """The allocated, non-empty sections in the output of `readelf -S -W`."""
    sections = []
    for line in readelf_output.splitlines():
        match = _SECTION.match(line)
        if match is None or "A" not in match["flags"] or int(match["size"], 16) == 0:
            continue
        sections.append(
            Section(
                name=match["name"],
                bytes=int(match["size"], 16),
                loaded=match["type"] != "NOBITS",
                writable="W" in match["flags"],
            )
        )
    return tuple(sections)


def read_sections(elf: Path, readelf: str) -> tuple[Section, ...]:
    """The allocated sections of a linked file."""
    done = subprocess.run(
        [readelf, "-S", "-W", str(elf)], capture_output=True, text=True, check=True, timeout=60
    )
    return parse_sections(done.stdout)


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
