# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""May a benchmark_model log be believed, and where did the model run? Pure.

benchmark_model is generous: it ignores flags it does not know, times the CPU when the delegate took
nothing, and exits with 0. A figure counts only with status 0, the summary line and a line that says
what the delegate took.
"""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass

from mcugen.platforms.linux.benchmark_log import BenchmarkLog

CPU = "cpu"
NPU = "npu"

# A delegate's share of the graph, by the name benchmark_model gives the delegate. XNNPACK is code for
# the CPU: its `completely executed by the delegate` is no accelerator.
CPU_DELEGATES = ("XNNPACK",)
LIBRARIES = {NPU: r"ethosu|neutron", "npu or gpu": r"vx_delegate"}
"""Libraries of stored logs. The VX delegate takes the GPU unless USE_GPU_INFERENCE=0 was set."""


CRASH = re.compile(r"(?m)\b(?:Segmentation fault|Bus error|Illegal instruction)\b|^Aborted\b")
"""What a shell prints when a signal ended the tool: all that a stored log shows of its status."""


@dataclass(frozen=True, slots=True)
class Cause:
    """A pattern in the log, and what it means to the user."""

    pattern: str
    meaning: str


CAUSES = (
    Cause(
        r"Unable to load external delegate from",
        "the delegate library is missing or is not a delegate",
    ),
    Cause(
        r"Failed to create ethos_u driver",
        "the Ethos-U driver cannot be opened: /dev/ethosu0 is for root only",
    ),
    Cause(
        r"unresolved custom op: ethos-u",
        "the model is compiled for the Ethos-U but no Ethos-U delegate was used",
    ),
    Cause(
        r"Disallowed CPU fallback detected",
        "the delegate does not take the whole model, and full delegation was required",
    ),
    Cause(r"Failed to apply \w+ delegate", "the delegate failed while it prepared the model"),
    Cause(r"[Ff]ailed to invoke", "an inference failed"),
    Cause(
        r"[Uu]nresolved custom op|Didn't find op for builtin opcode",
        "the model has an operator that the board's TensorFlow Lite does not know",
    ),
    Cause(
        r"Please specify the name of your TF Lite input file",
        "no model was given to benchmark_model",
    ),
    Cause(
        r"Failed to load model|Could not open|not a valid [Ff]latbuffer|Mmap of .* failed"
        r"|The model is not|Model provided has model identifier",
        "the model file is missing, empty or damaged",
    ),
    Cause(
        r"[Cc]annot allocate memory|[Oo]ut of memory|std::bad_alloc|Failed to allocate",
        "the board ran out of memory",
    ),
    Cause(
        r"error while loading shared libraries|cannot open shared object file",
        "a shared library is missing on the board",
    ),
    Cause(r"Failed to parse|Got unexpected value|Invalid value", "a flag has a wrong value"),
)
"""Ordered by priority: the first match is reported."""


@dataclass(frozen=True, slots=True)
class LogVerdict:
    """`accelerator` is where the timed runs truly ran, None where that is not known."""

    accelerator: str | None
    errors: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """True when the figures may be used."""
        return not self.errors


def judge_log(log: BenchmarkLog, status: int | None, asked: str | None) -> LogVerdict:
    """What the log is worth.

    `status` is the tool's exit status, None where it was not kept. `asked` is "cpu" or "npu" where we
    ourselves chose flags, delegate and environment; None for a stored log of unknown making.
    """
    one_run = log.summary is not None and log.runs == 1
    accelerator = where_it_ran(log, asked) if one_run else None
    errors = (*_status_errors(status), *_log_errors(log, status), *_figure_errors(log, status))
    if accelerator is None and one_run:
        errors += ("no line shows whether the delegate took the model: these may be CPU timings",)
    cause = explain(log)
    if errors and cause:
        errors = (cause, *errors)
    if errors and log.summary is None:
        errors += tuple(f"log: {line}" for line in telling_lines(log))
    return LogVerdict(accelerator, errors, tuple(_warnings(log, asked)))


def where_it_ran(log: BenchmarkLog, asked: str | None) -> str | None:
    """ "cpu", "npu", "npu+cpu", another delegate's name, or None when the log does not show it."""
    others = [taken for taken in log.delegations if taken.delegate not in CPU_DELEGATES]
    if not others:
        return None if asked == NPU or wanted_delegates(log) else CPU
    external = NPU if asked == NPU else _library_accelerator(log.external_delegate or "")
    names = {
        d.delegate: external if d.delegate == "EXTERNAL" else d.delegate.lower() for d in others
    }
    took = [names[d.delegate] for d in others if d.share != "none"]
    alone = len(took) == 1 and all(d.share != "part" for d in others)
    return "+".join(dict.fromkeys([*took, *(() if alone else (CPU,))]))


def wanted_delegates(log: BenchmarkLog) -> bool:
    """True when the log shows that more than the CPU was asked for."""
    created = any(name not in CPU_DELEGATES for name in log.created)
    return created or log.external_delegate is not None


def _library_accelerator(path: str) -> str:
    """What is behind an external delegate, by its library; "external" for one that is not known."""
    known = (name for name, libraries in LIBRARIES.items() if re.search(libraries, path))
    return next(known, "external")


def explain(log: BenchmarkLog) -> str:
    """The cause of a failure; empty when the log shows no known one."""
    found = (cause.meaning for cause in CAUSES if re.search(cause.pattern, log.text))
    return next(found, "")


def telling_lines(log: BenchmarkLog, limit: int = 3) -> tuple[str, ...]:
    """The lines a person would look for: complaints first, else the last ones; no line twice."""
    lines = list(
        dict.fromkeys(line.strip()[:300] for line in log.text.splitlines() if line.strip())
    )
    complaint = re.compile(
        r"\b(error|fail(ed|ure)?|unable|cannot|could not|not found|fault)\b", re.I
    )
    complaints = [line for line in lines if complaint.search(line)]
    return tuple(complaints[:limit] or lines[-limit:])


def _status_errors(status: int | None) -> tuple[str, ...]:
    """Errors in the exit status of a shell: 128 + n is signal n."""
    if not status:
        return ()
    if status > 128:
        return (f"benchmark_model crashed: {_signal_name(status - 128)} (status {status})",)
    if status in (126, 127):
        return (f"benchmark_model is not there or cannot be executed (status {status})",)
    return (f"benchmark_model failed with status {status}",)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _log_errors(log: BenchmarkLog, status: int | None) -> tuple[str, ...]:
    errors: tuple[str, ...] = ()
    if status is None and (crash := CRASH.search(log.text)):
        errors += (f"benchmark_model crashed: {crash[0]}",)
    if log.runs > 1:
        errors += (f"the log holds {log.runs} runs: these figures cannot be attributed to one",)
    if log.unconsumed:
        errors += (f"benchmark_model does not know {' '.join(log.unconsumed)}",)
    if re.search(CAUSES[0].pattern, log.text):
        errors += ("an external delegate was not loaded",)
    if "Benchmarking failed" in log.text:
        errors += ("benchmark_model reports that it failed",)
    if "failed to invoke" in log.text.lower():
        errors += ("inferences failed",)
    return errors


def _figure_errors(log: BenchmarkLog, status: int | None) -> tuple[str, ...]:
    if log.summary is None:
        if log.inference is not None or log.warmup is not None:
            return ("the log ends before the summary",)
        return ("the log has no timings",) if not status else ()
    if log.inference is None:
        return ("the log has no line of the timed runs",)
    if log.summary.inference_avg_us <= 0:
        return ("all timings are zero: nothing was run",)
    return ()


def _warnings(log: BenchmarkLog, asked: str | None) -> list[str]:
    warnings = []
    for taken in log.delegations:
        if taken.delegate in CPU_DELEGATES:
            continue
        if taken.share == "none":
            warnings.append(
                f"the {taken.delegate} delegate took no operator: these are CPU timings"
            )
        elif taken.share == "part":
            kernels = "" if taken.kernels is None else f" ({taken.kernels} delegate kernels)"
            warnings.append(
                f"the {taken.delegate} delegate took a part of the model{kernels}: "
                "the rest ran on the CPU"
            )
    if asked == CPU and wanted_delegates(log):
        warnings.append("the log is of a run with a delegate")
    return warnings
