# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The C of mcugen follows CONTRIBUTING.md: names of kernels, increments, suffixes, assembly."""

from __future__ import annotations

import re

import pytest

from mcugen.engines.ops import OPS
from tests.conftest import ROOT

FOLDERS = ("runtime", "firmware_tests", "boards", "templates", "mcugen", "benchmarks")
FILES = [
    path
    for folder in FOLDERS
    for ending in ("*.c", "*.h", "*.cc", "*.c.j2", "*.h.j2")
    for path in sorted((ROOT / folder).rglob(ending))
]
NO_STYLE = {
    "an unsigned constant ends in u, ul or ull": r"\b(?:0[xX][0-9A-Fa-f]+|[0-9]+)U(?:L|LL)?\b",
    "assembly is __asm__": r"\b(?:__asm|asm)\s*(?:volatile|\()",
    "++i where the value is not used": r"(?:^\s*|; *)[A-Za-z_][\w.>\[\]-]*(?:\+\+|--) *[;)]",
    "a float ends in a digit and f": r"\b[0-9]+\.(?:f\b|[0-9]*F\b)",
}
OPERATORS = {
    *map(str.lower, OPS),
    "lstm",  # UNIDIRECTIONAL_SEQUENCE_LSTM
}
FAMILIES = {
    *("binary", "unary", "select", "reduce", "lookup", "linear"),  # of several operators
    *("copy", "fill", "restore", "widen", "narrow", "requantize_integers"),  # of none
}
KERNEL = re.compile(
    rf"mcugen_(?:{'|'.join(sorted({*OPERATORS, *FAMILIES}, key=len, reverse=True))})"
    r"(?:_(?:s4|s8|s16|f32|u8|s8_to_s16))?(?:_(?:dsp|mve|simd|avx2))?"
    r"(?:_(?!s4|s8|s16|f32|u8|dsp|mve|simd|avx2|double|single)[a-z0-9]+)*"
    r"(?:_(?:double|single))?"
)
PROTOTYPE = re.compile(r"^(?!static|typedef|#|MCUGEN| ).*?\b(mcugen_\w+)\([^;{}]*\);", re.M)


@pytest.mark.parametrize("rule", NO_STYLE)
def test_one_style(rule: str) -> None:
    pattern = re.compile(NO_STYLE[rule])
    assert len(FILES) > 200
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in FILES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if pattern.search(line.split("//")[0])
    ]
    assert found == [], rule


def test_the_rules_see_what_breaks_them() -> None:
    for rule, line in zip(
        NO_STYLE,
        ("x = 0x1FU;", '__asm volatile("nop");', "  device->done++;", "x * 2.f"),
        strict=True,
    ):
        assert re.search(NO_STYLE[rule], line), rule


def test_kernels_are_named_alike() -> None:
    headers = sorted((ROOT / "runtime" / "kernels").glob("*.h"))
    names = [name for path in headers for name in PROTOTYPE.findall(path.read_text())]
    assert len(names) > 100
    assert [name for name in names if not KERNEL.fullmatch(name)] == []
    for wrong in ("mcugen_add_dsp_s8", "mcugen_conv_2d_double_dsp", "mcugen_fast_add_s8"):
        assert not KERNEL.fullmatch(wrong)
