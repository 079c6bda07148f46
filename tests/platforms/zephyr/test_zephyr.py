# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The measuring firmware as a Zephyr application. With ZEPHYR_BASE set it is built and run in QEMU."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from mcugen.boards import find_board, load_board
from mcugen.errors import ConfigError
from mcugen.paths import examples_dir
from mcugen.platforms.zephyr.application import read_zephyr
from tests.c_program import FIRMWARE_TESTS, run_on_host
from tests.cli.calls import call
from tests.conftest import require_tool

SOUND = examples_dir() / "machine-sound"
Capture = pytest.CaptureFixture[str]


def test_the_application_names_every_source_and_the_board(tmp_path: Path, capfd: Capture) -> None:
    out = tmp_path / "app"
    words = ("--board", "zephyr", "--no-compile", "--out", out)
    assert call(capfd, "build", SOUND, *words).status == 0
    listing = (out / "CMakeLists.txt").read_text()
    sources = {path.relative_to(out).as_posix() for path in out.rglob("*.c")}
    assert sources == set(re.findall(r"^  (\S+\.c)$", listing, re.MULTILINE))
    assert "board/port.c" in sources and "-ffp-contract=off" in listing
    assert "west build -b frdm_mcxn947/mcxn947/cpu0" in (out / "README.md").read_text()
    settings = (out / "prj.conf").read_text().splitlines()
    assert {"CONFIG_CONSOLE=n", "CONFIG_UART_INTERRUPT_DRIVEN=y"} < set(settings)


def test_another_board_is_an_option(tmp_path: Path, capfd: Capture) -> None:
    out = tmp_path / "app"
    words = ("--board", "zephyr", "--variant", "nucleo_u575zi_q", "--no-compile", "--out", out)
    assert call(capfd, "build", SOUND, *words).status == 0
    assert "west build -b nucleo_u575zi_q " in (out / "README.md").read_text()


def test_without_a_zephyr_the_way_on_is_said(
    tmp_path: Path, capfd: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ZEPHYR_BASE", raising=False)
    answer = call(capfd, "build", SOUND, "--board", "zephyr", "--out", tmp_path / "app")
    assert answer.status == 0 and "no ZEPHYR_BASE: README.md" in answer.out
    monkeypatch.setenv("ZEPHYR_BASE", str(tmp_path))
    wrong = call(capfd, "build", SOUND, "--board", "zephyr", "--out", tmp_path / "app")
    assert wrong.status == 2 and "is no Zephyr" in wrong.err


def test_a_port_that_is_not_there_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "zephyr"
    folder.mkdir()
    text = (find_board("zephyr").folder / "board.toml").read_text()
    (folder / "board.toml").write_text(text)
    with pytest.raises(ConfigError, match=r"board\.toml \[zephyr\]: port .* does not exist"):
        read_zephyr(load_board(folder))


def test_the_port_counts_beyond_32_bits(tmp_path: Path) -> None:
    (tmp_path / "zephyr").symlink_to(FIRMWARE_TESTS / "fake" / "zephyr_sdk" / "zephyr")
    short = tmp_path / "short.c"
    port = read_zephyr(find_board("zephyr")).port
    short.write_text(f'#define FAKE_SHORT_COUNTER\n#include "{port}"\n')
    test = tmp_path / "test.c"
    unit = FIRMWARE_TESTS / "unit" / "test_port_zephyr.c"
    test.write_text(f'#define FAKE_SHORT_COUNTER\n#include "{unit}"\n')
    run_on_host([short, test], tmp_path)


def test_the_firmware_is_exact_under_zephyr_in_qemu(tmp_path: Path, capfd: Capture) -> None:
    """Needs a Zephyr workspace: ZEPHYR_BASE, and ZEPHYR_MODULES with CMSIS where west is not used."""
    if "ZEPHYR_BASE" not in os.environ:
        pytest.skip("no Zephyr: set ZEPHYR_BASE")
    require_tool("qemu-system-arm")
    out = tmp_path / "app"
    assert call(capfd, "build", SOUND, "--board", "zephyr-an521", "--out", out).status == 0
    answer = call(capfd, "verify", out, "--vectors", 16)
    assert answer.status == 0 and "bit-exact with double rounding" in answer.out
