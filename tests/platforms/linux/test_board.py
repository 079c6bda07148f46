# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The [linux] table of board.toml: what is shipped loads, mistakes are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcugen.boards import find_board, load_board, load_boards
from mcugen.errors import ConfigError
from mcugen.platforms.linux.board import linux_board

MINE = """
name = "mine"
title = "A made-up board"
exporter = "linux-bundle"
[ticks]
unit = "nanoseconds"
[run]
link = "none"
[linux]
port = "port.c"
tools = ["/usr/bin/*/benchmark_model"]
delegates = ["/usr/lib/libnpu.so"]
[linux.configurations.cpu-1]
title = "CPU, 1 thread"
accelerator = "cpu"
threads = 1
"""


def load(tmp_path: Path, text: str) -> object:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "board.toml").write_text(text)
    (folder / "port.c").write_text("")
    return linux_board(load_board(folder))


def test_every_shipped_linux_board_is_described() -> None:
    boards = [board for board in load_boards() if board.exporter == "linux-bundle"]
    assert [board.name for board in boards] == ["imx8mp", "imx93"]
    for board in boards:
        described = linux_board(board)
        assert [c.accelerator for c in described.configurations] == ["cpu", "cpu", "npu"]
        assert described.packages


def test_what_the_issue_asks_of_the_boards() -> None:
    imx93, imx8mp = (linux_board(find_board(name)) for name in ("imx93", "imx8mp"))
    assert imx93.delegates[0] == "/usr/lib/libethosu_delegate.so"
    assert imx93.vela is not None and imx93.vela.arena_cache_bytes == 384 * 1024
    assert [c.threads for c in imx93.configurations] == [1, 2, 1]
    assert imx8mp.delegates[0] == "/usr/lib/libvx_delegate.so"
    assert imx8mp.environment == {"USE_GPU_INFERENCE": "0"}
    assert imx8mp.vela is None
    assert [c.threads for c in imx8mp.configurations] == [1, 4, 1]
    assert imx8mp.published[0].milliseconds == {"cpu-1": 0.152, "cpu-4": 0.151, "npu": 0.140}


BSP = {
    "2.9.1": {"3.5.0"}, "2.10.0": {"3.6.0", "3.7.0"}, "2.11.1": {"3.8.0"}, "2.12.1": {"3.9.0"},
    "2.14.0": {"3.10.0"}, "2.15.0": {"3.11.0"}, "2.16.2": {"3.12.0"}, "2.18.0": {"4.1.0"},
    "2.19.0": {None},
}  # fmt: skip
"""TensorFlow Lite and the Vela beside it, as the recipes of meta-imx have them; None: not settled."""


def test_support_packages_are_those_of_the_recipes() -> None:
    found: dict[str, set[str | None]] = {}
    for package in linux_board(find_board("imx93")).packages:
        found.setdefault(package.tflite, set()).add(package.vela)
    assert found == BSP
    other = linux_board(find_board("imx8mp")).packages
    assert {package.tflite for package in other} == set(BSP)
    assert {package.vela for package in other} == {None}  # it compiles models itself


def test_a_board_of_ones_own(tmp_path: Path) -> None:
    load(tmp_path, MINE)


WRONG = [
    ("tools =", "tool =", r"\[linux\]: key 'tools' is missing", ""),
    ("[linux]", "[linux]\nenviroment = {}", "unknown key 'enviroment'", "'environment'"),
    ("threads = 1", "thread = 1", r"configurations.cpu-1\]: key 'threads' is missing", ""),
    ("threads = 1", "threads = 1\ncores = 2", "unknown key 'cores'", ""),
    ('accelerator = "cpu"', 'accelerator = "cpuu"', "unknown accelerator 'cpuu'", "'cpu'"),
    ("cpu-1]", '"CPU 1"]', "configuration 'CPU 1' is not lower-case", ""),
    ("/usr/lib/libnpu.so", "/usr/lib/$(id).so", "is not a plain path", ""),
    ('"port.c"', '"no.c"', "no.c does not exist", ""),
    ("[linux]", "[linux]\nenvironment = { A = 'x y' }", "more than plain characters", ""),
]


@pytest.mark.parametrize(("right", "wrong", "what", "hint"), WRONG)
def test_mistakes_are_named(tmp_path: Path, right: str, wrong: str, what: str, hint: str) -> None:
    with pytest.raises(ConfigError, match=what) as caught:
        load(tmp_path, MINE.replace(right, wrong, 1))
    assert hint in caught.value.hint


def test_vela_is_not_told_of_another_chips_memory(tmp_path: Path) -> None:
    """Vela ends with status 0 then: nobody else would notice."""
    vela = (
        '[linux.vela]\naccelerator_config = "ethos-u65-256"\nconfig = "Arm/vela.ini"\n'
        'system_config = "Ethos_U55_High_End_Embedded"\nmemory_mode = "Shared_Sram"\n'
        "arena_cache_bytes = 1\n"
    )
    with pytest.raises(ConfigError, match="'Ethos_U55_High_End_Embedded' is not one of 'ethos-u65"):
        load(tmp_path, MINE + vela)


def test_no_configurations(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no configurations"):
        load(tmp_path, MINE[: MINE.index("[linux.configurations")])


def test_an_npu_without_a_delegate(tmp_path: Path) -> None:
    text = MINE.replace('accelerator = "cpu"', 'accelerator = "npu"')
    with pytest.raises(ConfigError, match="delegates is empty"):
        load(tmp_path, text.replace('delegates = ["/usr/lib/libnpu.so"]', ""))


def test_published_figures_of_an_unknown_configuration(tmp_path: Path) -> None:
    published = (
        '[linux.published.ad01]\nmodel_sha256 = "00"\nsource = "x"\n'
        "milliseconds = { cpu-9 = 1.0 }\n"
    )
    with pytest.raises(ConfigError, match="published.ad01 names unknown configurations: cpu-9"):
        load(tmp_path, MINE + published)


def test_a_board_without_linux() -> None:
    with pytest.raises(ConfigError, match="board 'host' does not run Linux"):
        linux_board(find_board("host"))
