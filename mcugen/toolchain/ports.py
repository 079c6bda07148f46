# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Serial ports, and which of them belong to a board: by USB ids, found again by USB serial number."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from mcugen.boards import Board
from mcugen.errors import DeviceError
from mcugen.toolchain.flash_data import read_flash_data

POLL_S = 0.2


@dataclass(frozen=True, slots=True)
class Port:
    """A serial port as the operating system knows it; None where it is no USB device."""

    device: str
    description: str
    usb_id: tuple[int, int] | None
    serial_number: str | None


@dataclass(frozen=True, slots=True)
class NamedPort:
    """A port and the boards whose virtual COM port it may be."""

    port: Port
    name: str  # "MCU-Link", empty when unknown
    boards: tuple[str, ...]


def system_ports() -> tuple[Port, ...]:
    """All serial ports of this machine, by name."""
    from serial.tools.list_ports import comports

    return tuple(
        Port(
            device=found.device,
            description=found.description,
            usb_id=(found.vid, found.pid) if found.vid is not None else None,
            serial_number=found.serial_number,
        )
        for found in sorted(comports(), key=lambda found: found.device)
    )


def name_ports(ports: Iterable[Port], boards: Sequence[Board]) -> tuple[NamedPort, ...]:
    """Each port with the boards whose [flash] names its USB ids."""
    known = [(board.name, read_flash_data(board)) for board in boards if "flash" in board.extra]
    named = []
    for port in ports:
        hits = {
            name: data.vcom_usb_ids[port.usb_id]
            for name, data in known
            if port.usb_id is not None and port.usb_id in data.vcom_usb_ids
        }
        named.append(NamedPort(port, next(iter(hits.values()), ""), tuple(hits)))
    return tuple(named)


def wait_for_port(
    serial_number: str,
    deadline: float,
    ports: Callable[[], tuple[Port, ...]] = system_ports,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Port:
    """The port of that USB serial number, waiting until `deadline` (time.monotonic) for it to come
    back: a reset or a probe's own restart makes it vanish, and its name may change."""
    while True:
        for port in ports():
            if port.serial_number == serial_number:
                return port
        if clock() >= deadline:
            raise DeviceError(
                f"the serial port with USB serial number {serial_number} did not come back",
                hint="press RESET, or plug the board in again; `mcugen ports` lists what is there",
            )
        sleep(POLL_S)
