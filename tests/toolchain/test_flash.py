# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Flash runners of the MCX N947: command lines, probes, and every documented failure by a fake tool."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from click.testing import CliRunner

from mcugen.boards import Board, find_board
from mcugen.cli.flash import command
from mcugen.cli.ports import command as ports_command
from mcugen.errors import ConfigError, DeviceError, EnvironmentError_, UserError
from mcugen.export.manifest import manifest_json
from mcugen.toolchain import flash as flash_module
from mcugen.toolchain.build import find_image
from mcugen.toolchain.flash import (
    TRAPS,
    find_program,
    flash,
    flash_commands,
    list_probes,
    parse_probes,
)
from mcugen.toolchain.flash_data import FlashData, read_flash_data
from mcugen.toolchain.ports import Port, name_ports, wait_for_port
from mcugen.toolchain.project import Project
from tests.device.projects import Bench, make_bench
from tests.device.simulated_device import Clock, SimulatedDevice
from tests.schemas import written_as

ELF = Path("/p/build/ad.elf")
BOARD = find_board("mcxn947")


@pytest.fixture
def data() -> FlashData:
    return read_flash_data(BOARD)


def lines(data: FlashData, runner: str, variant: str = "", probe: str = "") -> list[str]:
    words = data.words(variant)
    found = flash_commands(data.runner(runner), runner, words, ELF, probe, Path("/s"))
    return [" ".join(line) for line in found]


def test_linkserver_loads_then_pulses_reset(data: FlashData) -> None:
    assert lines(data, "linkserver") == [
        "linkserver flash MCXN947:FRDM-MCXN947 load /p/build/ad.elf",
        "linkserver probe #1 wiretimedreset 250",
    ]
    assert lines(data, "linkserver", "mcxn9xxevk", "EB04LLNGMJHMR") == [
        "linkserver flash --probe EB04LLNGMJHMR MCXN947:MCX-N9XX-EVK load /p/build/ad.elf",
        "linkserver probe EB04LLNGMJHMR wiretimedreset 250",
    ]


def test_jlink_takes_a_command_file(data: FlashData) -> None:
    assert lines(data, "jlink") == [
        "jlink -NoGui 1 -ExitOnError 1 -Device MCXN947_M33_0 -If SWD -Speed 4000 -AutoConnect 1 "
        "-CommandFile /s/load.jlink"
    ]
    assert data.runner("jlink").script == ('loadfile "{elf}"', "r", "g", "exit")


def test_jlink_has_another_name_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_flash_data(BOARD).runner("jlink").program == "JLinkExe"
    monkeypatch.setattr("mcugen.toolchain.flash_data.IS_WINDOWS", True)
    windows = read_flash_data(BOARD)
    assert [windows.runner(name).program for name in ("jlink", "linkserver")] == [
        "JLink",
        "LinkServer",
    ]


def test_pyocd_and_west(data: FlashData) -> None:
    assert lines(data, "pyocd", probe="X1") == [
        "pyocd flash --uid X1 --target mcxn947 /p/build/ad.elf",
        "pyocd reset --uid X1 --target mcxn947",
    ]
    assert lines(data, "west") == ["west flash --build-dir /p/build --runner linkserver"]


def test_west_is_not_offered_for_a_project_that_it_did_not_build() -> None:
    lent = read_flash_data(find_board("mcxn947-bare")).runners
    assert tuple(lent) == ("linkserver", "jlink", "pyocd")


def test_unknown_runner_and_variant_name_the_nearest(data: FlashData) -> None:
    with pytest.raises(ConfigError) as caught:
        data.runner("linksever")
    assert "linkserver" in caught.value.hint
    with pytest.raises(ConfigError) as caught:
        data.words("frdmmcxn974")
    assert "frdmmcxn947" in caught.value.hint


def board_with(table: dict[str, object]) -> Board:
    import dataclasses

    return dataclasses.replace(BOARD, extra=MappingProxyType({"flash": table}))


def test_a_word_no_variant_has_is_an_error() -> None:
    table = dict(BOARD.extra["flash"])
    table["variants"] = {"frdmmcxn947": {"linkserver_devise": "x", "jlink_device": "y"}}
    with pytest.raises(ConfigError, match="linkserver_device"):
        read_flash_data(board_with(table))


def test_a_board_without_flash_says_so() -> None:
    with pytest.raises(ConfigError, match="not flashed"):
        read_flash_data(find_board("host"))


REAL_LIST = """\
  #  Description                                    Serial         Device    Board         Capabilities
---  ---------------------------------------------  -------------  --------  ------------  ----------------
  1  MCU-LINK FRDM-MCXN947 (r0E7) CMSIS-DAP V3.128  EB04LLNGMJHMR  MCXN947   FRDM-MCXN947  DEBUG, VCOM, SIO
"""


def test_probe_lists() -> None:
    (probe,) = parse_probes(REAL_LIST)
    assert probe.serial == "EB04LLNGMJHMR"
    assert probe.description == "MCU-LINK FRDM-MCXN947 (r0E7) CMSIS-DAP V3.128"
    (probe,) = parse_probes(
        "J-Link[0]: Connection: USB, Serial number: 600123456, ProductName: J-Link MCU-Link\n"
    )
    assert probe.serial == "600123456"
    (probe,) = parse_probes("  0   NXP MCU-LINK CMSIS-DAP   ABCDEF0123   n/a\n")
    assert probe.serial == "ABCDEF0123"
    assert parse_probes("no probe here\n") == ()


def fake_tool(folder: Path, name: str, script: str) -> None:
    """A program that runs `script` in the shell."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IEXEC)


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "tools"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def test_flash_runs_load_and_reset(data: FlashData, tools: Path) -> None:
    log = tools / "log"
    fake_tool(tools, "LinkServer", f'echo "$@" >> {log}')
    flash(data, data.runner(""), "", ELF, "")
    assert log.read_text().splitlines() == [
        "flash MCXN947:FRDM-MCXN947 load /p/build/ad.elf",
        "probe #1 wiretimedreset 250",
    ]


def test_jlink_script_reaches_the_program(data: FlashData, tools: Path) -> None:
    log = tools / "log"
    fake_tool(tools, "JLinkExe", f'for last; do :; done; cat "$last" > {log}')
    flash(data, data.runner("jlink"), "", ELF, "")
    assert log.read_text().splitlines() == ['loadfile "/p/build/ad.elf"', "r", "g", "exit"]


FAILURES = {
    "wrong socket": ("CRITICAL: No probes detected", 1, "no debug probe"),
    "empty serial": ("Ee(E1). Probe serial number not found", 1, "no debug probe"),
    "held": ("connection failed - Ee(AE). Redlink interface error 174.", 1, "another program"),
    "unreachable": ("Ed:02: Failed on connect: Ee(42). Could not connect to core.", 1, "reach"),
    "no port": ("Et:31: No connection to chip's debug port", 1, "does not reach"),
    "secured": ("ERROR: debug authentication failed, device is secured", 1, "secured"),
    "probe update": ("ERROR: MCU-Link firmware update required", 1, "firmware"),
    "permission": ("LIBUSB_ERROR_ACCESS (insufficient permissions)", 1, "permission"),
    "pack": ("Target type 'mcxn947' not recognized", 1, "does not know"),
    "pack's sequences": (
        "Error while running debug sequence 'ResetSystem' (core cm33_core0): "
        "SWD/JTAG communication failure (FAULT ACK)",
        1,
        "debug sequences",
    ),
    "external flash": ("driver MCXN9xx_SFDP_FlexSPI.cfx init failed", 255, "external flash"),
    "status 0": ("ERROR: Could not connect to core", 0, "does not reach"),
    "unknown": ("something nobody has seen", 7, "something nobody has seen"),
    "silent": ("", 3, "it said nothing"),
}


@pytest.mark.parametrize("name", sorted(FAILURES))
def test_each_failure_has_words(name: str, data: FlashData, tools: Path) -> None:
    output, status, words = FAILURES[name]
    (tools / "output").write_text(output + "\n")
    fake_tool(tools, "LinkServer", f"cat {tools}/output >&2; exit {status}")
    with pytest.raises(DeviceError, match=words) as caught:
        flash(data, data.runner(""), "", ELF, "")
    assert caught.value.exit_status == 3
    assert caught.value.hint
    assert "{socket}" not in caught.value.hint


def test_every_trap_is_tested(data: FlashData) -> None:
    outputs = [output for output, _, _ in FAILURES.values()]
    for trap in TRAPS:
        assert any(trap.pattern.search(output) for output in outputs), trap.what


def test_a_hanging_tool_ends(data: FlashData, tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flash_module, "LOAD_TIMEOUT_S", 0.2)
    fake_tool(tools, "LinkServer", "exec sleep 30")
    with pytest.raises(DeviceError, match="did not finish"):
        flash(data, data.runner(""), "", ELF, "")


def test_missing_tool_says_how_to_get_it(data: FlashData, tools: Path) -> None:
    with pytest.raises(EnvironmentError_) as caught:
        find_program(data.runner("pyocd"))
    assert "pyocd pack install" in caught.value.hint


def test_usual_folders_are_searched_newest_first(data: FlashData, tmp_path: Path) -> None:
    import dataclasses

    for version in ("24.9.75", "25.12.83"):
        folder = tmp_path / f"LinkServer_{version}"
        folder.mkdir()
        fake_tool(folder, "LinkServer", "true")
    runner = dataclasses.replace(
        data.runner(""), program="LinkServer", folders=(f"{tmp_path}/LinkServer*",)
    )
    assert find_program(runner) == str(tmp_path / "LinkServer_25.12.83" / "LinkServer")


def test_list_probes(data: FlashData, tools: Path, bench: Bench) -> None:
    (tools / "list").write_text(REAL_LIST)
    fake_tool(tools, "LinkServer", f"cat {tools}/list")
    assert [probe.serial for probe in list_probes(data.runner(""))] == ["EB04LLNGMJHMR"]
    with pytest.raises(ConfigError, match="west cannot list"):
        list_probes(data.runner("west"))
    found = flashed(bench, "--list")
    assert found["runner"] == "linkserver" and found["probes"][0]["serial"] == "EB04LLNGMJHMR"


def test_newest_image_of_this_firmware_wins(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentError_, match="no .elf"):
        find_image(tmp_path, "f00d")
    for age, (name, firmware) in enumerate(
        {"foreign": "cafe", "new": "f00d", "old": "f00d"}.items()
    ):
        folder = tmp_path / "build" / name
        folder.mkdir(parents=True)
        (folder / "a.elf").write_bytes(b"\x7fELF firmware_sha256=%s\n" % firmware.encode())
        os.utime(folder / "a.elf", (1000 - age, 1000 - age))
    assert find_image(tmp_path, "f00d") == tmp_path / "build" / "new" / "a.elf"
    with pytest.raises(EnvironmentError_, match="of an earlier build"):
        find_image(tmp_path, "beef")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """A project for the board, with an image."""
    made = make_bench(tmp_path)
    manifest = replace(made.manifest, board="mcxn947")
    (made.folder / "manifest.json").write_bytes(manifest_json(manifest, {}))
    (made.folder / "build" / "release").mkdir(parents=True)
    (made.folder / "build" / "release" / "a.elf").write_bytes(manifest.firmware_sha256.encode())
    return replace(made, manifest=manifest)


def flashed(bench: Bench, *words: str) -> Any:
    result = CliRunner().invoke(command, [str(bench.folder), *words, "--json"])
    assert result.exit_code == 0, result.output
    return written_as("flash", result.stdout)


def test_dry_run_needs_no_tool(bench: Bench) -> None:
    image = bench.folder / "build" / "release" / "a.elf"
    result = CliRunner().invoke(command, [str(bench.folder), "--dry-run"])
    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        f"LinkServer flash MCXN947:FRDM-MCXN947 load {image}",
        "LinkServer probe '#1' wiretimedreset 250",
    ]
    assert flashed(bench, "--dry-run")["commands"] == result.output.splitlines()


VCOM = Port("/dev/ttyACM3", "MCU-Link VCom", (0x1FC9, 0x0143), "EB04LLNGMJHMR")


def test_the_new_firmware_is_asked_on_the_port_of_the_same_serial_number(
    bench: Bench, tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_tool(tools, "LinkServer", "true")
    moved = replace(VCOM, device="/dev/ttyACM4")
    of_another_board = Port("/dev/ttyACM0", "J-Link", (0x1366, 0x1015), "000123")
    scans = iter([(of_another_board, VCOM), (), (moved,)] * 2)
    opened: list[str] = []

    def link(project: Project, port: str) -> SimulatedDevice:
        opened.append(port)
        return bench.device(Clock())

    monkeypatch.setattr("mcugen.cli.flash.system_ports", lambda: next(scans))
    monkeypatch.setattr("mcugen.cli.flash.project_link", link)
    result = CliRunner().invoke(command, [str(bench.folder)])
    assert result.exit_code == 0, result.output
    assert opened == ["/dev/ttyACM4"]
    assert "its serial port is /dev/ttyACM4" in result.output
    assert result.output.splitlines()[-1].startswith("the firmware answers: model small")
    found = flashed(bench)
    assert (found["port"], found["model"], found["host"]) == ("/dev/ttyACM4", "small", None)


def test_a_port_that_is_busy_for_a_moment_is_tried_again(
    bench: Bench, tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_tool(tools, "LinkServer", "true")
    device = bench.device(Clock())
    errors = [UserError("no permission for /dev/ttyACM3"), DeviceError("/dev/ttyACM3 is busy")]
    opens = device.open

    def open_later() -> None:
        if errors:
            raise errors.pop()
        opens()

    monkeypatch.setattr(device, "open", open_later)
    monkeypatch.setattr("mcugen.cli.flash.POLL_S", 0.0)
    monkeypatch.setattr("mcugen.cli.flash.system_ports", lambda: (VCOM,))
    monkeypatch.setattr("mcugen.cli.flash.project_link", lambda project, port: device)
    result = CliRunner().invoke(command, [str(bench.folder)])
    assert result.exit_code == 0, result.output
    assert not errors
    errors.append(DeviceError("/dev/ttyACM3 is busy"))
    monkeypatch.setattr("mcugen.cli.flash.PORT_OPENS_S", 0.0)
    result = CliRunner().invoke(command, [str(bench.folder)])
    assert isinstance(result.exception, DeviceError)


def test_ports_command_names_mcu_link(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mcugen.cli.ports.system_ports", lambda: (VCOM,))
    result = CliRunner().invoke(ports_command, [])
    start, boards, end = result.output.partition(
        " of imxrt1060 or mcxn236 or mcxn947 or mcxn947-bare "
    )
    assert (start, end) == ("/dev/ttyACM3  MCU-Link", " serial EB04LLNGMJHMR\n"), boards


def test_dry_run_needs_no_image(bench: Bench) -> None:
    (bench.folder / "build" / "release" / "a.elf").unlink()
    result = CliRunner().invoke(command, [str(bench.folder), "--dry-run"])
    assert result.exit_code == 0, result.output
    first, *rest = result.output.splitlines()
    assert "was not compiled" in first
    assert rest[0] == "LinkServer flash MCXN947:FRDM-MCXN947 load IMAGE.elf"


def test_mcu_link_with_the_firmware_of_segger_is_a_j_link() -> None:
    jlink = Port("/dev/ttyACM0", "J-Link", (0x1366, 0x1015), "000123")
    (named,) = name_ports((jlink,), (BOARD,))
    assert named.name == "J-Link"
    assert named.boards == ("mcxn947",)


def test_ports_are_named_by_usb_id() -> None:
    other = Port("/dev/ttyUSB0", "FT232", (0x0403, 0x6001), "A1")
    plain = Port("/dev/ttyS0", "n/a", None, None)
    named = name_ports((VCOM, other, plain), (find_board("host"), BOARD))
    assert [port.name for port in named] == ["MCU-Link", "", ""]
    assert named[0].boards == ("mcxn947",)


def test_port_is_found_again_under_another_name() -> None:
    moved = Port("/dev/ttyACM4", "MCU-Link VCom", (0x1FC9, 0x0143), "EB04LLNGMJHMR")
    scans = iter([(), (), (moved,)])
    sleeps: list[float] = []
    port = wait_for_port("EB04LLNGMJHMR", 10.0, lambda: next(scans), sleeps.append, lambda: 0.0)
    assert port.device == "/dev/ttyACM4"
    assert len(sleeps) == 2


def test_port_that_stays_away_is_a_device_error() -> None:
    with pytest.raises(DeviceError, match="did not come back"):
        wait_for_port("EB04LLNGMJHMR", 1.0, tuple, lambda _: None, lambda: 2.0)
