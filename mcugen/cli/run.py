# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen run`: clips through the device, scores and costs back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mcugen.cli import INTERRUPTED_STATUS
from mcugen.cli.console import command_line, console, note, progress, say, say_json
from mcugen.cli.run_options import run_options
from mcugen.cli.sections import PATH, SectionedCommand, json_option

if TYPE_CHECKING:
    from mcugen.device.session import Outcome


@click.command("run", cls=SectionedCommand)
@click.argument("build_dir", type=PATH)
@click.argument("clips", nargs=-1, type=PATH)
@run_options
@json_option
def command(
    build_dir: Path,
    clips: tuple[Path, ...],
    only: tuple[str, ...],
    compile_on_board: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Send CLIPS (files or folders) to the device that runs BUILD_DIR and compare its scores.

    A clip is what the project's front-end reads: .wav for sounds, .png, .jpg or .bmp for images, .npy,
    .bin or .csv for the others.
    Starts the board's emulator unless --port or --host names a device. The same command continues a
    run that was interrupted. With --host and without CLIPS it times the model on CPU and NPU instead.
    """
    from mcugen.api.run import refuse_idle_options, run
    from mcugen.platforms.linux.scorer import ssh_target

    timing = {"only": only, "compile_on_board": compile_on_board}
    refuse_idle_options({**options, **timing})
    target = ssh_target(options["host"], options["ssh_option"])
    if target is not None and not clips and not options["repeats"]:
        from mcugen.cli.linux_run import time_on_board
        from mcugen.platforms.linux.timing import LinuxOptions

        how = LinuxOptions(only, options["profile"], compile_on_board)
        time_on_board(build_dir, target, how, options["out"], options["board_dir"], as_json)
        return
    with progress() as on_progress:
        outcome = run(
            build_dir,
            clips,
            check=False,
            command=command_line(),
            on_progress=on_progress,
            on_note=note,
            **options,
        )
    if as_json:
        from mcugen.report.files import summary

        say_json(summary(outcome.asked))
    else:
        _print(outcome)
    for line in _remarks(outcome):
        note(line)
    if outcome.fault is not None:
        raise outcome.fault
    if outcome.interrupted:
        raise SystemExit(INTERRUPTED_STATUS)


def _print(outcome: Outcome) -> None:
    """The clips of this command and their figures; the report has all that the folder holds."""
    from mcugen.report.files import REPORT_NAME, picture_path
    from mcugen.report.layers import layer_costs
    from mcugen.report.text import clip_table, figure_lines, layer_table

    run, folder = outcome.asked, outcome.folder
    pictures = (picture_path(Path(clip.clip), folder) for clip in run.clips if clip.decoded)
    for picture in filter(Path.is_file, pictures if not run.head.classes else ()):
        say(f"picture: {picture}")
    terminal = console()
    if run.clips:
        terminal.print(clip_table(run))
    for costs in layer_costs(run):
        terminal.print(layer_table(costs))
    for line in (*figure_lines(run), f"report: {folder / REPORT_NAME}"):
        terminal.print(line, soft_wrap=True)


def _remarks(outcome: Outcome) -> list[str]:
    """What is not in the figures, and what to do about it."""
    from mcugen.report.findings import clip_notes

    lines = list(clip_notes(outcome.asked))
    done = outcome.skipped + outcome.measured
    others = len(outcome.run.clips) - len(outcome.asked.clips)
    if others > 0:
        lines.append(
            f"{outcome.folder} also holds clips of earlier runs ({others}), which are in its report and "
            "not in the figures above; --out another folder keeps runs apart"
        )
    if outcome.values_unseen:
        lines.append(
            f"{outcome.values_unseen:,} output values are not compared: padding completed their "
            "windows and replaced them at once"
        )
    if outcome.skipped and outcome.is_complete:
        lines.append(
            f"{outcome.skipped} of {len(outcome.clips)} clips were measured before and are not "
            "measured again; --out another folder measures them anew"
        )
    if not outcome.is_complete:
        lines.append(f"{done} of {len(outcome.clips)} clips are measured; the same command resumes")
    return lines
