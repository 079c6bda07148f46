# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The order of the rooms, what only one room may know, and sizes."""

from __future__ import annotations

import ast
import functools
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from mcugen.boards import load_boards
from mcugen.platforms import PLATFORMS
from mcugen.platforms.choose import all_engines

PACKAGE = Path(__file__).resolve().parent.parent / "mcugen"
ROOMS = (  # from the top of the house to the ground; docs/ARCHITECTURE.md tells what each is for
    "__main__ cli pytest_plugin labgrid_driver api report train evaluation sdk device platforms emulator "
    "toolchain transport export engines samples protocol memory features scoring energy records model "
    "config boards codegen strict_toml typed_json own_files files folder_lock reproducible system errors "
    "error_codes foreign_text paths progress __init__"
).split()
HEAVY = ("librosa", "soundfile", "matplotlib", "tensorflow", "tf_keras", "tflite_micro", "serial")
FILES = sorted(PACKAGE.rglob("*.py"))
MOST_LINES = 400
MOST_LINES_OF_A_FUNCTION = 50
MOST_LINES_OF_C = 500


@functools.cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


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


@functools.cache
def imported(path: Path) -> tuple[str, ...]:
    return tuple(imports(parsed(path)))


def test_imports_go_downwards() -> None:
    for path in FILES:
        if path == PACKAGE / "__init__.py":
            continue  # the front door, which opens each room when it is asked for
        own = room_of(".".join(("mcugen", *path.relative_to(PACKAGE).with_suffix("").parts)))
        for module in imported(path):
            if module.split(".")[0] == "mcugen":
                assert ROOMS.index(room_of(module)) >= ROOMS.index(own), f"{path} imports {module}"


def importers(room: str) -> set[str]:
    """The rooms that import `room`, itself apart."""
    return {
        path.relative_to(PACKAGE).parts[0]
        for path in FILES
        for module in imported(path)
        if module.startswith(f"mcugen.{room}.")
    } - {room}


def test_reporting_reads_records_and_evaluations_only() -> None:
    for room in ("device", "platforms", "train", "transport", "samples.stimulus"):
        assert "report" not in importers(room), f"report imports {room}"


def test_tensorflow_is_behind_one_door() -> None:
    """Only `cli` and `api` import `train`, only `train` imports TensorFlow, apart from the script
    that runs the reference in a process of its own where TFLite Micro has no wheel."""
    assert importers("train") == {"cli", "api"}
    worker = PACKAGE / "model" / "reference_worker.py"
    for path in FILES:
        names = {module.split(".")[0] for module in imported(path)}
        if path.relative_to(PACKAGE).parts[0] != "train" and path != worker:
            assert not names & {"tensorflow", "tf_keras", "keras"}, path


def test_heavy_packages_are_imported_inside_functions() -> None:
    for path in FILES:
        for node in parsed(path).body:
            for module in imports(node) if isinstance(node, ast.Import | ast.ImportFrom) else ():
                assert module.split(".")[0] not in HEAVY, f"{path} imports {module} when loaded"


ONE_SYSTEM_ONLY = {
    "fcntl", "pty", "tty", "termios", "resource", "pwd", "grp", "msvcrt", "winreg",
}  # fmt: skip
"""Modules that not every system has."""
ONE_SYSTEM_CALLS = re.compile(
    r"\bos\.(fork|kill|wait|chown|nice|sysconf|set[sp]|getpg|getuid|geteuid|uname|openpty|ttyname|mkfifo|pread|pwrite|name\b|"
    r"set_blocking|O_(CLOEXEC|NOFOLLOW|BINARY|NONBLOCK))|\bsignal\.(SIGKILL|SIGHUP|alarm|pthread)|"
    r"\bsys\.platform\b|\bwindll\b|CDLL\(None\)|\bplatform\.system\b|start_new_session|creationflags|preexec_fn|/bin/sh\b"
)


def test_one_module_knows_what_systems_do_differently() -> None:
    for path in FILES:
        if path.name != "system.py":
            used = {module.split(".")[0] for module in imported(path)}
            assert not used & ONE_SYSTEM_ONLY, path
            assert ONE_SYSTEM_CALLS.search(path.read_text()) is None, path


def test_the_net_for_such_calls_has_no_holes() -> None:
    for code in (
        "os.killpg(1, 2)",
        "os.setsid()",
        "os.name == 'nt'",
        "signal.SIGKILL",
        '"/bin/sh"',
    ):
        assert ONE_SYSTEM_CALLS.search(code), code


def test_text_is_utf8_whatever_the_system_prefers() -> None:
    """Files, and what programs print, are read and written with an encoding that is named."""
    for path in FILES:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Call):
                assert not takes_the_systems_encoding(node), f"{path}:{node.lineno}"


@pytest.mark.parametrize(
    "code", ["p.read_text()", "p.write_text(t)", "p.open('w')", "open(p)", "run(c, text=True)"]
)
def test_an_encoding_that_is_not_named_is_found(code: str) -> None:
    assert takes_the_systems_encoding(ast.parse(code, mode="eval").body)


def takes_the_systems_encoding(call: ast.AST) -> bool:
    assert isinstance(call, ast.Call)
    named = {word.arg for word in call.keywords}
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if "encoding" in named:
        return False
    if name == "open" and isinstance(call.func, ast.Attribute):  # of a path, not of a link
        modes = [one.value for one in call.args if isinstance(one, ast.Constant)]
        return "newline" in named or any(mode in ("r", "w", "a") for mode in modes)
    is_text = any(it.arg == "text" and ast.unparse(it.value) == "True" for it in call.keywords)
    return is_text or name in ("open", "read_text", "write_text")


def test_every_room_is_listed() -> None:
    rooms = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in FILES}
    assert rooms <= set(ROOMS)


def test_only_the_reader_knows_flatbuffers() -> None:
    for path in FILES:
        names = {module.split(".")[0] for module in imported(path)}
        if path.relative_to(PACKAGE).as_posix() != "model/tflite.py":
            assert not names & {"flatbuffers", "tflite"}, path


BUILT_ON = ("cmake", "zephyr")
"""Platforms that others build on."""


def test_a_platform_imports_only_those_that_others_build_on() -> None:
    for path in (PACKAGE / "platforms").glob("*/*.py"):
        for module in imported(path):
            parts = module.split(".")
            if parts[:2] == ["mcugen", "platforms"] and (PACKAGE / "platforms" / parts[2]).is_dir():
                assert parts[2] in (path.parent.name, *BUILT_ON), f"{path} imports {module}"


def test_nothing_is_decided_by_a_name() -> None:
    """No comparison with the name of a platform, a board or an engine outside the folder that is its own."""
    folders = {path.parent.name for path in (PACKAGE / "platforms").glob("*/__init__.py")}
    names = {*PLATFORMS, *folders, *all_engines(), *(board.name for board in load_boards())}
    for path in FILES:
        own = {*path.relative_to(PACKAGE).parts}
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Compare):
                words = {each.value for each in ast.walk(node) if isinstance(each, ast.Constant)}
                found = {word for word in words if word in names} - own
                assert not found, f"{path}:{node.lineno} compares with {found}"


def test_no_public_class_name_twice() -> None:
    classes = Counter(
        node.name
        for path in FILES
        for node in parsed(path).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert [name for name, count in classes.items() if count > 1] == []


def test_sizes() -> None:
    for folder in ("mcugen", "tests", "tools", "benchmarks"):
        for path in (PACKAGE.parent / folder).rglob("*.py"):
            text = path.read_text()
            assert len(text.splitlines()) <= MOST_LINES, path
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef):
                    assert node.end_lineno is not None
                    lines = node.end_lineno - node.lineno + 1
                    assert lines <= MOST_LINES_OF_A_FUNCTION, f"{path}: {node.name}: {lines} lines"


def test_sizes_of_c() -> None:
    for folder in ("runtime", "firmware_tests", "boards", "templates", "mcugen"):
        for ending in ("*.c", "*.h", "*.cc"):
            for path in (PACKAGE.parent / folder).rglob(ending):
                assert len(path.read_text().splitlines()) <= MOST_LINES_OF_C, path


def test_twins_differ_by_more_than_a_letter() -> None:
    """No two modules of one folder whose names differ by one letter at the end (table, tables)."""
    for folder in {path.parent for path in FILES}:
        stems = {path.stem for path in folder.glob("*.py")}
        assert not {stem for stem in stems if f"{stem}s" in stems}, folder
