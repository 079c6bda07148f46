# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The notebook in examples/ becomes an .ipynb, and every cell of it runs in a Jupyter kernel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from mcugen.paths import examples_dir
from tests.conftest import ROOT, require_package, require_tool

NOTEBOOK = examples_dir() / "notebook" / "machine_sound.py"


def test_every_cell_runs(tmp_path: Path) -> None:
    for package in ("jupytext", "nbclient", "ipykernel"):
        require_package(package)
    for tool in ("arm-none-eabi-gcc", "qemu-system-arm", "cmake"):
        require_tool(tool)
    notebook = tmp_path / "machine_sound.ipynb"
    jupyter(tmp_path, "jupytext", "--to", "notebook", "--output", notebook.name, str(NOTEBOOK))
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    assert [cell["cell_type"] for cell in cells].count("markdown") >= 5
    jupyter(tmp_path, "jupyter", "execute", "--inplace", notebook.name)
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", ())]
    printed = "".join(line for output in outputs for line in output["text"])
    assert "bit-exact" in printed and "by the device" in printed


def jupyter(folder: Path, *command: str) -> None:
    """A command of examples/README.md, which leaves nothing in the home folder."""
    own = {name: str(folder / "jupyter") for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR")}
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={**os.environ, **own, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
