# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Templates to text. A template lays values out; it computes nothing."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from mcugen.codegen import c_text
from mcugen.foreign_text import printable
from mcugen.paths import templates_dir

if TYPE_CHECKING:
    import jinja2


def render(template: str, values: Mapping[str, object]) -> bytes:
    """`templates/<template>` filled with `values`, as UTF-8 with one final newline.

    A value that the template names and `values` lacks raises jinja2.UndefinedError. Filters:
    `c_float`, `c_int`, `c_string`, `c_comment`, `c_values` (see c_text). In a page (`.html.j2`,
    `.svg.j2`) every value is escaped and printable; elsewhere nothing is.
    """
    environment = _environment(templates_dir(), template.endswith((".html.j2", ".svg.j2")))
    text: str = environment.get_template(template).render(values)
    return (text.rstrip("\n") + "\n").encode("utf-8", "backslashreplace")


@functools.cache
def _environment(folder: Path, is_page: bool) -> jinja2.Environment:
    """One for all calls: it keeps the templates that it has compiled."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        undefined=jinja2.StrictUndefined,
        autoescape=is_page,
        finalize=_printable if is_page else None,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        c_float=c_text.c_float,
        c_int=c_text.c_int,
        c_string=c_text.c_string,
        c_comment=c_text.c_comment,
        c_values=c_text.c_values,
    )
    return environment


def _printable(value: object) -> object:
    """A text, or one that is escaped already (markupsafe.Markup), in its own type."""
    return type(value)(printable(value)) if isinstance(value, str) else value
