# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What the links of tests have in common that change the bytes of another link on their way."""

from __future__ import annotations

from mcugen.transport.link import Link


class AroundLink:
    """All of a Link except `read`, passed on to the `link` inside."""

    def __init__(self, link: Link) -> None:
        self._link = link

    @property
    def name(self) -> str:
        """Name of the link inside."""
        return self._link.name

    def open(self) -> None:
        """Opens the link inside."""
        self._link.open()

    def close(self) -> None:
        """Closes the link inside."""
        self._link.close()

    def set_baud(self, baud: int) -> None:
        """Changes the rate of the link inside."""
        self._link.set_baud(baud)

    def write(self, data: bytes) -> None:
        """Writes to the link inside."""
        self._link.write(data)
