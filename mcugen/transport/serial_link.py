# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A device on a serial port, or anything else pyserial has a URL for (socket://, rfc2217://)."""

from __future__ import annotations

import errno
import time
from typing import Any

from mcugen.errors import DeviceError, UserError

WRITE_S = 20.0


class SerialLink:
    """One port, opened exclusively: a second program on it would steal bytes."""

    def __init__(self, url: str, baud: int) -> None:
        self._url = url
        self._baud = baud
        self._port: Any = None

    @property
    def name(self) -> str:
        """The port as the user named it."""
        return self._url

    def open(self) -> None:
        """Opens the port; UserError when there is no such port, DeviceError when it is busy."""
        import serial

        try:
            self._port = serial.serial_for_url(
                self._url,
                baudrate=self._baud,
                timeout=0,
                write_timeout=WRITE_S,
                exclusive=True,
            )
            self._port.reset_input_buffer()
        except (serial.SerialException, ValueError, OSError) as error:
            raise _open_error(self._url, error) from error

    def close(self) -> None:
        """Closes the port; safe to call twice."""
        if self._port is not None:
            self._port.close()
            self._port = None

    def write(self, data: bytes) -> None:
        """Writes all of `data`; DeviceError when the port is gone or takes nothing."""
        import serial

        try:
            self._port.write(data)
        except serial.SerialTimeoutException as error:
            raise DeviceError(
                f"{self._url} takes no bytes for {WRITE_S:g} s", hint="unplug and plug it in again"
            ) from error
        except (serial.SerialException, OSError) as error:
            raise self._gone(error) from error

    def read(self, count: int, deadline: float) -> bytes:
        """1 to `count` bytes, or b"" at `deadline`; DeviceError when the port is gone."""
        import serial

        try:
            while True:
                # One byte with a timeout, then what else is there: so nothing waits for `count`.
                self._port.timeout = max(deadline - time.monotonic(), 0.0)
                data: bytes = self._port.read(1)
                if data:
                    more: bytes = self._port.read(min(self._port.in_waiting, count - 1))
                    return data + more
                if time.monotonic() >= deadline:
                    return b""
        except (serial.SerialException, OSError) as error:
            raise self._gone(error) from error

    def set_baud(self, baud: int) -> None:
        """Changes the rate once all is written."""
        import serial

        try:
            self._port.flush()
            self._port.baudrate = baud
        except (serial.SerialException, OSError, ValueError) as error:
            raise DeviceError(f"{self._url}: cannot change to {baud} baud: {error}") from error
        self._baud = baud

    def _gone(self, error: Exception) -> DeviceError:
        return DeviceError(
            f"{self._url} is gone: {error}",
            hint="reconnect the board and run the same command again; it resumes",
        )


def _open_error(url: str, error: Exception) -> UserError | DeviceError:
    number = getattr(error, "errno", None)
    if number == errno.ENOENT:
        return UserError(f"there is no port {url}", hint="`mcugen ports` lists the ports there are")
    if number == errno.EACCES:
        return UserError(
            f"no permission for {url}", hint="add yourself to the group `dialout` and log in again"
        )
    if number in (errno.EAGAIN, errno.EBUSY) or "exclusively lock" in str(error):
        return DeviceError(f"{url} is busy", hint="close the terminal or IDE that has it open")
    if isinstance(error, ValueError):
        return UserError(f"{url} is no port: {error}")
    return DeviceError(f"{url} does not open: {error}")
