# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen serve`: the firmware of an emulated board as a serial port."""

from __future__ import annotations

from pathlib import Path

import click

from mcugen.cli.console import say
from mcugen.errors import ConfigError


@click.command("serve")
@click.argument("build_dir", type=click.Path(path_type=Path))
@click.option("--link", type=click.Path(path_type=Path), help="Symbolic link to make to the port.")
@click.option(
    "--board-dir", type=click.Path(path_type=Path), help="Folder with boards of your own."
)
def command(build_dir: Path, link: Path | None, board_dir: Path | None) -> None:
    """Start the firmware in BUILD_DIR on its emulator and offer it as a serial port.

    For programs that know only serial ports, such as the MLPerf Tiny runner. Ends with Ctrl-C.
    """
    from mcugen.run.project import open_project, project_link
    from mcugen.transport.process_link import ProcessLink
    from mcugen.transport.pty_bridge import open_pty, shuttle

    project = open_project(build_dir, board_dir)
    if not project.board.run_command:
        raise ConfigError(
            f"board {project.board.name} is real hardware: it has a port of its own",
            hint="`mcugen ports` names it; give that to the program",
        )
    device = project_link(project, None)
    assert isinstance(device, ProcessLink)  # a board with a run_command is a process
    with open_pty(link) as pty:
        device.open()
        try:
            say(f"serving {device.name} on {pty.path}" + (f" = {link}" if link else ""))
            shuttle(device, pty.master)
        except KeyboardInterrupt:
            pass
        finally:
            device.close()
