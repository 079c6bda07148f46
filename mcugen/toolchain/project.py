# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A build folder opened again: its manifest, its board, its image."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from mcugen.boards import Board, find_board
from mcugen.export.manifest import Manifest, load_manifest
from mcugen.toolchain.build import find_image
from mcugen.transport.choose import link_for
from mcugen.transport.emulated_link import EmulatedLink, Emulator
from mcugen.transport.link import Link


@dataclass(frozen=True, slots=True)
class Project:
    """A folder that `mcugen build` wrote, and the board it is for."""

    folder: Path
    manifest: Manifest
    board: Board
    emulator: Emulator | None = None  # of `--emulate`, in place of the board's own command

    @property
    def model(self) -> Path:
        """The model as it was given."""
        return self.folder / self.manifest.model_file

    @property
    def elf(self) -> Path:
        """The compiled firmware; EnvironmentError_ when there is none."""
        return find_image(self.folder, self.manifest.firmware_sha256)


def open_project(folder: Path, board_dir: Path | None = None) -> Project:
    """Reads the manifest and finds its board. ConfigError when either is not there."""
    manifest = load_manifest(folder)
    board = find_board(manifest.board, board_dir)
    if manifest.baud:
        board = replace(board, baud=manifest.baud)
    return Project(folder, manifest, board)


def project_link(project: Project, port_url: str | None) -> Link:
    """The port that was named, or the firmware started as a process: it must have been compiled."""
    if project.emulator and port_url is None:
        return EmulatedLink(project.emulator)
    is_process = port_url is None and bool(project.board.run_command)
    return link_for(project.board, project.elf if is_process else None, port_url)
