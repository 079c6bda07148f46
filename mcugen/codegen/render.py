# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Templates to text. A template lays values out; it computes nothing."""

from __future__ import annotations

from collections.abc import Mapping

from mcugen.codegen import c_text
from mcugen.paths import templates_dir


def render(template: str, values: Mapping[str, object]) -> bytes:
    """`templates/<template>` filled with `values`, as UTF-8 with one final newline.

    A value that the template names and `values` lacks raises jinja2.UndefinedError. Filters:
    `c_float`, `c_int`, `c_string`, `c_comment`, `c_values` (see c_text). Nothing is HTML-escaped
    unless the template's name ends in `.html.j2`.
    """
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates_dir()),
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
    return (environment.get_template(template).render(values).rstrip("\n") + "\n").encode()
