# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A stored log -> its text: decoded, and without what a logger put before every line. Pure."""

from __future__ import annotations

import re

# Words that only stand at the start of a line, as the tool or launch.sh wrote it.
_KNOWN = re.compile(
    r"^([^\n]{0,160}?)(?:STARTING!|#mcugen 1 |Graph: \[|Initialized session in |"
    r"Inference timings in us: )",
    re.MULTILINE,
)
_TOKEN = re.compile(r"\w+|\s+|.")
_OWN = re.compile(r"\s*(?:INFO: )?\Z")  # indentation, and what the tool itself writes


def log_text(content: bytes | str) -> str:
    """The text of a log in UTF-8 or UTF-16, without a prefix that every line has.

    The prefix (time, process, priority, tag: as logcat, journald, syslog, `ts` and terminals write
    them) is derived from the first line with known words. Never raises.
    """
    text = content if isinstance(content, str) else _decoded(content)
    found = _KNOWN.search(text)
    if found is None or _OWN.match(found[1]):
        return text
    prefix = re.compile(_generalised(found[1]))
    return "\n".join(prefix.sub("", line, count=1) for line in text.split("\n"))


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    for nuls, encoding in ((content[1::2], "utf-16-le"), (content[::2], "utf-16-be")):
        if nuls.count(0) > 0.9 * len(nuls):
            return content.decode(encoding, "replace")
    return content.decode("utf-8-sig", "replace")


def _generalised(prefix: str) -> str:
    """A pattern for the prefix of any line: other figures, months, priorities and widths."""
    return "^" + "".join(map(_any_like, _TOKEN.findall(prefix)))


def _any_like(token: str) -> str:
    if token.isspace():
        return r"[^\S\n]*+"
    if any(letter.isdigit() for letter in token):
        return r"\w++"
    if re.fullmatch("[A-Z]", token):
        return "[A-Z]"
    return r"[A-Z][a-z]{2}" if re.fullmatch("[A-Z][a-z]{2}", token) else re.escape(token)
