# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Imports between the rooms of mcugen/ go downwards only; heavy packages wait inside functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "mcugen"
ROOMS = (  # from the top of the house to the ground; docs/ARCHITECTURE.md tells what each is for
    "__main__ cli report train evaluate sdk platforms run toolchain transport export engines samples "
    "protocol memory features scoring records model config boards codegen strict_toml files "
    "reproducible errors foreign_text paths __init__"
).split()
HEAVY = ("librosa", "soundfile", "matplotlib", "tensorflow", "tf_keras", "tflite_micro", "serial")
FILES = sorted(PACKAGE.rglob("*.py"))


def room_of(module: str) -> str:
    """`mcugen.model.ir` -> `model`; `mcugen` itself -> `__init__`."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in ROOMS else "__init__"


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_downwards(path: Path) -> None:
    own = room_of(".".join(("mcugen", *path.relative_to(PACKAGE).with_suffix("").parts)))
    for module in imports(ast.parse(path.read_text())):
        if module.split(".")[0] == "mcugen":
            assert ROOMS.index(room_of(module)) >= ROOMS.index(own), f"{path.name} imports {module}"


def importers(room: str) -> set[str]:
    """The rooms that import `room`, itself apart."""
    return {
        path.relative_to(PACKAGE).parts[0]
        for path in FILES
        for module in imports(ast.parse(path.read_text()))
        if module.startswith(f"mcugen.{room}.")
    } - {room}


def test_reporting_reads_records_and_evaluations_only() -> None:
    for room in ("run", "platforms", "train", "transport", "samples.stimulus"):
        assert "report" not in importers(room), f"report imports {room}"


def test_tensorflow_is_behind_one_door() -> None:
    """Only `cli` imports `train`, and only `train` imports TensorFlow, apart from the script that runs
    the reference in a process of its own where TFLite Micro has no wheel."""
    assert importers("train") == {"cli"}
    worker = PACKAGE / "model" / "reference_worker.py"
    for path in FILES:
        names = {module.split(".")[0] for module in imports(ast.parse(path.read_text()))}
        if path.relative_to(PACKAGE).parts[0] != "train" and path != worker:
            assert not names & {"tensorflow", "tf_keras", "keras"}, path


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_heavy_packages_are_imported_inside_functions(path: Path) -> None:
    for node in ast.parse(path.read_text()).body:
        for module in imports(node) if isinstance(node, ast.Import | ast.ImportFrom) else ():
            assert module.split(".")[0] not in HEAVY, f"{path.name} imports {module} when loaded"


def test_every_room_is_listed() -> None:
    rooms = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in FILES}
    assert rooms <= set(ROOMS)


def test_only_the_reader_knows_flatbuffers() -> None:
    for path in FILES:
        names = {module.split(".")[0] for module in imports(ast.parse(path.read_text()))}
        if path.relative_to(PACKAGE).as_posix() != "model/tflite.py":
            assert not names & {"flatbuffers", "tflite"}, path
