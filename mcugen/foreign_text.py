# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Words of others made safe for where they are shown: one function per kind of output.

Names of files, tensors and labels, replies of devices and lines of logs may hold anything: escape
sequences that drive a terminal, characters that reorder text (CVE-2021-42574), formulas that a
spreadsheet runs, bytes that are no UTF-8. What cannot be seen is written as its escape (`\\x1b`,
`\\u202e`), so that nothing is lost and nothing acts. HTML: mcugen.codegen.render. C: c_text.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

_UNSEEN = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # controls but tab and line feed
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # formats
    "\ud800-\udfff"  # bytes of a name that are no UTF-8
    "\U000e0000-\U000e007f"  # tags
)
_IN_A_TEXT = re.compile(f"[{_UNSEEN}]")
_IN_A_LINE = re.compile(f"[\t\n{_UNSEEN}]")
_FORMULA = re.compile(r"\s*[=+\-@]")


def printable(text: str) -> str:
    """`text` for a terminal or a page; its tabs and line feeds stay."""
    return _IN_A_TEXT.sub(_escape, text)


def one_line(text: str) -> str:
    """`text` for a single line of a terminal, a log or a comment."""
    return _IN_A_LINE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code in _SHORT:
        return _SHORT[code]
    if 0xDC80 <= code <= 0xDCFF:  # how Python holds a byte of a name that is no UTF-8 (PEP 383)
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


_SHORT = {9: "\\t", 10: "\\n", 13: "\\r"}


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """Rows as CSV (RFC 4180) with one line feed each, safe to open in a spreadsheet.

    A text that would begin a formula is preceded by an apostrophe, as OWASP's "CSV injection" advises;
    numbers stay numbers.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue()


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    line = one_line(value)
    return f"'{line}" if _FORMULA.match(line) and not _is_number(line) else line


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
