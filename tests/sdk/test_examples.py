# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The SDK's examples and a stranger's program: on the host and emulated boards they score as `mcugen run`."""

from __future__ import annotations

import functools
import re
import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mcugen.boards import load_board
from mcugen.records import ClipRecord
from mcugen.report.files import load_run
from tests.c_compiler import launcher
from tests.c_program import compile_for_board, embed_stdin, run_on_board
from tests.conftest import ROOT, require_tool
from tests.sdk.sdks import SOUND, sdk_for, slot_sdk, sources_of

Recorder = Callable[..., ClipRecord]
STRICT = "-Wall -Wextra -Wpedantic -Werror -O2".split()
LIBRARY = ["-std=c11", *STRICT]
CXX = ["-x", "c++", "-std=c++17", *STRICT]
STRANGER = """#include <stdio.h>
#include "machine_sound_int8.h"

MCUGEN_ARENA(arena, MACHINE_SOUND_INT8_ARENA_BYTES);
static machine_sound_int8_t model;
static int16_t piece[1999];

static void on_event(void *context, const mcugen_event_t *event) {
  *(float *)context = event->mean_score;
  printf("window %lu: score %.9g\\n", (unsigned long)event->window, (double)event->score);
}

int main(void) {
  float mean = 0.0f;
  unsigned seed = 1;
  mcugen_result_t result = machine_sound_int8_init(&model, &arena);
  for (size_t count = 1; count > 0 && result == MCUGEN_OK;) {
    seed = seed * 1664525u + 1013904223u;  // pieces of 1 to 1,999 samples
    count = fread(piece, sizeof piece[0], 1 + (seed >> 8) % 1999, stdin);
    result = machine_sound_int8_push_samples(&model, piece, count, on_event, &mean);
  }
  if (result == MCUGEN_OK) {
    result = machine_sound_int8_end(&model, on_event, &mean);
  }
  printf("clip score %.9g: %s\\n", (double)mean, mcugen_result_text(result));
  return result != MCUGEN_OK;
}
"""


def run(*command: object, given: bytes = b"") -> str:
    words = [str(word) for word in command]
    done = subprocess.run(words, input=given, capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout.decode()


def swelling_noise(count: int, path: Path) -> Path:
    """As WAV and, beside it, as bare samples."""
    random = np.random.default_rng(11)
    samples = (random.normal(0, 2000, count) * np.linspace(0.1, 3, count)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(samples.tobytes())
    path.with_suffix(".raw").write_bytes(samples.tobytes())
    return path


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """2.5 s of noise."""
    return swelling_noise(40_000, tmp_path_factory.mktemp("clip") / "noise.wav")


@pytest.fixture(scope="module")
def record_of(clip: Path) -> Recorder:
    """What `mcugen run` says of the clip on a board: cores with a fused multiply-add round otherwise."""

    @functools.cache
    def measure(board: str, clip: Path = clip) -> ClipRecord:
        project, out = clip.parent / board, clip.parent / f"{board}-run"
        mcugen = (sys.executable, "-m", "mcugen")
        run(*mcugen, "build", SOUND, "--board", board, "--out", project)
        run(*mcugen, "run", project, clip, "--out", out)
        (found,) = load_run(out).clips
        return found

    return measure


def assert_scores(said: str, record: ClipRecord, beyond: int = 0) -> None:
    """To the bit, window by window, and the clip's; so many windows follow that do not count for it."""
    scores = np.array(re.findall(r"window \d+: score ([^\s,]+)", said), np.float32)
    assert record.window_scores is not None and len(scores) == record.windows + beyond > 20
    assert (scores[: record.windows] == np.array(record.window_scores, np.float32)).all()
    (mean,) = re.findall(r"clip score (\S+): ok", said)
    assert np.float32(mean) == np.float32(record.score)


def test_the_examples_run_on_the_host(clip: Path, record_of: Recorder, tmp_path: Path) -> None:
    run("cmake", "-S", sdk_for("host"), "-B", tmp_path, "-DMCUGEN_EXAMPLES=ON")
    run("cmake", "--build", tmp_path, "--parallel", 2)
    said = run(tmp_path / "stream_pcm", given=clip.with_suffix(".raw").read_bytes())
    assert_scores(said, record_of("host"))
    assert "values, the first is" in run(tmp_path / "minimal")
    assert run(tmp_path / "two_models").count("\n") == 4
    long = swelling_noise(144_000, tmp_path / "long.wav")  # 282 rows, of which 50 to 249 count
    said = run(tmp_path / "stream_pcm", given=long.with_suffix(".raw").read_bytes())
    assert_scores(said, record_of("host", long), beyond=282 - 250)


def on_board(main: Path, sdk: Path, folder: Path, given: bytes, board: str = "mps2-an505") -> str:
    """What the program prints on an emulated board that reads `given` as its standard input."""
    sources = [main, embed_stdin(given, folder), *sources_of(sdk)]
    program = compile_for_board(sources, folder, [sdk / "include"], board_name=board)
    return run_on_board(program, 240, board_name=board)


@pytest.mark.parametrize("example", ["minimal", "two_models"])
def test_tensor_examples_run_on_an_emulated_board(example: str, tmp_path: Path) -> None:
    require_tool("qemu-system-arm")
    sdk = sdk_for("mps2-an505")
    said = on_board(sdk / "examples" / f"{example}.c", sdk, tmp_path, b"")
    assert re.search(r"the first is -?\d|dense: -?\d|image: -?\d", said), said


def test_a_stream_on_an_emulated_board(clip: Path, record_of: Recorder, tmp_path: Path) -> None:
    require_tool("qemu-system-arm")
    sdk, samples = sdk_for("mps2-an505"), clip.with_suffix(".raw").read_bytes()
    said = on_board(sdk / "examples" / "stream_pcm.c", sdk, tmp_path, samples)
    assert_scores(said, record_of("mps2-an505"))


def test_weights_are_replaced_on_an_emulated_board(tmp_path: Path) -> None:
    """Whole weights are installed, cut ones refused; the model runs in either case."""
    require_tool("qemu-system-arm")
    sdk, path = slot_sdk("mps2-an505"), tmp_path / "weights.bin"
    words = ("--as", "machine_sound_int8", "--version", 2, "--out", path)
    model = SOUND / "machine_sound_int8.tflite"
    run(sys.executable, "-m", "mcugen", "weights", model, "--for", sdk, *words)
    content = path.read_bytes()
    for given, is_whole in ((content, True), (content[:-1], False)):
        said = on_board(sdk / "examples" / "replace_weights.c", sdk, tmp_path, given).splitlines()
        assert len(said) == 2 and said[1] == "ok"
        assert (said[0] == "ok") == is_whole, said


# --- a stranger's program -----------------------------------------------------------------------


@pytest.mark.parametrize(("compiler", "cxx"), [("gcc", "g++"), ("clang", "clang++")])
def test_a_strangers_program_scores_on_the_host(
    compiler: str, cxx: str, clip: Path, record_of: Recorder, tmp_path: Path
) -> None:
    """At most 30 lines, as C11 and C++17, pieces of any size; the bundled model has ad01's network."""
    sdk, main = sdk_for("host"), tmp_path / "main.c"
    main.write_text(STRANGER)
    assert len(STRANGER.splitlines()) <= 30
    include = f"-I{sdk / 'include'}"
    library = []
    for source in sources_of(sdk):
        library.append(tmp_path / f"{source.stem}.o")
        command = [*launcher(), require_tool(compiler), *LIBRARY, include]
        run(*command, "-c", source, "-o", library[-1])
    for front in ([compiler, *LIBRARY], [cxx, *CXX]):
        program = tmp_path / front[0]
        run(require_tool(front[0]), *front[1:], include, "-c", main, "-o", tmp_path / "stranger.o")
        run(compiler, tmp_path / "stranger.o", *library, "-lm", "-o", program)
        said = run(program, given=clip.with_suffix(".raw").read_bytes())
        assert_scores(said, record_of("host"))


@pytest.mark.parametrize("board", ["mps2-an505", "qemu-riscv32"])
def test_a_strangers_program_scores_on_emulated_boards(
    board: str, clip: Path, record_of: Recorder, tmp_path: Path
) -> None:
    """As C11 in the emulator, and as C++17 through the same compiler."""
    compiled_for = load_board(ROOT / "boards" / board)
    require_tool(compiled_for.run_command[0])
    sdk, main = sdk_for(board), tmp_path / "main.c"
    main.write_text(STRANGER)
    prefix, flags = compiled_for.compiler_prefix, [*compiled_for.cpu_flags, f"-I{sdk / 'include'}"]
    for compiler, words in ((f"{prefix}gcc", LIBRARY), (f"{prefix}g++", CXX)):
        output = tmp_path / "main.o"
        run(require_tool(compiler), *flags, *words, "-c", main, "-o", output)
    said = on_board(main, sdk, tmp_path, clip.with_suffix(".raw").read_bytes(), board)
    assert_scores(said, record_of(board))
