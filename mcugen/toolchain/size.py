# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Sizes of a linked firmware, by ELF section."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Section:
    """An allocated ELF section. `loaded`: takes space in the image; `writable`: takes RAM."""

    name: str
    bytes: int
    loaded: bool
    writable: bool


def read_sections(elf: Path) -> tuple[Section, ...]:
    """The allocated, non-empty sections of a linked file."""
    # Takes a while to load, and a project that is only generated does not need it.
    from elftools.elf.constants import SH_FLAGS
    from elftools.elf.elffile import ELFFile

    with elf.open("rb") as file:
        allocated = [
            section
            for section in ELFFile(file).iter_sections()
            if section["sh_flags"] & SH_FLAGS.SHF_ALLOC and section["sh_size"]
        ]
    return tuple(
        Section(
            name=section.name,
            bytes=section["sh_size"],
            loaded=section["sh_type"] != "SHT_NOBITS",
            writable=bool(section["sh_flags"] & SH_FLAGS.SHF_WRITE),
        )
        for section in allocated
    )
