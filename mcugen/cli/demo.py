# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen demo`: the bundled model, synthetic clips and an emulated board, from end to end."""

from __future__ import annotations

from pathlib import Path

import click

from mcugen.api.build import BUNDLED
from mcugen.boards import find_board
from mcugen.cli import completion
from mcugen.cli.build import command as build
from mcugen.cli.console import say
from mcugen.cli.run import command as run
from mcugen.cli.sections import PATH, shown_option
from mcugen.errors import ConfigError
from mcugen.paths import examples_dir


@click.command()
@shown_option(
    "--board",
    shell_complete=completion.boards,
    default="mps2-an505",
    help="Emulated board (no serial port needed).",
)
@shown_option(
    "--out", type=PATH, default=Path("demo-out"), help="Folder for clips, project and results."
)
@click.pass_context
def command(ctx: click.Context, board: str, out: Path) -> None:
    """Compile the bundled autoencoder, stream machine sounds to it, score and report.

    The same as `mcugen build` and `mcugen run` on a folder of clips, without any hardware.
    """
    from mcugen.train.synth_set import demo_clips

    if not find_board(board).run_command:
        raise ConfigError(
            f"the demo runs on emulated boards only, not on {board}",
            hint=f"mcugen build --board {board}, flash it, then mcugen run --port",
        )
    project, clips = out / "project", out / "clips"
    model = examples_dir() / BUNDLED / "mcugen.toml"
    ctx.invoke(build, model=model, board=board, out=project)
    found = demo_clips(clips)
    say(f"wrote {clips}: {len(found)} synthetic clips")
    ctx.invoke(run, build_dir=project, clips=(clips,), out=out / "run")
