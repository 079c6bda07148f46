# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen serve`: the firmware of an emulated board as a serial port."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mcugen.cli.console import note
from mcugen.cli.facts import Served, say_facts
from mcugen.cli.sections import PATH, board_dir_option, emulate_options, json_option
from mcugen.errors import ConfigError

if TYPE_CHECKING:
    from mcugen.toolchain.project import Project


@click.command("serve")
@click.argument("build_dir", type=PATH)
@click.option("--link", type=PATH, help="Create this symbolic link to the port.")
@json_option
@emulate_options
@board_dir_option
def command(
    build_dir: Path,
    link: Path | None,
    as_json: bool,
    emulate: bool,
    ram_seed: int | None,
    board_dir: Path | None,
) -> None:
    """Run the firmware in BUILD_DIR in its emulator, behind a virtual serial port.

    For programs that only support serial ports, such as the MLPerf Tiny runner. Stop with Ctrl-C.
    """
    from mcugen.device.emulated import perhaps_emulated
    from mcugen.toolchain.project import open_project

    project = open_project(build_dir, board_dir)
    with perhaps_emulated(project, emulate, ram_seed, None, note) as device:
        _serve(device, link, as_json)


def _serve(project: Project, link: Path | None, as_json: bool) -> None:
    from mcugen.toolchain.project import project_link
    from mcugen.transport.process_link import ProcessLink
    from mcugen.transport.pty_bridge import open_pty, shuttle

    if not project.board.run_command and not project.emulator:
        raise ConfigError(
            f"board {project.board.name} is not emulated: it has its own port",
            hint="use the port that `mcugen ports` lists, or --emulate",
        )
    device = project_link(project, None)
    assert isinstance(device, ProcessLink)  # an emulator is a process
    with open_pty(link) as pty:
        device.open()
        try:
            say_facts(Served(device.name, Path(pty.path), link), as_json)
            shuttle(device, pty.master)
        except KeyboardInterrupt:
            pass
        finally:
            device.close()
