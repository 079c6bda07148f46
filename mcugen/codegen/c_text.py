# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Values as C text: numbers, arrays, string literals, identifiers. Same value, same bytes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mcugen.foreign_text import one_line

VALUES_PER_LINE = 12
IDENTIFIER_LENGTH = 40

C_TYPES = {
    "int8": "int8_t",
    "uint8": "uint8_t",
    "int16": "int16_t",
    "uint16": "uint16_t",
    "int32": "int32_t",
    "uint32": "uint32_t",
    "int64": "int64_t",
    "float32": "float",
    "bool": "int8_t",
}
"""numpy's name of an element type -> the type in C."""

_RESERVED = (
    "auto break case char const continue default do double else enum extern float for goto if "
    "inline int long register restrict return short signed sizeof static struct switch typedef "
    "union unsigned void volatile while asm typeof bool true false and or not xor class delete "
    "new this template namespace operator private protected public virtual try catch throw "
    "using friend explicit main errno"
)
C_KEYWORDS = frozenset(_RESERVED.split())
"""Words of C and C++ (engine_tflm.cc includes the headers) that no identifier may be."""


def c_float(value: float | np.float32) -> str:
    """The shortest C literal that reads back as the same float32: 0.1 -> `0.1f`.

    Nine significant digits always suffice (IEEE 754-2008, 5.12.2). NaN and infinities have no
    literal: they raise ValueError, since a table that holds one is wrong before it is printed.
    """
    with np.errstate(over="ignore"):  # what rounds to infinity is no candidate, or is refused
        exact = np.float32(value)
        if not np.isfinite(exact):
            raise ValueError(f"{value} has no float32 literal in C")
        candidates = (f"{float(exact):.{digits}g}" for digits in range(1, 10))
        text = next(text for text in candidates if np.float32(text) == exact)
    return f"{text}f" if re.search("[.e]", text) else f"{text}.0f"


def c_int(value: int) -> str:
    """A decimal literal of a value that fits 32 bits; the most negative one as C needs it."""
    return "(-2147483647 - 1)" if value == -(2**31) else str(value)


def _c_int64(value: int) -> str:
    return "(-9223372036854775807LL - 1)" if value == -(2**63) else f"{value}LL"


_LITERALS: dict[str, Callable[..., str]] = {
    "float32": c_float,
    "int64": _c_int64,
    "uint32": lambda value: f"{value}u",
}


def c_values(values: NDArray[np.generic]) -> str:
    """The elements in row-major order as indented lines of 12, each element followed by a comma."""
    literal = _LITERALS.get(values.dtype.name, c_int)
    texts = [literal(value) for value in values.reshape(-1).tolist()]
    lines = (
        "  " + ", ".join(texts[start : start + VALUES_PER_LINE]) + ","
        for start in range(0, len(texts), VALUES_PER_LINE)
    )
    return "\n".join(lines)


def c_array(name: str, values: NDArray[np.generic], *, qualifiers: str = "static const") -> str:
    """A one-dimensional array definition: `static const int8_t name[n] = { ... };`.

    The element type follows from the dtype. C has no empty arrays, so an empty one is a ValueError.
    """
    if values.size == 0:
        raise ValueError(f"array {name} is empty")
    head = f"{qualifiers} {C_TYPES[values.dtype.name]} {name}[{values.size}]".lstrip()
    return f"{head} = {{\n{c_values(values)}\n}};\n"


_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "?": "\\?"}


def c_string(text: str) -> str:
    r"""A string literal of the UTF-8 bytes of `text`, in printable ASCII.

    Other bytes become three-digit octal escapes, which (unlike hexadecimal ones) cannot swallow the
    character that follows. `?` is escaped so that no trigraph can form.
    """
    characters = (
        _ESCAPES.get(chr(byte), chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03o}")
        for byte in text.encode("utf-8", "backslashreplace")
    )
    return '"' + "".join(characters) + '"'


def c_comment(text: str) -> str:
    """`text` made harmless inside a comment: one line that no compiler and no reader takes for code.

    It ends no block comment, and neither a backslash nor the trigraph `??/` joins the next line to it.
    """
    line = one_line(" ".join(text.split()))
    for sequence in ("*/", "/*", "??"):
        line = line.replace(sequence, " ".join(sequence))
    return line.rstrip("\\ ")


def c_identifier(text: str, *, max_length: int = IDENTIFIER_LENGTH) -> str:
    """A lower-case C identifier close to `text`: `conv2d/3:Weights` -> `conv2d_3_weights`.

    Runs of other characters become one underscore; a leading digit or a reserved word gets the
    prefix `t_`; a name that is too long keeps its end, where tensor names differ, behind a hash of
    the whole.
    """
    name = re.sub("[^a-z0-9]+", "_", text.lower()).strip("_") or "unnamed"
    if name[0].isdigit() or name in C_KEYWORDS:
        name = f"t_{name}"
    if len(name) <= max_length:
        return name
    digest = hashlib.sha256(text.encode()).hexdigest()[:6]
    return f"t{digest}_{name[-(max_length - 8) :].strip('_')}"
