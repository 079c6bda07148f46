# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Templates to text. A template lays values out; it computes nothing."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from mcugen.codegen import c_text
from mcugen.paths import templates_dir

if TYPE_CHECKING:
    import jinja2


def render(template: str, values: Mapping[str, object]) -> bytes:
    """`templates/<template>` filled with `values`, as UTF-8 with one final newline.

    A value that the template names and `values` lacks raises jinja2.UndefinedError. Filters:
    `c_float`, `c_int`, `c_string`, `c_comment`, `c_values` (see c_text). Nothing is HTML-escaped
    unless the template's name ends in `.html.j2`.
    """
    text: str = _environment(templates_dir()).get_template(template).render(values)
    return (text.rstrip("\n") + "\n").encode()


@functools.cache
def _environment(folder: Path) -> jinja2.Environment:
    """One for all calls: it keeps the templates that it has compiled."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        undefined=jinja2.StrictUndefined,
        autoescape=jinja2.select_autoescape(enabled_extensions=("html.j2",), default=False),
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
