# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Engine efinix and its port: run on this PC before a stand-in of the platform, compiled with the real
one's headers where EFINIX_DIR names an application's `src`."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mcugen.boards import find_board
from mcugen.codegen.tree_writer import write_tree
from mcugen.config import Config
from mcugen.export.project import generate
from mcugen.platforms.efinix.uart_log import Cost, parse_efinix_log
from mcugen.platforms.request import Choices, make_request
from mcugen.samples.sample_set import SampleSet
from tests.c_compiler import SANITIZERS, WARNINGS
from tests.c_program import FIRMWARE_TESTS
from tests.conftest import require_tool
from tests.device.projects import small_model

FAKE = FIRMWARE_TESTS / "fake" / "efinix_sdk"
CXX_WARNINGS = (
    *(
        "-std=c++11",
        "-Wall",
        "-Wextra",
        "-Wconversion",
        "-Wshadow",
        "-Wundef",
        "-Wdouble-promotion",
    ),
    *("-Werror", "-fno-rtti", "-fno-exceptions", "-fno-threadsafe-statics"),
)
PLATFORM_DEFINES = (  # as the exported makefile gives them
    *("-DTF_LITE_STATIC_MEMORY", "-DTF_LITE_USE_GLOBAL_CMATH_FUNCTIONS"),
    *("-DTF_LITE_USE_GLOBAL_MIN", "-DTF_LITE_USE_GLOBAL_MAX", "-DTF_LITE_DISABLE_X86_NEON"),
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The exported project of a model of 16 values, with three vectors."""
    (tmp_path / "small.tflite").write_bytes(small_model())
    config = Config(model=tmp_path / "small.tflite", front_end={})
    request = make_request(config, find_board("efinix-sapphire"), Choices())
    vectors = np.random.default_rng(5).integers(-128, 128, (3, 16), np.int8)
    options = replace(request.export_options, test_set=SampleSet(vectors))
    write_tree(generate(replace(request, export_options=options)).tree, tmp_path / "project")
    return tmp_path / "project"


def compile_each(
    sources: list[Path], flags: list[str], folder: Path, cc: str, cxx: str
) -> list[str]:
    objects = []
    for source in sources:
        compiler, warnings = (cxx, CXX_WARNINGS) if source.suffix == ".cc" else (cc, WARNINGS)
        objects.append(str(folder / f"{source.name}.o"))
        command = [require_tool(compiler), *warnings, *flags, "-c", str(source), "-o", objects[-1]]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
    return objects


@pytest.mark.parametrize("profile", [0, 1])
def test_the_hello_program_runs_on_the_platforms_interface(
    profile: int, project: Path, tmp_path: Path
) -> None:
    """Model data, engine, interpreter, port and program as exported; the "model" gives -x - 1."""
    model, runtime = project / "model", project / "runtime"
    sources = [
        *(model / "small_model_data.cc", model / "test_vectors.c", project / "board" / "port.c"),
        *(runtime / "engine_efinix.cc", runtime / "tflm_interpreter.cc"),
        *(runtime / "efinix_hello.c", runtime / "text.c", FAKE / "fake_efinix.cc"),
    ]
    folders = (model, runtime, FAKE / "platform", FAKE / "bsp")
    flags = ["-O2", "-g", *SANITIZERS, f"-DMCUGEN_EFINIX_PROFILE={profile}"]
    flags += [f"-I{folder}" for folder in folders]
    objects = compile_each(sources, flags, tmp_path, "gcc", "g++")
    program = str(tmp_path / "hello")
    subprocess.run(["g++", *SANITIZERS, "-o", program, *objects], check=True, timeout=60)
    done = subprocess.run([program], capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 0, done.stderr
    log = parse_efinix_log(done.stdout, "log")
    vectors = np.load(model / "test_vectors.npy")
    assert [block.values for block in log.blocks] == [tuple(map(float, ~row)) for row in vectors]
    assert log.costs == (Cost("", 1000.0),) * 3  # 100 ticks of 100 MHz


@pytest.mark.parametrize("profile", [0, 1])
def test_the_platforms_own_headers_agree(profile: int, project: Path, tmp_path: Path) -> None:
    folder = os.environ.get("EFINIX_DIR", "")
    if not folder:
        pytest.skip("EFINIX_DIR names no src/ of an application of Efinix's TinyML platform")
    platform = [Path(folder) / part for part in ("", "platform", "platform/interrupt")]
    platform += [Path(folder) / "platform" / part for part in ("misc", "tinyml")]
    third = Path(folder) / "tensorflow" / "third_party"
    platform += [third / part for part in ("flatbuffers/include", "gemmlowp", "ruy")]
    flags = ["-O2", *PLATFORM_DEFINES, f"-DMCUGEN_EFINIX_PROFILE={profile}", "-mcpu=cortex-m33"]
    flags += [f"-I{path}" for path in (project / "model", project / "runtime")]
    flags += [word for path in (*platform, FAKE / "bsp") for word in ("-isystem", str(path))]
    sources = [project / "model" / "small_model_data.cc", project / "board" / "port.c"]
    sources += [project / "runtime" / f for f in ("engine_efinix.cc", "tflm_interpreter.cc")]
    compile_each(sources, flags, tmp_path, "arm-none-eabi-gcc", "arm-none-eabi-g++")
