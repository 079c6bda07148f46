# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Which line of a failed build is shown."""

from __future__ import annotations

import pytest

from mcugen.toolchain.build import _first_error

WARNING = "/usr/bin/ld: warning: firmware.elf has a LOAD segment with RWX permissions"
END = "collect2: error: ld returned 1 exit status"


@pytest.mark.parametrize(
    "line",
    [
        "/usr/bin/ld: cannot open linker script file my-board.ld: No such file or directory",
        "main.c:(.text+0x5): undefined reference to `mcugen_port_init'",
        "/usr/bin/ld: region `FLASH' overflowed by 64 bytes",
        "port.c:7:3: error: unknown type name 'uint'",
    ],
)
def test_the_cause_is_shown_and_not_what_follows_from_it(line: str) -> None:
    where = "/usr/bin/ld: main.c.obj: in function `main':"
    assert _first_error(["[ 3/40] Linking", WARNING, where, line, END]) == line
