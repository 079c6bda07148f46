# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A plain CMake project: the export for boards that need no vendor SDK."""

from __future__ import annotations

from mcugen.boards import Board
from mcugen.codegen.render import render
from mcugen.codegen.tree import SourceTree
from mcugen.export.exporter import ExportOptions, common_context
from mcugen.toolchain.build import ZIG_TOOLCHAIN

# No -Werror: a compiler that is newer than mcugen may know more warnings.
WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wundef", "-Wdouble-promotion")
C_STANDARD = "-std=c11"
UNFUSED = "-ffp-contract=off"  # floats then equal those of the PC bit for bit
CXX_FLAGS = ("-std=c++17", "-fno-rtti", "-fno-exceptions")
OBJCOPY_FORMATS = {"bin": "binary", "hex": "ihex"}
OPTIMIZE_FLAGS = {"speed": "-O2", "size": "-Os", "fastest": "-O2"}


def compile_flags(board: Board, optimize: str) -> tuple[str, ...]:
    """The flags every file is compiled with; they are part of the firmware's identity."""
    return (*_project_flags(optimize), *board.cpu_flags)


def _project_flags(optimize: str) -> tuple[str, ...]:
    """Those that CMakeLists.txt gives; the core's are in the toolchain file, beside its compiler."""
    sections = ("-ffunction-sections", "-fdata-sections")
    return (C_STANDARD, UNFUSED, OPTIMIZE_FLAGS[optimize], "-g", *sections)


def export_cmake(app: SourceTree, board: Board, model: str, options: ExportOptions) -> SourceTree:
    """CMakeLists.txt, README.md and, when cross-compiling, toolchain files around the application."""
    context = {
        **common_context(app, board, model),
        "options": options,
        "cross": bool(board.compiler_prefix or board.cpu_flags),
        "compile_flags": _flags_by_language(options),
        "cxx_defines": options.engine.cxx_defines,
        "link_flags": _link_flags(board),
        "images": {OBJCOPY_FORMATS[name]: name for name in board.images},
    }
    tree = {
        "CMakeLists.txt": render("cmake/CMakeLists.txt.j2", context),
        "README.md": render("cmake/README.md.j2", context),
    }
    if context["cross"]:
        tree["toolchain.cmake"] = render("cmake/toolchain.cmake.j2", context)
    if board.zig_flags:
        tree[ZIG_TOOLCHAIN] = render("cmake/toolchain_zig.cmake.j2", context)
    return tree


def _flags_by_language(options: ExportOptions) -> tuple[str, ...]:
    """All flags; TFLite Micro is C++, which wants another standard."""
    flags = (*_project_flags(options.optimize), *WARNINGS)
    if not options.engine.links_tflm:
        return flags
    common = tuple(flag for flag in flags if flag != C_STANDARD)
    only_cxx = tuple(f"$<$<COMPILE_LANGUAGE:CXX>:{flag}>" for flag in CXX_FLAGS)
    return (f"$<$<COMPILE_LANGUAGE:C>:{C_STANDARD}>", *only_cxx, *common)


def _link_flags(board: Board) -> tuple[str, ...]:
    """The board's own flags; its folder is searched for linker scripts; sizes come from the map."""
    folder = "-L${CMAKE_CURRENT_SOURCE_DIR}/board"
    sizes = "$<$<C_COMPILER_ID:GNU>:-Wl,-Map=firmware.map>"  # zig's linker writes none
    return (*board.link_flags, folder, "-Wl,--gc-sections", sizes)
