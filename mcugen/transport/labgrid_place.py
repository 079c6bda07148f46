# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The serial port of a place that a labgrid coordinator lends: `--port labgrid:PLACE`.

The place must be acquired, as for `labgrid-client console`; LG_COORDINATOR names the coordinator.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from mcugen.errors import DeviceError, EnvironmentError_, UserError
from mcugen.foreign_text import one_line
from mcugen.transport.serial_link import SerialLink

SCHEME = "labgrid:"
DEFAULT_COORDINATOR = "127.0.0.1:20408"  # that of labgrid
PORT_CLASSES = ("NetworkSerialPort", "RawSerialPort")


class LabgridLink(SerialLink):
    """The first serial port of a place; which one it is, is asked when it is opened."""

    def __init__(self, url: str, baud: int) -> None:
        super().__init__(url, baud)
        self._place = url.removeprefix(SCHEME)

    @property
    def name(self) -> str:
        """As the user named it."""
        return f"{SCHEME}{self._place}"

    def open(self) -> None:
        """UserError when there is no such place, or it is somebody else's or has no serial port."""
        self._url = place_url(self._place)
        super().open()


def place_url(place: str) -> str:
    """URL of the place's serial port, as pyserial takes it."""
    try:
        from labgrid.remote.client import start_session
    except ImportError as error:
        raise EnvironmentError_(
            "--port labgrid:PLACE needs labgrid", hint="pip install 'mcugen[labgrid]'"
        ) from error
    coordinator = os.environ.get("LG_COORDINATOR", DEFAULT_COORDINATOR)
    try:
        session = start_session(coordinator)
    except Exception as error:  # gRPC's, asyncio's, labgrid's
        raise DeviceError(
            f"the labgrid coordinator {coordinator} does not answer: {one_line(str(error))}",
            hint="LG_COORDINATOR=HOST:PORT names another one",
        ) from error
    try:
        resources = session.get_target_resources(session.get_place(place))
    except Exception as error:  # labgrid's words say what is wrong, and with whom
        raise UserError(
            f"labgrid: {one_line(str(error))}", hint=f"labgrid-client -p {place} acquire"
        ) from error
    finally:
        session.loop.run_until_complete(session.stop())
    for resource in resources.values():
        if resource.cls in PORT_CLASSES:
            return resource_url(resource.args)
    raise UserError(
        f"the labgrid place {place} has no serial port",
        hint=f"labgrid-client -p {place} show; the exporter must offer a {PORT_CLASSES[0]}",
    )


def resource_url(port: Mapping[str, Any]) -> str:
    """URL of a NetworkSerialPort (host, port, protocol) or RawSerialPort (port) of labgrid."""
    host = port.get("host")
    if not host:
        return str(port["port"])
    where = f"{host}:{port['port']}"
    if port.get("protocol", "rfc2217") == "raw":
        return f"socket://{where}"
    return f"rfc2217://{where}?ign_set_control"
