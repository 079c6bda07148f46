# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What is in a model, what it needs, and which engines and boards take it."""

from __future__ import annotations

from pathlib import Path

from mcugen.boards import load_boards
from mcugen.model.tflite import read_tflite
from mcugen.paths import StrPath, optional_path
from mcugen.platforms.choose import all_engines, memory_layouts
from mcugen.report.inspection import Inspection, inspect_graph


def inspect(model: StrPath, *, board_dir: StrPath | None = None) -> Inspection:
    """The layers of a .tflite file, its memory plan, and what every engine and board says of it.

    ModelError when the file is not a sound model.
    """
    path = Path(model)
    graph = read_tflite(path)
    boards = load_boards(optional_path(board_dir))
    engines = {name: engine for name, engine in all_engines().items() if not engine.runs_file}
    return inspect_graph(graph, path.read_bytes(), engines, boards, memory_layouts)
