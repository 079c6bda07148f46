# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What the self-tests of an SDK must give: its own sources, compiled and run on this computer.

Integers are the same everywhere. Floats are those of IEEE 754 without contraction; the second hash is
for cores with a fused multiply-add, which runtime/float_math.h uses where it is one instruction: here
the C library's fmaf stands in for it, rounded once as well.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

from mcugen.boards import find_board
from mcugen.codegen.render import render
from mcugen.codegen.tree import SourceTree
from mcugen.errors import McugenError
from mcugen.sdk.models import TOOL, Expected
from mcugen.sdk.package import Sdk
from mcugen.sdk.targets import HOST
from mcugen.system import run_text
from mcugen.toolchain.build import require

FLAGS = ("-std=c11", "-O1", "-ffp-contract=off", "-w")
FUSED = "-D__FP_FAST_FMAF=1"
TEST_TIMEOUT_S = 300.0


def expected_hashes(sdk: Sdk, tree: SourceTree) -> tuple[Expected, ...]:
    """One pair of hashes per model, by compiling `tree` twice with this computer's C compiler."""
    compiler = require("gcc", find_board(HOST))
    program = render("sdk/self_test_hashes.c.j2", {"tool": TOOL, "sdk": sdk})
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        for path, content in {**tree, "src/hashes.c": program}.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        fused = _run(compiler, folder, FUSED)
        unfused = _run(compiler, folder)
    return tuple(Expected(f, u) for f, u in zip(fused, unfused, strict=True))


def _run(compiler: str, folder: Path, *flags: str) -> list[int]:
    sources = sorted(map(str, (folder / "src").rglob("*.c")))
    program = str(folder / "hashes")
    command = [compiler, *FLAGS, *flags, f"-I{folder / 'include'}", *sources, "-o", program, "-lm"]
    try:
        for words in (command, [program]):
            done = run_text(words, TEST_TIMEOUT_S)
            if done.returncode != 0:
                raise McugenError(f"the self-test does not run here: {done.stderr.strip()}")
    except subprocess.TimeoutExpired:
        raise McugenError(f"the self-test did not end in {TEST_TIMEOUT_S:.0f} s") from None
    return [int(word) for word in re.findall(r"\d+", done.stdout)]
