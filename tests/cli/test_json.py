# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`--json` is there on every command that prints facts, and nothing else is on standard output."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest

from mcugen.cli import VERBS, cli
from mcugen.paths import examples_dir
from tests.cli.calls import call
from tests.conftest import require_tool
from tests.export.test_golden import dense
from tests.report.runs import labelled_run
from tests.report.test_files import save
from tests.schemas import written_as

Capture = pytest.CaptureFixture[str]
NO_FACTS = {"demo"}
"""It shows the others."""


def facts(capfd: Capture, schema: str, *words: object) -> dict[str, Any]:
    answer = call(capfd, *words, "--json")
    assert answer.status in (0, 2), answer.err
    found: dict[str, Any] = written_as(schema, answer.out)
    return found


@pytest.mark.parametrize("verb", sorted(VERBS.keys() - NO_FACTS))
def test_every_command_with_facts_has_it(verb: str) -> None:
    command = cli.get_command(click.Context(cli), verb)
    assert command is not None
    commands = command.commands.values() if isinstance(command, click.Group) else [command]
    for each in commands:
        assert "--json" in {option for p in each.params for option in p.opts}, each.name


def test_a_data_set_and_an_sdk(capfd: Capture, tmp_path: Path) -> None:
    require_tool("gcc")
    few = [word for name in ("ids", "train-clips", "test-normals", "test-anomalies")
           for word in (f"--{name}", 1)]  # fmt: skip
    made = facts(capfd, "data", "data", "synth", tmp_path / "data", *few, "--seconds", 0.1)
    assert (made["clips"], made["seconds"]) == (3, 0.1)
    out = tmp_path / "sdk"
    (tmp_path / "dense.tflite").write_bytes(dense())
    made = facts(capfd, "sdk", "sdk", tmp_path / "dense.tflite", "--target", "host", "--out", out)
    (model,) = made["models"]
    assert sum(path.is_file() for path in out.rglob("*")) == made["files"]
    assert (out / "include" / model["header"]).is_file()


def test_boards_ports_and_doctor(capfd: Capture) -> None:
    boards = {board["name"]: board for board in facts(capfd, "boards", "boards")["boards"]}
    assert boards["mcxn947"]["tick_unit"] == "cycles" and boards["mps2-an505"]["is_emulated"]
    assert isinstance(facts(capfd, "ports", "ports")["ports"], list)
    found = facts(capfd, "doctor", "doctor", "--board", "host")
    assert found["board"] == "host" and {"what", "found", "ok"} <= found["findings"][0].keys()


def test_a_build_has_its_manifest_and_the_commands_that_follow(
    capfd: Capture, tmp_path: Path
) -> None:
    model = examples_dir() / "machine-sound"
    words = ("build", model, "--board", "mcxn947", "--no-compile", "--out", tmp_path / "my build")
    found = facts(capfd, "build-report", *words)
    assert found["manifest"]["model"] == "machine_sound_int8" and found["image"] is None
    assert found["next"][0] == f"mcugen verify '{tmp_path / 'my build'}' --port PORT"
    assert found["next"][1].endswith("CLIPS --port PORT"), (
        "nothing to flash before an image is there"
    )


def test_a_run_again(capfd: Capture, tmp_path: Path) -> None:
    assert facts(capfd, "summary", "report", save(labelled_run(), tmp_path / "run"))["clips"] == 24
