# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The options of `mcugen run` as one value, and which of them need another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mcugen.cli.sections import PATH, apply, in_section
from mcugen.errors import ConfigError
from mcugen.features.spec import RESIZES

if TYPE_CHECKING:
    from mcugen.platforms.linux.timing import LinuxOptions

_device = in_section("Device")
_linux = in_section("Board that runs Linux (with --host)")
_measurement = in_section("Measurement")
_result = in_section("Result")

_OPTIONS = (
    _device("--port", help="Port of the device (/dev/ttyACM0, socket://host:port)."),
    _device(
        "--baud",
        type=click.IntRange(1),
        help="With --port: baud rate to switch to, at most max_baud of board.toml.",
    ),
    _device("--board-dir", type=PATH, help="Folder that contains your own boards."),
    _linux("--host", help="Board that runs Linux, as in ssh (root@imx93)."),
    _linux(
        "--ssh-option",
        multiple=True,
        help="Extra argument for ssh, repeatable (--ssh-option=-p2222).",
    ),
    _linux("--only", multiple=True, help="Time only this configuration (cpu-1, npu), repeatable."),
    _linux("--profile", is_flag=True, help="Time every operator instead of whole inferences."),
    _linux(
        "--compile-on-board",
        is_flag=True,
        help="Compile the model with the vela installed on the board.",
    ),
    _linux(
        "--interpreter",
        metavar="PYTHON",
        help="Score with the TensorFlow Lite of this Python (python3) on the board.",
    ),
    _measurement(
        "--input",
        "input_name",
        type=click.Choice(["pcm", "features", "int8"]),
        help="What is sent: pcm (the front-end's source), features (float32), or int8 (input tensors of "
        "any type). Default: pcm, or int8 without a front-end.",
    ),
    _measurement(
        "--resize",
        type=click.Choice(RESIZES),
        help="Bring pictures of another size to the model's: all of it between bars, the middle, or "
        "stretched. Default: `resize` of the front-end, or they are refused.",
    ),
    _measurement(
        "--repeats",
        type=click.IntRange(0, 100_000),
        default=0,
        help="Also time this number of inferences on one input.",
    ),
    _measurement(
        "--labels", type=PATH, help="CSV of `file,label` lines. Default: labels from file names."
    ),
    _measurement(
        "--check-outputs",
        is_flag=True,
        help="Read every output and compare it with the reference.",
    ),
    _result("--out", type=PATH, help="Folder for the results. Default: BUILD_DIR-run."),
)


def run_options(function: Any) -> Any:
    """Adds every option of `mcugen run`; the command receives what RunOptions takes."""
    return apply(_OPTIONS, function)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the user said, option by option."""

    port: str | None
    baud: int | None
    board_dir: Path | None
    host: str | None
    ssh_option: tuple[str, ...]
    only: tuple[str, ...]
    profile: bool
    compile_on_board: bool
    interpreter: str | None
    input_name: str | None
    resize: str | None
    repeats: int
    labels: Path | None
    check_outputs: bool
    out: Path | None

    @property
    def linux(self) -> LinuxOptions:
        """How the model is timed on a board that runs Linux."""
        from mcugen.platforms.linux.timing import LinuxOptions

        return LinuxOptions(self.only, self.profile, self.compile_on_board)


_NEED_HOST = ("ssh_option", "only", "profile", "compile_on_board", "interpreter")


def refuse_idle_options(options: RunOptions) -> None:
    """ConfigError that names every option given which would change nothing."""
    needs = [(field, "--host") for field in _NEED_HOST if not options.host]
    needs += [("baud", "--port")] if not options.port else []
    faults = [
        f"--{field.replace('_', '-')} needs {needed}"
        for field, needed in needs
        if getattr(options, field)
    ]
    if options.host and options.port:
        faults.append("--host and --port exclude each other")
    if faults:
        raise ConfigError("; ".join(faults), hint="see mcugen run --help")
