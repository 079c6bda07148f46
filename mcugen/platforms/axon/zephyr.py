# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A Zephyr application for nRF Connect SDK and, with engine `axon`, the workspace of Nordic's compiler.

Nothing of Nordic's is copied: driver, headers and compiler stay in the user's SDK.
"""

from __future__ import annotations

from dataclasses import dataclass

from mcugen.boards import Board
from mcugen.codegen.render import render
from mcugen.codegen.tree import SourceTree, merge
from mcugen.export.exporter import ExportOptions, common_context
from mcugen.platforms.axon.engine import ENGINE, model_symbol
from mcugen.platforms.axon.workspace import FOLDER, workspace
from mcugen.platforms.zephyr.application import OPTIMIZE_OPTIONS


@dataclass(frozen=True, slots=True)
class ZephyrBoard:
    """The table [axon] of a board.toml."""

    target: str  # west build -b
    overlay: str  # the file boards/<overlay>.overlay that Zephyr looks for
    add_on: str  # version of the nRF Edge AI Add-on that was read for this export
    prj_conf: tuple[str, ...] = ()


def read_zephyr_board(board: Board) -> ZephyrBoard:
    """[axon] of the board, checked; ConfigError names file and key."""
    return board.table("axon").read(ZephyrBoard)


def export_axon(app: SourceTree, board: Board, model: str, options: ExportOptions) -> SourceTree:
    """The Zephyr application around `app`; also the workspace when the NPU runs the model."""
    zephyr = read_zephyr_board(board)
    uses_npu = options.engine is ENGINE
    context = {
        **common_context(app, board, model),
        "zephyr": zephyr,
        "engine": options.engine.name,
        "uses_npu": uses_npu,
        "symbol": model_symbol(model),
        "workspace": FOLDER,
        "optimize_option": OPTIMIZE_OPTIONS[options.optimize],
        "has_vectors": options.test_set is not None,
    }
    files = {
        "CMakeLists.txt": render("axon/CMakeLists.txt.j2", context),
        "README.md": render("axon/README.md.j2", context),
        "prj.conf": render("axon/prj.conf.j2", context),
        "sysbuild.conf": render("axon/sysbuild.conf.j2", context),
        f"boards/{zephyr.overlay}.overlay": render("axon/board.overlay.j2", context),
    }
    if not uses_npu:
        return files
    content = app[f"model/{model}.tflite"]
    data = workspace(model, content, options.front_end, options.score, options.test_set)
    return merge(files, data)
