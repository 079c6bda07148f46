# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Logs of launch.sh as values, whole and cut off; gains in sentences."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcugen.platforms.linux.launcher_log import (
    LogSection,
    MeasuredSection,
    measure,
    read_launcher_log,
)
from mcugen.platforms.linux.records import latency_records
from mcugen.report.gains import gains
from tests.replay_board import LOGS

CPU = (LOGS / "tf29_cpu.log").read_text()
LOG = f"""#mcugen 1 fact kernel=6.6.36
#mcugen 1 begin cpu-1
#mcugen 1 fact title=CPU, 1 thread
#mcugen 1 fact asked=cpu
{CPU}
#mcugen 1 end cpu-1 0
#mcugen 1 begin npu
#mcugen 1 fact asked=npu
#mcugen 1 fact missing=the delegate is not on this board
#mcugen 1 end npu missing
"""


def test_sections_and_facts() -> None:
    log = read_launcher_log(LOG)
    assert log.facts == {"kernel": "6.6.36"}
    cpu, npu = (measure(section) for section in log.sections)
    assert (cpu.section.name, cpu.section.title, cpu.section.status) == (
        "cpu-1",
        "CPU, 1 thread",
        0,
    )
    assert cpu.verdict.ok
    assert npu.verdict.errors == ("the delegate is not on this board",)


def test_a_prefix_before_every_line_of_the_launcher() -> None:
    prefixed = "".join(
        f"Mar 14 09:12:01 imx93 sh[81{n}]: {w}\n" for n, w in enumerate(LOG.split("\n"))
    )
    assert read_launcher_log(prefixed).facts == {"kernel": "6.6.36"}
    sections = [measure(section).verdict for section in read_launcher_log(prefixed).sections]
    assert sections == [measure(section).verdict for section in read_launcher_log(LOG).sections]


def test_a_log_of_the_tool_alone_is_one_section() -> None:
    (section,) = read_launcher_log(CPU.encode()).sections
    assert (section.name, section.status) == ("benchmark_model", None)
    assert measure(section).verdict.ok


NAMES = sorted(path.stem for path in LOGS.glob("*.log") if "STARTING!" in path.read_text())


@pytest.mark.parametrize("first", ["tf29_cpu", "tf212_silent_delegate", "delegate_crashes"])
def test_runs_written_to_one_log_are_told_apart(first: str) -> None:
    """A CPU run before an NPU run, `>> log.txt`: each keeps its own figures and its own label."""
    for second in NAMES:
        if second == "two_runs":
            continue
        texts = [(LOGS / f"{name}.log").read_text() for name in (first, second)]
        alone = [measure(read_launcher_log(text).sections[0]) for text in texts]
        sections = read_launcher_log("".join(texts)).sections
        assert [s.name[-5:] for s in sections] == ["run 1", "run 2"]
        assert [measure(s).verdict for s in sections] == [one.verdict for one in alone]
        assert [measure(s).log for s in sections] == [one.log for one in alone]


def test_a_log_that_ends_early() -> None:
    cut = LOG[: LOG.index("#mcugen 1 end cpu-1")]
    (section,) = read_launcher_log(cut).sections
    verdict = measure(section).verdict
    assert not verdict.ok
    assert verdict.errors[0] == "the log ends before the run does"


def test_a_log_without_an_end_mark_between_two_runs() -> None:
    log = read_launcher_log(LOG.replace("#mcugen 1 end cpu-1 0\n", ""))
    assert [section.name for section in log.sections] == ["cpu-1", "npu"]
    assert not measure(log.sections[0]).verdict.ok


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(LOG.splitlines()),
            st.text(max_size=20).map(lambda text: f"#mcugen 1 {text}"),
            st.from_regex(r"#mcugen 1 end \w* [\w\u0660-\u0669]{0,30}", fullmatch=True),
        )
    )
)
def test_any_lines_give_an_answer(lines: list[str]) -> None:
    log = read_launcher_log("\n".join(lines))
    gains(latency_records([measure(section) for section in log.sections]))


def timed(name: str, asked: str, us: float, delegation: str = "") -> MeasuredSection:
    text = (
        f"{delegation}\ncount=5 curr=1\ncount=50 first=1 min=1 max=2 avg={us} std=1\n"
        f"Inference timings in us: Init: 1, First inference: 1, Warmup (avg): 1, "
        f"Inference (avg): {us}\n"
    )
    return measure(LogSection(name, {"title": name, "asked": asked}, 0, text))


WHOLE = (
    "Explicitly applied EXTERNAL delegate, "
    "and the model graph will be completely executed by the delegate."
)


def gains_of(*measured: MeasuredSection) -> tuple[str, ...]:
    return gains(latency_records(measured))


def test_gains_in_plain_words() -> None:
    lines = gains_of(
        timed("CPU, 1 thread", "cpu", 1000),
        timed("CPU, 4 threads", "cpu", 400),
        timed("slow", "cpu", 2000),
        timed("NPU", "npu", 1049, WHOLE),
    )
    assert lines == (
        "CPU, 4 threads: 2.5 times faster, 0.400 ms against 1.000 ms (CPU, 1 thread), -60%",
        "slow: 2.0 times slower, 2.000 ms against 1.000 ms (CPU, 1 thread), +100%",
        "NPU: no gain, 1.049 ms against 1.000 ms (CPU, 1 thread), +5%",
    )


@pytest.mark.parametrize("npu_ms", [0.143, 0.140])
def test_what_is_published_for_the_autoencoder_is_called_no_gain(npu_ms: float) -> None:
    """i.MX 93 and i.MX 8M Plus: the NPU brings this model nothing, and the report says why."""
    cpu = timed("CPU, 1 thread", "cpu", 152)
    (line,) = gains_of(cpu, timed("NPU", "npu", npu_ms * 1000, WHOLE))
    assert line.startswith(f"NPU: no gain, {npu_ms:.3f} ms against 0.152 ms")
    assert line.endswith("expected for an inference this short")


def test_no_gain_without_a_cpu_figure() -> None:
    assert gains_of(timed("NPU", "npu", 1049, WHOLE)) == ()


def test_no_gain_between_runs_of_unknown_making() -> None:
    log = read_launcher_log(CPU + (LOGS / "tf215_vx_whole.log").read_text())
    assert gains_of(*map(measure, log.sections)) == ()


def test_a_single_run_has_a_mean() -> None:
    """Of one run benchmark_model prints `count=1 curr=N` and an average only in its summary."""
    lines = (LOGS / "tf219_cpu_percentiles.log").read_text().splitlines()
    warmup = next(line for line in lines if "count=1 " in line)
    single = [warmup if "count=50 " in line else line for line in lines]
    one = measure(LogSection("cpu-1", {"asked": "cpu"}, 0, "\n".join(single)))
    (record,) = latency_records([one])
    assert (record.count, record.mean) == (1, pytest.approx(1.24027e9))
