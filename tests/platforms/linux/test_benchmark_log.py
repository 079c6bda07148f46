# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""benchmark_model's logs in every format, and what they are worth."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcugen.platforms.linux.benchmark_log import (
    BenchmarkLog,
    DelegatedNodes,
    Delegation,
    OpTime,
    Summary,
    Timing,
    read_benchmark_log,
)
from mcugen.platforms.linux.verdict import CAUSES, judge_log

LOGS = Path(__file__).parent.parent.parent / "fixtures" / "benchmark_logs"
NAMES = sorted(path.stem for path in LOGS.glob("*.log"))


def read(name: str) -> BenchmarkLog:
    return read_benchmark_log((LOGS / f"{name}.log").read_bytes())


def test_format_without_prefixes_and_percentiles() -> None:
    log = read("tf29_cpu")
    assert log.graph == "model/ad01_int8.tflite"
    assert log.warmup == Timing(3236, 612, 152, 150, 612, 153.142, 8)
    assert log.inference == Timing(6542, 160, 152, 150, 233, 151.873, 2)
    assert log.summary == Summary(1514, 612, 153.142, 151.873)
    assert (log.memory_init_mb, log.memory_overall_mb) == (1.92188, 2.1875)
    assert log.memory_peak_mb is None
    assert log.delegations == ()


def test_format_with_prefixes_percentiles_and_exponents() -> None:
    log = read("tf219_cpu_percentiles")
    assert log.warmup == Timing(
        1, curr_us=1357602, p5_us=1357602, median_us=1357602, p95_us=1357602
    )
    assert log.inference is not None
    assert (log.inference.avg_us, log.inference.median_us) == (1240270, 1239807)
    assert (log.inference.p5_us, log.inference.p95_us) == (1238753, 1247415)
    assert log.memory_peak_mb == 110.5


def test_delegation_is_read() -> None:
    whole, part = read("tf215_vx_whole"), read("tf216_ethosu_part")
    assert whole.delegations == (Delegation("EXTERNAL", "whole"),)
    assert whole.replacements == (DelegatedNodes("Vx Delegate", 31, 31),)
    assert whole.external_delegate == "/usr/lib/libvx_delegate.so"
    assert part.delegations == (Delegation("EXTERNAL", "part", 2),)
    assert read("tf212_refused").delegations == (Delegation("EXTERNAL", "none"),)
    assert whole.warmup == Timing(1, curr_us=5206289)
    assert whole.summary is not None
    assert whole.summary.first_inference_us == 5206289


@pytest.mark.parametrize("name", ["tf28_profile", "litert21_profile", "profile_without_tabs"])
def test_op_profile_in_every_layout(name: str) -> None:
    log = read(name)
    odd = "[functional_1/activation/Relu;functional_1/dense/BiasAdd, fused  with two spaces]:0"
    assert log.ops == (
        OpTime("FULLY_CONNECTED", odd, pytest.approx(398), 72.1, 1),
        OpTime("FULLY_CONNECTED", "[Identity]:9", pytest.approx(78), 14.13, 1),
        OpTime("SOFTMAX", "[out]:10", pytest.approx(76), 13.77, 1),
    )
    # the profile repeats `count=` behind a title of its own: not the timed runs
    assert log.inference is not None and log.inference.count == 1800
    assert log.summary is not None


def test_op_profile_padded_with_spaces_as_documents_show_it() -> None:
    text = (LOGS / "litert21_profile.log").read_text().replace("\t", "   ")
    assert read_benchmark_log(text).ops == read("litert21_profile").ops


def test_kinds_of_a_delegates_own_operators_hold_spaces() -> None:
    row = "Fully Connected (NC, QS8, QC8W) GEMM\t0.4\t0.398\t72.1%\t72.1%\t0.0\t1\tDelegate/x:0"
    log = (LOGS / "litert21_profile.log").read_text()
    start = log.rindex("FULLY_CONNECTED", 0, log.rindex("[Identity]:9"))
    (_, op, _) = read_benchmark_log(
        log[:start] + row + log[log.index("\n", log.rindex("[Identity]:9")) :]
    ).ops
    assert (op.kind, op.name) == ("Fully Connected (NC, QS8, QC8W) GEMM", "Delegate/x:0")


def test_messages_inside_lines_of_figures() -> None:
    assert read("interleaved").inference == read("tf29_cpu").inference
    assert read("interleaved").summary == read("tf29_cpu").summary


def test_kernel_messages_of_a_serial_console() -> None:
    log, whole = read("kernel_messages"), read("tf29_cpu")
    assert (log.inference, log.summary, log.text) == (whole.inference, whole.summary, whole.text)
    text = (LOGS / "kernel_messages.log").read_text().replace("\n", "\r\n")
    assert read_benchmark_log(text) == log


def test_a_log_cannot_command_the_terminal_of_its_reader() -> None:
    verdict = judge_log(read_benchmark_log("error: \x1b[2J\x1b]0;title\x07 \x00it failed"), 1, None)
    assert "log: error: [2J]0;title it failed" in verdict.errors


def test_line_ends_of_a_serial_console() -> None:
    text = (LOGS / "tf219_cpu_percentiles.log").read_text()
    assert read_benchmark_log(text.replace("\n", "\r\n")) == read_benchmark_log(text)


@pytest.mark.parametrize("name", ["tf29_cpu", "tf216_ethosu_part", "tf28_profile", "unconsumed"])
def test_logs_as_documents_indent_them(name: str) -> None:
    lines = (LOGS / f"{name}.log").read_text().splitlines()
    log = read_benchmark_log("\n".join(f"    {line}" for line in lines))
    assert (log.inference, log.summary) == (read(name).inference, read(name).summary)
    assert (log.delegations, log.ops) == (read(name).delegations, read(name).ops)


def test_prefix_of_logcat() -> None:
    text = (LOGS / "tf29_cpu.log").read_text()
    prefixed = "".join(f"I tflite  : {line}\n" for line in text.splitlines())
    assert read_benchmark_log(prefixed).inference == read("tf29_cpu").inference


PREFIXES = {
    "logcat": "03-14 09:12:{n:02d}.101  {pid}  {pid} I tflite  : ",
    "journal": "Mar {n:02d} 09:12:01 imx93evk run.sh[{pid}]: ",
    "ISO time": "2026-03-14T09:12:{n:02d}.{pid}Z stdout F ",
    "kernel": "[{n:5d}.123456] ",
    "container": "npu-1  | ",
    "quoted": "> ",
}


@pytest.mark.parametrize("prefix", PREFIXES.values(), ids=PREFIXES)
@pytest.mark.parametrize("name", ["tf29_cpu", "tf219_cpu_percentiles", "tf28_profile"])
def test_a_loggers_prefix_before_every_line(name: str, prefix: str) -> None:
    lines = (LOGS / f"{name}.log").read_text().splitlines()
    text = "".join(
        prefix.format(n=n % 60, pid=90 + n) + f"{line}\n" for n, line in enumerate(lines)
    )
    log, alone = read_benchmark_log("--------- beginning of main\n" + text), read(name)
    assert (log.inference, log.warmup, log.summary) == (
        alone.inference,
        alone.warmup,
        alone.summary,
    )
    assert (log.ops, log.graph, log.runs) == (alone.ops, alone.graph, alone.runs)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_logs_as_windows_keeps_them(encoding: str) -> None:
    text = (LOGS / "tf29_cpu.log").read_text()
    log = read_benchmark_log(text.replace("\n", "\r\n").encode(encoding))
    assert (log.summary, log.inference) == (read("tf29_cpu").summary, read("tf29_cpu").inference)


GOOD = [
    # log, status, asked, where it ran, a warning
    ("tf29_cpu", 0, "cpu", "cpu", None),
    ("tf29_cpu", None, None, "cpu", None),
    ("tf219_cpu_percentiles", 0, "cpu", "cpu", None),
    ("tf215_vx_whole", 0, "npu", "npu", None),
    ("tf215_vx_whole", None, None, "npu or gpu", None),
    ("tf216_ethosu_part", 0, "npu", "npu+cpu", "took a part of the model (2 delegate kernels)"),
    ("tf216_ethosu_part", None, None, "npu+cpu", "took a part"),
    ("tf212_refused", 0, "npu", "cpu", "took no operator: these are CPU timings"),
    ("tf212_refused", None, None, "cpu", "took no operator"),
    ("tf212_planned_then_refused", 0, "npu", "cpu", "took no operator"),
    ("tf218_xnnpack_explicit", 0, "cpu", "cpu", None),
    ("tf218_xnnpack_explicit", None, None, "cpu", None),
    ("interleaved", 0, "cpu", "cpu", None),
    ("tf28_profile", 0, "cpu", "cpu", None),
    ("profile_without_tabs", 0, "cpu", "cpu", None),
    ("kernel_messages", None, None, "cpu", None),
]


@pytest.mark.parametrize(("name", "status", "asked", "accelerator", "warning"), GOOD)
def test_good_logs(
    name: str, status: int | None, asked: str | None, accelerator: str, warning: str | None
) -> None:
    verdict = judge_log(read(name), status, asked)
    assert verdict.errors == ()
    assert verdict.accelerator == accelerator
    assert [bool(warning)] * len(verdict.warnings) == [
        warning in w for w in verdict.warnings if warning
    ]
    assert bool(verdict.warnings) == (warning is not None)


BAD = [
    # log, status, asked, an error and, for some, the cause that comes first
    ("unconsumed", 0, "cpu", "benchmark_model does not know --num_thread=4 --no_such_flag=1"),
    ("dry_run", 0, "cpu", "all timings are zero: nothing was run"),
    ("help", 1, "cpu", "benchmark_model failed with status 1"),
    ("help", None, None, "the log has no timings"),
    ("no_model_file", 1, "cpu", "the model file is missing, empty or damaged"),
    ("garbage_model", 1, "cpu", "the model file is missing, empty or damaged"),
    ("truncated_model", 1, "cpu", "the model file is missing, empty or damaged"),
    ("empty_model", 1, "cpu", "the model file is missing, empty or damaged"),
    ("no_graph", 1, "cpu", "no model was given to benchmark_model"),
    ("bad_value", 1, "cpu", "a flag has a wrong value"),
    ("missing_library", 139, "npu", "the delegate library is missing or is not a delegate"),
    ("missing_library_tf211", 139, "npu", "benchmark_model crashed: SIGSEGV (status 139)"),
    ("missing_library_tf212", 139, "npu", "benchmark_model crashed: SIGSEGV (status 139)"),
    ("no_plugin_symbols", 139, "npu", "the delegate library is missing or is not a delegate"),
    ("delegate_crashes", 139, "npu", "benchmark_model crashed: SIGSEGV (status 139)"),
    ("delegate_crashes", None, None, "benchmark_model crashed: Segmentation fault"),
    ("two_runs", 0, "cpu", "the log holds 2 runs"),
    ("two_runs", None, None, "the log holds 2 runs"),
    ("missing_library", None, None, "the delegate library is missing or is not a delegate"),
    ("delegate_aborts", 134, "npu", "benchmark_model crashed: SIGABRT (status 134)"),
    ("delegate_prepare_fails", 1, "npu", "the delegate failed while it prepared the model"),
    ("delegate_invoke_fails", 1, "npu", "an inference failed"),
    ("cpu_fallback_disallowed", 1, "npu", "the delegate does not take the whole model"),
    ("vela_model_without_delegate", 1, "cpu", "the model is compiled for the Ethos-U but no"),
    ("driver_not_root", 1, "npu", "/dev/ethosu0 is for root only"),
    ("tf212_silent_delegate", 0, "npu", "these may be CPU timings"),
    ("tf212_silent_delegate", None, None, "these may be CPU timings"),
    ("tf29_cpu", 0, "npu", "these may be CPU timings"),
    ("tf29_cpu", 139, "cpu", "benchmark_model crashed: SIGSEGV (status 139)"),
    ("tf29_cpu", 200, "cpu", "benchmark_model crashed: signal 72 (status 200)"),
    ("tf29_cpu", 127, "cpu", "is not there or cannot be executed (status 127)"),
]


@pytest.mark.parametrize(("name", "status", "asked", "error"), BAD)
def test_bad_logs(name: str, status: int | None, asked: str | None, error: str) -> None:
    verdict = judge_log(read(name), status, asked)
    assert not verdict.ok
    assert error in " | ".join(verdict.errors)
    assert verdict.accelerator != "npu"


def test_a_delegate_that_does_not_say_what_it_took_is_not_the_cpu() -> None:
    text = (LOGS / "tf29_cpu.log").read_text()
    log = read_benchmark_log(
        text.replace("INFO: Created", "NNAPI delegate created.\nINFO: Created")
    )
    verdict = judge_log(log, 0, None)
    assert verdict.accelerator is None
    assert "no line shows whether the delegate took the model" in verdict.errors[0]


def test_every_log_is_judged_by_a_row() -> None:
    assert {row[0] for row in GOOD + BAD} | {"litert21_profile"} == set(NAMES)


def test_every_cause_has_a_log_that_shows_it() -> None:
    texts = [(LOGS / f"{name}.log").read_text() for name in NAMES]
    silent = [cause for cause in CAUSES if not any(re.search(cause.pattern, t) for t in texts)]
    assert {cause.meaning for cause in silent} <= {"the board ran out of memory"}


def test_the_telling_lines_are_shown_once() -> None:
    errors = judge_log(read("delegate_invoke_fails"), 1, "npu").errors
    shown = [error for error in errors if error.startswith("log: ")]
    assert shown == [
        "log: Node number 10 (EthosuDelegate) failed to invoke.",
        "log: Benchmarking failed.",
    ]


@pytest.mark.parametrize("name", ["tf29_cpu", "tf215_vx_whole", "tf219_cpu_percentiles"])
def test_a_truncated_log_is_never_good_and_never_wrong(name: str) -> None:
    whole = (LOGS / f"{name}.log").read_bytes()
    full = read_benchmark_log(whole)
    summary_ends = whole.index(b"\n", whole.index(b"Inference timings in us"))
    for length in range(0, summary_ends - 12, 3):  # the last figure may lose digits, no more
        log = read_benchmark_log(whole[:length])
        assert not judge_log(log, None, None).ok
    assert judge_log(read_benchmark_log(whole[:summary_ends]), None, None).ok
    assert full.summary is not None


ENDLESS = [
    "count=" + "a" * 200_000,
    "count=1 avg=" + "1" * 200_000,
    "Inference timings in us: Init: " + "1" * 200_000,
    "Peak memory footprint (MB): init=" + "1" * 200_000,
    "Mmap of " * 2_000,
    "Operator-wise Profiling Info for Regular Benchmark Runs\n[node type] [avg ms] [Name]\n"
    + "1 " * 100_000,
    "INFO: count=" + "INFO: " * 30_000,
    "STARTING!" * 20_000,
    "[ 1.000000]" * 20_000,
]


@pytest.mark.parametrize("text", ENDLESS, ids=[text[:12] for text in ENDLESS])
def test_a_line_without_end_takes_no_time(text: str) -> None:
    start = time.process_time()
    judge_log(read_benchmark_log(text), 1, "npu")
    assert time.process_time() - start < 2  # quadratic would be minutes


PIECES = [line for name in NAMES for line in (LOGS / f"{name}.log").read_text().splitlines()]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes_give_an_answer(content: bytes) -> None:
    judge_log(read_benchmark_log(content), 1, "npu")


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(PIECES),
            st.text(max_size=30),
            st.from_regex(r"count=[0-9.e+-]{0,30}( \w+=[0-9.e+-]{0,400})*", fullmatch=True),
        ),
        max_size=20,
    ),
    st.sampled_from(["\n", "\r\n", "", "\t"]),
    st.one_of(st.none(), st.integers(0, 255)),
    st.sampled_from([None, "cpu", "npu"]),
)
def test_mangled_logs_give_an_answer(
    pieces: list[str], joint: str, status: int | None, asked: str | None
) -> None:
    log = read_benchmark_log(joint.join(pieces))
    verdict = judge_log(log, status, asked)
    if verdict.accelerator and "npu" in verdict.accelerator:
        assert any(d.delegate == "EXTERNAL" and d.share != "none" for d in log.delegations)
    if verdict.ok:
        assert log.summary is not None and log.inference is not None and not status
