# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Stable codes of errors: one for each message, whatever names and numbers stand in it.

A message is the text where the error is raised, with `…` for what is filled in. error_codes.toml maps
codes to messages; `make docs` gives new messages a code and lists all in docs/errors.md. A code is never
used again: whoever rewords a message rewords it there as well, and the code stays.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
CODES_FILE = PACKAGE / "error_codes.toml"
FIRST = {
    "UserError": 1,
    "ConfigError": 1001,
    "ModelError": 2001,
    "DataError": 3001,
    "EnvironmentError_": 4001,
    "DeviceError": 5001,
    "McugenError": 9001,
}
"""Class of an error -> the number of its first code."""
FILLED = "…"
_FEWEST_LETTERS = 4  # of a message that says something by itself; others go by their file


def code_of(file: str, line: int) -> str:
    """The code of the error that was made in that line; empty where it has none."""
    message = next(
        (text for first, last, text in _messages(Path(file)) if first <= line <= last), ""
    )
    return {message: code for code, message in read_codes().items()}.get(message, "")


@cache
def read_codes() -> dict[str, str]:
    """Code -> message."""
    return tomllib.loads(CODES_FILE.read_text(encoding="utf-8"))


def all_messages() -> list[str]:
    """Every message of the package, in the order of its files."""
    found = (text for path in sorted(PACKAGE.rglob("*.py")) for *_, text in _messages(path))
    return list(dict.fromkeys(found))


def _messages(path: Path) -> Iterator[tuple[int, int, str]]:
    """(first line, last line, message) of every error that a file makes, inner ones first."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
    for call in reversed(calls):
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        if name in FIRST:
            text = _template(call.args[0])
            if sum(letter.isalpha() for letter in text) < _FEWEST_LETTERS:
                text += f" in {path.relative_to(PACKAGE).as_posix()}"
            yield call.lineno, call.end_lineno or call.lineno, f"{name}: {text}"


def _template(node: ast.expr) -> str:
    """The text of an expression, with FILLED for what is not constant."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return _joined("".join(map(_template, node.values)))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _joined(_template(node.left) + _template(node.right))
    return FILLED


def _joined(text: str) -> str:
    return text.replace(FILLED + FILLED, FILLED)
