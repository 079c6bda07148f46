# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What launch.sh printed on a board: facts, and one section per configuration. Pure.

Lines of the launcher begin with `#mcugen 1 `; everything between `begin` and `end` is the tool's own
output. A log without such lines is stored output of benchmark_model: a section for every run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mcugen.platforms.linux.benchmark_log import BenchmarkLog, read_benchmark_log
from mcugen.platforms.linux.log_text import log_text
from mcugen.platforms.linux.verdict import LogVerdict, judge_log

MARK = "#mcugen 1 "
_STARTING = re.compile(r"^.{0,40}\bSTARTING!", re.MULTILINE)  # the first words of benchmark_model


@dataclass(frozen=True, slots=True)
class LogSection:
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
    sections: tuple[LogSection, ...]


@dataclass(frozen=True, slots=True)
class MeasuredSection:
    """A section, its log as values, and what it is worth."""

    section: LogSection
    log: BenchmarkLog
    verdict: LogVerdict


@dataclass
class _Draft:
    name: str
    facts: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)


def read_launcher_log(content: bytes | str) -> LauncherLog:
    """The sections of a log of launch.sh, or of benchmark_model itself. Never raises."""
    text = log_text(content)
    if MARK not in text:
        return LauncherLog({}, tuple(_bare_sections(text)))
    facts: dict[str, str] = {}
    sections: list[LogSection] = []
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


def _bare_sections(text: str) -> Iterator[LogSection]:
    """One section for each run of benchmark_model that was written to this log, one behind the other."""
    starts = [found.start() for found in _STARTING.finditer(text)][1:]
    for number, (start, end) in enumerate(zip([0, *starts], [*starts, None], strict=True), 1):
        name = f"benchmark_model, run {number}" if starts else "benchmark_model"
        yield LogSection(name, {}, None, text[start:end])


def _is_status(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= 3


def _cut_off(draft: _Draft | None) -> tuple[LogSection, ...]:
    """A section that never ended."""
    return (_section(draft, None, note="the log ends before the run does"),) if draft else ()


def _section(draft: _Draft, status: int | None, note: str = "") -> LogSection:
    return LogSection(draft.name, draft.facts, status, "\n".join(draft.lines), note)


def measure(section: LogSection) -> MeasuredSection:
    """The section's figures with their verdict."""
    log = read_benchmark_log(section.text)
    if section.missing:
        return MeasuredSection(section, log, LogVerdict(None, (section.missing,), ()))
    asked = section.facts.get("asked")
    verdict = judge_log(log, section.status, asked if asked in ("cpu", "npu") else None)
    if section.note:
        verdict = LogVerdict(verdict.accelerator, (section.note, *verdict.errors), verdict.warnings)
    return MeasuredSection(section, log, verdict)
