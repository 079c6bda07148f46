# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The table of a Linux board's configurations in the report, from records alone."""

from __future__ import annotations

import html
import re

import pytest

from mcugen.boards import find_board
from mcugen.platforms.linux.board import linux_board
from mcugen.platforms.linux.bundle import Plan
from mcugen.platforms.linux.launcher_log import LauncherLog, LogSection, measure
from mcugen.platforms.linux.records import linux_records
from mcugen.records import MemoryRecord, Run, RunRecord, as_run
from mcugen.report.compare import compare_runs
from mcugen.report.configurations import HEADER, configurations
from mcugen.report.findings import findings
from mcugen.report.html import report_html
from mcugen.report.layers import layer_costs
from mcugen.report.text import figure_lines
from tests.replay_board import LOGS
from tests.report.runs import AD01_SHA256, labelled_run

TITLES = {"cpu-1": "CPU, 1 thread", "cpu-2": "CPU, 2 threads", "npu": "NPU"}
GOOD = {"cpu-1": ("tf29_cpu", 0), "cpu-2": ("tf219_cpu_percentiles", 0)}


def board_run(logs: dict[str, tuple[str, int]], model_sha256: str = AD01_SHA256) -> Run:
    """A run of the i.MX 93 whose configurations printed these logs."""
    board = linux_board(find_board("imx93"))
    plan = Plan("imx93", "ad01", "m", model_sha256, None, None, {}, 60.0, board.configurations)
    sections = [
        LogSection(
            name,
            {
                "title": TITLES[name],
                "asked": name[:3],
                "temperature_before_millicelsius": "45500",
            },
            status,
            (LOGS / f"{log}.log").read_text(),
        )
        for name, (log, status) in logs.items()
    ]
    measured = tuple(map(measure, sections))
    head, *figures = linux_records(plan, board, LauncherLog({}, ()), measured)
    assert isinstance(head, RunRecord)
    memories = tuple(one for one in figures if isinstance(one, MemoryRecord))
    latencies = tuple(one for one in figures if not isinstance(one, MemoryRecord))
    return Run(head, latencies=latencies, memories=memories)  # type: ignore[arg-type]


def cells_of(page: str) -> list[list[str]]:
    """The rows of the first table, as a reader sees them."""
    table = page[page.index("<h2>Configurations") : page.index("</table>")]
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in table.split("<tr>")[1:]]
    return [[html.unescape(cell) for cell in row] for row in rows]


def test_the_page_has_the_table_that_the_model_zoo_prints() -> None:
    run = board_run(GOOD | {"npu": ("tf216_ethosu_part", 0)})
    page = report_html(run).decode()
    head, one, two, npu = cells_of(page)
    assert head == ["configuration", "ran on", *HEADER]
    assert one == (
        "CPU, 1 thread|cpu|–|0.152|–|0.150|0.233|0.002|6,542|1.514|0.612|2.2 MiB|0.152"
    ).split("|")
    assert two == (
        "CPU, 2 threads|cpu|1239.807|1240.270|1247.415|1238.588|1252.566|2.565|50|5.579|1357.602"
        "|109.8 MiB|0.152"
    ).split("|")
    assert npu[:4] == ["NPU", "npu+cpu", "–", "0.544"]
    assert npu[-1] == "0.143"
    assert "published: NXP eiq-model-zoo" in page
    assert "temperature before: 45.5 °C" in page
    assert "<h2>Cost</h2>" not in page


def test_published_figures_are_for_the_very_model_only() -> None:
    page = report_html(board_run(GOOD, model_sha256="00" * 32)).decode()
    assert {row[-1] for row in cells_of(page)[1:]} == {"–"}
    assert "published:" not in page


def test_the_page_says_where_nothing_is_gained() -> None:
    run = board_run({"cpu-1": ("tf29_cpu", 0), "cpu-2": ("tf29_cpu", 0)})
    words = "CPU, 2 threads: no gain, 0.152 ms against 0.152 ms (CPU, 1 thread), +0%"
    assert words in report_html(run).decode()
    assert any(line.startswith(words) for line in figure_lines(run))


@pytest.mark.parametrize(
    ("log", "status", "reason"),
    [
        ("missing_library", 139, "benchmark_model crashed: SIGSEGV (status 139)"),
        ("delegate_aborts", 134, "benchmark_model crashed: SIGABRT (status 134)"),
        ("tf212_silent_delegate", 0, "these may be CPU timings"),
    ],
)
def test_what_gave_no_figures_stands_in_the_table_with_its_reason(
    log: str, status: int, reason: str
) -> None:
    run = board_run(GOOD | {"npu": (log, status)})
    row = cells_of(report_html(run).decode())[3]
    assert row[:2] == ["NPU", "no figures"]
    assert reason in row[2]
    assert any(text.startswith("NPU: no figures: ") and reason in text for text in findings(run))


def test_nothing_gave_figures() -> None:
    run = board_run({"cpu-1": ("garbage_model", 1), "npu": ("delegate_aborts", 134)})
    assert [row[1] for row in cells_of(report_html(run).decode())[1:]] == ["no figures"] * 2


def test_a_timing_of_the_cpu_is_nowhere_called_the_npus() -> None:
    """Neither in tiles, tables and text nor in the anchors: `NPU` stands with `ran on the CPU`."""
    run = board_run(GOOD | {"npu": ("tf212_refused", 0)})
    page = report_html(run).decode()
    row = cells_of(page)[3]
    assert row[:2] == ["NPU (ran on the CPU)", "cpu"]
    assert row[-1] == "–"  # what is published for the NPU is not compared with the CPU
    for latency in ("0.236", "236"):
        for found in re.finditer(rf"\b{latency}\b", page):
            before = page[: found.start()]
            named = before[max(before.rfind("<dt>"), before.rfind("<tr"), before.rfind("<li>")) :]
            assert "NPU" not in named or "ran on the CPU" in named, named
    texts = [line for line in figure_lines(run) if "236" in line]
    assert texts and all("ran on the CPU" in line for line in texts)


def test_a_serial_run_and_a_timing_over_ssh_compare() -> None:
    """A microcontroller's inference and the board's configurations, of one model, in one table."""
    comparison = compare_runs(labelled_run(), board_run(GOOD))
    rows = {row.name: (row.a, row.b) for row in comparison.rows}
    assert rows["CPU, 1 thread on cpu"] == ("–", "151,873 nanoseconds")
    assert "instructions" in rows["inference on cpu"][0]
    assert any("instructions" in note and "nanoseconds" in note for note in comparison.notes)


def test_runs_of_other_devices_have_no_such_table() -> None:
    assert configurations(labelled_run()) is None
    assert "<h2>Configurations" not in report_html(labelled_run()).decode()


def test_an_op_profile_becomes_layers() -> None:
    log = (LOGS / "tf28_profile.log").read_text()
    measured = (measure(LogSection("cpu-1", {"title": "CPU, 1 thread", "asked": "cpu"}, 0, log)),)
    board = linux_board(find_board("imx93"))
    plan = Plan("imx93", "ad01", "m", AD01_SHA256, None, None, {}, 60.0, board.configurations)
    run = as_run(linux_records(plan, board, LauncherLog({}, ()), measured), "here")
    ops = measured[0].log.ops
    assert [(one.layer, one.operator, one.tensor) for one in run.layers] == [
        (number, op.kind, op.name) for number, op in enumerate(ops)
    ]
    (costs,) = layer_costs(run)
    assert (costs.accelerator, costs.unit) == ("CPU, 1 thread", "nanoseconds")
    assert costs.total == pytest.approx(1000 * sum(op.average_us for op in ops))
    assert "Cost of each layer on CPU, 1 thread" in report_html(run).decode()
