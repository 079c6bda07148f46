# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""MCUXpresso projects: files, determinism, board data, and CMake's configure step on a stub SDK."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click
import pytest

from mcugen.boards import Board, find_board, load_boards
from mcugen.cli import cli
from mcugen.codegen.tree import SourceTree, merge
from mcugen.codegen.tree_writer import write_tree
from mcugen.engines import ENGINES
from mcugen.errors import ConfigError
from mcugen.export.app import board_tree
from mcugen.export.exporter import ExportOptions
from mcugen.platforms.mcuxpresso.project import (
    export_mcuxpresso,
    npu_target,
    project_name,
    read_sdk_board,
    with_memory,
)
from mcugen.toolchain.flash_data import read_flash_data
from tests.conftest import require_tool
from tests.stub_sdk import write_stub_sdk

BOARD = find_board("mcxn947")
APP = merge(
    {
        "app/config.h": b"#define A 1\n",
        "model/ad_model.c": b"int ad(void);\nint ad(void) { return 1; }\n",
        "model/ad.tflite": b"TFL3",
        "runtime/main.c": b"int main(void) { return 0; }\n",
    },
    board_tree(BOARD),
)
FILES = {
    ".vscode/launch.json",
    ".vscode/mcuxpresso-tools.json",
    ".vscode/settings.json",
    ".vscode/tasks.json",
    "CMakeLists.txt",
    "CMakePresets.json",
    "Kconfig",
    "README.md",
    "mcux_include.json",
    "prj.conf",
    "sbom.spdx.json",
}


def export(app: SourceTree = APP, **options: Any) -> SourceTree:
    return export_mcuxpresso(
        app, BOARD, "ad", ExportOptions(**{"engine": ENGINES["aot"], **options})
    )


def text(tree: SourceTree, path: str) -> str:
    return tree[path].decode()


def parsed(tree: SourceTree, path: str) -> Any:
    return json.loads(tree[path])


def test_files_of_an_export() -> None:
    assert set(export()) == FILES
    layout = {f"board/{name}.ld" for name in LAYOUT}
    assert set(export(memory="large")) == FILES | layout


def test_same_input_same_bytes() -> None:
    assert dict(export()) == dict(export(dict(reversed(APP.items()))))


def test_every_source_is_named_once() -> None:
    listed = [line.strip() for line in text(export(), "CMakeLists.txt").splitlines()]
    for path in APP:
        assert listed.count(path) == (1 if path.endswith(".c") else 0), path


def test_no_file_of_the_sdk_and_no_machine_path() -> None:
    for path, content in export(engine=ENGINES["tflm"], npu=True, memory="large").items():
        assert b"Copyright" not in content, path
        assert b"/home/" not in content, path


def test_json_parses_and_presets_cover_both_boards() -> None:
    tree = export()
    presets = parsed(tree, "CMakePresets.json")
    assert presets["version"] == 7
    names = [preset["name"] for preset in presets["configurePresets"]]
    assert names == [
        "release-frdmmcxn947",
        "debug-frdmmcxn947",
        "release-mcxn9xxevk",
        "debug-mcxn9xxevk",
    ]
    bases = {preset["name"] for preset in parsed(tree, "mcux_include.json")["configurePresets"]}
    assert {preset["inherits"] for preset in presets["configurePresets"]} == bases
    for path in tree:
        if path.endswith(".json"):
            parsed(tree, path)


def test_variant_is_the_one_vs_code_opens() -> None:
    tree = export(variant="mcxn9xxevk")
    assert parsed(tree, ".vscode/mcuxpresso-tools.json")["sdk"]["boardId"] == "mcxn9xxevk"
    assert 'set(board "mcxn9xxevk"' in text(tree, "CMakeLists.txt")
    with pytest.raises(ConfigError) as caught:
        export(variant="mcxn9xxevl")
    assert "mcxn9xxevk" in caught.value.hint


def test_kconfig_follows_engine_and_npu() -> None:
    binary = "tensorflow_lite_micro.binary=y"
    neutron = "tensorflow_lite_micro.neutron=y"
    assert binary not in text(export(), "prj.conf")
    tflm = text(export(engine=ENGINES["tflm"]), "prj.conf")
    assert binary in tflm
    assert neutron not in tflm
    assert neutron in text(export(engine=ENGINES["tflm"], npu=True), "prj.conf")
    assert "cmsis_nn" not in tflm  # depends on !binary: setting it only makes a warning


def test_tflm_defines_reach_cxx_only() -> None:
    lines = text(export(engine=ENGINES["tflm"]), "CMakeLists.txt")
    assert 'mcux_add_macro(CX "-DTF_LITE_STATIC_MEMORY -DTF_LITE_STRIP_ERROR_STRINGS")' in lines
    assert "TF_LITE" not in text(export(), "CMakeLists.txt")


def test_npu_takes_the_heap_of_the_driver() -> None:
    assert "__heap_size__=32768" in text(export(engine=ENGINES["tflm"], npu=True), "CMakeLists.txt")
    assert "__heap_size__=1024" in text(export(), "CMakeLists.txt")


def test_memory_layouts() -> None:
    tree = export(memory="sramx")
    assert 'REGION_ALIAS("m_arena", m_sramx)' in text(tree, "board/arena_region.ld")
    assert "LINKER board/mcxn947_large.ld" in text(tree, "CMakeLists.txt")
    large = with_memory(BOARD, "large")
    assert large.flash is not None
    assert large.flash.bytes == 2096128
    assert with_memory(BOARD, "") is BOARD
    with pytest.raises(ConfigError) as caught:
        export(memory="larg")
    assert "large" in caught.value.hint


PROGRAM = """
static unsigned char model_arena[ARENA_BYTES] __attribute__((aligned(16)));
int table[3000];
int one = 1;
void Reset_Handler(void) { model_arena[table[0]] = (unsigned char)one; }
__attribute__((section(".isr_vector"), used)) static void *vectors[] = {0, (void *)Reset_Handler};
"""
HOT = {
    "runtime": "int kernel(int x); int kernel(int x) { return 2 * x; }",
    "model": "extern const int weights[]; const int weights[9] = {1};"
    "int layer(void); int layer(void) { return 1; }",
}
LAYOUT = ("arena_region", "hot_code", "hot_data")
RAMA_END = 0x20000000 + 32 * 1024
SDK_RAM_END = 0x20000000 + 312 * 1024


def link_map(folder: Path, memory: str, arena_bytes: int) -> dict[str, int]:
    """The symbols of a small image that is linked as the layout says."""
    gcc, nm = require_tool("arm-none-eabi-gcc"), require_tool("arm-none-eabi-nm")
    (folder / "program.c").write_text(PROGRAM)
    for name in LAYOUT:
        (folder / f"{name}.ld").write_text(text(export(memory=memory), f"board/{name}.ld"))
    symbols = ["-Wl,--defsym=__heap_size__=1000", "-Wl,--defsym=__stack_size__=8192"]
    flags = [*BOARD.cpu_flags, "-fdata-sections", "-nostdlib", f"-DARENA_BYTES={arena_bytes}"]
    script = f"-T{BOARD.folder / 'mcxn947_large.ld'}"
    places = [f"-L{folder}", f"-L{BOARD.folder}"]
    for name, source in HOT.items():
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "hot.c").write_text(source)
        target = [*flags, "-c", f"{name}/hot.c", "-o", f"{folder}/{name}/hot.c.obj"]
        subprocess.run([gcc, *target], cwd=folder, check=True, capture_output=True, text=True)
    objects = ["program.c", *(f"{folder}/{name}/hot.c.obj" for name in HOT)]
    link = [gcc, *flags, *symbols, *places, script, *objects, "-o", "program.elf"]
    subprocess.run(link, cwd=folder, check=True, capture_output=True, text=True)
    output = subprocess.check_output([nm, "program.elf"], cwd=folder, text=True)
    return {words[2]: int(words[0], 16) for words in map(str.split, output.splitlines())}


@pytest.mark.parametrize(("memory", "arena_bytes"), [("large", 390_000), ("sramx", 98_304)])
def test_only_the_arena_lies_beyond_the_ram_of_the_sdk(
    tmp_path: Path, memory: str, arena_bytes: int
) -> None:
    """The stack in RAMA, whose clock never stops; an arena of the largest size that fits."""
    at = link_map(tmp_path, memory, arena_bytes)
    assert at["__StackLimit"] == 0x20000000
    assert at["__StackTop"] - at["__StackLimit"] == 8192
    assert at["__StackTop"] <= RAMA_END
    assert at["__StackTop"] <= at["one"] < at["table"] < at["__HeapBase"]
    assert at["__HeapBase"] < at["__HeapLimit"] <= SDK_RAM_END
    start = at["__HeapLimit"] if memory == "large" else 0x04000000
    assert at["model_arena"] == at["__arena_start__"] == start
    assert at["__arena_end__"] == start + arena_bytes
    with pytest.raises(subprocess.CalledProcessError) as caught:
        link_map(tmp_path, memory, arena_bytes + 40_000)
    assert re.search("(not within|will not fit in) region", caught.value.stderr)


def test_hot_code_and_weights_leave_the_flash(tmp_path: Path) -> None:
    """Code in SRAMX, copied by SystemInitHook; weights in the .data that start-up code copies."""
    at = link_map(tmp_path, "fast", 200_000)
    for name in ("kernel", "layer"):
        assert at["__fast_code_start__"] <= at[name] < at["__fast_code_end__"]
    assert at["__fast_code_start__"] == 0x04000000
    assert at["__fast_code_load__"] % 4 == (at["__fast_code_end__"]) % 4 == 0
    assert at["__data_start__"] <= at["weights"] < at["__data_end__"] <= SDK_RAM_END
    assert at["Reset_Handler"] < 0x00200000
    assert at["model_arena"] == at["__HeapLimit"]
    cold = link_map(tmp_path, "large", 200_000)
    assert cold["__fast_code_start__"] == cold["__fast_code_end__"]
    assert max(cold["kernel"], cold["layer"], cold["weights"]) < 0x00200000


def test_the_npu_has_no_arena_in_sramx() -> None:
    with pytest.raises(ConfigError, match="--memory sramx does not go with the NPU") as caught:
        export(engine=ENGINES["tflm"], npu=True, memory="sramx")
    assert "--memory large" in caught.value.hint


def test_a_board_without_npu_says_so() -> None:
    with pytest.raises(ConfigError, match="FRDM-MCXN236.* has no NPU"):
        npu_target(find_board("mcxn236"), "")


def test_bill_of_materials() -> None:
    tree = export(engine=ENGINES["tflm"], npu=True)
    sbom = parsed(tree, "sbom.spdx.json")
    files = {file["fileName"]: file for file in sbom["files"]}
    assert set(files) == {f"./{path}" for path in merge(APP, tree) if path != "sbom.spdx.json"}
    left_out = sbom["packages"][0]["packageVerificationCode"][
        "packageVerificationCodeExcludedFiles"
    ]
    assert left_out == ["./app/firmware_sha256.h", "./manifest.json", "./sbom.spdx.json"]
    sums = {c["algorithm"]: c["checksumValue"] for c in files["./model/ad.tflite"]["checksums"]}
    assert sums["SHA256"] == hashlib.sha256(b"TFL3").hexdigest()
    assert files["./model/ad.tflite"]["licenseConcluded"] == "NOASSERTION"
    licences = {package["name"]: package["licenseDeclared"] for package in sbom["packages"]}
    assert licences["ad"] == "Apache-2.0"
    assert licences["Neutron driver and firmware"] == "LicenseRef-LA-OPT-NXP-Software"
    assert [row["licenseId"] for row in sbom["hasExtractedLicensingInfos"]] == [
        "LicenseRef-LA-OPT-NXP-Software"
    ]
    ids = [part["SPDXID"] for part in (*sbom["packages"], *sbom["files"])]
    assert len(set(ids)) == len(ids)
    assert "Neutron driver and firmware" not in text(export(), "sbom.spdx.json")


def lines_to_type(page: str) -> list[list[str]]:
    """The `mcugen` lines of a page's indented blocks, in words."""
    lines = (line.strip() for line in page.splitlines() if line.startswith("    "))
    return [shlex.split(line)[1:] for line in lines if line.startswith("mcugen ")]


@pytest.mark.parametrize("page", ["board", "project"])
def test_lines_to_type_are_understood_and_there_once(page: str) -> None:
    read = (
        (BOARD.folder / "README.md").read_text() if page == "board" else text(export(), "README.md")
    )
    lines = lines_to_type(read)
    assert [words[0] for words in lines][-2:] == (
        ["build"] * 2 if page == "board" else ["flash", "run"]
    )
    assert len({tuple(words) for words in lines}) == len(lines)
    for verb, *arguments in lines:
        top = click.Context(cli)
        found = cli.get_command(top, verb)
        assert found is not None
        found.make_context(verb, arguments, parent=top)  # raises where an option is unknown


def sdk_boards() -> list[Board]:
    return [board for board in load_boards() if board.exporter == BOARD.exporter]


def test_every_board_is_flashed_in_the_variants_it_is_built_in() -> None:
    assert len(sdk_boards()) > 1
    for board in sdk_boards():
        assert set(read_sdk_board(board).variants) == set(read_flash_data(board).variants)
        for words in lines_to_type((board.folder / "README.md").read_text()):
            assert words[0] != "build" or words[words.index("--board") + 1] == board.name


def test_one_release_of_the_sdk_is_named_everywhere() -> None:
    tag = read_sdk_board(BOARD).sdk_tag
    assert {read_sdk_board(board).sdk_tag for board in sdk_boards()} == {tag}
    for page in ((BOARD.folder / "README.md").read_text(), text(export(), "README.md")):
        assert f"--mr {tag} mcux" in page


def test_unknown_key_names_the_nearest() -> None:
    table = dict(BOARD.extra["mcuxpresso"])
    table["stack_byte"] = 1
    board = dataclasses.replace(BOARD, extra=MappingProxyType({"mcuxpresso": table}))
    with pytest.raises(ConfigError, match="stack_byte") as caught:
        read_sdk_board(board)
    assert "stack_bytes" in caught.value.hint


def test_linker_scripts_named_by_the_board_exist() -> None:
    for memory in read_sdk_board(BOARD).memories:
        assert (BOARD.folder / memory.linker_script).is_file()


@pytest.mark.parametrize(
    ("model", "project"), [("ad01_int8", "ad01_int8"), ("my model-2", "my_model_2"), ("ä", "_")]
)
def test_project_name(model: str, project: str) -> None:
    assert project_name(model) == project


# ---- CMake's configure step on a stub of the SDK's build system ----


@pytest.fixture
def stub_sdk(tmp_path: Path) -> Path:
    return write_stub_sdk(tmp_path / "mcux")


def configure(project: Path, *arguments: str, env: dict[str, str] | None = None) -> Any:
    command = [require_tool("cmake"), "-S", str(project), "-B", str(project / "build" / "x")]
    return subprocess.run(
        [*command, *arguments], capture_output=True, text=True, timeout=120, env=env
    )


def written(tmp_path: Path, **options: Any) -> Path:
    folder = tmp_path / "project"
    write_tree(merge(APP, export(**options)), folder)
    return folder


@pytest.mark.parametrize("memory", ["", "large"])
def test_configures_with_a_stub_sdk(tmp_path: Path, stub_sdk: Path, memory: str) -> None:
    require_tool("arm-none-eabi-gcc")
    project = written(tmp_path, memory=memory)
    done = configure(project, f"-DSdkRootDirPath={stub_sdk}")
    assert done.returncode == 0, done.stderr
    sources = (project / "build" / "x" / "sources").read_text().split(";")
    assert "board/port.c" in sources


def test_own_files_are_compiled_with_own_flags(tmp_path: Path, stub_sdk: Path) -> None:
    """What the SDK passes comes first: C99, and -fno-builtin, which makes a call of every sqrtf."""
    require_tool("arm-none-eabi-gcc")
    project = written(tmp_path)
    configure(project, f"-DSdkRootDirPath={stub_sdk}", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON")
    commands = json.loads((project / "build" / "x" / "compile_commands.json").read_text())
    flags = {Path(entry["file"]).name: entry["command"].split() for entry in commands}
    own = ["-std=gnu11", "-ffp-contract=off", "-fbuiltin"]
    assert [flag for flag in flags["ad_model.c"] if flag.startswith(("-std", "-f"))][-3:] == own
    assert not set(own) & set(flags["stub.c"])


def test_the_environment_may_name_the_workspace(tmp_path: Path, stub_sdk: Path) -> None:
    compiler = require_tool("arm-none-eabi-gcc")
    env = {
        "PATH": "/usr/bin:/bin",
        "SdkRootDirPath": str(stub_sdk.parent),
        "ARMGCC_DIR": str(Path(compiler).resolve().parent.parent),
    }
    assert configure(written(tmp_path), env=env).returncode == 0


def flat(words: str) -> str:
    return " ".join(words.split())


def test_what_is_missing_is_said_in_one_line(tmp_path: Path, stub_sdk: Path) -> None:
    project = written(tmp_path)
    assert "No MCUXpresso SDK at SdkRootDirPath=''" in flat(configure(project).stderr)
    other = configure(project, f"-DSdkRootDirPath={stub_sdk}", "-Dboard=frdmk64f")
    assert "not for board='frdmk64f'" in flat(other.stderr)
    bare = tmp_path / "bin"
    bare.mkdir()
    (bare / "cmake").symlink_to(shutil.which("cmake") or "/usr/bin/cmake")
    done = subprocess.run(
        [str(bare / "cmake"), "-S", str(project), "-B", str(tmp_path / "y")]
        + [f"-DSdkRootDirPath={stub_sdk}", "-DARM_GCC=ARM_GCC-NOTFOUND"]
        + ["-DCMAKE_FIND_USE_CMAKE_SYSTEM_PATH=NO", "-DCMAKE_FIND_USE_SYSTEM_ENVIRONMENT_PATH=NO"],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": str(bare)},
    )
    assert "No Arm GNU toolchain: set the environment variable ARMGCC_DIR" in flat(done.stderr)
