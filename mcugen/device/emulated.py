# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A project whose device is the emulator of its exact image (`--emulate`)."""

from __future__ import annotations

import importlib.util
import random
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

from mcugen.emulator.account import read_account
from mcugen.emulator.chip import read_emulator_data
from mcugen.errors import ConfigError, DeviceError, EnvironmentError_
from mcugen.protocol import Identity
from mcugen.toolchain.project import Project
from mcugen.transport.emulated_link import Emulator


def perhaps_emulated(
    project: Project,
    emulate: bool,
    ram_seed: int | None,
    other_device: str | None,
    tell: Callable[[str], None],
) -> AbstractContextManager[Project]:
    """The project itself or, with `emulate`, the project whose device is the emulator.

    ConfigError for options that exclude one another: `other_device` is the port or host of a device.
    """
    if emulate and other_device:
        raise ConfigError(
            f"--emulate excludes {other_device}", hint="leave out --emulate, or the device"
        )
    if ram_seed is not None and not emulate:
        raise ConfigError("--ram-seed needs --emulate", hint="pass both, or neither")
    return emulated(project, ram_seed, tell) if emulate else nullcontext(project)


@contextmanager
def emulated(project: Project, seed: int | None, tell: Callable[[str], None]) -> Iterator[Project]:
    """The project with the emulator's process as its device; `tell` gets what the emulator says at the end.

    ConfigError for a board without [emulator], EnvironmentError_ without Unicorn. What the emulator
    found wrong is added to a DeviceError.
    """
    data = read_emulator_data(project.board)
    if importlib.util.find_spec("unicorn") is None:
        raise EnvironmentError_(
            "--emulate needs Unicorn, which is not installed", hint="pip install 'mcugen[emulate]'"
        )
    chosen = random.SystemRandom().getrandbits(32) if seed is None else seed
    with tempfile.TemporaryDirectory(prefix="mcugen-emulator-") as folder:
        report, pulse = Path(folder) / "account.json", Path(folder) / "pulse"
        command = (
            *(sys.executable, "-P", "-m", "mcugen.emulator", str(project.elf.resolve())),
            *("--chip", str(data.chip), "--connect", "{port}", "--account", str(report)),
            *("--pulse", str(pulse), "--seed", str(chosen), "--baud", str(project.board.baud)),
            *(word for name in data.set_by_boot_rom for word in ("--boot-rom", name)),
        )
        board = replace(project.board, tick_unit="instructions")
        try:
            yield replace(project, board=board, emulator=Emulator(command, pulse))
        except DeviceError as error:
            raise with_findings(error, report) from error
        finally:
            account = read_account(report)
            for line in account.lines() if account else ():
                tell(line)


def with_findings(error: DeviceError, report: Path) -> DeviceError:
    """The error with what the emulator's account says of it; as it is where it says so already."""
    account = read_account(report)
    if account is None:
        return error
    new = [each for each in account.findings if each not in error.what]
    if not new and account.findings:
        return error  # it says so already
    found = (
        f"found: {'; '.join(new)}"
        if new
        else f"found nothing wrong; its core was at {account.ended_at}"
    )
    return DeviceError(f"{error.what}; the emulator {found}", hint=error.hint)


def as_counted(identity: Identity, project: Project) -> Identity:
    """The identity as it is; of an emulated device with instructions in place of the cycles and the
    clock that its firmware names."""
    if not project.emulator:
        return identity
    facts = {**identity.facts, "tick_unit": "instructions", "emulated": "instructions"}
    return replace(identity, ticks_per_second=None, facts=facts)
