# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A Linux target over the system's `ssh`: run a command, copy a file, leave nothing behind.

The system's ssh brings ~/.ssh/config, agents, security keys and jump hosts. Host keys are checked as
the user configured them, never less. Targets need a POSIX sh, mktemp and sha256sum: no sftp, no scp.

One `keeper` runs on the target for as long as a session lives. It owns the one temporary folder and
waits for the end of its input: when this side closes the session, is interrupted, dies, or the
connection breaks, it ends every command of the session and removes the folder. Each command runs
under a `guard`, in a process group of its own, and is ended after its time even if nobody is left.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
import secrets
import shlex
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from mcugen.errors import ConfigError, DeviceError, EnvironmentError_
from mcugen.system import IS_WINDOWS
from mcugen.transport.captured_process import CapturedProcess, end_of
from mcugen.transport.ssh_failure import SshTarget, explain_ssh, last_line

# Short: dropbear before 2018 takes commands of at most 1024 bytes. Once .running has gone, a guard can
# add no command, and ends the one that it has started.
KEEPER = """\
trap '' HUP INT PIPE TERM
umask 077
d=$(mktemp -d "${TMPDIR:-/tmp}/mcugen.XXXXXX") && mkdir "$d/.running" || exit 1
echo "$1 $d"
cat >/dev/null
mv "$d/.running" "$d/.ended"
for s in TERM KILL; do
  b=
  for p in "$d"/.ended/*; do
    p=${p##*/}
    { kill -$s -$p || kill -$s $p; } 2>/dev/null && b=1
  done
  [ $b ] && sleep 1
done
rm -rf "$d"
echo "$1 removed"
"""

# Run as: guard TOKEN FOLDER SECONDS COMMAND...
GUARD = """\
token=$1 folder=$2 limit=$3
shift 3
cd "$folder" || exit
echo "$token"
own=
command -v setsid >/dev/null 2>&1 && own=setsid
exec 2>/dev/null
end() { kill "-$1" "-$2" || kill "-$1" "$2"; }
$own "$@" </dev/null 2>&1 &
child=$!
mark=$folder/.running/$child
# Not `:`, whose failed redirection would end this shell and leave the command to itself.
true >"$mark" || { end KILL "$child"; echo "cannot write to $folder"; }
$own sh -c 'sleep "$1"; echo late >"$2"
for s in TERM KILL; do kill "-$s" "-$3" || kill "-$s" "$3"; sleep 2; done' \\
  timer "$limit" "$mark" "$child" </dev/null >/dev/null &
timer=$!
true >"$folder/.running/$timer"
wait "$child"
status=$?
[ -s "$mark" ] && status=late
end KILL "$timer"
kill -KILL "-$child"
rm -f "$mark" "$folder/.running/$timer"
printf '\\n%s %s\\n' "$token" "$status"
"""

# Run as: store TOKEN FILE
STORE = """\
umask 077
echo "$1"
mkdir -p "${2%/*}" 2>&1 && cat 2>&1 >"$2" && sha256sum "$2" 2>&1
printf '\\n%s %s\\n' "$1" $?
"""

# Run as: fetch TOKEN FILE
FETCH = """\
echo "$1"
sha256sum "$2" 2>&1 && cat "$2" 2>&1
printf '\\n%s %s\\n' "$1" $?
"""

CONTROL_PATH_BYTES = 104 - 1 - 17
"""A Unix socket's path has 104 bytes or more with its 0; while ssh binds it appends a dot and 16 letters."""
_CONTROL_NAME = "s"
SLOW_BYTES_PER_SECOND = 20_000
SIGTERM_STATUS = 143
ANSWER_TIMEOUT_S = 20.0  # beyond the command's own limit: connecting, and ending what is late


@dataclass(frozen=True, slots=True)
class RemoteResult:
    """What one remote command left: exit status (128 + n: signal n), standard output and error."""

    status: int
    output: str
    dropped_bytes: int  # of the output, cut out of its middle
    timed_out: bool


class SshSession:
    """A connection with a temporary folder on the target; a context manager."""

    def __init__(self, target: SshTarget) -> None:
        if not target.host or target.host.startswith("-") or any(c.isspace() for c in target.host):
            raise ConfigError(f"{target.host!r} is not a host", hint="for example root@imx93")
        self.target = target
        self.folder = ""
        self._keeper: CapturedProcess | None = None
        self._token = secrets.token_hex(8)
        self._control: Path | None = None

    def __enter__(self) -> SshSession:
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def open(self) -> None:
        """Connects and makes the temporary folder."""
        if shutil.which(self.target.program) is None:
            raise EnvironmentError_(
                f"{self.target.program} is not installed", hint="apt install openssh-client"
            )
        self._control = _control_folder()
        self._keeper = self._start(["sh", "-c", KEEPER, "keeper", self._token], 16384)
        answer = re.compile(rb"^%s (/.*)\n" % self._token.encode(), re.MULTILINE)
        deadline = end_of(self.target.connect_timeout_s + ANSWER_TIMEOUT_S)
        try:
            output = self._keeper.output.wait(lambda text: bool(answer.search(text)), deadline)
            found = answer.search(output)
            if not found:
                raise self._failure(self._keeper, output)  # noqa: TRY301 - closes what it opened
            self.folder = found[1].decode("utf-8", "replace")
            self.upload(".guard", GUARD.encode())
        except BaseException:
            self.close()
            raise

    def close(self) -> bool:
        """Ends what still runs on the target and removes its folder; False if that is not certain."""
        keeper, self._keeper = self._keeper, None
        removed = True
        if keeper is not None:
            sign = f"{self._token} removed".encode()
            keeper.end_input()
            try:
                output = keeper.output.wait(lambda text: sign in text, end_of(ANSWER_TIMEOUT_S))
                removed = sign in output
                keeper.ends_within(2)
            finally:
                keeper.close()
        if self._control is not None:
            shutil.rmtree(self._control, ignore_errors=True)
            self._control = None
        return removed

    def run(
        self,
        command: Sequence[str],
        *,
        timeout_s: float,
        environment: Mapping[str, str] | None = None,
        capacity_bytes: int = 1 << 20,
    ) -> RemoteResult:
        """Runs one command in the session's folder; its two outputs are merged, in their order.

        After `timeout_s` the command is ended on the target. Raises DeviceError when the connection
        is lost; a command that fails, or is missing (status 127), is a result and not an error.
        """
        values = [f"{name}={value}" for name, value in (environment or {}).items()]
        argv = ["env", *values, *command] if values else list(command)
        limit = str(max(1, math.ceil(timeout_s)))
        guarded = ["sh", f"{self.folder}/.guard", self._token, self.folder, limit, *argv]
        status, output, dropped = self._call(guarded, b"", timeout_s, capacity_bytes)
        late = status == "late"
        text = output.decode("utf-8", "replace")
        return RemoteResult(SIGTERM_STATUS if late else int(status), text, dropped, late)

    def upload(self, name: str, content: bytes) -> str:
        """Stores `content` as `name` in the folder, compares hashes, and returns the remote path."""
        path = f"{self.folder}/{name}"
        store = ["sh", "-c", STORE, "store", self._token, path]
        limit = 60 + len(content) / SLOW_BYTES_PER_SECOND
        status, said, _ = self._call(store, content, limit, 16384)
        output = said.decode("utf-8", "replace")
        if "No space left" in output or "quota exceeded" in output:
            raise DeviceError(
                f"no space left on {self.target.host} for {name} ({len(content)} bytes)",
                hint=f"free some of {self.folder.rpartition('/')[0]}, or set TMPDIR on the target",
            )
        if status != "0":
            raise DeviceError(
                f"cannot store {name} on {self.target.host}: {last_line(output) or status}",
                hint="the target needs mkdir, cat and sha256sum",
            )
        if hashlib.sha256(content).hexdigest() not in output:
            raise DeviceError(f"{name} was damaged on its way to {self.target.host}")
        return path

    def download(self, name: str, size_bytes: int) -> bytes:
        """The content of file `name` in the folder, which is known to have `size_bytes`."""
        fetch = ["sh", "-c", FETCH, "fetch", self._token, f"{self.folder}/{name}"]
        limit = 60 + size_bytes / SLOW_BYTES_PER_SECOND
        status, output, _ = self._call(fetch, b"", limit, 2 * size_bytes + 16384)
        line, _, content = output.partition(b"\n")
        if status != "0":
            told = last_line(output.decode("utf-8", "replace"))
            raise DeviceError(f"cannot read {name} on {self.target.host}: {told}")
        if hashlib.sha256(content).hexdigest().encode() not in line or len(content) != size_bytes:
            raise DeviceError(
                f"{name} on {self.target.host} does not have {size_bytes} bytes,"
                " or was damaged on its way"
            )
        return content

    def _call(
        self, command: Sequence[str], content: bytes, timeout_s: float, capacity: int
    ) -> tuple[str, bytes, int]:
        """The status after the token, the output before it, and the bytes dropped from that."""
        if self._keeper is None:
            raise DeviceError(f"no connection to {self.target.host}")
        token = self._token.encode()
        sign = re.compile(rb"\n%s (\w+)\n\Z" % token)
        call = self._start(command, capacity)
        try:
            call.feed(content)
            deadline = end_of(timeout_s + ANSWER_TIMEOUT_S)
            output = call.output.wait(lambda text: bool(sign.search(text)), deadline)
            found = sign.search(output)
            if not found:
                raise self._failure(call, output)
            call.ends_within(1)
            # Before the first token stands what the target's shell says to everybody.
            _, _, own = output[: found.start()].partition(token + b"\n")
            return found[1].decode(), own, call.output.dropped_bytes
        finally:
            call.close()

    def stream_command(self, command: Sequence[str]) -> tuple[str, ...]:
        """The local command line that runs `command` with its standard input and output here.

        For a program that ends when its input does: no time limit watches it.
        """
        control: tuple[str, ...] = ()
        if self._control is not None:
            path = f"ControlPath={self._control / _CONTROL_NAME}"
            control = ("-o", "ControlMaster=auto", "-o", path, "-o", "ControlPersist=no")
        return (
            self.target.program,
            "-T",
            *("-o", "BatchMode=yes", "-o", f"ConnectTimeout={self.target.connect_timeout_s}"),
            *("-o", f"ServerAliveInterval={self.target.alive_interval_s}"),
            *("-o", "ServerAliveCountMax=3"),
            *("-o", "RemoteCommand=none"),  # ours, not one that ~/.ssh/config has for people
            *control,
            *self.target.options,
            "--",
            self.target.host,
            "exec " + shlex.join(command),  # every remote word quoted for the target's shell
        )

    def _start(self, command: Sequence[str], capacity: int) -> CapturedProcess:
        return CapturedProcess(self.stream_command(command), capacity)

    def _failure(self, call: CapturedProcess, output: bytes) -> DeviceError:
        """The error for a call that ended, or did not end, without its sign."""
        ended = call.ends_within(1)
        # The keeper's ssh holds the connection that the others share: it knows why that broke.
        spoke = dict.fromkeys(one for one in (call, self._keeper) if one and one.ends_within(0.5))
        said = [one.messages.wait(lambda _: False, end_of(2)) for one in spoke]
        own = output.replace(self._token.encode() + b"\n", b"")
        return explain_ssh(
            self.target,
            b"\n".join(said).decode("utf-8", "replace"),
            own.decode("utf-8", "replace"),
            ended,
        )


def _control_folder() -> Path | None:
    """A private folder for the shared connection; None where ssh cannot share one."""
    if IS_WINDOWS:
        return None
    folder = Path(tempfile.mkdtemp(prefix="mcugen-"))
    if len(os.fsencode(folder / _CONTROL_NAME)) <= CONTROL_PATH_BYTES:
        return folder
    folder.rmdir()
    return None
