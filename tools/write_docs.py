# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Writes the documents that are made from the code: `python tools/write_docs.py`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from mcugen.cli import VERBS, cli
from mcugen.files import write_json
from mcugen.platforms.choose import all_engines
from mcugen.report.operators_doc import operators_doc
from tools.schemas import published

DOCS = Path(__file__).resolve().parent.parent / "docs"
WIDTH = 88


def cli_reference() -> str:
    """docs/cli.md: what `--help` of every verb says."""
    top = cli.make_context("mcugen", [], resilient_parsing=True)
    top.terminal_width = top.max_content_width = WIDTH
    sections = [
        "# Command line reference\n\nWritten by `python tools/write_docs.py` from the commands themselves."
    ]
    for verb in VERBS:
        command = cli.get_command(top, verb)
        assert command is not None
        sections.append("\n".join(_sections(command, verb, top, "##")))
    return "\n\n".join(sections) + "\n"


def _sections(
    command: click.Command, name: str, parent: click.Context, marks: str
) -> Iterator[str]:
    context = click.Context(
        command, info_name=name, parent=parent, terminal_width=WIDTH, max_content_width=WIDTH
    )
    yield f"{marks} {context.command_path}\n\n```text\n{command.get_help(context)}\n```"
    if isinstance(command, click.Group):
        for sub in command.list_commands(context):
            found = command.get_command(context, sub)
            assert found is not None
            yield "\n" + "\n".join(_sections(found, sub, context, marks + "#"))


if __name__ == "__main__":
    (DOCS / "cli.md").write_text(cli_reference())
    for name, schema in published().items():
        write_json(DOCS / "schemas" / name, schema)
    (DOCS / "operators.md").write_text(operators_doc(all_engines()))
