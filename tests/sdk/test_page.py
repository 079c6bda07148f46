# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Every command of docs/sdk.md runs as it stands there, and its C compiles."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.c_compiler import compile_program
from tests.conftest import ROOT, require_tool
from tests.console_blocks import console_blocks, run_shown
from tests.sdk.sdks import SOUND, model_files, sdk_for

PAGE = (ROOT / "docs" / "sdk.md").read_text()
PROGRAM = """#include "machine_sound_int8.h"
static mcugen_alarm_t alarm;
{declarations}
int main(void) {{
  static int16_t pcm[160];
  const size_t count = 160;
{statements}
  return 0;
}}
"""


def make_inputs(folder: Path) -> None:
    """The files that the page takes for granted: a project, two models, new weights, a key."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    project = [sys.executable, "-m", "mcugen", "build", SOUND, "--board", "host"]
    subprocess.run([*project, "--out", folder / "demo-out" / "project"], check=True, timeout=300)
    sound = (SOUND / "machine_sound_int8.tflite").read_bytes()
    for name in ("ad", "machine_7"):
        (folder / f"{name}.tflite").write_bytes(sound)
    (folder / "kws").mkdir()
    for path in model_files()[1].iterdir():
        (folder / "kws" / path.name).write_bytes(path.read_bytes())
    pem = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)
    key = Ed25519PrivateKey.generate()
    (folder / "key.pem").write_bytes(key.private_bytes(*pem, serialization.NoEncryption()))


def test_every_command_runs(tmp_path: Path) -> None:
    require_tool("arm-none-eabi-gcc")
    make_inputs(tmp_path)
    commands = [pair for block in console_blocks(PAGE) for pair in block]
    assert {command.split()[1] for command, _ in commands} == {"sdk", "weights"}
    for command, shown in commands:
        run_shown(command, shown, tmp_path)
    assert (tmp_path / "machine_7.bin").stat().st_size > 200_000


def test_the_firmware_it_shows_compiles(tmp_path: Path) -> None:
    (code,) = re.findall(r"```c\n(.*?)```", PAGE, re.DOTALL)
    declarations, end, statements = code.partition("\n}\n")
    text = PROGRAM.format(declarations=declarations + end, statements=statements)
    source = tmp_path / "main.c"
    source.write_text(text)
    sdk = sdk_for("host")
    sources = [source, *sorted((sdk / "src").rglob("*.c"))]
    compile_program("gcc", sources, tmp_path / "main", flags=[f"-I{sdk / 'include'}"])
