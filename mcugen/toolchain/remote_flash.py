# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Starts an image on a core that the Linux beside it loads: copied over SSH, started by a script."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from mcugen.errors import DeviceError
from mcugen.toolchain.flash_data import Runner
from mcugen.transport.ssh import SshSession
from mcugen.transport.ssh_failure import SshTarget, last_line

START_TIMEOUT_S = 60.0


def remote_script(runner: Runner, words: Mapping[str, str], file: str) -> str:
    """The runner's sh script for the image `file`, a word of sh; its first failure ends it."""
    values = {**words, "file": file}
    return "\n".join(("set -e", *(line.format_map(values) for line in runner.remote)))


def start_over_ssh(runner: Runner, words: Mapping[str, str], elf: Path, target: SshTarget) -> None:
    """Copies `elf` to the host and runs the script there; DeviceError with its last words."""
    with SshSession(target) as session:
        file = session.upload("firmware.elf", elf.read_bytes())
        command = ["sh", "-c", remote_script(runner, words, shlex.quote(file))]
        done = session.run(command, timeout_s=START_TIMEOUT_S)
    if done.timed_out:
        raise DeviceError(f"{target.host} did not start the image in {START_TIMEOUT_S:.0f} s")
    if done.status != 0:
        raise DeviceError(
            f"{target.host} did not start the image: {last_line(done.output) or done.status}",
            hint="the last lines of `dmesg` there say why; `mcugen flash --dry-run` shows the script",
        )
