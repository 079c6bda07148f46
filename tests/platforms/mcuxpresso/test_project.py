# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""MCUXpresso projects: files, determinism, board data, and CMake's configure step on a stub SDK."""

from __future__ import annotations

import dataclasses
import hashlib
import json
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
from mcugen.platforms.mcuxpresso.project import (
    npu_target,
    project_name,
    read_sdk_board,
)
from mcugen.toolchain.flash_data import read_flash_data
from tests.conftest import require_tool
from tests.platforms.mcuxpresso.exports import APP, BOARD, LAYOUT, export, text
from tests.stub_sdk import write_stub_sdk

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
    assert [words[0] for words in lines][-3:] == (
        ["verify", "build", "build"] if page == "board" else ["flash", "verify", "run"]
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
