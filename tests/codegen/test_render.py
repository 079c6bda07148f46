# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import jinja2
import pytest

from mcugen.codegen import render as render_module
from mcugen.codegen.render import render


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(render_module, "templates_dir", lambda: tmp_path)
    return tmp_path


def test_blocks_leave_no_trace_and_one_newline_ends_the_file(templates: Path) -> None:
    (templates / "a.c.j2").write_text(
        "{% for name in names %}\n  {% if name %}\nx({{ name | c_string }});\n  {% endif %}\n"
        "{% endfor %}\n\n\n"
    )
    assert render("a.c.j2", {"names": ['<"a">', "b"]}) == b'x("<\\"a\\">");\nx("b");\n'


def test_a_missing_value_is_an_error(templates: Path) -> None:
    (templates / "a.c.j2").write_text("{{ absent }}")
    with pytest.raises(jinja2.UndefinedError, match="absent"):
        render("a.c.j2", {})


def test_only_html_is_escaped(templates: Path) -> None:
    (templates / "a.html.j2").write_text("{{ text }}")
    (templates / "a.txt.j2").write_text("{{ text }}")
    assert render("a.html.j2", {"text": "<"}) == b"&lt;\n"
    assert render("a.txt.j2", {"text": "<"}) == b"<\n"
