# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen weights`: weights for an SDK that is in the field."""

from __future__ import annotations

from pathlib import Path

import click

from mcugen.cli.facts import WeightsFile, say_facts
from mcugen.cli.sections import PATH, board_dir_option, json_option
from mcugen.files import write_bytes
from mcugen.sdk.replacement import Replacement, make_weights


@click.command()
@click.argument("model", type=PATH)
@click.option(
    "--for", "sdk", type=PATH, required=True, help="The SDK, written with --replaceable-weights."
)
@click.option(
    "--as", "name", default="", help="Model of the SDK that gets the weights, if it has several."
)
@click.option(
    "--version",
    type=click.IntRange(1, 2**32 - 1),
    required=True,
    help="Version of the weights; a device takes only newer ones than it has.",
)
@click.option("--sign", "key", type=PATH, help="Sign with this Ed25519 private key (PEM).")
@click.option("--out", type=PATH, required=True, help="File to write.")
@json_option
@board_dir_option
def command(
    model: Path,
    sdk: Path,
    name: str,
    version: int,
    key: Path | None,
    out: Path,
    as_json: bool,
    board_dir: Path | None,
) -> None:
    """Write the weights of MODEL for an SDK whose model has the same architecture."""
    content = make_weights(model, Replacement(sdk, name, version, key), board_dir)
    write_bytes(out, content)
    say_facts(WeightsFile(out, len(content), version, signed=key is not None), as_json)
