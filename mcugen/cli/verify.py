# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen verify`: a proof that the device computes what the reference computes."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mcugen.run.verify import Verdict

DIFFERENT_STATUS = 3


@click.command("verify")
@click.argument("build_dir", type=click.Path(path_type=Path))
@click.option(
    "--vectors", type=click.IntRange(1), default=100, show_default=True, help="Inputs per kind."
)
@click.option("--port", help="Port of the device (/dev/ttyACM0, socket://host:port).")
@click.option(
    "--clips", multiple=True, type=click.Path(path_type=Path), help="Clips to verify with, too."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.option(
    "--board-dir", type=click.Path(path_type=Path), help="Folder with boards of your own."
)
def command(
    build_dir: Path,
    vectors: int,
    port: str | None,
    clips: tuple[Path, ...],
    as_json: bool,
    board_dir: Path | None,
) -> None:
    """Send random, extreme and front-end inputs to the device and compare every output value.

    Exit status 0: all equal to the reference of the rounding it was built with; 3: some differ.
    """
    from mcugen.model.tflite import read_tflite
    from mcugen.run.client import Client
    from mcugen.run.clips import find_clips
    from mcugen.run.expected import input_quant
    from mcugen.run.project import open_device, open_project, project_link
    from mcugen.run.stimulus import suffixes_for
    from mcugen.run.verify import ask_device, clip_vectors, judge, vector_sets

    project = open_project(build_dir, board_dir)
    front_end = project.manifest.front_end
    quant = input_quant(read_tflite(project.model))
    sets = list(vector_sets(front_end, quant, vectors))
    if clips:
        found = find_clips(clips, suffixes_for("int8", front_end))
        sets.append(clip_vectors([clip.path for clip in found], front_end, quant))
    link = project_link(project, port)
    with open_device(link, project.manifest, lambda it: Client(it, secrets.randbits(32))) as (
        client,
        identity,
    ):
        answers = ask_device(client, sets, front_end, quant, identity.output_bytes)
    verdicts = judge(project.model, answers, project.manifest.rounding)
    if as_json:
        click.echo(json.dumps({"schema": 1, "verdicts": [asdict(v) for v in verdicts]}, indent=2))
    else:
        for verdict in verdicts:
            _print(verdict)
    if not verdicts[0].is_equal:
        raise SystemExit(DIFFERENT_STATUS)


def _print(verdict: Verdict) -> None:
    equal = verdict.values - verdict.different
    click.echo(
        f"{verdict.reference}: {equal} of {verdict.values} output values equal "
        f"({verdict.vectors} vectors)"
    )
    if verdict.first is None:
        click.echo(f"bit-exact with {verdict.rounding} rounding")
        return
    first = verdict.first
    click.echo(
        f"{verdict.different} differ, by {verdict.largest_difference} at most; the first in "
        f"{first.vectors} vector {first.vector}, value {first.index}: device {first.device}, "
        f"reference {first.reference}"
    )
