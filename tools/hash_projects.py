# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Hashes of what `mcugen build` writes, for every board and engine: a refactoring must not change them.

    .venv/bin/python tools/hash_projects.py > before.txt
    ... change the code ...
    .venv/bin/python tools/hash_projects.py | diff before.txt -

Models: *.tflite in $MCUGEN_MODELS or ../shared/models, and those that the repository carries. Nothing
is compiled. One line a project: SHA-256, model, board, engine, options; or the refusal.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import tempfile
from pathlib import Path

from mcugen.boards import load_boards
from mcugen.cli import cli
from mcugen.errors import McugenError

ROOT = Path(__file__).resolve().parent.parent
MODELS = Path(os.environ.get("MCUGEN_MODELS", ROOT.parent / "shared" / "models"))
CARRIED = (
    "tests/fixtures/lstm/fused_10.tflite",
    "examples/machine-sound/machine_sound_int8.tflite",
)
FRONT_ENDS = {"ad01_int8": "mlperf-ad"}
"""Model -> the front-end it is also built with; `raw` is the default of a model alone."""


def main() -> None:
    models = [*sorted(MODELS.glob("*.tflite")), *(ROOT / path for path in CARRIED)]
    pairs = [(board.name, engine) for board in load_boards() for engine in board.engines]
    for model in models:
        front_ends = ("", FRONT_ENDS[model.stem]) if model.stem in FRONT_ENDS else ("",)
        for board, engine in pairs:
            for front_end in front_ends:
                own = ("--front-end", front_end) if front_end else ()
                words = ("--board", board, "--engine", engine, *own)
                print(hashed_build(str(model), words), model.stem, *words, flush=True)


def hashed_build(model: str, words: tuple[str, ...]) -> str:
    """The hash of all files of one project, with their paths; or why there is no project."""
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        out = Path(folder) / "project"
        command = ["build", model, *words, "--no-compile", "--out", str(out)]
        try:
            cli.main(command, prog_name="mcugen", standalone_mode=False)
        except McugenError as error:
            return f"refused ({hashlib.sha256(error.what.encode()).hexdigest()[:8]})"
        digest = hashlib.sha256()
        for path in sorted(path for path in out.rglob("*") if path.is_file()):
            digest.update(f"{path.relative_to(out).as_posix()}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()


if __name__ == "__main__":
    main()
