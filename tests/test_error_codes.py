# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Every message of an error has a code of its own, which the page lists and the command prints."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mcugen.boards import find_board
from mcugen.error_codes import FIRST, all_messages, read_codes
from mcugen.errors import ConfigError, DataError, McugenError, UserError
from mcugen.samples.clips import find_clips
from tests.cli.calls import call
from tests.conftest import ROOT


def test_every_message_has_one_code() -> None:
    codes = read_codes()
    missing = [message for message in all_messages() if message not in codes.values()]
    assert missing == [], "run `make docs`, or reword the message in mcugen/error_codes.toml"
    assert len(set(codes.values())) == len(codes)


def test_the_first_digit_says_the_exit_status() -> None:
    kinds = {kind.__name__: kind for kind in (McugenError, *_below(McugenError))}
    assert kinds.keys() >= FIRST.keys()
    for code, message in read_codes().items():
        status = {"5": 3, "9": 1}.get(code[3], 2)
        assert kinds[message.partition(":")[0]].exit_status == status, code


def _below(kind: type[McugenError]) -> list[type[McugenError]]:
    return [each for sub in kind.__subclasses__() for each in (sub, *_below(sub))]


def test_the_page_is_current() -> None:
    program = (
        "from tools.write_docs import errors_doc; from mcugen.error_codes import read_codes; "
        "print(errors_doc(read_codes()), end='')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=True
    )
    assert (ROOT / "docs" / "errors.md").read_bytes() == done.stdout, "run `make docs`"


def test_the_code_is_that_of_the_place_where_it_is_raised(tmp_path: Path) -> None:
    codes = read_codes()
    with pytest.raises(ConfigError) as unknown:
        find_board("nonesuch")
    assert codes[unknown.value.code] == "ConfigError: …unknown … …"
    with pytest.raises(DataError) as missing:
        find_clips([tmp_path / "nothing.wav"], [".wav"])
    assert missing.value.code.startswith("MCU3")
    assert UserError("made in a test").code == ""


def test_the_command_prints_it_behind_the_message(capfd: pytest.CaptureFixture[str]) -> None:
    answer = call(capfd, "verify", "/")
    first = answer.err.splitlines()[0]
    assert first.startswith("error: / is not a project made by mcugen")
    assert first.endswith("[MCU1038]"), "a code stays the same in every release"
