# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The device behind a link, checked to be the one that a build's manifest describes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mcugen.boards import Board
from mcugen.device.client import Client
from mcugen.errors import ConfigError, DeviceError
from mcugen.export.manifest import Manifest
from mcugen.model.ir import Graph
from mcugen.protocol import Identity
from mcugen.records import NANOSECONDS_PER_SECOND
from mcugen.transport.link import Link

WORD_SHOWN = 64  # characters of a fact that the device gives


@contextmanager
def open_device(
    link: Link, manifest: Manifest, client_for: Callable[[Link], Client] = Client
) -> Iterator[tuple[Client, Identity]]:
    """The device behind `link`, known to run the firmware of the manifest; closed with the block."""
    link.open()
    try:
        client = client_for(link)
        identity = client.hello()
        check_identity(identity, manifest)
        yield client, identity
    finally:
        link.close()


def change_rate(client: Client, board: Board, wanted: int) -> str:
    """Changes the baud rate to `wanted`, at most the board's; returns a message about the rate in use.

    ConfigError for a rate beyond the board's. A device or a line that does not take the rate stays
    at the board's own: slower, and nothing else.
    """
    if not board.baud <= wanted <= board.max_baud:
        raise ConfigError(
            f"board {board.name} takes {board.baud} to {board.max_baud} baud, not {wanted}",
            hint=f"--baud {board.max_baud}",
        )
    try:
        used = client.set_baud(board.baud, wanted) if wanted != board.baud else wanted
    except DeviceError as error:
        return f"stays at {board.baud} baud: {error.what}"
    if used != wanted:
        return f"stays at {used} baud: the line does not carry {wanted}"
    return f"at {used} baud"


TICK_RATES_HZ = {
    "nanoseconds": range(NANOSECONDS_PER_SECOND, NANOSECONDS_PER_SECOND + 1),
    "cycles": range(1_000, 100_000_000_000),
    "instructions": range(0),
}
"""Unit of a tick -> the rates that it may have where it is a time."""


def check_identity(identity: Identity, manifest: Manifest) -> None:
    """DeviceError with both values when the device runs another model or another firmware, or says
    of itself what cannot be."""
    hashes = {
        "model_sha256": manifest.model_sha256,
        "firmware_sha256": manifest.firmware_sha256,
    }
    facts = {
        "model": manifest.model,
        "engine": manifest.engine,
        "front_end": manifest.front_end.kind,
        "score": manifest.score,
        "board": manifest.board,
    }
    faults = [
        f"{name} is {identity.fact(name)[:WORD_SHOWN] or 'not given'} on the device, "
        f"{value} in the build"
        for name, value in (hashes | facts).items()
        if identity.fact(name) != value and (name in hashes or identity.fact(name))
    ]
    unit, rate = identity.fact("tick_unit"), identity.ticks_per_second
    is_possible = rate in TICK_RATES_HZ.get(unit, ()) if rate else unit != "nanoseconds"
    if not is_possible:
        faults.append(
            f"{rate or 0} ticks a second do not go with ticks that are {unit[:WORD_SHOWN]!r}"
        )
    if faults:
        raise DeviceError(
            f"the device runs another firmware: {'; '.join(faults)}",
            hint="flash this build, or pass the build folder of the firmware that is on the device",
        )


def check_unit(identity: Identity, board: Board) -> None:
    """DeviceError when the device counts something else than its board: an emulator's instructions
    must not pass for cycles."""
    unit = identity.fact("tick_unit")
    if unit != board.tick_unit:
        raise DeviceError(
            f"the device counts {unit[:WORD_SHOWN] or 'nothing'}, board {board.name} counts "
            f"{board.tick_unit}",
            hint="flash this build",
        )


def check_sizes(identity: Identity, graph: Graph) -> None:
    """DeviceError when the device's tensors are not of the model's sizes."""
    pairs = {
        "inputs have": (
            identity.input_bytes,
            sum(graph.tensors[index].bytes for index in graph.inputs),
        ),
        "first output has": (identity.output_bytes, graph.tensors[graph.outputs[0]].bytes),
    }
    for name, (device, model) in pairs.items():
        if device != model:
            raise DeviceError(
                f"the {name} {device} bytes on the device, {model} in the model",
                hint="flash this build",
            )
