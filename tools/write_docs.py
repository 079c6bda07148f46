# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Writes the documents that are made from the code: `python tools/write_docs.py`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from mcugen.cli import VERBS, cli
from mcugen.error_codes import CODES_FILE, FIRST, all_messages, read_codes
from mcugen.files import write_json
from mcugen.platforms.choose import all_engines
from mcugen.report.operators_doc import operators_doc
from tools.schemas import published

DOCS = Path(__file__).resolve().parent.parent / "docs"
WIDTH = 80


HEAD = """\
# Command line reference

Written by `python tools/write_docs.py` from the commands themselves.

A command ends with status 0 when all is well, 2 when you or your machine can
mend it, 3 when the device or a gate says no, 130 after Ctrl-C, and 1 for a bug
of ours. Tables fit the terminal; into a file or a pipe they are not wrapped.
`NO_COLOR=1` prints no escape sequence at all.

`--json` prints facts for programs; files and notes are the same as without it.

The shell completes commands, options, boards, engines, front-ends and ports
once its start-up file has the line

```sh
eval "$(_MCUGEN_COMPLETE=bash_source mcugen)"  # ~/.bashrc
eval "$(_MCUGEN_COMPLETE=zsh_source mcugen)"   # ~/.zshrc
_MCUGEN_COMPLETE=fish_source mcugen | source   # ~/.config/fish/config.fish
```"""


def cli_reference() -> str:
    """docs/cli.md: what `--help` of every verb says."""
    top = cli.make_context("mcugen", [], resilient_parsing=True)
    top.terminal_width = top.max_content_width = WIDTH
    sections = [HEAD]
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


def with_new_codes(codes: dict[str, str]) -> dict[str, str]:
    """The codes, and new ones for the messages that have none; in the order of their numbers."""
    found = dict(codes)
    for message in all_messages():
        if message not in found.values():
            first = FIRST[message.partition(":")[0]]
            used = [int(code[3:]) for code in found if first // 1000 == int(code[3:]) // 1000]
            found[f"MCU{max(used, default=first - 1) + 1:04}"] = message
    return dict(sorted(found.items()))


def write_codes(codes: dict[str, str]) -> None:
    """mcugen/error_codes.toml."""
    lines = [f"{code} = {json.dumps(text, ensure_ascii=False)}\n" for code, text in codes.items()]
    CODES_FILE.write_text(CODES_HEAD + "".join(lines), encoding="utf-8")


CODES_HEAD = """\
# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
# Written by tools/write_docs.py. Whoever rewords a message rewords it here as well; no code is used twice.
"""
ERRORS_HEAD = """\
# Errors

Written by `make docs` from mcugen/error_codes.toml. The code behind an error's line stays the same in
every release; `…` stands for names and numbers. The first digit says what kind of error it is, and with
which status the command ends: MCU0, 1 (options and configuration), 2 (model), 3 (data) and 4 (this
machine) with 2, MCU5 (device) with 3, MCU9 (a bug of ours) with 1. In Python: `error.code`.

| code | message |
|---|---|
"""


def errors_doc(codes: dict[str, str]) -> str:
    """docs/errors.md: what is still raised."""
    living = set(all_messages())
    rows = ((code, text.partition(": ")[2]) for code, text in codes.items() if text in living)
    cells = (f"| {code} | {' '.join(text.split()).replace('|', '/')} |\n" for code, text in rows)
    return ERRORS_HEAD + "".join(cells)


if __name__ == "__main__":
    codes = with_new_codes(read_codes() if CODES_FILE.is_file() else {})
    write_codes(codes)
    (DOCS / "errors.md").write_text(errors_doc(codes), encoding="utf-8")
    (DOCS / "cli.md").write_text(cli_reference())
    for name, schema in published().items():
        write_json(DOCS / "schemas" / name, schema)
    (DOCS / "operators.md").write_text(operators_doc(all_engines()))
