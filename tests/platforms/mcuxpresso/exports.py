# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Exports of a small project for the MCX N947."""

from __future__ import annotations

from typing import Any

from mcugen.boards import find_board
from mcugen.codegen.tree import SourceTree, merge
from mcugen.engines import ENGINES
from mcugen.export.app import board_tree
from mcugen.export.exporter import ExportOptions
from mcugen.platforms.mcuxpresso.project import (
    export_mcuxpresso,
)

BOARD = find_board("mcxn947")


APP = merge(
    {
        "app/config.h": b"#define A 1\n",
        "model/ad_model.c": b"int ad(void);\nint ad(void) { return 1; }\n",
        "model/ad.tflite": b"TFL3",
        "runtime/main.c": b"int main(void) { return 0; }\n",
    },
    board_tree(BOARD),
)


def export(app: SourceTree = APP, **options: Any) -> SourceTree:
    return export_mcuxpresso(
        app, BOARD, "ad", ExportOptions(**{"engine": ENGINES["aot"], **options})
    )


def text(tree: SourceTree, path: str) -> str:
    return tree[path].decode()


LAYOUT = ("arena_region", "hot_code", "hot_data")
