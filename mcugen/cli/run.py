# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen run`: clips through the device, scores and costs back."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mcugen.errors import ConfigError

if TYPE_CHECKING:
    from mcugen.features.spec import FrontEnd
    from mcugen.records import Run
    from mcugen.run.clips import Clip
    from mcugen.run.project import Project
    from mcugen.run.session import Outcome, Progress
    from mcugen.transport.ssh_failure import SshTarget

INTERRUPTED_STATUS = 130


@click.command("run")
@click.argument("build_dir", type=click.Path(path_type=Path))
@click.argument("clips", nargs=-1, type=click.Path(path_type=Path))
@click.option("--port", help="Port of the device (/dev/ttyACM0, socket://host:port).")
@click.option(
    "--baud",
    type=click.IntRange(1),
    help="With --port: change to this rate, where the board can (board.toml: max_baud).",
)
@click.option("--host", help="Board that runs Linux, as ssh names it (root@imx93).")
@click.option("--ssh-option", multiple=True, help="One more word for ssh: --ssh-option=-p2222.")
@click.option("--only", multiple=True, help="With --host: only this configuration (cpu-1, npu).")
@click.option("--profile", is_flag=True, help="With --host: time every operator instead.")
@click.option(
    "--compile-on-board", is_flag=True, help="With --host: first compile with the board's own vela."
)
@click.option(
    "--interpreter",
    metavar="PYTHON",
    help="With --host: score with the TensorFlow Lite of this Python on the board (python3).",
)
@click.option(
    "--input",
    "input_name",
    type=click.Choice(["pcm", "features", "int8"]),
    help="What travels: samples, float features or quantised features. Default: pcm, or int8 "
    "where the front-end takes no PCM.",
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder of the results. Default: BUILD_DIR-run."
)
@click.option(
    "--repeats",
    type=click.IntRange(0, 100_000),
    default=0,
    help="Also measure this many inferences on one input.",
)
@click.option(
    "--labels", type=click.Path(path_type=Path), help="CSV `file,label`. Default: file names."
)
@click.option(
    "--check-outputs", is_flag=True, help="Read every output and compare it with the reference."
)
@click.option(
    "--board-dir", type=click.Path(path_type=Path), help="Folder with boards of your own."
)
def command(
    build_dir: Path,
    clips: tuple[Path, ...],
    port: str | None,
    baud: int | None,
    host: str | None,
    ssh_option: tuple[str, ...],
    only: tuple[str, ...],
    profile: bool,
    compile_on_board: bool,
    interpreter: str | None,
    input_name: str | None,
    out: Path | None,
    repeats: int,
    labels: Path | None,
    check_outputs: bool,
    board_dir: Path | None,
) -> None:
    """Send CLIPS (files or folders) to the device that runs BUILD_DIR and compare its scores.

    Starts the board's emulator unless --port or --host names a device. The same command continues a
    run that was interrupted. With --host and without CLIPS it times the model on CPU and NPU instead.
    """
    from mcugen.run.linux_device import ssh_target

    target = ssh_target(host, ssh_option)
    if interpreter and target is None:
        raise ConfigError("--interpreter needs a board that runs Linux", hint="give it with --host")
    if target is not None and not clips and not repeats:
        from mcugen.cli.linux_run import time_on_board
        from mcugen.run.linux import LinuxOptions

        options = LinuxOptions(only, profile, compile_on_board)
        time_on_board(build_dir, target, options, out, board_dir)
        return
    from mcugen.run.clips import find_clips, read_labels
    from mcugen.run.journal import check_writable
    from mcugen.run.project import open_project
    from mcugen.run.stimulus import check_clips, default_input, suffixes_for

    project = open_project(build_dir, board_dir)
    front_end = project.manifest.front_end
    source = default_input(input_name, front_end)
    if not clips and not repeats:
        raise ConfigError("no clips are given", hint="name files or folders, or give --repeats")
    known = read_labels(labels) if labels is not None else None
    found = find_clips(clips, suffixes_for(source, front_end), known)
    check_clips([clip.path for clip in found], source, front_end)
    folder = out or build_dir.with_name(f"{build_dir.resolve().name}-run")
    check_writable(folder)
    # Without scores there is nothing else to compare.
    outputs = check_outputs or project.manifest.score == "none"
    if interpreter and target is not None:
        from mcugen.cli.linux_run import interpret_on_board

        outcome = interpret_on_board(project, target, interpreter, found, folder)
    else:
        outcome = _measure(project, found, port, baud, target, source, folder, repeats, outputs)
    _draw(outcome.run, found, front_end, folder)
    _print(outcome, folder)


def _measure(
    project: Project,
    clips: tuple[Clip, ...],
    port: str | None,
    baud: int | None,
    target: SshTarget | None,
    source: str,
    folder: Path,
    repeats: int,
    check_outputs: bool,
) -> Outcome:
    from mcugen.model.reference import open_reference
    from mcugen.run.client import Client
    from mcugen.run.journal import open_journal
    from mcugen.run.linux_device import device_link
    from mcugen.run.measure import linked_memory
    from mcugen.run.project import change_rate, open_device
    from mcugen.run.session import Session, describe_run, run_clips

    manifest = project.manifest
    with (
        device_link(project, port, target) as link,
        open_reference(project.model, rounding=manifest.rounding) as reference,
        open_device(link, manifest, lambda it: Client(it, secrets.randbits(32))) as (client, who),
        _progress(len(clips)) as on_progress,
    ):
        if baud is not None:
            click.echo(change_rate(client, project.board, baud), err=True)
        head = describe_run(who, manifest, source, str(reference.info), link.name)
        journal = open_journal(folder, head)
        if journal.set_aside is not None:
            click.echo(f"records of another run were kept as {journal.set_aside}", err=True)
        session = Session(client, who, manifest, source, reference, check_outputs)
        linked = linked_memory(project.folder, project.board)
        return run_clips(session, journal, clips, on_progress, repeats=repeats, linked=linked)


@contextmanager
def _progress(clip_count: int) -> Iterator[Progress]:
    """A bar on a terminal, nothing elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=clip_count)
        seen: list[str] = []

        def on_progress(clip: Clip, part: float) -> None:
            if not seen or seen[-1] != clip.name:
                seen.append(clip.name)
            bar.update(task, description=clip.path.name, completed=len(seen) - 1 + part)

        yield on_progress


def _draw(run: Run, clips: tuple[Clip, ...], front_end: FrontEnd, folder: Path) -> None:
    """folder/pictures/<clip>.svg: what was found, drawn on the images that were given."""
    from mcugen.report.files import write_picture
    from mcugen.run.stimulus import image_of

    found = {record.sha256: record.decoded for record in run.clips}
    for clip in clips:
        pixels = image_of(clip.path, front_end) if found.get(clip.sha256) else None
        if pixels is not None:
            page = write_picture(pixels, found[clip.sha256], clip.path, folder)
            click.echo(f"picture: {page}")


def _print(outcome: Outcome, folder: Path) -> None:
    from rich.console import Console

    from mcugen.report.files import write_report
    from mcugen.report.text import clip_table, figure_lines

    page = write_report(outcome.run, folder)
    console = Console(highlight=False)
    if outcome.run.clips:
        console.print(clip_table(outcome.run))
    for line in figure_lines(outcome.run):
        console.print(line, markup=False, soft_wrap=True)
    console.print(f"report: {page}", markup=False, soft_wrap=True)
    if not outcome.is_complete:
        done = outcome.skipped + outcome.measured
        click.echo(
            f"{done} of {outcome.wanted} clips are measured; the same command resumes", err=True
        )
    if outcome.fault is not None:
        raise outcome.fault
    if outcome.interrupted:
        raise SystemExit(INTERRUPTED_STATUS)
