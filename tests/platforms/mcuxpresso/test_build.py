# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Compiling MCUXpresso projects: against a stub of the SDK, and as far as it goes without one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from mcugen.boards import find_board
from mcugen.cli.build import command
from mcugen.device.measure import linked_memory
from mcugen.errors import EnvironmentError_, McugenError
from mcugen.paths import examples_dir
from mcugen.platforms.mcuxpresso.build import (
    _cause,
    check_sdk_version,
    compile_with_sdk,
    compile_without_sdk,
    find_sdk,
    parse_regions,
)
from mcugen.platforms.mcuxpresso.project import read_sdk_board
from mcugen.toolchain.build import find_image
from tests.conftest import require_tool
from tests.stub_sdk import write_stub_sdk

BOARD = find_board("mcxn947")
MODEL = examples_dir() / "machine-sound" / "machine_sound_int8.tflite"


@pytest.fixture
def stub_sdk(tmp_path: Path) -> Path:
    return write_stub_sdk(tmp_path / "mcux")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Written, not compiled."""
    folder = tmp_path_factory.mktemp("mcx") / "project"
    words = [str(MODEL), "--board", "mcxn947", "--out", str(folder), "--no-compile"]
    done = CliRunner().invoke(command, words)
    assert done.exit_code == 0, done.output
    assert "785,408 (" in done.output, "how much flash there is, beside what is planned"
    assert "run build again, without --no-compile" in done.output
    return folder


def test_find_sdk(tmp_path: Path, stub_sdk: Path) -> None:
    assert find_sdk(stub_sdk, "") == stub_sdk
    assert find_sdk(None, str(stub_sdk.parent)) == stub_sdk
    assert find_sdk(None, "") is None
    with pytest.raises(Exception, match="not an MCUXpresso SDK"):
        find_sdk(tmp_path, "")


def test_regions_of_the_linker() -> None:
    table = (
        "Memory region         Used Size  Region Size  %age Used\n"
        "    m_interrupts:         688 B         1 KB     67.19%\n"
        "          m_text:      310056 B       767 KB     39.48%\n"
        "        m_flash1:          0 GB         1 MB      0.00%\n"
    )
    regions = {region.name: region for region in parse_regions(table)}
    assert set(regions) == {"m_interrupts", "m_text"}
    assert regions["m_text"].used_bytes == 310056
    assert regions["m_text"].given_bytes == 767 * 1024


SAID_BY_KCONFIG = {
    "a file is missing": (
        "kconfig.py: Kconfig:2: 'Kconfig.mcuxpresso' not found (in 'rsource ...')",
        "Kconfig:2: 'Kconfig.mcuxpresso' not found",
    ),
    "a line is wrong": (
        "Loaded configuration 'prj.conf'\nkconfig.py: Kconfig:3: error: couldn't parse 'depend B'",
        "Kconfig:3: error: couldn't parse 'depend B'",
    ),
    "a symbol is not for users": (
        "error: B (defined at Kconfig:4) is assigned in a configuration file, but is not directly user-\n"
        "configurable (has no prompt).\n",
        "user- configurable (has no prompt).",
    ),
}


@pytest.mark.parametrize("case", SAID_BY_KCONFIG)
def test_what_kconfig_says_is_the_cause(case: str) -> None:
    said, shown = SAID_BY_KCONFIG[case]
    failed = (
        "CMake Error at cmake/extension/logging.cmake:72 (message):\n"
        "  FATAL_ERROR: Kconfig process command run failed with return code: 1\n"
    )
    assert shown in _cause(f"-- Board: frdmmcxn947\n\n{said}\n{failed}")
    assert "Kconfig process" not in _cause(f"-- Board: frdmmcxn947\n\n{said}\n{failed}")


@pytest.mark.parametrize(
    ("release", "note"), [("25 12", ""), ("26 09", "SDK 26.09 is newer"), ("", "does not say")]
)
def test_the_release_of_the_sdk(stub_sdk: Path, release: str, note: str) -> None:
    data = read_sdk_board(BOARD)
    if release:
        year, major = release.split()
        text = f"CURRENT_YEAR = {year}\nVERSION_MAJOR = {major}\n"
        (stub_sdk / "MCUX_VERSION").write_text(text)
    said = check_sdk_version(stub_sdk, data)
    assert note in said
    assert bool(said) == bool(note)


def test_an_sdk_that_is_too_old_is_refused(project: Path, stub_sdk: Path) -> None:
    (stub_sdk / "MCUX_VERSION").write_text("CURRENT_YEAR = 24\nVERSION_MAJOR = 12\n")
    with pytest.raises(EnvironmentError_, match=r"is MCUXpresso SDK 24\.12") as caught:
        compile_with_sdk(project, BOARD, stub_sdk)
    assert read_sdk_board(BOARD).sdk_tag in caught.value.hint


def test_without_an_sdk_all_but_vendor_code_compiles(project: Path) -> None:
    require_tool("arm-none-eabi-gcc")
    partial = compile_without_sdk(project, BOARD, "speed")
    assert {"app/identity.c", "runtime/harness.c", "runtime/main.c"} <= set(partial.compiled)
    assert set(partial.left) == {f"board/{source}" for source in BOARD.sources}


def test_a_source_that_does_not_compile_is_quoted(tmp_path: Path) -> None:
    require_tool("arm-none-eabi-gcc")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "wrong.c").write_text("int x = 1 + ;\n")
    with pytest.raises(McugenError, match="error"):
        compile_without_sdk(tmp_path, BOARD, "speed")


@pytest.mark.parametrize(("variant", "config"), [("", "release"), ("mcxn9xxevk", "debug")])
def test_with_an_sdk_sizes_are_there_for_the_report(
    project: Path, stub_sdk: Path, variant: str, config: str
) -> None:
    for tool in ("arm-none-eabi-gcc", "cmake", "ninja"):
        require_tool(tool)
    built = compile_with_sdk(project, BOARD, stub_sdk, variant, config)
    elf = built.result.elf
    folder = f"{config}-{variant or 'frdmmcxn947'}"
    assert elf.relative_to(project / "build").parts[0] == folder
    assert elf == find_image(project, ""), "what `mcugen flash` takes (the stub links no identity)"
    assert {region.name for region in built.regions} == {"m_text", "m_data"}
    facts = json.loads((project / "build" / "build.json").read_bytes())
    assert facts["elf"] == f"{folder}/{elf.name}"
    used = {memory.name: memory.used_bytes for memory in linked_memory(project, BOARD)}
    assert used == {"flash": facts["flash_bytes"], "ram": 256}


def test_the_compiler_of_armgcc_dir_is_taken(
    project: Path, stub_sdk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by presets and west: what doctor finds there need not be on PATH, too."""
    monkeypatch.setenv("ARMGCC_DIR", str(tmp_path))
    with pytest.raises(EnvironmentError_, match="holds no bin/arm-none-eabi-gcc"):
        compile_with_sdk(project, BOARD, stub_sdk)
    (tmp_path / "bin").mkdir()
    for tool in ("gcc", "g++", "objcopy"):
        name = f"arm-none-eabi-{tool}"
        (tmp_path / "bin" / name).symlink_to(require_tool(name))
    fresh = tmp_path / "fresh"
    shutil.copytree(project, fresh, ignore=shutil.ignore_patterns("build"))
    built = compile_with_sdk(fresh, BOARD, stub_sdk)
    rules = (built.result.elf.parent / "CMakeFiles" / "rules.ninja").read_text()
    assert f"{tmp_path}/bin/arm-none-eabi-gcc" in rules
    assert "gcc" in built.result.compiler


def test_the_image_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentError_, match="was not compiled"):
        find_image(tmp_path, "")
