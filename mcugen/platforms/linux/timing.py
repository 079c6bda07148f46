# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Runs a Linux bundle on its board over ssh: upload, preflight, every configuration, records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from mcugen.boards import find_board
from mcugen.errors import ConfigError, DeviceError, unknown
from mcugen.platforms.linux.board import LinuxBoard, linux_board
from mcugen.platforms.linux.bundle import Plan, read_plan
from mcugen.platforms.linux.launcher_log import (
    LauncherLog,
    LogSection,
    MeasuredSection,
    measure,
    read_launcher_log,
)
from mcugen.platforms.linux.records import linux_records
from mcugen.records import LatencyRecord, Record
from mcugen.transport.ssh import SshSession
from mcugen.transport.ssh_failure import SshTarget

FACTS_TIMEOUT_S = 30.0
COMPILE_TIMEOUT_S = 300.0
LOAD_TIMEOUT_S = 300.0  # a driver may take minutes to compile a model in its first inference
LOG_BYTES = 1 << 22
BOARDS_VELA = "the board's own vela"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class LinuxOptions:
    """What to measure; `only` empty: every configuration of the plan."""

    only: tuple[str, ...] = ()
    profile: bool = False  # where the time goes, by operator, instead of latencies
    compile_on_board: bool = False  # use the board's own vela for the NPU
    max_load_s: float = LOAD_TIMEOUT_S


@dataclass(frozen=True, slots=True)
class LinuxResult:
    """What was measured until the end, or until something stopped it."""

    plan: Plan
    board: LinuxBoard
    log: LauncherLog
    measured: tuple[MeasuredSection, ...]
    text: str  # all that launch.sh printed; `mcugen parse-log` reads it
    stopped: BaseException | None  # the lost connection or Ctrl-C that ended it early
    cleaned: bool  # everything was removed from the board
    scorer: LatencyRecord | None = None  # of mcugen's own program on the same board

    @property
    def records(self) -> tuple[Record, ...]:
        """The run and its figures, as every other run's."""
        figures = linux_records(self.plan, self.board, self.log, self.measured)
        return figures if self.scorer is None else (*figures, self.scorer)


def run_linux(
    build_dir: Path,
    target: SshTarget,
    *,
    options: LinuxOptions = LinuxOptions(),  # noqa: B008 - frozen
    board_dir: Path | None = None,
    say: Say = lambda _: None,
) -> LinuxResult:
    """Measures the bundle's configurations one by one.

    DeviceError when nothing could be measured. Once a configuration is done, a lost connection or
    Ctrl-C is kept in `stopped`, with the figures there are.
    """
    plan = read_plan(build_dir)
    board = linux_board(find_board(plan.board, board_dir))
    names = _chosen(plan, options)
    facts = LauncherLog({}, ())
    measured: list[MeasuredSection] = []
    texts: list[str] = []
    stopped: BaseException | None = None
    session = SshSession(target)
    try:
        session.open()
        say(f"connected to {target.host}")
        _upload(session, build_dir, plan)
        texts.append(session.run(["sh", "launch.sh", "facts"], timeout_s=FACTS_TIMEOUT_S).output)
        facts = read_launcher_log(texts[0])
        if options.compile_on_board:
            say("compiling for the NPU on the board")
            _compile(session)
            plan = replace(plan, npu_compiler=BOARDS_VELA, npu_estimate={})
        for name in names:
            say(_title(plan, name))
            section, text = _run_one(session, plan, name, options)
            texts.append(text)
            measured.append(measure(section))
    except (DeviceError, KeyboardInterrupt) as error:
        if not measured:
            raise
        stopped = error
        measured += [_not_measured(plan, name, error) for name in names[len(measured) :]]
    finally:
        cleaned = session.close()
    return LinuxResult(plan, board, facts, tuple(measured), "".join(texts), stopped, cleaned)


def _chosen(plan: Plan, options: LinuxOptions) -> tuple[str, ...]:
    known = tuple(configuration.name for configuration in plan.configurations)
    for name in options.only:
        if name not in known:
            raise unknown("configuration", name, known)
    return options.only or known


def _title(plan: Plan, name: str) -> str:
    return next(c.title for c in plan.configurations if c.name == name)


def _not_measured(plan: Plan, name: str, error: BaseException) -> MeasuredSection:
    """A row for what was still to be measured when the run was stopped."""
    why = error.what if isinstance(error, DeviceError) else "the run was interrupted"
    facts = {"title": _title(plan, name), "missing": f"not measured: {why}"}
    return measure(LogSection(name, facts, None, ""))


def _upload(session: SshSession, build_dir: Path, plan: Plan) -> None:
    names = ["launch.sh", "plan.sh", plan.model_file]
    if plan.npu_model_file and (build_dir / plan.npu_model_file).is_file():
        names.append(plan.npu_model_file)
    for name in names:
        try:
            content = (build_dir / name).read_bytes()
        except OSError as error:
            raise ConfigError(
                f"{build_dir / name} cannot be read: {error.strerror}",
                hint="run `mcugen build` again",
            ) from error
        session.upload(name, content)


def _compile(session: SshSession) -> None:
    result = session.run(["sh", "launch.sh", "compile"], timeout_s=COMPILE_TIMEOUT_S)
    if result.status != 0:
        lines = [line for line in result.output.splitlines() if line.strip()]
        raise DeviceError(
            f"the board did not compile the model: {lines[-1] if lines else result.status}",
            hint="leave out --compile-on-board: the delegate compiles the model when it loads it",
        )


def _run_one(
    session: SshSession, plan: Plan, name: str, options: LinuxOptions
) -> tuple[LogSection, str]:
    """One configuration and all it printed; what is late is ended on the board and noted."""
    verb = "profile" if options.profile else "run"
    limit_s = plan.max_seconds + options.max_load_s
    result = session.run(
        ["sh", "launch.sh", verb, name], timeout_s=limit_s, capacity_bytes=LOG_BYTES
    )
    sections = read_launcher_log(result.output).sections
    section = sections[0] if sections else LogSection(name, {}, result.status, result.output)
    if result.timed_out:
        note = f"it was ended after {limit_s:.0f} s"
        return LogSection(section.name, section.facts, None, section.text, note), result.output
    return section, result.output
