# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The emulator's process: runs one image and joins its console to a TCP port of the caller."""

from __future__ import annotations

import argparse
import select
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from mcugen.emulator.account import Account
from mcugen.emulator.chip import EmulatorData, read_chip
from mcugen.emulator.image import read_image
from mcugen.emulator.machine import EmulatedChip
from mcugen.errors import McugenError
from mcugen.files import write_json
from mcugen.transport.emulated_link import Pulse

FINDING_STATUS = 3
EAR_INSTRUCTIONS = 100_000_000
"""A firmware that never sleeps gets bytes of the host after so many instructions, others when it first
sleeps: it is then ready, as a device that was powered on a while ago."""


def main() -> int:
    options = _options()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the line's end ends it, account and all
    try:
        data = EmulatorData(options.chip, tuple(options.boot_rom))
        machine = EmulatedChip(
            read_chip(data.chip), data, read_image(options.elf), options.seed, options.baud
        )
        machine.disturb(options.interrupt_every)
    except McugenError as error:
        print(f"{error.what}; {error.hint}" if error.hint else error.what, file=sys.stderr)
        return error.exit_status
    with socket.create_connection(("127.0.0.1", options.connect)) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            _run(machine, line, Pulse(options.pulse))
        except OSError:
            pass  # the caller is gone
        finally:
            account = Account.of(machine, options.seed)
            write_json(options.account, account.as_json())
    if machine.findings.ends:
        print("; ".join(machine.findings.sentences), file=sys.stderr)
        return FINDING_STATUS
    return 0


def _options() -> Any:
    parser = argparse.ArgumentParser(prog="python -m mcugen.emulator", description=__doc__)
    parser.add_argument("elf", type=Path)
    parser.add_argument("--chip", type=Path, required=True)
    parser.add_argument("--connect", type=int, required=True, metavar="PORT")
    parser.add_argument("--account", type=Path, required=True)
    parser.add_argument("--pulse", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--baud", type=int, required=True)
    parser.add_argument("--boot-rom", action="append", default=[], metavar="FIELD")
    parser.add_argument(
        "--interrupt-every",
        type=int,
        default=0,
        metavar="N",
        help="needless interrupts of the UART, about N instructions apart",
    )
    return parser.parse_args()


def _run(machine: EmulatedChip, line: socket.socket, pulse: Pulse) -> None:
    """Until the caller closes the line, or something ends the run."""
    hears, heard_bytes = False, 0
    while not machine.findings.ends:
        is_idle = machine.advance()
        pulse.ran(machine.run_s)
        if sent := machine.take():
            line.sendall(sent)
        hears = hears or is_idle or machine.state.instructions > EAR_INSTRUCTIONS
        wait_s = None if is_idle and not machine.findings.ends else 0
        if wait_s is None:
            pulse.slept(heard_bytes)
        if not select.select([line], [], [], wait_s)[0]:
            continue
        takes = machine.room_bytes if hears else 0
        data = line.recv(takes) if takes else line.recv(1, socket.MSG_PEEK)
        if not data:
            return
        if takes:
            machine.feed(data)
            heard_bytes += len(data)


if __name__ == "__main__":
    sys.exit(main())
