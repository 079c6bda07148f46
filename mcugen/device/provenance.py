# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What made the figures of a run: tools with their versions, the board's serial number, `verify`'s word."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mcugen.boards import Board
from mcugen.errors import DataError, EnvironmentError_
from mcugen.files import finite, write_json
from mcugen.records import RunRecord, StageRecord
from mcugen.system import run_text
from mcugen.toolchain.ports import system_ports
from mcugen.toolchain.project import Project
from mcugen.typed_json import from_object

Facts = tuple[tuple[str, str], ...]
SCHEMA_VERSION = 1
VERIFY_JSON = Path("build") / "verify.json"
FEATURES_JSON = Path("build") / "features.json"
"""What `mcugen verify` found last, in the project's folder; of features apart."""
VERSION_S = 10.0


def begun(described: RunRecord, facts: Facts, command: str | None) -> RunRecord:
    """The head of a run that begins now, with more facts."""
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    return replace(described, facts=described.facts + facts, started=now, command=command)


def run_facts(project: Project, port: str | None) -> Facts:
    """Facts for the head of a run on the project's device, behind `port` or emulated."""
    facts = [
        ("python", platform.python_version()),
        ("numpy", version("numpy")),
        ("system", platform.platform()),
    ]
    if project.manifest.accelerated:
        facts += [("NPU", " · ".join(project.manifest.accelerated))]
    if port is None:
        facts += _emulator(project.board)
    else:
        facts += [("pyserial", version("pyserial"))]
        serial = next((p.serial_number for p in system_ports() if p.device == port), None)
        facts += [("board serial number", serial)] if serial else []
    return (*facts, *verified_facts(project))


def _emulator(board: Board) -> list[tuple[str, str]]:
    """The first line that the program which runs the firmware says of itself, where it is a tool."""
    program = board.run_command[0] if board.run_command else "{elf}"
    if "{elf}" in program:
        return []
    with suppress(OSError, subprocess.TimeoutExpired):
        done = run_text([program, "--version"], VERSION_S)
        return [("emulator", done.stdout.partition("\n")[0].strip())] if done.stdout else []
    return []


def write_verified(project: Project, verdicts: Sequence[Any], name: Path = VERIFY_JSON) -> None:
    """Leaves what was found with the firmware, as dataclasses, for the runs that follow."""
    body = {
        "schema": SCHEMA_VERSION,
        "firmware_sha256": project.manifest.firmware_sha256,
        "verdicts": finite([asdict(verdict) for verdict in verdicts]),
    }
    with suppress(EnvironmentError_):  # a folder that is only read: the verdict stands without it
        write_json(project.folder / name, body)


def verified_facts(project: Project) -> Facts:
    """What `mcugen verify` found for this firmware, in lines; empty where it was not asked."""
    found = (
        (_verdict(project, VERIFY_JSON), _output_facts),
        (_verdict(project, FEATURES_JSON), _feature_facts),
    )
    facts: list[tuple[str, str]] = []
    for verdict, words in found:
        with suppress(*_NOT_OURS):
            facts += words(verdict) if verdict else ()
    return tuple(facts)


def verified_stages(project: Project) -> tuple[StageRecord, ...]:
    """What `mcugen verify --features` found for this firmware; empty where it was not asked."""
    with suppress(*_NOT_OURS):
        stages = _verdict(project, FEATURES_JSON)["stages"]
        return tuple(from_object(StageRecord, stage, "stage") for stage in stages)
    return ()


_NOT_OURS = (OSError, ValueError, KeyError, TypeError, IndexError, DataError)
"""What a file that somebody changed may bring."""


def _verdict(project: Project, name: Path) -> dict[str, Any]:
    """The first in the file, if it is of this firmware; else empty."""
    with suppress(*_NOT_OURS):
        found = json.loads((project.folder / name).read_bytes())
        if found["firmware_sha256"] == project.manifest.firmware_sha256:
            verdict: dict[str, Any] = found["verdicts"][0]
            return verdict
    return {}


def _output_facts(one: dict[str, Any]) -> Facts:
    equal = int(one["values"]) - int(one["different"])
    text = f"{equal:,} of {int(one['values']):,} output values equal {one['reference']}"
    return (("verify", text),)


def _feature_facts(one: dict[str, Any]) -> Facts:
    stages = ", ".join(
        f"{stage['stage']} {stage['largest_difference']:.1e} ({stage['unit']})"
        for stage in one["stages"]
    )
    features = f"{int(one['different']):,} of {int(one['features']):,} int8 features differ"
    facts = [("features, largest differences", stages), ("features", features)]
    if one["score_difference"] is not None:
        effect = f"scores differ by {one['score_difference']:+.1e} at most"
        if one["auc"] is not None and one["reference_auc"] is not None:
            effect += (
                f"; AUC {one['auc']:.4f}, {one['reference_auc']:.4f} with the reference's features"
            )
        facts.append(("features, effect", effect))
    return tuple(facts)
