# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen doctor`: what is there is found, what is not comes with a way to get it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from mcugen.boards import find_board
from mcugen.cli.doctor import command
from mcugen.platforms.mcuxpresso.build import sdk_version
from mcugen.platforms.mcuxpresso.doctor import sdk_findings
from mcugen.toolchain.doctor import Finding, examine
from mcugen.toolchain.ports import Port
from tests.toolchain.test_flash import VCOM, fake_tool

BOARD = find_board("mcxn947")


def by_what(findings: tuple[Finding, ...]) -> dict[str, Finding]:
    return {finding.what: finding for finding in findings}


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(sys, "executable", str(folder / "python"))  # zig may be beside the real one
    return folder


def no_ports() -> tuple[Port, ...]:
    return ()


def test_nothing_installed_everything_explained(tools: Path) -> None:
    findings = examine(BOARD, {}, sdk_findings, no_ports)
    found = [finding.what for finding in findings if finding.ok]
    assert found in ([], ["emulator (--emulate)"])  # a Python package, there or not
    assert all(finding.how for finding in findings)
    needed = [finding.what for finding in findings if finding.needed]
    assert needed == [
        "compiler arm-none-eabi-gcc",
        "cmake",
        "ninja",
        "flash program LinkServer",
        "MCU-Link serial port",
    ]


def test_everything_there(tools: Path, tmp_path: Path) -> None:
    programs = "cmake ninja west python neutron-converter LinkServer JLinkExe pyocd"
    for name in programs.split():
        fake_tool(tools, name, "true")
    fake_tool(tools, "arm-none-eabi-g++", "echo 14.2.1")
    fake_tool(tools, "arm-none-eabi-gcc", "echo 'arm-none-eabi-gcc (GNU) 14.2.1 20241119'")
    sdk = tmp_path / "mcux" / "mcuxsdk"
    sdk.mkdir(parents=True)
    (sdk / "MCUX_VERSION").write_text("CURRENT_YEAR = 25\nVERSION_MAJOR = 12\nVERSION_MINOR = 00\n")
    environment = {"SdkRootDirPath": str(sdk.parent)}
    findings = by_what(examine(BOARD, environment, sdk_findings, lambda: (VCOM,)))
    assert all(finding.ok for finding in findings.values())
    assert findings["compiler arm-none-eabi-gcc"].found.endswith("(14.2.1)")
    assert findings["MCUXpresso SDK 25.06 to 26.06"].found == f"25.12 in {sdk.parent}"
    assert findings["MCU-Link serial port"].found == "/dev/ttyACM3"


def test_a_python_without_the_packages_of_the_sdk(tools: Path) -> None:
    fake_tool(tools, "python3", "exit 1")
    packages = by_what(examine(BOARD, {}, sdk_findings, no_ports))["Python packages of the SDK"]
    assert not packages.ok
    assert "requirements.txt" in packages.how


def test_armgcc_dir_decides(tools: Path, tmp_path: Path) -> None:
    fake_tool(tools, "arm-none-eabi-gcc", "echo 12.2.1")
    findings = by_what(
        examine(BOARD, {"ARMGCC_DIR": str(tmp_path / "none")}, sdk_findings, no_ports)
    )
    compiler = findings["compiler arm-none-eabi-gcc"]
    assert not compiler.ok
    assert "ARMGCC_DIR" in compiler.how


def test_wrong_sdk_folder_is_named(tools: Path, tmp_path: Path) -> None:
    findings = by_what(examine(BOARD, {"SdkRootDirPath": str(tmp_path)}, sdk_findings, no_ports))
    sdk = findings["MCUXpresso SDK 25.06 to 26.06"]
    assert not sdk.ok
    assert not sdk.needed
    assert str(tmp_path) in sdk.how
    assert "without it no image links" in sdk.how
    assert sdk_version(tmp_path) == ""


def test_old_sdk_is_found_and_marked(tools: Path, tmp_path: Path) -> None:
    sdk = tmp_path / "mcuxsdk"
    sdk.mkdir()
    (sdk / "MCUX_VERSION").write_text("CURRENT_YEAR = 24\nVERSION_MAJOR = 12\n")
    findings = by_what(examine(BOARD, {"SdkRootDirPath": str(tmp_path)}, sdk_findings, no_ports))
    assert "older" in findings["MCUXpresso SDK 25.06 to 26.06"].found


def test_board_without_flash_or_sdk() -> None:
    whats = by_what(examine(find_board("host"), {}, None, no_ports))
    assert "cmake" in whats
    assert not any("MCUXpresso" in what or "flash" in what for what in whats)


def test_zig_stands_in_where_a_board_takes_it(tools: Path) -> None:
    assert "compiler aarch64-linux-gnu-gcc" in by_what(
        examine(find_board("imx93"), {}, None, no_ports)
    )
    fake_tool(tools, "zig", "true")
    assert by_what(examine(find_board("imx93"), {}, None, no_ports))[
        "compiler aarch64-linux-gnu-gcc, or zig"
    ].found == str(tools / "zig")
    assert not by_what(examine(BOARD, {}, sdk_findings, no_ports))["compiler arm-none-eabi-gcc"].ok


def test_command_ends_with_2_when_something_is_missing(tools: Path) -> None:
    result = CliRunner().invoke(command, ["--board", "mcxn947"])
    assert result.exit_code == 2
    assert "MISSING  compiler arm-none-eabi-gcc" in result.output
    assert "optional west" in result.output


def test_this_computer_needs_a_compiler_only(tools: Path) -> None:
    """The program that it runs is the firmware itself."""
    for name in ("gcc", "cmake"):
        fake_tool(tools, name, "echo 12.2.0")
    assert all(finding.ok for finding in examine(find_board("host"), {}, None, no_ports))
