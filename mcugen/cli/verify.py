# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen verify`: a proof that the device computes what the reference computes."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from mcugen.cli.console import say, say_json
from mcugen.cli.sections import (
    PATH,
    board_dir_option,
    emulate_options,
    json_option,
    port_option,
    shared,
    shown_option,
)
from mcugen.files import finite

DIFFERENT_STATUS = 3


@click.command("verify")
@click.argument("build_dir", type=PATH)
@shown_option("--vectors", type=click.IntRange(1), default=100, help="Number of random inputs.")
@port_option
@click.option("--host", help="Board that runs Linux, as in ssh (root@imx93).")
@shared("--ssh-option")
@click.option("--clips", multiple=True, type=PATH, help="Also verify with these clips, repeatable.")
@click.option(
    "--per-layer",
    is_flag=True,
    help="Compare every operator's outputs (build with --per-layer), on a few inputs of each kind.",
)
@click.option(
    "--features",
    multiple=True,
    type=PATH,
    help="Instead compare the front-end with the reference on these clips, stage by stage (build with "
    "--per-layer), repeatable.",
)
@json_option
@emulate_options
@board_dir_option
def command(build_dir: Path, as_json: bool, **options: Any) -> None:
    """Send random, extreme and front-end inputs to the device and compare every output value.

    Exit status 0: all equal to the reference of the rounding it was built with (of an NPU: within
    one step of the output's quantisation); 3: some differ.
    """
    from mcugen.api.verify import verify

    found = verify(build_dir, **options)
    if as_json:
        verdicts = finite([asdict(verdict) for verdict in found.verdicts])
        say_json({"schema": 1, "verdicts": verdicts})
    else:
        say("\n".join(found.lines))
    if not found.is_accepted:
        raise SystemExit(DIFFERENT_STATUS)
