# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""How the projects of each exporter are compiled. COMPILERS is the table that `mcugen build` uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mcugen.boards import Board
from mcugen.errors import ConfigError, EnvironmentError_
from mcugen.export.axon import ENGINE as AXON_ENGINE
from mcugen.toolchain.axon import compile_workspace
from mcugen.toolchain.build import BuildResult, compile_project
from mcugen.toolchain.mcuxpresso import compile_with_sdk, compile_without_sdk, find_sdk


@dataclass(frozen=True, slots=True)
class Places:
    """Where the user keeps what mcugen does not ship, and which build is wanted."""

    engine: str
    optimize: str
    tflm: Path | None = None  # TFLite Micro: tensorflow/, third_party/, libtensorflow-microlite.a
    sdk: Path | None = None  # MCUXpresso SDK
    sdk_variable: str = ""  # the environment's SdkRootDirPath
    variant: str = ""
    neutron_sdk: Path | None = None  # NXP's eIQ Neutron SDK, which holds neutron-converter
    npu_model: Path | None = None  # a model that is converted already


@dataclass(frozen=True, slots=True)
class Compiled:
    """What came out: an image where everything needed was there, and lines for the user."""

    result: BuildResult | None
    notes: tuple[str, ...] = ()


def _compile_cmake(project: Path, board: Board, places: Places) -> Compiled:
    if places.engine == "tflm" and places.tflm is None:
        raise ConfigError(
            "engine 'tflm' links a TFLite Micro, and none is given",
            hint="--tflm DIR (tensorflow/, third_party/, libtensorflow-microlite.a), or --no-compile",
        )
    return Compiled(compile_project(project, board, places.tflm))


def _compile_linux(project: Path, board: Board, places: Places) -> Compiled:
    """The scorer. Timing a model needs no compiler: a missing one is told and is no error."""
    try:
        return _compile_cmake(project, board, places)
    except EnvironmentError_ as error:
        return Compiled(
            None,
            (
                f"no scorer: {error.what} ({error.hint})",
                "`mcugen run --host` without clips times the model all the same",
            ),
        )


def _compile_mcuxpresso(project: Path, board: Board, places: Places) -> Compiled:
    sdk = find_sdk(places.sdk, places.sdk_variable)
    if sdk is None:
        partial = compile_without_sdk(project, board, places.optimize)
        return Compiled(
            None,
            (
                f"no MCUXpresso SDK (--sdk): compiled {len(partial.compiled)} files for the core",
                f"left for the SDK: {', '.join(partial.left)}",
                "README.md has the lines that build, link and flash it",
            ),
        )
    built = compile_with_sdk(project, board, sdk, places.variant)
    regions = (
        f"{region.name}: {region.used_bytes} of {region.given_bytes} bytes"
        for region in built.regions
    )
    return Compiled(built.result, (f"linked {built.result.elf}", *regions))


def _compile_axon(project: Path, board: Board, places: Places) -> Compiled:
    if places.engine != AXON_ENGINE:
        return Compiled(None, ("README.md has the lines that build and flash it",))
    if places.sdk is None:
        return Compiled(
            None, ("no nRF Edge AI Add-on (--axon-sdk): README.md has the lines to go on",)
        )
    header = compile_workspace(project, places.sdk)
    return Compiled(None, (f"Nordic's compiler wrote {header}",))


COMPILERS: Mapping[str, Callable[[Path, Board, Places], Compiled]] = {
    "axon": _compile_axon,
    "cmake": _compile_cmake,
    "linux-bundle": _compile_linux,
    "mcuxpresso": _compile_mcuxpresso,
}
"""Key of EXPORTERS -> compiler; an exporter that is missing here leaves nothing to compile."""
