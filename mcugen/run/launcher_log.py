# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What launch.sh printed on a board: facts, and one section per configuration. Pure.

Lines of the launcher begin with `#mcugen 1 `; everything between `begin` and `end` is the tool's own
output. A log without such lines is one section: what somebody kept of a single benchmark_model run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mcugen.run.benchmark_log import BenchmarkLog, read_benchmark_log
from mcugen.run.benchmark_verdict import Verdict, judge

MARK = "#mcugen 1 "


@dataclass(frozen=True, slots=True)
class Section:
    """One configuration: the launcher's facts on it, the tool's exit status and what it printed."""

    name: str
    facts: Mapping[str, str]
    status: int | None  # None: not kept, or the tool was never started
    text: str
    note: str = ""  # why there are no figures: "ended after 90 s", "the log ends here"

    @property
    def title(self) -> str:
        """What a table calls it."""
        return self.facts.get("title", self.name)

    @property
    def missing(self) -> str:
        """What the board lacks for it; empty when it ran."""
        return self.facts.get("missing", "")

    @property
    def is_profiled(self) -> bool:
        """True when every operator was timed too: the whole is then slower than it is."""
        return self.facts.get("profiled") == "yes"


@dataclass(frozen=True, slots=True)
class LauncherLog:
    """Facts of the board, and the sections in their order."""

    facts: Mapping[str, str]
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """A section, its log as values, and what it is worth."""

    section: Section
    log: BenchmarkLog
    verdict: Verdict


@dataclass
class _Draft:
    name: str
    facts: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)


def read_launcher_log(content: bytes | str) -> LauncherLog:
    """The sections of a log of launch.sh, or of benchmark_model itself. Never raises."""
    text = content.decode("utf-8", "replace") if isinstance(content, bytes) else content
    if MARK not in text:
        return LauncherLog({}, (Section("benchmark_model", {}, None, text),))
    facts: dict[str, str] = {}
    sections: list[Section] = []
    draft: _Draft | None = None
    for line in text.splitlines():
        word, _, rest = line.removeprefix(MARK).partition(" ")
        if not line.startswith(MARK):
            if draft:
                draft.lines.append(line)
        elif word == "fact":
            key, _, value = rest.partition("=")
            (draft.facts if draft else facts)[key] = value
        elif word == "begin":
            sections += _cut_off(draft)
            draft = _Draft(rest)
        elif word == "end" and draft:
            status = rest.rpartition(" ")[2]
            sections.append(_section(draft, int(status) if _is_status(status) else None))
            draft = None
    return LauncherLog(facts, (*sections, *_cut_off(draft)))


def _is_status(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= 3


def _cut_off(draft: _Draft | None) -> tuple[Section, ...]:
    """A section that never ended."""
    return (_section(draft, None, note="the log ends before the run does"),) if draft else ()


def _section(draft: _Draft, status: int | None, note: str = "") -> Section:
    return Section(draft.name, draft.facts, status, "\n".join(draft.lines), note)


def measure(section: Section) -> Measured:
    """The section's figures with their verdict."""
    log = read_benchmark_log(section.text)
    if section.missing:
        return Measured(section, log, Verdict(None, (section.missing,), ()))
    asked = section.facts.get("asked")
    verdict = judge(log, section.status, asked if asked in ("cpu", "npu") else None)
    if section.note:
        verdict = Verdict(verdict.accelerator, (section.note, *verdict.errors), verdict.warnings)
    return Measured(section, log, verdict)
