# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`--accelerator npu`: the model made ready for a board's NPU. ACCELERATORS is the table of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from mcugen.errors import ConfigError
from mcugen.export.project import Request
from mcugen.export.request import with_accelerated_model
from mcugen.toolchain import neutron
from mcugen.toolchain.compilers import Places
from mcugen.toolchain.mcuxpresso import find_sdk
from mcugen.toolchain.vela import with_vela_model

Accelerated = tuple[Request, tuple[str, ...]]
"""The request with what the NPU runs, and lines for the user."""


def accelerate(request: Request, places: Places, work: Path) -> Accelerated:
    """Compiles the request's model for its board's NPU, in the folder `work`."""
    accelerator = ACCELERATORS.get(request.board.exporter)
    if accelerator is None:
        raise ConfigError(f"board {request.board.name} has no NPU", hint="--accelerator cpu")
    return accelerator(request, places, work)


def _neutron(request: Request, places: Places, work: Path) -> Accelerated:
    sdk = find_sdk(places.sdk, places.sdk_variable)
    original = work / request.model_file
    original.write_bytes(request.model_bytes)
    ready = neutron.prepare(original, places.npu_model, places.neutron_sdk, sdk, work)
    return with_accelerated_model(request, ready.model.read_bytes(), ready.arena_bytes), ready.notes


def _vela(request: Request, places: Places, work: Path) -> Accelerated:
    compiled, words = with_vela_model(request)
    return compiled, (words,)


ACCELERATORS: Mapping[str, Callable[[Request, Places, Path], Accelerated]] = {
    "linux-bundle": _vela,
    "mcuxpresso": _neutron,
}
"""Key of EXPORTERS -> what compiles a model for the NPU of such boards."""
