# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Clips through the device, scores and costs back."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypedDict, Unpack

from mcugen.api.energy import energies
from mcugen.api.folder import beside, held_folder
from mcugen.api.options import refuse_strangers
from mcugen.device.emulated import as_counted, perhaps_emulated
from mcugen.device.identity import change_rate, check_unit, open_device
from mcugen.device.journal import Journal, open_journal
from mcugen.device.measure import clip_costs, linked_memory, linked_stack_bytes
from mcugen.device.provenance import begun, run_facts, verified_stages
from mcugen.device.session import Outcome, Session, describe_run, run_clips
from mcugen.errors import ConfigError, DataError, DeviceError
from mcugen.features.coding import Coding, input_coding
from mcugen.features.spec import FrontEnd
from mcugen.model.reference import open_reference
from mcugen.model.tflite import read_tflite
from mcugen.paths import StrPath, optional_path
from mcugen.platforms.linux.interpreter import interpret_clips
from mcugen.platforms.linux.scorer import device_link, ssh_target
from mcugen.progress import OnNote, OnProgress, no_note, no_progress
from mcugen.records import Record, Run
from mcugen.report.files import write_picture, write_report
from mcugen.report.text import CLIPS_SHOWN
from mcugen.samples.clips import Clip, find_clips
from mcugen.samples.labels import read_labels
from mcugen.samples.stimulus import check_clips, default_input, image_of, suffixes_for
from mcugen.toolchain.project import Project, open_project
from mcugen.transport.ssh import SshSession
from mcugen.transport.ssh_failure import SshTarget


class RunOptions(TypedDict, total=False):
    """The options of `mcugen run`, by their names; `mcugen run --help` says what each is."""

    port: str | None
    baud: int | None
    emulate: bool
    ram_seed: int | None
    host: str | None
    ssh_option: Sequence[str]
    interpreter: str | None
    input: str | None
    resize: str | None
    repeats: int
    profile: bool
    energy: str | None
    volts: float | None
    labels: StrPath | None
    check_outputs: bool
    out: StrPath | None
    board_dir: StrPath | None


@dataclass(frozen=True, slots=True)
class _Job:
    """A run that was asked for, after everything that can be checked without the device."""

    project: Project
    clips: tuple[Clip, ...]
    source: str
    folder: Path
    options: RunOptions
    command: str | None
    on_progress: OnProgress
    on_note: OnNote

    @property
    def target(self) -> SshTarget | None:
        """The Linux board, if it is one."""
        return ssh_target(self.options.get("host"), tuple(self.options.get("ssh_option", ())))


def run(
    build_dir: StrPath,
    clips: StrPath | Iterable[StrPath] = (),
    *,
    check: bool = True,
    command: str | None = None,
    on_progress: OnProgress = no_progress,
    on_note: OnNote = no_note,
    **options: Unpack[RunOptions],
) -> Outcome:
    """Sends clips (files or folders) to the device that runs a build and compares its scores with
    the reference's, as `mcugen run` does.

    Records and report are in `out`, by default BUILD_DIR-run; the same call continues a run that was
    interrupted. DataError for clips that cannot be used. When the device fails in the middle, what
    was measured is kept; then its DeviceError is raised, unless `check` is False, which leaves it in
    the Outcome. KeyboardInterrupt likewise. `command` is what the record says began the run.
    """
    refuse_strangers("run", options, RunOptions)
    refuse_idle_options(options)
    project = open_project(Path(build_dir), optional_path(options.get("board_dir")))
    if not (clips or any(options.get(name) for name in ("repeats", "profile", "energy"))):
        raise ConfigError(
            "no clips are given",
            hint="name files or folders, or pass --repeats, --profile or --energy",
        )
    if resize := options.get("resize"):
        front_end = project.manifest.front_end.resized(resize)
        project = replace(project, manifest=replace(project.manifest, front_end=front_end))
    front_end = project.manifest.front_end
    coding = input_coding(read_tflite(project.model))
    source = default_input(options.get("input"), front_end, coding)
    named = [clips] if isinstance(clips, str | os.PathLike) else list(clips)
    labels = optional_path(options.get("labels"))
    classes = project.manifest.classes
    found = _clips(tuple(map(Path, named)), source, front_end, coding, labels, classes)
    out = optional_path(options.get("out")) or beside(project.folder, "run")
    with held_folder(out):
        job = _Job(project, found, source, out, options, command, on_progress, on_note)
        interpreter = options.get("interpreter")
        outcome = _interpret(job, interpreter) if interpreter else _measure_device(job)
        _write(outcome.run, found, front_end, out)
    if check:
        outcome.raise_fault()
    return outcome


_NEED_HOST = ("ssh_option", "only", "compile_on_board", "interpreter")


def refuse_idle_options(given: Mapping[str, object]) -> None:
    """ConfigError that names every option given which would change nothing."""
    needs = [(name, "--host") for name in _NEED_HOST if not given.get("host")]
    needs += [("baud", "--port")] if not given.get("port") else []
    is_wired = given.get("port") or given.get("host")
    needs += [("energy", "--port or --host: an emulator has no supply")] if not is_wired else []
    needs += [("volts", "--energy")] if not given.get("energy") else []
    faults = [
        f"--{name.replace('_', '-')} needs {needed}" for name, needed in needs if given.get(name)
    ]
    if given.get("host") and given.get("port"):
        faults.append("--host and --port exclude each other")
    if faults:
        raise ConfigError("; ".join(faults), hint="see mcugen run --help")


def _clips(
    named: tuple[Path, ...],
    source: str,
    front_end: FrontEnd,
    coding: Coding,
    labels: Path | None,
    classes: tuple[str, ...],
) -> tuple[Clip, ...]:
    """The clips that were named, every one read once and found usable."""

    known = read_labels(labels, classes) if labels is not None else None
    found = find_clips(
        named, suffixes_for(source, front_end), known, classes, tensors=len(coding.tensors)
    )
    check_clips([clip.path for clip in found], source, front_end, coding)
    if found and known is not None and not any(clip.label for clip in found):
        raise DataError(
            f"{labels} labels none of the clips, such as {found[0].path.name}",
            hint="one `file,label` per line, with the clip's file name",
        )
    return found


def _measure_device(job: _Job) -> Outcome:
    options = job.options
    other = options.get("port") or options.get("host")
    emulate, seed = options.get("emulate", False), options.get("ram_seed")
    with perhaps_emulated(job.project, emulate, seed, other, job.on_note) as project:
        return _measure(replace(job, project=project))


def _measure(job: _Job) -> Outcome:

    project, manifest, options = job.project, job.project.manifest, job.options
    port, baud = options.get("port"), options.get("baud")
    with (
        device_link(project, port, job.target) as link,
        open_reference(project.model, rounding=manifest.rounding) as reference,
        open_device(link, manifest) as (client, who),
    ):
        who = as_counted(who, project)
        check_unit(who, project.board)
        if baud is not None:
            job.on_note(change_rate(client, project.board, baud))
        described = describe_run(who, manifest, job.source, str(reference.info), link.name)
        facts = run_facts(project, port) if job.target is None else ()
        head = begun(described, facts, job.command)
        journal = open_journal(job.folder, head)
        if journal.set_aside is not None:
            job.on_note(f"records of another run were kept as {journal.set_aside}")
        # Without scores there is nothing else to compare.
        check_outputs = options.get("check_outputs") or manifest.score == "none"
        ram = project.board.ram.bytes if project.board.ram else None
        stack = linked_stack_bytes(project.folder)
        session = Session(client, who, manifest, job.source, reference, check_outputs, ram, stack)
        of_supply = energies(session, job.clips, options.get("energy"), options.get("volts"))
        memory = linked_memory(project.folder, project.board)
        linked: tuple[Record, ...] = (*memory, *of_supply, *verified_stages(project))
        waiting = tuple(clip.name for clip in job.clips)

        def on_clip(clip: Clip, part: float) -> None:
            job.on_progress(clip.path.name, (waiting.index(clip.name) + part) / len(waiting))

        return run_clips(
            session,
            journal,
            job.clips,
            on_clip,
            repeats=options.get("repeats", 0),
            profile=options.get("profile", False),
            linked=linked,
        )


def _interpret(job: _Job, python: str) -> Outcome:
    """Clips through the Python interpreter of the board; every record is on disk before the next."""

    assert job.target is not None
    journal: Journal | None = None
    measured = 0
    stopped: BaseException | None = None
    rounding = job.project.manifest.rounding
    try:
        with (
            open_reference(job.project.model, rounding=rounding) as reference,
            SshSession(job.target) as session,
        ):
            answers = interpret_clips(job.project, session, reference, job.clips, python)
            for head, record in answers:
                journal = journal or open_journal(job.folder, head)
                journal.append(record)
                measured += 1
                job.on_progress(record.clip, measured / len(job.clips))
    except (DeviceError, KeyboardInterrupt) as error:
        stopped = error
    if journal is None:
        raise stopped or ConfigError("no clips are given", hint="--interpreter scores clips")
    for cost in clip_costs(journal.run()):
        journal.append(cost)
    return Outcome(
        run=journal.run(),
        folder=job.folder,
        clips=job.clips,
        skipped=0,
        measured=measured,
        fault=stopped if isinstance(stopped, DeviceError) else None,
        interrupted=isinstance(stopped, KeyboardInterrupt),
    )


def _write(run: Run, clips: tuple[Clip, ...], front_end: FrontEnd, folder: Path) -> None:
    """The report, with folder/pictures/<clip>.svg: what was found, drawn on the images given; of
    those that only got a class the first ones."""

    found = {record.sha256: record.decoded for record in run.clips}
    for clip in clips[:CLIPS_SHOWN] if run.head.classes else clips:
        pixels = image_of(clip.path, front_end) if found.get(clip.sha256) else None
        if pixels is not None:
            write_picture(pixels, found[clip.sha256], clip.path, folder)
    write_report(run, folder)
