# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen run`: clips through the device, scores and costs back."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mcugen.cli import INTERRUPTED_STATUS
from mcugen.cli.console import bar, command_line, console, say
from mcugen.cli.run_options import RunOptions, refuse_idle_options, run_options
from mcugen.cli.sections import PATH, SectionedCommand
from mcugen.errors import ConfigError, DataError

if TYPE_CHECKING:
    from mcugen.device.session import Outcome, Progress
    from mcugen.features.coding import Coding
    from mcugen.features.spec import FrontEnd
    from mcugen.records import Run
    from mcugen.samples.clips import Clip
    from mcugen.toolchain.project import Project
    from mcugen.transport.ssh_failure import SshTarget


@click.command("run", cls=SectionedCommand)
@click.argument("build_dir", type=PATH)
@click.argument("clips", nargs=-1, type=PATH)
@run_options
def command(build_dir: Path, clips: tuple[Path, ...], **given: Any) -> None:
    """Send CLIPS (files or folders) to the device that runs BUILD_DIR and compare its scores.

    A clip is what the project's front-end reads: .wav for sounds, .png, .jpg or .bmp for images, .npy,
    .bin or .csv for the others.
    Starts the board's emulator unless --port or --host names a device. The same command continues a
    run that was interrupted. With --host and without CLIPS it times the model on CPU and NPU instead.
    """
    from mcugen.platforms.linux.scorer import ssh_target

    options = RunOptions(**given)
    refuse_idle_options(options)
    target = ssh_target(options.host, options.ssh_option)
    if target is not None and not clips and not options.repeats:
        from mcugen.cli.linux_run import time_on_board

        time_on_board(build_dir, target, options.linux, options.out, options.board_dir)
        return
    if not clips and not options.repeats:
        raise ConfigError("no clips are given", hint="name files or folders, or pass --repeats")
    _score(build_dir, clips, options, target)


def _score(
    build_dir: Path, named: tuple[Path, ...], options: RunOptions, target: SshTarget | None
) -> None:
    """The clips through the device, after everything that can be checked without it."""
    from mcugen.cli.folder import hold_folder
    from mcugen.features.coding import input_coding
    from mcugen.model.tflite import read_tflite
    from mcugen.samples.stimulus import default_input
    from mcugen.toolchain.project import open_project

    project = open_project(build_dir, options.board_dir)
    if options.resize:
        front_end = project.manifest.front_end.resized(options.resize)
        project = replace(project, manifest=replace(project.manifest, front_end=front_end))
    coding = input_coding(read_tflite(project.model))
    source = default_input(options.input_name, project.manifest.front_end, coding)
    clips = _clips(
        named, source, project.manifest.front_end, coding, options.labels, project.manifest.classes
    )
    folder = options.out or build_dir.with_name(f"{build_dir.resolve().name}-run")
    hold_folder(folder)
    if options.interpreter and target is not None:
        from mcugen.cli.linux_run import interpret_on_board

        outcome = interpret_on_board(project, target, options.interpreter, clips, folder)
    else:
        outcome = _measure(project, clips, options, target, source, folder)
    _draw(outcome.run, clips, project.manifest.front_end, folder)
    _print(outcome, clips, folder)


def _clips(
    named: tuple[Path, ...],
    source: str,
    front_end: FrontEnd,
    coding: Coding,
    labels: Path | None,
    classes: tuple[str, ...],
) -> tuple[Clip, ...]:
    """The clips that were named, every one read once and found usable."""
    from mcugen.samples.clips import find_clips
    from mcugen.samples.labels import read_labels
    from mcugen.samples.stimulus import check_clips, suffixes_for

    known = read_labels(labels, classes) if labels is not None else None
    found = find_clips(named, suffixes_for(source, front_end), known, classes)
    check_clips([clip.path for clip in found], source, front_end, coding)
    if found and known is not None and not any(clip.label for clip in found):
        raise DataError(
            f"{labels} labels none of the clips, such as {found[0].path.name}",
            hint="one `file,label` per line, with the clip's file name",
        )
    return found


def _measure(
    project: Project,
    clips: tuple[Clip, ...],
    options: RunOptions,
    target: SshTarget | None,
    source: str,
    folder: Path,
) -> Outcome:
    from mcugen.device.client import Client
    from mcugen.device.identity import change_rate, check_unit, open_device
    from mcugen.device.journal import open_journal
    from mcugen.device.measure import linked_memory, linked_stack_bytes
    from mcugen.device.provenance import run_facts
    from mcugen.device.session import Session, describe_run, run_clips
    from mcugen.model.reference import open_reference
    from mcugen.platforms.linux.scorer import device_link

    manifest = project.manifest
    with (
        device_link(project, options.port, target) as link,
        open_reference(project.model, rounding=manifest.rounding) as reference,
        open_device(link, manifest, lambda it: Client(it, secrets.randbits(32))) as (client, who),
        _progress(len(clips)) as on_progress,
    ):
        check_unit(who, project.board)
        if options.baud is not None:
            say(change_rate(client, project.board, options.baud), err=True)
        described = describe_run(who, manifest, source, str(reference.info), link.name)
        facts = run_facts(project, options.port) if target is None else ()
        head = replace(
            described,
            facts=described.facts + facts,
            started=datetime.now().astimezone().isoformat(timespec="seconds"),
            command=command_line(),
        )
        journal = open_journal(folder, head)
        if journal.set_aside is not None:
            say(f"records of another run were kept as {journal.set_aside}", err=True)
        # Without scores there is nothing else to compare.
        check_outputs = options.check_outputs or manifest.score == "none"
        ram = project.board.ram.bytes if project.board.ram else None
        stack = linked_stack_bytes(project.folder)
        session = Session(client, who, manifest, source, reference, check_outputs, ram, stack)
        linked = linked_memory(project.folder, project.board)
        return run_clips(
            session, journal, clips, on_progress, repeats=options.repeats, linked=linked
        )


@contextmanager
def _progress(clip_count: int) -> Iterator[Progress]:
    """A bar on a terminal, nothing elsewhere."""
    with bar() as shown:
        task = shown.add_task("", total=clip_count)
        seen: list[str] = []

        def on_progress(clip: Clip, part: float) -> None:
            if not seen or seen[-1] != clip.name:
                seen.append(clip.name)
            shown.update(task, description=clip.path.name, completed=len(seen) - 1 + part)

        yield on_progress


def _draw(run: Run, clips: tuple[Clip, ...], front_end: FrontEnd, folder: Path) -> None:
    """folder/pictures/<clip>.svg: what was found, drawn on the images that were given; of those that only
    got a class the first ones."""
    from mcugen.report.files import write_picture
    from mcugen.report.text import CLIPS_SHOWN
    from mcugen.samples.stimulus import image_of

    found = {record.sha256: record.decoded for record in run.clips}
    for clip in clips[:CLIPS_SHOWN] if run.head.classes else clips:
        pixels = image_of(clip.path, front_end) if found.get(clip.sha256) else None
        if pixels is not None:
            page = write_picture(pixels, found[clip.sha256], clip.path, folder)
            if not run.head.classes:
                say(f"picture: {page}")


def _print(outcome: Outcome, clips: tuple[Clip, ...], folder: Path) -> None:
    """The clips of this command and their figures; the report has all that the folder holds."""
    from mcugen.device.measure import only_clips
    from mcugen.report.files import write_report
    from mcugen.report.findings import clip_notes
    from mcugen.report.text import clip_table, figure_lines

    page = write_report(outcome.run, folder)
    shown = only_clips(outcome.run, {(clip.path.name, clip.sha256) for clip in clips})
    terminal = console()
    if shown.clips:
        terminal.print(clip_table(shown))
    for line in figure_lines(shown):
        terminal.print(line, soft_wrap=True)
    terminal.print(f"report: {page}", soft_wrap=True)
    others = len(outcome.run.clips) - len(shown.clips)
    for line in clip_notes(shown):
        say(line, err=True)
    if others > 0:
        say(
            f"{folder} also holds {others} clips of earlier runs, which are in its report and not in the "
            "figures above; --out another folder keeps runs apart",
            err=True,
        )
    if outcome.values_unseen:
        say(
            f"{outcome.values_unseen:,} output values are not compared: padding completed their "
            "windows and replaced them at once",
            err=True,
        )
    if outcome.skipped and outcome.is_complete:
        say(
            f"{outcome.skipped} of {outcome.wanted} clips were measured before and are not "
            "measured again; --out another folder measures them anew",
            err=True,
        )
    if not outcome.is_complete:
        done = outcome.skipped + outcome.measured
        say(f"{done} of {outcome.wanted} clips are measured; the same command resumes", err=True)
    if outcome.fault is not None:
        raise outcome.fault
    if outcome.interrupted:
        raise SystemExit(INTERRUPTED_STATUS)
