# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Compiles a generated engine with firmware_tests/engine_driver.c and runs it, on the PC or in QEMU."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mcugen.codegen.tree import SourceTree
from mcugen.engines import ENGINES
from mcugen.engines.aot.batch import WINDOWS, batched
from mcugen.engines.contract import EngineOptions
from mcugen.model.ir import Graph
from mcugen.paths import boards_dir, runtime_dir
from tests.c_compiler import SANITIZERS, compile_program
from tests.conftest import ROOT, require_tool

MACHINES = {
    "qemu": ("mps2-an505", "-mcpu=cortex-m33", "-mfpu=fpv5-sp-d16"),
    "helium": ("mps3-an547", "-mcpu=cortex-m55", "-DDRIVER_AN547"),
}
"""Where a program runs in qemu-system-arm -> the machine, and flags of its core."""
_ARM_FLAGS = "-mthumb -mfloat-abi=hard -ffunction-sections -fdata-sections".split()
ARM_FLAGS = [*MACHINES["qemu"][1:], *_ARM_FLAGS]
ARM_LINK = "-nostartfiles --specs=nano.specs --specs=nosys.specs -Wl,--gc-sections".split()
QEMU = (
    "-display none -monitor none -serial none "
    "-icount shift=0 -semihosting-config enable=on,target=native -kernel"
).split()
HOSTS: dict[str, tuple[str, ...]] = {
    "host": (),
    "sse2": ("-DMCUGEN_MAY_HAVE_AVX2=0",),
    "c": ("-DMCUGEN_MAY_HAVE_AVX2=0", "-U__SSE2__"),
}
"""Where a program runs on the PC -> flags that choose its vectors; "host" asks the processor."""
AARCH64 = {"neon": "cortex-a53", "sdot": "cortex-a55"}
"""Where a program runs in qemu-aarch64 -> the core that it is compiled for."""
_EMULATED = {"neon": "cortex-a53", "sdot": "max"}  # QEMU 7.2 has no Cortex-A55


@dataclass(frozen=True)
class Result:
    """Arrays [samples, *shape]; `layers` has one list of outputs per op when it was asked for."""

    outputs: tuple[np.ndarray, ...]
    layers: tuple[tuple[np.ndarray, ...], ...]
    instructions: np.ndarray


@dataclass(frozen=True)
class CEngine:
    """A compiled driver for one graph."""

    graph: Graph
    options: EngineOptions
    folder: Path
    command: tuple[str, ...]

    def run(self, *inputs: np.ndarray) -> Result:
        """Runs N samples; one array [N, *shape] per graph input."""
        stream = b"".join(value[i].tobytes() for i in range(len(inputs[0])) for value in inputs)
        return self._parse(run_program(self.command, self.folder, stream), len(inputs[0]))

    def _parse(self, answer: bytes, samples: int) -> Result:
        tensors = [*self.graph.outputs]
        if self.options.per_layer:
            tensors += [index for op in self.graph.ops for index in op.outputs]
        fields = [("instructions", "<u4", ())]
        for number, index in enumerate(tensors):
            tensor = self.graph.tensors[index]
            fields.append((f"t{number}", tensor.dtype.value, tensor.shape))
        records = np.frombuffer(answer, np.dtype(fields))
        assert len(records) == samples
        seen = [records[f"t{number}"] for number in range(len(tensors))]
        count = len(self.graph.outputs)
        layers, position = [], count
        for op in self.graph.ops if self.options.per_layer else ():
            layers.append(tuple(seen[position : position + len(op.outputs)]))
            position += len(op.outputs)
        return Result(tuple(seen[:count]), tuple(layers), records["instructions"])


def emit(graph: Graph, options: EngineOptions) -> SourceTree:
    """The ahead-of-time engine's files."""
    return ENGINES["aot"].emit(graph, options)


def build(
    graph: Graph,
    options: EngineOptions,
    folder: Path,
    *,
    on: str = "host",
    optimize: str | None = None,
    patch: tuple[str, str, str] | None = None,
    keeps_state: bool = False,
    in_batches: bool = False,
) -> CEngine:
    """Compiles for `on` of HOSTS (-O1, with sanitizers), AARCH64 or MACHINES (-O2), if not told otherwise.

    With `keeps_state` samples are one stream, otherwise each starts from a clean state. With `in_batches` a
    sample is a batch: the graph is `batched`.

    `patch` (file, old, new) breaks a file on purpose: its text must contain `old`.
    """
    files = dict(emit(graph, options))
    if patch is not None:
        path, old, new = patch
        text = files[path].decode()
        assert old in text
        files[path] = text.replace(old, new).encode()
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    sources = [folder / path for path in files if path.endswith(".c")]
    includes = [folder / "runtime", folder / "model", runtime_dir()]
    driver = ROOT / "firmware_tests" / "engine_driver.c"
    defines = ["-DDRIVER_KEEPS_STATE"] if keeps_state else []
    if in_batches:
        defines.append(f"-DMCUGEN_BATCH={WINDOWS}u")
        wide = batched(graph, options)
        assert wide is not None
        graph = wide
    command = compile_driver(
        [*sources, driver], includes, folder, on=on, optimize=optimize, defines=defines
    )
    return CEngine(graph, options, folder, command)


def compile_driver(
    sources: list[Path],
    includes: list[Path],
    folder: Path,
    *,
    on: str,
    optimize: str | None = None,
    defines: Sequence[str] = (),
) -> tuple[str, ...]:
    """Compiles a program with the driver_io of `on`; returns the command that runs it."""
    tests, program = ROOT / "firmware_tests", folder / "program"
    flags = [*defines, *(f"-I{path}" for path in (*includes, tests))]
    if on in HOSTS:
        sources = [*sources, tests / "driver_io_host.c"]
        flags = [optimize or "-O1", "-g", *SANITIZERS, *HOSTS[on], *flags]
        compile_program("gcc", sources, program, flags=flags)
        return (str(program),)
    if on in AARCH64:
        sources = [*sources, tests / "driver_io_host.c"]
        flags = [f"-mcpu={AARCH64[on]}", optimize or "-O2", *flags]
        compile_program("aarch64-linux-gnu-gcc", sources, program, flags=flags, link=["-static"])
        return (require_tool("qemu-aarch64"), "-cpu", _EMULATED[on], str(program))
    machine, *own = MACHINES[on]
    sources = [*sources, tests / "driver_io_an505.c"]
    flags = [*own, *_ARM_FLAGS, optimize or "-O2", *flags]
    link = [*ARM_LINK, f"-T{boards_dir() / machine / machine}.ld"]
    compile_program("arm-none-eabi-gcc", sources, program, flags=flags, link=link)
    return (require_tool("qemu-system-arm"), "-machine", machine, *QEMU, str(program))


def run_program(command: tuple[str, ...], folder: Path, stream: bytes) -> bytes:
    """What the program answers to `stream`."""
    (folder / "input.bin").write_bytes(stream)
    done = subprocess.run(command, input=stream, capture_output=True, timeout=300, cwd=folder)
    assert done.returncode == 0, f"{done.returncode}: {done.stderr.decode()}"
    on_qemu = "qemu-system" in command[0]
    return (folder / "output.bin").read_bytes() if on_qemu else done.stdout
