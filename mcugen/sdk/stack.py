# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Code size and stack bound of every model, from the target compiler's own figures.

GCC writes, per file, what each function takes of the stack and whom it calls (`-fcallgraph-info=su`).
The bound is the deepest chain. Calls through pointers lead to the model's functions and those of its
front-end: nothing else is ever put into those tables. The C library is not ours: it gets an allowance.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mcugen.boards import Board
from mcugen.codegen.tree import SourceTree
from mcugen.errors import McugenError
from mcugen.sdk.models import SdkModel
from mcugen.system import run_text
from mcugen.toolchain.build import find_compiler, require

C_LIBRARY_BYTES = 96
"""Stack of memcpy, memmove, memset, sqrtf and the compiler's own helpers; newlib's deepest,
soft-float division included, takes 72 on a Cortex-M0+."""

INDIRECT = "__indirect_call"
ANALYSIS_TIMEOUT_S = 300.0

_NODE = re.compile(r'node: \{ title: "([^"]+)" label: "([^"]+)"')
_EDGE = re.compile(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"')
_STACK = re.compile(r"(\d+) bytes \((static|dynamic|dynamic,bounded)\)")


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """One model: bytes of code its functions reach, of the front-end's tables, of stack."""

    name: str
    code_bytes: int
    constant_bytes: int
    stack_bytes: int


@dataclass(frozen=True, slots=True)
class CompilerFigures:
    """What a compiler says about an SDK."""

    compiler: str
    flags: tuple[str, ...]
    rows: tuple[ModelFigures, ...]
    library: bytes  # the static library
    c_library_bytes: int = C_LIBRARY_BYTES


@dataclass(slots=True)
class CallGraph:
    """Functions by title (`name`, or `file.c:name` for static ones): stack bytes and callees."""

    stack: dict[str, int] = field(default_factory=dict)
    calls: dict[str, set[str]] = field(default_factory=dict)

    def read(self, text: str) -> None:
        """Adds a .ci file."""
        for title, label in _NODE.findall(text):
            found = _STACK.search(label)
            if found is None:
                continue
            if found[2] != "static":
                raise McugenError(f"{title} has a stack frame without a bound")
            self.stack[title] = int(found[1])
        for source, target in _EDGE.findall(text):
            self.calls.setdefault(source, set()).add(target)

    def depth(self, function: str, indirect: Sequence[str], above: tuple[str, ...] = ()) -> int:
        """Stack of the deepest chain from `function`; `indirect` are what pointers may lead to."""
        if function in above:
            raise McugenError(f"{function} calls itself: its stack has no bound")
        if function == INDIRECT:
            return max((self.depth(f, (), above) for f in indirect), default=0)
        own = self.stack.get(function)
        if own is None:
            return C_LIBRARY_BYTES
        callees = self.calls.get(function, ())
        chain = (*above, function)
        return own + max((self.depth(c, indirect, chain) for c in callees), default=0)

    def reached(self, functions: Sequence[str], indirect: Sequence[str]) -> set[str]:
        """Our functions that a call of any of `functions` may run."""
        waiting, seen = [*functions], set[str]()
        while waiting:
            function = waiting.pop()
            if function == INDIRECT:
                waiting.extend(f for f in indirect if f not in seen)
            elif function in self.stack and function not in seen:
                seen.add(function)
                waiting.extend(self.calls.get(function, ()))
        return seen


def measure_sdk(
    target: Board, models: Sequence[SdkModel], tree: SourceTree, flags: tuple[str, ...]
) -> CompilerFigures:
    """Compiles the sources for the target; EnvironmentError_ when its compiler is not installed."""
    compiler = find_compiler(target)
    words = ("-std=c11", "-O2", *flags, *target.cpu_flags)
    graph = CallGraph()
    sizes: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        for path, content in tree.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        objects = []
        for source in sorted((folder / "src").rglob("*.c")):
            obj = source.with_suffix(".o")
            objects.append(str(obj.relative_to(folder)))
            own = ("-fcallgraph-info=su", "-Iinclude", "-c", str(source.relative_to(folder)))
            _run([*compiler.command, *words, *own, "-o", objects[-1]], folder)
            graph.read(obj.with_suffix(".ci").read_text(encoding="utf-8"))
            sizes |= section_sizes(obj)
        archiver = require(f"{target.compiler_prefix}ar", target)
        _run([archiver, "rcsD", "library.a", *objects], folder)
        library = (folder / "library.a").read_bytes()
    rows = tuple(_row(model, graph, sizes) for model in models)
    return CompilerFigures(compiler.version(), words, rows, library)


def section_sizes(obj: Path) -> dict[str, int]:
    """`file.c:name` or `name` of every code and constant section of an object file -> bytes."""
    from elftools.elf.elffile import ELFFile

    sizes: dict[str, int] = {}
    with obj.open("rb") as file:
        for section in ELFFile(file).iter_sections():
            for start in (".text.", ".rodata."):
                if section.name.startswith(start) and section["sh_size"]:
                    name = f"{obj.stem}.c{start}{section.name.removeprefix(start)}"
                    sizes[name] = sizes.get(name, 0) + section["sh_size"]
    return sizes


def _row(model: SdkModel, graph: CallGraph, sizes: Mapping[str, int]) -> ModelFigures:
    api = [title for title in graph.stack if title.startswith(f"{model.prefix}_")]
    files = [f"{model.prefix}_model.c"]
    files += [f"front_end_{model.maker}.c"] if model.maker else []
    pointers = [t for t in graph.stack if t.rpartition("/")[2].rpartition(":")[0] in files]
    pointers += [t for t in graph.stack if t.rpartition("/")[2] == "self_test_stream.c:see"]
    reached = graph.reached(api, pointers)
    names = {title.rpartition(":")[2] for title in reached}
    code = sum(
        size for name, size in sizes.items() if ".text." in name and _function(name) in names
    )
    tables = f"{model.prefix}_front_end.c.rodata."
    constants = sum(size for name, size in sizes.items() if name.startswith(tables))
    stack = max(graph.depth(function, pointers) for function in api)
    return ModelFigures(model.name, code, constants, stack)


def _function(section: str) -> str:
    """`conv.c.text.name.part.0` -> `name`."""
    return section.partition(".text.")[2].partition(".")[0]


def _run(command: list[str], folder: Path) -> None:
    try:
        done = run_text(command, ANALYSIS_TIMEOUT_S, cwd=folder)
    except subprocess.TimeoutExpired:
        raise McugenError(f"{command[0]} did not finish in {ANALYSIS_TIMEOUT_S:.0f} s") from None
    if done.returncode != 0:
        raise McugenError(f"the SDK does not compile for its target: {done.stderr.strip()}")
