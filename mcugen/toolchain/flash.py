# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Puts an image on a board with the vendor's program, resets it, and names known failures."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mcugen.errors import ConfigError, DeviceError, EnvironmentError_
from mcugen.system import run_text, shell_line
from mcugen.toolchain.flash_data import FlashData, Runner

LOAD_TIMEOUT_S = 300.0
SHORT_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Trap:
    """A failure that users meet, known by its words in the program's output."""

    pattern: re.Pattern[str]
    what: str
    hint: str


def _trap(pattern: str, what: str, hint: str) -> Trap:
    return Trap(re.compile(pattern, re.IGNORECASE), what, hint)


TRAPS = (
    _trap(
        r"no (compatible |supported |available )?(debug )?probes?\b|Probe serial number not found"
        r"|cannot connect to (the )?(j-link|probe)|no emulators? connected",
        "no debug probe is connected",
        "use a data cable in {socket}; `LinkServer probes` (or `--list`) shows what is there",
    ),
    _trap(
        r"LIBUSB_ERROR_ACCESS|insufficient permissions|Permission denied|Access denied",
        "no permission to use the debug probe",
        "install the probe's udev rules (LinkServer's installer does) and plug it in again",
    ),
    _trap(
        r"probe .*(in use|busy|locked)|exclusive|LIBUSB_ERROR_BUSY|already (open|in use)"
        r"|Redlink interface error|Ee\(AE\)",
        "the debug probe is held by another program",
        "end the debug session in the IDE or VS Code (and redlinkserv), or plug the board in again",
    ),
    _trap(
        r"firmware (is being updated|update .*(required|in progress))|probe .*\bDFU\b|ISP mode",
        "the probe's own firmware is being updated or is missing",
        "wait a minute and try again; if it stays, run `LinkServer probe #1 update auto`",
    ),
    _trap(
        r"debug (port|access|authentication).*(lock|disabl|fail|requir)|secured?\b.*(part|device)"
        r"|device is (locked|secured)",
        "the part is secured or its debug port is locked",
        "erase it with NXP's SEC tool in ISP mode (hold ISP, press RESET); this deletes its content",
    ),
    _trap(
        r"Error while running debug sequence",
        "pyOCD fails in the debug sequences of this chip's pack (known problem)",
        "take --runner linkserver or jlink; the cable, the speed and ISP mode do not matter here",
    ),
    _trap(
        r"Could not connect to core|Ee\(42\)|No connection to chip's debug port|Wire Ack Fault"
        r"|No ACK|SWD/JTAG communication failure|target connection failed",
        "the probe does not reach the chip",
        "hold ISP, press RESET, and flash again; check that no jumper turns the on-board SWD off; on "
        "Windows remove both MCU-Link entries in Device Manager and plug the board in again",
    ),
    _trap(
        r"target (type )?'?\w+'? (is )?not recogni[sz]ed|Target type .* not recognized",
        "pyOCD does not know this chip yet",
        "`pyocd pack install` with the name that --dry-run shows behind --target",
    ),
    _trap(
        r"FlexSPI|SFDP",
        "the flash tool fails on the external flash, which this image does not use",
        "delete the FlexSPI region from the board's JSON in LinkServer's folder `devices`",
    ),
)


@dataclass(frozen=True, slots=True)
class Probe:
    """One line of a runner's list of probes."""

    serial: str
    description: str


def find_program(runner: Runner) -> str:
    """Path of the runner's program: PATH first, then its usual folders, the newest one."""
    found = shutil.which(runner.program)
    if found:
        return found
    for pattern in runner.folders:
        root = Path(pattern)
        if not root.parent.is_dir():
            continue
        for folder in sorted(root.parent.glob(root.name), reverse=True):
            found = shutil.which(runner.program, path=str(folder))
            if found:
                return found
    raise EnvironmentError_(f"{runner.program} is not installed", hint=runner.install)


def flash_commands(
    runner: Runner, program: str, words: Mapping[str, str], elf: Path, probe: str, scripts: Path
) -> tuple[tuple[str, ...], ...]:
    """The commands that load `elf` and reset the board, in order; `scripts` holds command files."""
    values = {
        **words,
        "elf": str(elf),
        "build": str(elf.parent),
        "probe": probe,
        "script": str(scripts / "load.jlink"),
    }
    load = runner.load_probe if probe else runner.load
    reset = runner.reset_probe if probe else runner.reset
    lines = [load, *([reset] if reset else [])]
    return tuple((program, *(word.format_map(values) for word in line)) for line in lines)


def flash(
    data: FlashData, runner: Runner, variant: str, elf: Path, probe: str
) -> tuple[tuple[str, ...], ...]:
    """Loads and resets; returns the commands it ran. DeviceError names a known trap."""
    program = find_program(runner)
    words = data.words(variant)
    with tempfile.TemporaryDirectory() as folder:
        scripts = Path(folder)
        lines = "\n".join(line.format_map({**words, "elf": str(elf)}) for line in runner.script)
        (scripts / "load.jlink").write_text(lines + "\n", encoding="utf-8")
        commands = flash_commands(runner, program, words, elf, probe, scripts)
        for command in commands:
            _run(command, data, LOAD_TIMEOUT_S)
    return commands


def list_probes(runner: Runner) -> tuple[Probe, ...]:
    """The probes that the runner's program sees."""
    if not runner.list:
        raise ConfigError(f"{runner.name} cannot list probes", hint="--runner linkserver")
    program = find_program(runner)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "list.jlink"
        script.write_text("\n".join(runner.list_script) + "\n", encoding="utf-8")
        words = [word.format_map({"list_script": str(script)}) for word in runner.list]
        done = _call((program, *words), SHORT_TIMEOUT_S)
    return parse_probes(done.stdout)


_LINKSERVER = re.compile(r"^\s*\d+\s+(?P<what>\S.*?)\s{2,}(?P<serial>\w{6,})(\s|$)")
_JLINK = re.compile(r"Serial number:\s*(?P<serial>\d+),\s*ProductName:\s*(?P<what>.+?)\s*$")
_PYOCD = re.compile(r"^\s*\d+\s+(?P<what>\S.*?)\s{2,}(?P<serial>\w{6,})\s{2,}")


def parse_probes(output: str) -> tuple[Probe, ...]:
    """Probes in the output of LinkServer, J-Link Commander or pyOCD; all print one line each."""
    probes = []
    for line in output.splitlines():
        match = _JLINK.search(line) or _LINKSERVER.match(line) or _PYOCD.match(line)
        if match:
            probes.append(Probe(match["serial"], match["what"]))
    return tuple(probes)


def _run(command: Sequence[str], data: FlashData, timeout_s: float) -> None:
    done = _call(command, timeout_s)
    output = done.stdout + done.stderr
    # LinkServer 1.x ends with status 0 after some failures; its error lines show them.
    if done.returncode == 0 and not re.search(r"^(ERROR|CRITICAL):|\bEd:\d\d:", output, re.M):
        return
    raise explain(command, output, done.returncode, data)


def _call(command: Sequence[str], timeout_s: float) -> subprocess.CompletedProcess[str]:
    try:
        return run_text(command, timeout_s)
    except subprocess.TimeoutExpired:
        raise DeviceError(
            f"{Path(command[0]).name} did not finish in {timeout_s:.0f} s",
            hint="plug the board in again; end other programs that use the probe",
        ) from None
    except OSError as error:
        raise EnvironmentError_(f"{command[0]} does not start: {error.strerror}") from error


def explain(command: Sequence[str], output: str, status: int, data: FlashData) -> DeviceError:
    """The failure of a flash program as an error of ours: a known trap, or its own last words."""
    program = Path(command[0]).name
    for trap in TRAPS:
        if trap.pattern.search(output):
            hint = trap.hint.replace("{socket}", data.socket or "the board's debug socket")
            return DeviceError(f"{program}: {trap.what}", hint=hint)
    words = [line.strip() for line in output.splitlines() if line.strip()]
    last = words[-1] if words else "it said nothing"
    return DeviceError(f"{program} failed (status {status}): {last}", hint=shell_line(command))
