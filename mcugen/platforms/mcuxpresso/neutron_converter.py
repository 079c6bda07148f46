# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""NXP's Neutron converter: the program neutron-converter, or one of its Python packages.

The packages (`eiq_neutron_sdk`, and `neutron_converter_SDK_25_12` and the like for single releases) have
`convertModel(list of bytes, context or target)`. It may end the process it runs in, so it gets one.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mcugen.errors import EnvironmentError_, ModelError
from mcugen.system import run_text

CONVERTER = "neutron-converter"
CONVERT_TIMEOUT_S = 600.0
ARENA_MARGIN = 1.05  # NXP's rule for the converter's "Total data" (readme of the eIQ examples)

INSTALL = (
    "it is part of NXP's eIQ Neutron SDK (same release as your MCUXpresso SDK): pass its folder, or the "
    "virtual environment with its Python package, with --neutron-sdk; or a converted model with --npu-model"
)

# Arguments: nothing. Prints the module that converts: the newest of those installed.
FIND_PACKAGE = """\
import importlib.util, pkgutil
names = {module.name for module in pkgutil.iter_modules()}
flavours = sorted((name for name in names if name.startswith("neutron_converter_")), reverse=True)
for name in ("eiq_neutron_sdk", *flavours, "neutron_converter"):
    if name in names:
        inner = name + ".neutron_converter"
        print(inner if importlib.util.find_spec(inner) else name)
        break
"""

# Arguments: module, model, output, target. Releases without a context take the target's name.
CONVERT_BY_PACKAGE = """\
import importlib, pathlib, sys
module, model, out, target = sys.argv[1:]
converter = importlib.import_module(module)
context = target
if hasattr(converter, "CompilationContext"):
    context = converter.CompilationContext()
    context.targetOpts = converter.getNeutronTarget(target)
content = list(pathlib.Path(model).read_bytes())
pathlib.Path(out).write_bytes(bytes(converter.convertModel(content, context)))
"""


@dataclass(frozen=True, slots=True)
class Converter:
    """A program, or a Python package: then `program` is the Python that has it."""

    program: Path
    module: str = ""

    def command(self, model: Path, target: str, out: Path) -> list[str]:
        """The words that convert `model` into `out`."""
        if self.module:
            return [
                *(str(self.program), "-c", CONVERT_BY_PACKAGE, self.module),
                *(str(model), str(out), target),
            ]
        return [
            *(str(self.program), "--input", str(model)),
            *("--output", str(out), "--target", target),
        ]


@dataclass(frozen=True, slots=True)
class NeutronConversion:
    """What the converter made. `arena_bytes` is None where its output does not state it."""

    model: Path
    arena_bytes: int | None
    version: str  # as the converter prints it, empty when it does not
    said: str  # its whole output


def find_converter(neutron_sdk: Path | None) -> Converter:
    """The converter in the given folder, its bin/ or the Python in there; else the one on PATH, else the
    package of the Python that runs mcugen."""
    if neutron_sdk is not None:
        for folder in (neutron_sdk, neutron_sdk / "bin"):
            if found := shutil.which(CONVERTER, path=str(folder)):
                return Converter(Path(found))
            if (python := shutil.which("python", path=str(folder))) and (
                module := _package(python)
            ):
                return Converter(Path(python), module)
        raise EnvironmentError_(f"there is no {CONVERTER} in {neutron_sdk}", hint=INSTALL)
    if found := shutil.which(CONVERTER):
        return Converter(Path(found))
    if module := _package(sys.executable):
        return Converter(Path(sys.executable), module)
    raise EnvironmentError_(f"{CONVERTER} is not installed", hint=INSTALL)


def _package(python: str) -> str:
    """The module of that Python which converts; empty without one, or where it does not start."""
    with suppress(OSError, subprocess.TimeoutExpired):
        done = run_text([python, "-c", FIND_PACKAGE], 60)
        return done.stdout.strip()
    return ""


def convert(model: Path, target: str, out: Path, converter: Converter) -> NeutronConversion:
    """Converts `model` into `out` for the chip `target`; ModelError with the converter's last words."""
    library = converter.program.parent.parent / "lib"
    own = {"LD_LIBRARY_PATH": str(library)} if library.is_dir() and not converter.module else {}
    try:
        done = run_text(
            converter.command(model, target, out), CONVERT_TIMEOUT_S, env={**os.environ, **own}
        )
    except subprocess.TimeoutExpired:
        raise EnvironmentError_(
            f"{CONVERTER} did not finish in {CONVERT_TIMEOUT_S:.0f} s"
        ) from None
    except OSError as error:
        raise EnvironmentError_(f"{converter.program} does not start: {error.strerror}") from error
    output = done.stdout + done.stderr
    if done.returncode != 0 or not out.is_file():
        words = [line.strip() for line in output.splitlines() if line.strip()]
        raise ModelError(
            f"{CONVERTER} refuses {model.name}: {words[-1] if words else 'it said nothing'}",
            hint="the NPU takes fully integer int8 models; without --accelerator the CPU takes it",
        )
    version = re.search(r"Neutron Converter Version:\s*(\S+)", output)
    return NeutronConversion(out, _arena_bytes(output), version[1] if version else "", output)


def _arena_bytes(output: str) -> int | None:
    """NXP: the arena must hold 1.05 times the `Total data` of graph "main"; the last such line."""
    found: list[str] = re.findall(r"Total data\s*[:=]\s*([\d,]+)", output)
    return round(int(found[-1].replace(",", "")) * ARENA_MARGIN) if found else None


def reasons_of(kind: str, said: str) -> tuple[str, ...]:
    """The lines of the converter's output that speak of an operator of that kind, each once.

    Kinds are compared without case and underscores: it writes `Softmax` for SOFTMAX. Its statistics and
    the names of its files are left out.
    """
    plain = kind.replace("_", "").lower()
    lines = (" ".join(line.split()) for line in said.splitlines())
    about = (
        line
        for line in lines
        if "=" not in line and re.search(rf"\b{plain}\b", line.replace("_", "").lower())
    )
    return tuple(dict.fromkeys(about))
