# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The .elf as a flash program puts it on the chip: segments by load address, and names of places."""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from pathlib import Path

from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile


@dataclass(frozen=True, slots=True)
class Variables:
    """A section that start-up code must fill: .data, .bss."""

    name: str
    address: int
    bytes: int


@dataclass(frozen=True, slots=True)
class FirmwareImage:
    """`segments`: load address and content. `functions`: sorted addresses and names."""

    segments: tuple[tuple[int, bytes], ...]
    variables: tuple[Variables, ...]
    functions: tuple[tuple[int, str], ...]

    def place(self, address: int) -> str:
        """`mcugen_port_read+0x1c (0x00001a84)`."""
        at = bisect.bisect_right(self.functions, (address & ~1, "\uffff")) - 1
        plain = f"{address & ~1:#010x}"
        if at < 0:
            return plain
        start, name = self.functions[at]
        return f"{name}+{(address & ~1) - start:#x} ({plain})"

    def address_of(self, function: str) -> int | None:
        """Where the function begins; None when there is none of that name."""
        return next((address for address, name in self.functions if name == function), None)


def read_image(elf: Path) -> FirmwareImage:
    """What the emulator needs of the .elf."""
    with elf.open("rb") as file:
        parsed = ELFFile(file)
        segments = tuple(
            (segment["p_paddr"], segment.data())
            for segment in parsed.iter_segments("PT_LOAD")
            if segment["p_filesz"]
        )
        variables = tuple(
            Variables(section.name, section["sh_addr"], section["sh_size"])
            for section in parsed.iter_sections()
            if section["sh_flags"] & SH_FLAGS.SHF_WRITE
            and section["sh_size"] >= 16
            and section.name in (".data", ".bss")
        )
        symbols = parsed.get_section_by_name(".symtab")
        functions = sorted(
            (symbol["st_value"] & ~1, symbol.name)
            for symbol in (symbols.iter_symbols() if symbols else ())
            if symbol["st_info"]["type"] == "STT_FUNC"
        )
    return FirmwareImage(segments, variables, tuple(functions))
