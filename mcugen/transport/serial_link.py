# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A device on a serial port, or anything else pyserial has a URL for (socket://, rfc2217://, hwgrep://,
spy://)."""

from __future__ import annotations

import errno
import re
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

from mcugen.errors import DeviceError, UserError

WRITE_S = 20.0
POLL_S = 0.02  # a read waits no longer at once: rfc2217:// negotiates every change of a timeout


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
        _check_url(self._url)
        try:
            self._port = self._opened()
            self._port.reset_input_buffer()
        except Exception as error:  # handlers of URLs raise anything on what they do not know
            raise _open_error(self._url, error) from error

    def _opened(self) -> Any:
        import serial

        write_s = (
            None if self._url.startswith("rfc2217://") else WRITE_S
        )  # it knows no such timeout
        return serial.serial_for_url(
            self._url, baudrate=self._baud, timeout=POLL_S, write_timeout=write_s, exclusive=True
        )

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

    def clock(self) -> float:
        """This computer's."""
        return time.monotonic()

    def read(self, count: int, deadline: float) -> bytes:
        """1 to `count` bytes, or b"" at `deadline`; DeviceError when the port is gone."""
        import serial

        try:
            while True:
                # One byte with a timeout, then what else is there: so nothing waits for `count`.
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


FORMS = {
    "socket": "socket://HOST:PORT, for example socket://192.168.1.20:4000",
    "rfc2217": "rfc2217://HOST:PORT, for example rfc2217://192.168.1.20:2217",
    "hwgrep": "hwgrep://REGULAR-EXPRESSION, for example hwgrep://1fc9:0143",
}
"""Kind of URL -> how it is written."""

OPTIONS = {
    "socket": ("logging",),
    "rfc2217": ("ign_set_control", "logging", "poll_modem", "timeout"),
}
"""Kind of URL to another computer -> what may stand behind its `?`."""


def _check_url(url: str) -> None:
    """UserError for a URL to another computer that is not of its form.

    pyserial reports these as a connection that failed, with the words of an internal exception.
    """
    parts = urlsplit(url)
    if parts.scheme not in OPTIONS:
        return
    try:
        fault = "" if parts.hostname and parts.port else "it has no port number"
    except ValueError as error:
        fault = str(error)
    unknown = parse_qs(parts.query, keep_blank_values=True).keys() - OPTIONS[parts.scheme]
    if unknown:
        fault = f"it has no option {min(unknown)}, only {', '.join(OPTIONS[parts.scheme])}"
    if fault:
        raise UserError(f"{url} is no port: {fault}", hint=FORMS[parts.scheme])


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
    if isinstance(error, ValueError | TypeError | re.error):
        return UserError(f"{url} is no port: {error}", hint=FORMS.get(url.partition("://")[0], ""))
    if "no ports found" in str(error):
        return UserError(f"no port matches {url}", hint="`mcugen ports` lists the ports there are")
    return DeviceError(f"{url} does not open: {error}")
