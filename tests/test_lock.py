# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What `make` installs is what pyproject.toml names, and the same for the demo and for the tests."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable

import pytest

from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS = PROJECT["project"]["optional-dependencies"]
DEMO = (*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["build"])
TESTED = ("test", "train", "imx93", "emulate", "labgrid")
TEST = (*DEMO, *(package for extra in TESTED for package in EXTRAS[extra]))
QUANTIZE = PROJECT["dependency-groups"]["quantize"]
ONNX = PROJECT["dependency-groups"]["onnx"]
FILES = [
    ("lock.txt", DEMO),
    ("lock-test.txt", TEST),
    ("lock-quantize.txt", QUANTIZE),
    ("lock-onnx.txt", ONNX),
]
_ENTRY = re.compile(
    r"^([\w.-]+)==(\S+)( ; .*?)? \\\n((?:    --hash=sha256:[0-9a-f]{64}.*\n)+)", re.M
)


def locked(name: str) -> dict[tuple[str, str], str]:
    """(package, version) -> its hashes."""
    text = (ROOT / name).read_text()
    entries = {(m[1], m[2]): m[4] for m in _ENTRY.finditer(text)}
    lines = [line for line in text.splitlines() if line and line[0] not in " #"]
    assert {f"{package}=={version}" for package, version in entries} == {
        line.split(" ")[0] for line in lines
    }, "a package without hashes"
    return entries


def names(requirements: Iterable[str]) -> set[str]:
    """As PEP 503 normalises them."""
    return {
        re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", line)[0]).lower()  # type: ignore[index]
        for line in requirements
    }


@pytest.mark.parametrize(("file", "wanted"), FILES)
def test_every_package_of_the_project_is_locked(file: str, wanted: tuple[str, ...]) -> None:
    assert names(wanted) <= {package for package, _ in locked(file)}


def test_both_locks_agree() -> None:
    assert locked("lock.txt").items() <= locked("lock-test.txt").items()
