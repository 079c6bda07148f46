# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""An MCUXpresso SDK "freestanding" application: one folder for west, CMake presets, plain CMake and
MCUXpresso for VS Code. No file of the SDK is copied; clocks, start-up code, drivers, libtflm.a and
the Neutron libraries stay in the user's SDK.

Format: NXP mcuxsdk-doc, "Freestanding example" and "CMake extension"; checked by building against
SDK trees (docs/mcxn947.md names which).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from mcugen.boards import Board, MemoryRegion
from mcugen.codegen.render import render
from mcugen.codegen.tree import SourceTree, merge
from mcugen.errors import ConfigError, unknown
from mcugen.export.exporter import ExportOptions, common_context
from mcugen.export.sbom import Part, sbom_json
from mcugen.platforms.cmake.project import OPTIMIZE_FLAGS, UNFUSED
from mcugen.platforms.mcuxpresso.vscode import vscode_tree
from mcugen.strict_toml import TomlTable

CONFIGS = ("release", "debug")
# Over the SDK's flags, for our own files: they say gnu99, and -fno-builtin, which costs a call per sqrtf.
OWN_FLAGS = (UNFUSED, "-fbuiltin")
C_STANDARD = "-std=gnu11"


@dataclass(frozen=True, slots=True)
class MemoryChoice:
    """An own linker script and what fits with it."""

    name: str
    linker_script: str
    arena_region: str
    flash_bytes: int
    ram_bytes: int
    no_npu: str = ""  # why the NPU cannot work on an arena there; empty: it can
    hot_code: tuple[str, ...] = ()  # patterns of the linker: what is copied to RAM
    hot_data: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SdkBoard:
    """The table [mcuxpresso] of a board.toml."""

    device: str  # the SDK's name of the chip
    core: str  # the SDK's core_id
    variants: Mapping[str, str]  # the SDK's board name -> its title
    default_variant: str
    sdk_oldest: str
    sdk_newest: str
    sdk_tag: str
    config_prefix: str = ""  # what the SDK puts before release and debug; empty for most boards
    without_sdk: str = ""  # a board that flashes the same chip without an SDK; empty: none
    sdk_script: str = (
        "flash"  # how the SDK's own linker script ends, which a memory layout replaces
    )
    npu_target: str = ""  # the converter's name of the chip; empty: no NPU
    stack_bytes: int
    heap_bytes: Mapping[str, int]  # by part: "", "npu"
    prj_conf: Mapping[str, tuple[str, ...]]  # Kconfig lines by part: "", an engine, "npu"
    sdk_parts: Mapping[str, tuple[Part, ...]]  # by part, for the bill of materials
    memories: tuple[MemoryChoice, ...]


def read_sdk_board(board: Board) -> SdkBoard:
    """[mcuxpresso] of the board, checked; ConfigError names file and key."""
    table = board.table("mcuxpresso")
    variants = table.named_texts("variants")
    memories = table.named_tables("memory")
    parts = ("", *board.engines, "npu")
    heap_bytes = table.integer("heap_bytes")
    return table.read(
        SdkBoard,
        variants=variants,
        default_variant=table.choice("default_variant", tuple(variants)),
        heap_bytes={"": heap_bytes, "npu": table.integer("heap_bytes_npu", heap_bytes)},
        prj_conf={part: table.texts(_key("prj_conf", part), ()) for part in parts},
        sdk_parts={part: _parts(table, part) for part in parts},
        memories=tuple(one.read(MemoryChoice, name=name) for name, one in memories.items()),
    )


def _key(stem: str, part: str) -> str:
    return f"{stem}_{part}" if part else stem


def _parts(table: TomlTable, part: str) -> tuple[Part, ...]:
    """`name | licence | folder` -> Part."""
    parts = []
    for line in table.texts(_key("sdk_parts", part), ()):
        words = tuple(word.strip() for word in line.split("|"))
        if len(words) != 3:
            raise ConfigError(f"{table.where}: {line!r} is not `name | licence | folder`")
        parts.append(Part(*words))
    return tuple(parts)


def memory_layouts(board: Board) -> dict[str, Board]:
    """The board with the limits of each [mcuxpresso.memory.*], by name."""
    return {
        choice.name: replace(
            board,
            flash=_resized(board.flash, "flash", choice.flash_bytes),
            ram=_resized(board.ram, "ram", choice.ram_bytes),
        )
        for choice in read_sdk_board(board).memories
    }


def _resized(region: MemoryRegion | None, name: str, size_bytes: int) -> MemoryRegion:
    return MemoryRegion(name, size_bytes, region.reserved_bytes if region else 0)


def _choose_memory(sdk: SdkBoard, name: str) -> MemoryChoice | None:
    if not name:
        return None
    for choice in sdk.memories:
        if choice.name == name:
            return choice
    raise unknown("memory layout", name, [choice.name for choice in sdk.memories])


def npu_target(board: Board, memory: str) -> str:
    """The converter's name of the board's chip; ConfigError for a board without an NPU, and for a
    memory layout whose arena the NPU cannot work on."""
    sdk = read_sdk_board(board)
    if not sdk.npu_target:
        raise ConfigError(
            f"{board.title} has no NPU that mcugen knows",
            hint="leave --accelerator out; npu_target in [mcuxpresso] of its board.toml names one",
        )
    choice = _choose_memory(sdk, memory)
    if choice is not None and choice.no_npu:
        raise ConfigError(
            f"--memory {memory} does not go with the NPU: {choice.no_npu}",
            hint="leave --memory out, or --memory large",
        )
    return sdk.npu_target


def _choose_variant(sdk: SdkBoard, name: str) -> str:
    variant = name or sdk.default_variant
    if variant not in sdk.variants:
        raise unknown("board variant", variant, sdk.variants)
    return variant


def project_name(model: str) -> str:
    """The model's name as a CMake project name, which is also the stem of the .elf."""
    return re.sub(r"\W+", "_", model, flags=re.ASCII) or "model"


def sdk_compile_flags(board: Board, optimize: str) -> tuple[str, ...]:
    """The flags of the release build that shape the code: what the identity names."""
    return (C_STANDARD, *OWN_FLAGS, OPTIMIZE_FLAGS[optimize], *board.cpu_flags)


def export_mcuxpresso(
    app: SourceTree, board: Board, model: str, options: ExportOptions
) -> SourceTree:
    """The project files around the application's files `app`, README and bill of materials included."""
    sdk = read_sdk_board(board)
    memory = _choose_memory(sdk, options.memory)
    if options.npu:
        npu_target(board, options.memory)
    parts = _used_parts(options)
    context = _context(app, board, sdk, model, options) | {"memory": memory}
    templates = {
        "CMakeLists.txt": "mcuxpresso/CMakeLists.txt.j2",
        "Kconfig": "mcuxpresso/Kconfig.j2",
        "README.md": "mcuxpresso/README.md.j2",
        "prj.conf": "mcuxpresso/prj.conf.j2",
    }
    if memory is not None:
        templates["board/arena_region.ld"] = "mcuxpresso/arena_region.ld.j2"
    context["lines"] = [line for part in parts for line in sdk.prj_conf[part]]
    files = {path: render(template, context) for path, template in templates.items()}
    if memory is not None:
        files["board/hot_code.ld"] = _patterns(memory.hot_code)
        files["board/hot_data.ld"] = _patterns(memory.hot_data)
    tools = vscode_tree(
        project=project_name(model),
        device=sdk.device,
        core=sdk.core,
        variants=tuple(sdk.variants),
        default_variant=_choose_variant(sdk, options.variant),
        configs={config: sdk.config_prefix + config for config in CONFIGS},
    )
    bought_in = tuple(part for key in parts for part in sdk.sdk_parts[key])
    tree = merge(files, tools)
    return merge(
        tree, {"sbom.spdx.json": sbom_json(merge(app, tree), project_name(model), bought_in)}
    )


def _patterns(patterns: tuple[str, ...]) -> bytes:
    """A part of a linker script, which names sections of object files."""
    return "".join(f"{pattern}\n" for pattern in patterns or ("/* nothing */",)).encode()


def _used_parts(options: ExportOptions) -> tuple[str, ...]:
    return ("", options.engine.name, *(("npu",) if options.npu else ()))


def _context(
    app: SourceTree, board: Board, sdk: SdkBoard, model: str, options: ExportOptions
) -> dict[str, object]:
    return {
        **common_context(app, board, model),
        "engine": options.engine.name,
        "links_tflm": options.engine.links_tflm,
        "npu": options.npu,
        "project": project_name(model),
        "device": sdk.device,
        "core": sdk.core,
        "variants": list(sdk.variants),
        "variant_titles": sdk.variants,
        "default_variant": _choose_variant(sdk, options.variant),
        "sdk_oldest": sdk.sdk_oldest,
        "sdk_newest": sdk.sdk_newest,
        "sdk_tag": sdk.sdk_tag,
        "config_prefix": sdk.config_prefix,
        "sdk_script": sdk.sdk_script,
        "c_standard": C_STANDARD,
        "own_flags": OWN_FLAGS,
        "defines": [f"-D{define}" for define in board.defines],
        "cxx_defines": [f"-D{define}" for define in options.engine.cxx_defines],
        "optimize_flag": OPTIMIZE_FLAGS[options.optimize],
        "stack_bytes": sdk.stack_bytes,
        "heap_bytes": sdk.heap_bytes["npu" if options.npu else ""],
    }
