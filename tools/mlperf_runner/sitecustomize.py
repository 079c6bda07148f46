# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Shows the official MLPerf Tiny runner one more serial port: the one that MCUGEN_PORT names.

The runner finds its device by USB identity, which a pseudo terminal has not. Python imports this
file before the program it runs when its folder is on PYTHONPATH: see docs/mlperf.md.
"""

import os
from collections.abc import Iterable
from typing import Any

import usb.core
from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

VID, PID = 0x0483, 0x374B  # of the device under test in the runner's own device lists

ports_of_the_system = list_ports.comports


def comports(include_links: bool = False) -> list[Any]:
    """The ports there are, and ours."""
    port = ListPortInfo(os.environ["MCUGEN_PORT"], skip_link_detection=True)
    port.vid, port.pid = VID, PID
    return [port, *ports_of_the_system(include_links)]


def no_usb_devices(**_filters: object) -> Iterable[object]:
    """The runner also looks for power monitors; without libusb that search would end it."""
    return ()


list_ports.comports = comports
usb.core.find = no_usb_devices
