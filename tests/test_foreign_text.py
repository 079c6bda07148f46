# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Words of others act nowhere: terminal, pages, CSV, comments of C, file names."""

from __future__ import annotations

import ast
import csv
import io
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcugen.codegen.c_text import c_comment, c_string
from mcugen.codegen.render import render
from mcugen.foreign_text import csv_text, one_line, printable

PACKAGE = Path(__file__).resolve().parent.parent / "mcugen"
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)  # surrogates as well


@given(ANY_TEXT)
def test_what_is_shown_can_be_seen(text: str) -> None:
    shown = one_line(text)
    assert not any(unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs") for c in shown)
    assert not any(unicodedata.bidirectional(c) in BIDI_CONTROLS for c in shown)
    assert one_line(shown) == shown and shown.encode() is not None
    assert printable(text).replace("\n", "\\n").replace("\t", "\\t") == shown


BIDI_CONTROLS = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;owned\x07", "\\x1b]0;owned\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("fan\u202egnp.wav", "fan\\u202egnp.wav"),
        ("caf\udce9", "caf\\xe9"),
        ("a\r\nb", "a\\r\\nb"),
        ("Ünïcode 音 👩\u200d🔧", "Ünïcode 音 👩\u200d🔧"),
    ],
)
def test_unseen_characters_are_written_as_escapes(text: str, shown: str) -> None:
    assert one_line(text) == shown


@given(ANY_TEXT)
def test_no_cell_of_a_table_is_a_formula(text: str) -> None:
    ((cell,),) = csv.reader(io.StringIO(csv_text([[text]]))) if text else ((("",)),)
    if cell.lstrip().startswith(("=", "+", "-", "@")):
        float(cell)  # only a number may begin so
    assert cell == one_line(text) or cell == f"'{one_line(text)}"


def test_numbers_stay_numbers_in_a_table() -> None:
    assert csv_text([(-1.5, "-1.5", None, "=1+1")]) == "-1.5,-1.5,,'=1+1\n"


@given(ANY_TEXT)
def test_a_comment_of_c_stays_one_comment(text: str) -> None:
    comment = c_comment(text)
    assert not any(part in comment for part in ("*/", "/*", "??", "\n", "\r", "\u2028"))
    assert not comment.endswith("\\") and printable(comment) == comment


@given(ANY_TEXT)
def test_a_string_of_c_is_ascii(text: str) -> None:
    assert c_string(text).isascii() and "??" not in c_string(text)


def test_pages_escape_and_show_what_they_are_given() -> None:
    values = {"title": "<script>\x1b\u202e", "width": 1, "height": 1, "png": ""}
    page = render("picture.svg.j2", {**values, "boxes": [], "dots": [], "words": ["a&\udcff"]})
    assert b"&lt;script&gt;\\x1b\\u202e" in page and b"a&amp;\\xff" in page


WRITERS = {"print", "click.echo", "click.secho", "csv.writer", "sys.stdout.write", "Console"}
HOMES = ("cli/console.py", "foreign_text.py", "emulator/__main__.py")
"""The last is a process of its own, whose words transport/process_link.py reads and makes safe."""


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: p.name)
def test_everything_that_is_printed_goes_through_one_place(path: Path) -> None:
    if path.relative_to(PACKAGE).as_posix() in HOMES:
        return
    calls = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call)]
    found = {ast.unparse(call.func) for call in calls} & WRITERS
    assert not found, f"{path}: {found} prints past mcugen.cli.console and mcugen.foreign_text"
