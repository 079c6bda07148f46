# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Two commands never write to one folder at a time, and no lock outlives its holder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mcugen.errors import EnvironmentError_
from mcugen.folder_lock import LOCK_NAME, locked

HOLD = (
    "import sys\nfrom pathlib import Path\nfrom mcugen.folder_lock import locked\n"
    "with locked(Path(sys.argv[1])):\n    print('held', flush=True)\n    sys.stdin.read()\n"
)


def holder(folder: Path) -> subprocess.Popen[bytes]:
    """A process that holds the folder until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder), "--out"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    return process


def test_the_second_is_told_whose_it_is(tmp_path: Path) -> None:
    with holder(tmp_path) as other:
        with pytest.raises(EnvironmentError_) as caught, locked(tmp_path):
            pass
        assert f"{tmp_path} is in use by process {other.pid} on " in caught.value.what
        assert f": mcugen {tmp_path} --out" in caught.value.what
        assert "another folder with --out" in caught.value.hint
        other.communicate(b"", timeout=30)
    with locked(tmp_path):
        pass
    assert list(tmp_path.iterdir()) == [], "nothing is left behind"


def test_a_holder_that_is_killed_holds_nothing(tmp_path: Path) -> None:
    with holder(tmp_path) as other:
        other.send_signal(signal.SIGKILL)
    assert (tmp_path / LOCK_NAME).exists()
    with locked(tmp_path):
        assert str(os.getpid()) in (tmp_path / LOCK_NAME).read_text()
    assert list(tmp_path.iterdir()) == []


def test_one_process_after_the_other(tmp_path: Path) -> None:
    """Many at once: each gets in, or is told; nobody breaks."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom mcugen.errors import EnvironmentError_\n"
        "from mcugen.folder_lock import locked\nfolder = Path(sys.argv[1])\nentered = 0\n"
        "for _ in range(300):\n    try:\n        with locked(folder):\n"
        "            (folder / 'inside').touch(exist_ok=False)\n            entered += 1\n"
        "            (folder / 'inside').unlink()\n    except EnvironmentError_:\n        pass\n"
        "sys.exit(0 if entered else 1)\n"
    )
    processes = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)]) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]


def test_words_of_others_are_made_safe(tmp_path: Path) -> None:
    with locked(tmp_path):
        (tmp_path / LOCK_NAME).write_bytes(b"\x1b[31mmine\xff")
        with pytest.raises(EnvironmentError_, match=r"in use by \\x1b\[31mmine"), locked(tmp_path):
            pass


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / LOCK_NAME).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EnvironmentError_, match="cannot write"), locked(tmp_path / "folder"):
        pass
    assert not (tmp_path / "elsewhere").exists()
