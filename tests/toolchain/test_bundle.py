# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The archive of `mcugen doctor --bundle`: what a bug report needs, and no names."""

from __future__ import annotations

import io
import json
import platform
import zipfile
from pathlib import Path

import pytest

from mcugen.errors import ConfigError
from mcugen.toolchain.bundle import make_bundle
from mcugen.toolchain.doctor import Finding
from mcugen.toolchain.ports import Port
from tests.cli.calls import call

ENVIRONMENT = {"ARMGCC_DIR": "/home/eve/arm", "AWS_SECRET_ACCESS_KEY": "s3cret", "LANG": "C"}


@pytest.fixture
def eve(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another user on another machine."""
    monkeypatch.setattr(Path, "home", lambda: Path("/home/eve"))
    monkeypatch.setattr("getpass.getuser", lambda: "eve")
    monkeypatch.setattr(platform, "node", lambda: "lab-7")


def bundle(build_dir: Path | None = None) -> dict[str, str]:
    findings = [Finding("gcc", "/home/eve/arm/bin/gcc 12.2", "")]
    ports = [Port("/dev/ttyACM0", "MCU-Link on lab-7", (0x1FC9, 0x143), "ABCQ12")]
    content = make_bundle(findings, ports, ENVIRONMENT, build_dir)
    assert content == make_bundle(findings, ports, ENVIRONMENT, build_dir)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_names_and_secrets_are_not_in_it(eve: None, tmp_path: Path) -> None:
    build = tmp_path / "build"
    build.mkdir()
    (tmp_path / "manifest.json").write_text("{}")
    (build / "build.log").write_text("eve@lab-7: /home/eve/project/main.c:3: error: evening\n")
    found = bundle(tmp_path)
    everything = "".join(found.values())
    for word in ("/home/eve", "lab-7", "s3cret", "AWS", "ABCQ12", "eve@"):
        assert word not in everything, word
    assert json.loads(found["doctor.json"])[0]["found"] == "~/arm/bin/gcc 12.2"
    assert found["build/build.log"] == "USER@HOST: ~/project/main.c:3: error: evening\n"
    assert json.loads(found["ports.json"])[0]["serial_number"] == "SERIAL1"
    assert json.loads(found["environment.json"]) == {"ARMGCC_DIR": "~/arm", "LANG": "C"}


def test_versions_of_what_computes_are_in_it(eve: None) -> None:
    versions = json.loads(bundle()["versions.json"])
    assert {"mcugen", "python", "numpy", "click"} <= versions.keys()


def test_the_command_writes_it_and_says_so(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    archive = tmp_path / "report.zip"
    answer = call(capfd, "doctor", "--board", "host", "--bundle", archive)
    assert f"wrote {archive}: please look through it" in answer.err
    with zipfile.ZipFile(archive) as found:
        assert {"README.txt", "doctor.json", "versions.json"} <= set(found.namelist())
    answer = call(capfd, "doctor", "--board", "host", "--build", tmp_path)
    assert answer.status == 2 and "--build needs --bundle" in answer.err


def test_a_folder_that_is_no_build_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is not a project made by mcugen"):
        bundle(tmp_path)
