# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen data`: synthetic data sets, and the real one."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from mcugen.cli.console import progress
from mcugen.cli.facts import DownloadedSet, SyntheticSet, say_facts
from mcugen.cli.sections import PATH, SuggestingGroup, Words, json_option, shown_option
from mcugen.progress import counted
from mcugen.train.download import ARCHIVES, fetch_set
from mcugen.train.synth import MACHINE_TYPES
from mcugen.train.synth_set import SetSpec, plan_set, write_set


@click.group("data", cls=SuggestingGroup)
def command() -> None:
    """Make or download a data set."""


@command.command("synth", short_help="Make synthetic machine sounds.")
@click.argument("folder", type=PATH)
@shown_option(
    "--type",
    "types",
    multiple=True,
    default=SetSpec().types,
    help=f"Machine type, repeatable: {', '.join(MACHINE_TYPES)}.",
)
@shown_option("--ids", default=SetSpec().ids, help="Number of machines per type.")
@shown_option(
    "--train-clips",
    default=SetSpec().train_clips,
    help="Number of normal training clips per machine.",
)
@shown_option(
    "--test-normals",
    default=SetSpec().test_normals,
    help="Number of normal test clips per machine.",
)
@shown_option(
    "--test-anomalies",
    default=SetSpec().test_anomalies,
    help="Number of faulty test clips per machine, alternating between the faults.",
)
@shown_option("--seconds", default=SetSpec().seconds, help="Length of a clip in seconds.")
@shown_option("--seed", default=SetSpec().seed, help="Random seed.")
@json_option
def synth(
    folder: Path,
    types: tuple[str, ...],
    ids: int,
    train_clips: int,
    test_normals: int,
    test_anomalies: int,
    seconds: float,
    seed: int,
    as_json: bool,
) -> None:
    """Write synthetic machine sounds to FOLDER in the layout of DCASE 2020 Task 2.

    Existing clips are kept: run the same command again to continue after an interruption.
    """
    spec = SetSpec(types, ids, train_clips, test_normals, test_anomalies, seconds, seed)
    with progress() as on_progress:
        clips = write_set(folder, spec, counted(on_progress, "clips", len(plan_set(spec))))
    say_facts(SyntheticSet(folder, len(clips), seconds, ids), as_json)


@command.command("get", short_help="Download a real data set.")
@click.argument("name", type=Words(sorted(ARCHIVES)))
@click.option("--out", type=PATH, help="Folder for the data set. Default: its name.")
@json_option
def get(name: str, out: Path | None, as_json: bool) -> None:
    """Download and unpack a real data set; the same command resumes an interrupted download."""
    folder = out or Path(name)
    for archive in ARCHIVES[name]:
        with progress() as on_progress:
            fetch_set(archive, folder, partial(on_progress, archive.name))
    say_facts(DownloadedSet(folder), as_json)
