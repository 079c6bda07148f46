# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen flash`: the built image onto the board."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import click

from mcugen.boards import Board
from mcugen.cli.console import note, say
from mcugen.cli.facts import Facts, FlashCommands, Flashed, Probes, say_facts
from mcugen.cli.sections import PATH, board_dir_option, json_option, shared
from mcugen.device.identity import open_device
from mcugen.errors import ConfigError, DeviceError, EnvironmentError_, UserError
from mcugen.progress import OnNote
from mcugen.protocol import Identity
from mcugen.system import shell_line
from mcugen.toolchain.flash import find_program, flash, flash_commands, list_probes
from mcugen.toolchain.flash_data import FlashData, Runner, read_flash_data
from mcugen.toolchain.ports import POLL_S, name_ports, system_ports, wait_for_port
from mcugen.toolchain.project import Project, open_project, project_link
from mcugen.transport.link import Link

PORT_RETURNS_S = 15.0
PORT_OPENS_S = 5.0


@click.command()
@click.argument("build_dir", type=PATH)
@click.option(
    "--runner",
    default="",
    help="Flash tool of the board: linkserver, jlink, pyocd, west, remoteproc.",
)
@click.option(
    "--probe", default="", help="Serial number of the debug probe, if several are connected."
)
@click.option("--variant", default="", help="Board variant, for boards that have several.")
@click.option("--image", type=PATH, help="Flash this .elf instead of the project's.")
@click.option("--host", help="Linux host of the core, for boards that it starts (root@imx93).")
@shared("--ssh-option")
@click.option("--list", "list_only", is_flag=True, help="List the connected probes.")
@click.option("--dry-run", is_flag=True, help="Print the commands without running them.")
@json_option
@board_dir_option
def command(
    build_dir: Path,
    runner: str,
    probe: str,
    variant: str,
    image: Path | None,
    host: str | None,
    ssh_option: tuple[str, ...],
    list_only: bool,
    dry_run: bool,
    as_json: bool,
    board_dir: Path | None,
) -> None:
    """Flash the project in BUILD_DIR, reset the board, and check the identity of the new firmware."""
    project = open_project(build_dir, board_dir)
    data = read_flash_data(project.board)
    chosen = data.runner(runner)
    tell = note if as_json else say
    if list_only:
        facts: Facts = Probes(chosen.name, list_probes(chosen))
    elif dry_run:
        elf = image or _image_or_stand_in(project, tell)
        facts = FlashCommands(chosen.name, _dry_run(data, chosen, variant, elf, probe))
    elif chosen.remote:
        elf = image or project.elf
        facts = _start_on(host, ssh_option, chosen, data.words(variant), elf)
    elif host is not None:
        raise ConfigError(
            f"--host does not go with the runner {chosen.name}, which flashes over a probe"
        )
    else:
        facts = _flash(project, data, chosen, variant, image, probe, tell)
    say_facts(facts, as_json)


def _flash(
    project: Project,
    data: FlashData,
    runner: Runner,
    variant: str,
    image: Path | None,
    probe: str,
    tell: OnNote,
) -> Flashed:
    """Says what happens while it does."""
    elf = image or project.elf
    find_program(runner)
    serial_number = _port_of(project.board, probe)
    tell(f"flashing {elf} with {runner.program}")
    flash(data, runner, variant, elf, probe)
    tell("flashed and reset")
    if not serial_number:
        return Flashed(elf, runner.name)
    port = wait_for_port(serial_number, time.monotonic() + PORT_RETURNS_S, system_ports)
    tell(f"its serial port is {port.device}")
    if image is not None:
        return Flashed(elf, runner.name, port=port.device)
    who = _identity(project, port.device)
    return Flashed(
        elf,
        runner.name,
        port=port.device,
        model=who.fact("model"),
        ticks_per_second=who.ticks_per_second,
    )


def _start_on(
    host: str | None, options: tuple[str, ...], runner: Runner, words: Mapping[str, str], elf: Path
) -> Flashed:
    from mcugen.toolchain.remote_flash import start_over_ssh
    from mcugen.transport.ssh_failure import SshTarget

    if host is None:
        raise ConfigError(
            f"{runner.name} starts the image from the Linux beside the core",
            hint="--host root@ADDRESS, as in ssh",
        )
    start_over_ssh(runner, words, elf, SshTarget(host, options))
    return Flashed(elf, runner.name, host=host)


def _port_of(board: Board, probe: str) -> str:
    """USB serial number of the board's serial port: the port's name may change over a reset. Empty
    when it is unclear which of several ports, or whether any, is the board's."""
    named = [found for found in name_ports(system_ports(), [board]) if found.boards]
    # A J-Link may be another board's; a probe of the board's own name is preferred.
    sure = [found for found in named if found.name == read_flash_data(board).vcom_name]
    own = [found.port.serial_number for found in sure or named]
    if probe in own:
        return probe
    return own[0] or "" if len(own) == 1 and not probe else ""


def _identity(project: Project, port: str) -> Identity:
    """The identity of the new firmware; DeviceError when it is silent or another one."""
    link = project_link(project, port)
    _wait_until_it_opens(link, time.monotonic() + PORT_OPENS_S)
    with open_device(link, project.manifest) as (_, who):
        return who


def _wait_until_it_opens(link: Link, deadline: float) -> None:
    """A port that has just come back belongs to root for a moment, or to a service that looks for
    modems. At `deadline` its error stands."""
    while True:
        try:
            link.open()
            break
        except (UserError, DeviceError):
            if time.monotonic() >= deadline:
                raise
        time.sleep(POLL_S)
    link.close()


def _image_or_stand_in(project: Project, tell: OnNote) -> Path:
    """The project's image; where none is built yet, a name that stands for it."""
    try:
        return project.elf
    except EnvironmentError_ as error:
        tell(f"{error.what}; IMAGE.elf stands for it")
        return Path("IMAGE.elf")


def _dry_run(
    data: FlashData, runner: Runner, variant: str, elf: Path, probe: str
) -> tuple[str, ...]:
    words = data.words(variant)
    if runner.remote:
        from mcugen.toolchain.remote_flash import remote_script

        head = f"copy {elf} to the Linux host, then run there as {{file}}:"
        return head, remote_script(runner, words, "{file}")
    commands = flash_commands(runner, runner.program, words, elf, probe, Path())
    return (
        *map(shell_line, commands),
        *(f"  {text.format_map({**words, 'elf': str(elf)})}" for text in runner.script),
    )
