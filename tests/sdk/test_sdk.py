# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The SDK as its users have it: compiled by their compilers, scoring as `mcugen run` does."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from pathlib import Path

import pytest

from mcugen.sdk.build import SdkOptions, make_sdk
from tests.c_compiler import launcher
from tests.c_program import compile_for_board, run_on_board, run_on_host
from tests.cli.calls import call
from tests.conftest import ROOT, require_tool
from tests.schemas import written_as
from tests.sdk.sdks import SOUND, model_files, sdk_for, sources_of

TEST = ROOT / "firmware_tests" / "unit" / "test_sdk.c"
BOARDS = {
    **dict.fromkeys(("mps2-an505", "mps2-an385"), "qemu-system-arm"),
    "qemu-riscv32": "qemu-system-riscv32",
}
STRICT = "-Wall -Wextra -Wpedantic -Werror".split()
M33 = "-mcpu=cortex-m33 -mthumb -mfloat-abi=hard -mfpu=fpv5-sp-d16".split()
RV32 = "-march=rv32imc -mabi=ilp32 -misa-spec=2.2 --specs=picolibc.specs".split()
COMPILERS = {
    "gcc": ("gcc", "g++", "host", []),
    "clang": ("clang", "clang++", "host", []),
    "arm": ("arm-none-eabi-gcc", "arm-none-eabi-g++", "cortex-m33", M33),
    "riscv": ("riscv64-unknown-elf-gcc", "riscv64-unknown-elf-g++", "rv32imc", RV32),
}
Capture = pytest.CaptureFixture[str]


def run(*command: object, **options: object) -> str:
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, timeout=300, check=False, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    text: str = done.stdout.decode()
    return text


# --- what it computes ---------------------------------------------------------------------------


def test_pieces_instances_arenas_and_misuse_on_the_host(tmp_path: Path) -> None:
    sdk = sdk_for("host")
    (tmp_path / "include").symlink_to(sdk / "include")
    run_on_host([TEST, *_flat(sdk, tmp_path)], tmp_path, "-O0")


@pytest.mark.parametrize("board", BOARDS)
def test_the_same_on_an_emulated_board(board: str, tmp_path: Path) -> None:
    require_tool(BOARDS[board])
    sdk = sdk_for(board)
    program = compile_for_board(
        [TEST, *sources_of(sdk)], tmp_path, [sdk / "include"], board_name=board
    )
    assert " 0 failed" in run_on_board(program, 240, board_name=board)


def _flat(sdk: Path, folder: Path) -> list[Path]:
    """The sources beside their headers, where run_on_host looks for headers."""
    for header in (sdk / "include").rglob("*.h"):
        target = folder / header.relative_to(sdk / "include")
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(header.read_bytes())
    return sources_of(sdk)


# --- compilers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COMPILERS)
def test_strict_compilers_have_no_complaint(name: str, tmp_path: Path) -> None:
    """The library as C11, the examples as C11 and as C++17."""
    c, cxx, target, flags = COMPILERS[name]
    sdk = sdk_for(target)
    common = [*STRICT, "-O2", *flags, f"-I{sdk / 'include'}", "-c"]
    for source in (*sources_of(sdk), *(sdk / "examples").glob("*.c")):
        output = tmp_path / f"{source.stem}.o"
        run(*launcher(), require_tool(c), "-std=c11", *common, source, "-o", output)
    for example in (sdk / "examples").glob("*.c"):
        run(
            require_tool(cxx), "-x", "c++", "-std=c++17", *common, example, "-o", tmp_path / "cxx.o"
        )
        assert len(example.read_text().splitlines()) <= 30 or example.stem == "two_models"


BREAKS = {
    "unsafe maths": ("-ffast-math",),
    "fused products": ("-mfma", "-ffp-contract=fast"),
}


@pytest.mark.parametrize("flags", [(), *BREAKS.values()], ids=["sound", *BREAKS])
def test_the_self_test_notices_flags_that_change_arithmetic(
    flags: tuple[str, ...], tmp_path: Path
) -> None:
    if "-mfma" in flags and " fma " not in Path("/proc/cpuinfo").read_text():
        pytest.skip("this processor has no fused multiply-add")
    sdk = sdk_for("host")
    program = tmp_path / "main.c"
    tests = "".join(
        f"""  {{ MCUGEN_ARENA(arena, {name.upper()}_ARENA_BYTES); static {name}_t model;
    {name}_init(&model, &arena); puts(mcugen_result_text({name}_self_test(&model))); }}\n"""
        for name in ("machine_sound_int8", "image", "dense")
    )
    includes = '#include <stdio.h>\n#include "machine_sound_int8.h"\n#include "image.h"\n'
    program.write_text(f'{includes}#include "dense.h"\nint main(void) {{\n{tests}  return 0;\n}}\n')
    words = ["-std=c11", "-O2", "-ffp-contract=off", *flags, f"-I{sdk / 'include'}"]
    output = tmp_path / "program"
    run(require_tool("gcc"), *words, program, *sources_of(sdk), "-lm", "-o", output)
    verdict = "this build computes other values than the generator did" if flags else "ok"
    assert run(output).splitlines() == [verdict] * 3


CONSUMER = """cmake_minimum_required(VERSION 3.16)
project(app LANGUAGES C)
{}
add_executable(app main.c)
target_link_libraries(app PRIVATE mcugen::dense)
"""
WAYS = {
    "add_subdirectory": "add_subdirectory({sdk} models)",
    "FetchContent": "include(FetchContent)\n"
    "FetchContent_Declare(models SOURCE_DIR {sdk})\nFetchContent_MakeAvailable(models)",
    "find_package": "find_package(three_models REQUIRED PATHS {installed} NO_DEFAULT_PATH)",
}


@pytest.mark.parametrize("way", WAYS)
def test_cmake_projects_take_it(way: str, tmp_path: Path) -> None:
    sdk, installed = sdk_for("host"), tmp_path / "installed"
    if way == "find_package":
        run("cmake", "-S", sdk, "-B", tmp_path / "sdk", f"-DCMAKE_INSTALL_PREFIX={installed}")
        run("cmake", "--build", tmp_path / "sdk", "--parallel", 2, "--target", "install")
    (tmp_path / "main.c").write_text(
        '#include "dense.h"\nMCUGEN_ARENA(arena, DENSE_ARENA_BYTES);\nstatic dense_t model;\n'
        "int main(void) { return dense_init(&model, &arena) || dense_self_test(&model); }\n"
    )
    text = CONSUMER.format(WAYS[way].format(sdk=sdk, installed=installed))
    (tmp_path / "CMakeLists.txt").write_text(text)
    run("cmake", "-S", tmp_path, "-B", tmp_path / "build")
    run("cmake", "--build", tmp_path / "build", "--target", "app")
    run(tmp_path / "build" / "app")


MCUX_APP = """cmake_minimum_required(VERSION 3.22)
project(app LANGUAGES C)
add_executable(app main.c)
target_link_libraries(app PRIVATE m)
function(mcux_add_source)  # as SDK 25.12 takes them: cmake/extension/function.cmake
  cmake_parse_arguments(_ "" "BASE_PATH" "SOURCES" ${{ARGN}})
  list(TRANSFORM __SOURCES PREPEND ${{__BASE_PATH}}/)
  target_sources(app PRIVATE ${{__SOURCES}})
endfunction()
function(mcux_add_include)
  cmake_parse_arguments(_ "" "BASE_PATH" "INCLUDES" ${{ARGN}})
  list(TRANSFORM __INCLUDES PREPEND ${{__BASE_PATH}}/)
  target_include_directories(app PRIVATE ${{__INCLUDES}})
endfunction()
include({sdk}/mcuxpresso/three-models.cmake)
"""


def test_an_mcuxpresso_application_includes_it(tmp_path: Path) -> None:
    sdk = sdk_for("host")
    (tmp_path / "CMakeLists.txt").write_text(MCUX_APP.format(sdk=sdk))
    (tmp_path / "main.c").write_bytes((sdk / "examples" / "minimal.c").read_bytes())
    run("cmake", "-S", tmp_path, "-B", tmp_path / "build")
    run("cmake", "--build", tmp_path / "build", "--parallel", 2)
    assert "values, the first is" in run(tmp_path / "build" / "app")
    off = tmp_path / "off"  # Kconfig says nothing of a switch that is off
    run("cmake", "-S", tmp_path, "-B", off, "-DCONFIG_HAS_THREE_MODELS=y")
    listed = (off / "CMakeFiles" / "app.dir" / "build.make").read_text()
    assert "instance.c" not in listed and "main.c" in listed


def test_a_prebuilt_library_is_the_sources(tmp_path: Path) -> None:
    require_tool("arm-none-eabi-gcc")
    options = SdkOptions(target="cortex-m33", name="one", prebuilt=True)
    first, second = (make_sdk(model_files()[2:], options, None).tree for _ in range(2))
    assert first == second
    library = tmp_path / "library.a"
    library.write_bytes(first["lib/libmcugen_cortex-m33.a"])
    assert " T dense_invoke" in run("arm-none-eabi-nm", library)


STACK_MAIN = """
#include <stdio.h>
#include "machine_sound_int8.h"
#include "port.h"
MCUGEN_ARENA(arena, MACHINE_SOUND_INT8_ARENA_BYTES);
static machine_sound_int8_t model;
static int16_t clip[30000];
int main(void) {
  machine_sound_int8_init(&model, &arena);
  const uint32_t before = mcugen_port_stack_used_bytes();
  machine_sound_int8_push_samples(&model, clip, 30000, NULL, NULL);
  machine_sound_int8_end(&model, NULL, NULL);
  machine_sound_int8_self_test(&model);
  printf("%lu %lu\\n", (unsigned long)before, (unsigned long)mcugen_port_stack_used_bytes());
  return 0;
}
"""


def test_the_stack_bound_is_never_below_what_is_used(tmp_path: Path) -> None:
    require_tool("qemu-system-arm")
    sdk = sdk_for("mps2-an505")
    (tmp_path / "main.c").write_text(STACK_MAIN)
    program = compile_for_board(
        [tmp_path / "main.c", *sources_of(sdk)], tmp_path, [sdk / "include"]
    )
    before, used = map(int, run_on_board(program).split())
    row = re.search(r"machine_sound_int8 \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|", _memory(sdk))
    assert row is not None
    bound = int(row[3].replace(",", ""))
    # What main and its caller had on the stack before is in `used` as well.
    assert 0 < used - before <= bound <= used + 512


COST_MAIN = """
#include <stdio.h>
#include "dense.h"
#include "dense_model.h"
#include "port.h"
MCUGEN_ARENA(arena, DENSE_ARENA_BYTES);
static dense_t model;
int main(void) {
  printf("start\\n");  // starts the board
  int sum = 0;
  dense_init(&model, &arena);
  const uint64_t start = mcugen_port_ticks();
  for (int i = 0; i < 100; ++i) {
    dense_model.invoke(arena.bytes);
  }
  const uint64_t middle = mcugen_port_ticks();
  for (int i = 0; i < 100; ++i) {
    dense_input(&model)[0] = 1;
    dense_invoke(&model);
    sum += dense_output(&model)[0];
  }
  const uint64_t end = mcugen_port_ticks();
  printf("%d %lu %lu\\n", sum, (unsigned long)(middle - start), (unsigned long)(end - middle));
  return 0;
}
"""


def test_the_api_costs_little_per_inference(tmp_path: Path) -> None:
    """At most 300 instructions for taking the arena, checking, and finding input and output."""
    require_tool("qemu-system-arm")
    sdk = sdk_for("mps2-an505")
    (tmp_path / "main.c").write_text(COST_MAIN)
    includes = [sdk / "include", sdk / "src"]
    program = compile_for_board([tmp_path / "main.c", *sources_of(sdk)], tmp_path, includes)
    direct, through = map(int, run_on_board(program).splitlines()[-1].split()[1:])
    assert 0 < through - direct <= 100 * 300, (direct, through)


def _memory(sdk: Path) -> str:
    """The table of code and stack."""
    return (sdk / "MEMORY.md").read_text().partition("## Code and stack")[2]


# --- what is in it ------------------------------------------------------------------------------


def test_the_same_models_give_the_same_bytes() -> None:
    options = SdkOptions(target="mps2-an505", name="three-models")
    tree = make_sdk(model_files(), options, None).tree
    sdk = sdk_for("mps2-an505")
    assert {p: (sdk / p).read_bytes() for p in tree} == dict(tree)
    manifest = written_as("sdk-manifest", tree["manifest.json"].decode())
    assert [model["prefix"] for model in manifest["models"]] == [
        "machine_sound_int8",
        "image",
        "dense",
    ]
    files = {p: hashlib.sha256(c).hexdigest() for p, c in tree.items() if p != "manifest.json"}
    assert manifest["files"] == files
    bill = json.loads(tree["sbom.spdx.json"])
    listed = {file["fileName"].removeprefix("./") for file in bill["files"]}
    assert listed == tree.keys() - {"manifest.json", "sbom.spdx.json"}


def test_every_symbol_is_ours(tmp_path: Path) -> None:
    """Nothing that could clash with the user's own, and no variable: the library is re-entrant."""
    sdk = sdk_for("host")
    prefixes = ("mcugen_", "machine_sound_int8_", "image_", "dense_")
    for source in sources_of(sdk):
        run(
            require_tool("gcc"),
            "-fno-pie",
            "-c",
            source,
            f"-I{sdk / 'include'}",
            "-o",
            tmp_path / "o.o",
        )
        for line in run("nm", tmp_path / "o.o").splitlines():
            *_, kind, name = line.split()
            assert kind not in "bBdDC" or name.startswith("__"), (source.name, name)
            assert kind not in "TR" or name.startswith(prefixes), (source.name, name)


def test_the_code_of_a_dense_network_is_small(real_models: Path, tmp_path: Path) -> None:
    """What ad01 without a front-end adds to an image beside weights and biases: kernels, call lines, API,
    and 40 bytes of parameters a layer."""
    require_tool("arm-none-eabi-gcc")
    options = SdkOptions(target="cortex-m33", name="ad", front_end="raw")
    made = make_sdk([real_models / "ad01_int8.tflite"], options, None)
    for path, content in made.tree.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    sizes: list[dict[str, int]] = []
    for main in ("int main(void) { return 0; }\n", (tmp_path / "examples/minimal.c").read_text()):
        program = tmp_path / "main.c"
        program.write_text(re.sub(r"printf\([^;]*;|puts\([^;]*;", "(void)0;", main))
        output = tmp_path / "image.elf"
        flags = [*M33, "-std=c11", "-O2", "-ffunction-sections", "-fdata-sections", "-w"]
        link = ["--specs=nano.specs", "--specs=nosys.specs", "-Wl,--gc-sections", "-lm"]
        includes = f"-I{tmp_path / 'include'}"
        run(
            "arm-none-eabi-gcc",
            *flags,
            includes,
            program,
            *sources_of(tmp_path),
            *link,
            "-o",
            output,
        )
        symbols = (line.split() for line in run("arm-none-eabi-nm", "-S", output).splitlines())
        sizes.append({s[3]: int(s[1], 16) for s in symbols if len(s) == 4 and s[2] in "tTrR"})
    added = sizes[1].keys() - sizes[0].keys() - {"main"}
    code = sum(sizes[1][name] for name in added if not name.endswith(("_weights", "_bias")))
    assert 0 < code <= 2_200, code


def test_mistakes_are_named(tmp_path: Path, capfd: Capture) -> None:
    out = tmp_path / "out"
    wrong = call(capfd, "sdk", SOUND, "--target", "cortx-m33", "--out", out)
    assert wrong.status == 2 and "did you mean 'cortex-m33'?" in wrong.err
    twice = call(capfd, "sdk", SOUND, SOUND, "--target", "host", "--out", out)
    assert twice.status == 2 and "2 models are named 'machine_sound_int8'" in twice.err
    name = call(capfd, "sdk", SOUND, "--target", "host", "--out", out, "--name", "My SDK")
    assert name.status == 2 and "--name 'My SDK'" in name.err
    engine = call(capfd, "sdk", tmp_path / "no.tflite", "--target", "host", "--out", out)
    assert engine.status == 2 and not out.exists()
