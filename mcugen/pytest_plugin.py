# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The pytest plugin: the fixture `mcugen_device` and the marker `mcugen_board` (docs/python.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mcugen.errors import DeviceError

if TYPE_CHECKING:
    from mcugen.api.device import Device

    OpenDevice = Callable[..., Device]


def pytest_addoption(parser: pytest.Parser) -> None:
    """--mcugen-build and --mcugen-port."""
    group = parser.getgroup("mcugen", "firmware that mcugen built")
    group.addoption("--mcugen-build", metavar="DIR", help="build folder of mcugen_device()")
    group.addoption(
        "--mcugen-port", metavar="PORT", help="port of the device; default: the board's emulator"
    )


def pytest_configure(config: pytest.Config) -> None:
    """The marker."""
    config.addinivalue_line(
        "markers", "mcugen_board(*names): skip with a build for a board that is none of these"
    )


@pytest.fixture(scope="session")
def mcugen_devices() -> Iterator[dict[tuple[Path, str | None], Device]]:
    """Every device that is open, by build folder and port; closed after the last test."""
    devices: dict[tuple[Path, str | None], Device] = {}
    yield devices
    for device in devices.values():
        device.close()


@pytest.fixture
def mcugen_device(
    request: pytest.FixtureRequest, mcugen_devices: dict[tuple[Path, str | None], Device]
) -> OpenDevice:
    """mcugen_device(build_dir, port): an open Device, shared by the tests; the defaults are
    --mcugen-build and --mcugen-port, and without a port the emulator of the build's board."""
    from mcugen.api.device import Device

    def opened(build_dir: str | Path | None = None, port: str | None = None) -> Device:
        named = build_dir or request.config.getoption("--mcugen-build")
        if not named:
            pytest.fail("no build: mcugen_device(build_dir), or pytest --mcugen-build DIR")
        key = (Path(named).resolve(), port or request.config.getoption("--mcugen-port"))
        device = mcugen_devices.setdefault(key, Device(*key))
        _skip_on_other_boards(request, device.manifest.board)
        try:
            device.open().stats()
        except DeviceError:  # a test before this one has broken it
            device.close()
            device.open()
        return device

    return opened


def _skip_on_other_boards(request: pytest.FixtureRequest, board: str) -> None:
    marker = request.node.get_closest_marker("mcugen_board")
    if marker is not None and board not in marker.args:
        pytest.skip(f"for {' or '.join(marker.args)}, the build is for {board}")
