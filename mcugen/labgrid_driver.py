# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A labgrid driver: the firmware that mcugen built, on the board that a place lends (docs/python.md).

imports: [mcugen.labgrid_driver]
targets:
  main:
    resources:
      RemotePlace: {name: bench-3}
      McugenBuild: {build_dir: build/kws-mcxn947}
    drivers:
      McugenDriver: {}
"""

from __future__ import annotations

import attr
from labgrid.driver import Driver
from labgrid.factory import target_factory
from labgrid.resource import Resource

from mcugen.api.device import Device
from mcugen.transport.labgrid_place import resource_url


@target_factory.reg_resource
@attr.s(eq=False)
class McugenBuild(Resource):  # type: ignore[misc]
    """A build folder: what the board runs."""

    build_dir: str = attr.ib(validator=attr.validators.instance_of(str))


@target_factory.reg_driver
@attr.s(eq=False)
class McugenDriver(Driver):  # type: ignore[misc]
    """`device` is an open Device while the driver is active: on the place's serial port, or, where
    the target has none, in the emulator of the build's board."""

    bindings = {  # noqa: RUF012 (labgrid's form)
        "build": "McugenBuild",
        "port": {"NetworkSerialPort", "RawSerialPort", "USBSerialPort", None},
    }

    def on_activate(self) -> None:
        """Opens the device and checks that it runs the build."""
        port = None if self.port is None else resource_url(attr.asdict(self.port, filter=_is_plain))
        self.device = Device(self.build.build_dir, port).open()

    def on_deactivate(self) -> None:
        """Closes it."""
        self.device.close()


def _is_plain(attribute: attr.Attribute[object], _value: object) -> bool:
    """The attributes that say where a port is."""
    return attribute.name in _WHERE


_WHERE = frozenset({"host", "port", "protocol"})
