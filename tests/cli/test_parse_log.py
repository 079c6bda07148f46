# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""`mcugen parse-log` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcugen.cli.parse_log import command
from mcugen.errors import DataError
from tests.replay_board import LOGS


def test_figures_and_status_0() -> None:
    done = CliRunner().invoke(command, [str(LOGS / "tf219_cpu_percentiles.log")])
    assert done.exit_code == 0
    assert "1239.807" in done.output
    assert "cpu" in done.output


def test_verdict_and_status_3() -> None:
    done = CliRunner().invoke(command, [str(LOGS / "tf212_silent_delegate.log")])
    assert done.exit_code == 3
    assert "these may be CPU timings" in done.output


def test_json() -> None:
    done = CliRunner().invoke(command, ["--json", str(LOGS / "tf216_ethosu_part.log")])
    assert done.exit_code == 0
    (run,) = json.loads(done.output)["runs"]
    assert run["accelerator"] == "npu+cpu"
    assert run["inference"]["avg_us"] == 543.9
    assert run["delegations"] == [{"delegate": "EXTERNAL", "share": "part", "kernels": 2}]


def test_op_profile_is_shown() -> None:
    done = CliRunner().invoke(command, [str(LOGS / "tf28_profile.log")])
    assert "72.10 %  FULLY_CONNECTED" in done.output


def test_standard_input() -> None:
    log = (LOGS / "tf29_cpu.log").read_bytes()
    assert CliRunner().invoke(command, ["-"], input=log).exit_code == 0
    assert CliRunner().invoke(command, ["-"], input=b"").exit_code == 3
    assert CliRunner().invoke(command, ["-"], input=b"\xff\x00" * 100).exit_code == 3


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    done = CliRunner().invoke(command, [str(tmp_path / "none.log")])
    assert isinstance(done.exception, DataError)
    with pytest.raises(DataError, match="cannot read .*none.log: No such file"):
        raise done.exception


LINES = [line for log in LOGS.glob("*.log") for line in log.read_bytes().splitlines()]
MARKS = [b"#mcugen 1 " + word for word in (b"begin npu", b"fact asked=npu", b"end npu 0", b"x")]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.one_of(st.sampled_from(LINES), st.sampled_from(MARKS), st.binary(max_size=40)),
        max_size=25,
    ),
    st.sampled_from([b"\n", b"\r\n", b""]),
)
def test_whatever_the_file_holds_there_is_an_answer(lines: list[bytes], joint: bytes) -> None:
    """Status 0 or 3 and never a traceback; the same verdict in the table and as JSON."""
    content = joint.join(lines)
    table = CliRunner().invoke(command, ["-"], input=content)
    as_json = CliRunner().invoke(command, ["--json", "-"], input=content)
    assert table.exit_code == as_json.exit_code
    assert table.exit_code in (0, 3), table.exception
    runs = json.loads(as_json.output)["runs"]
    assert (table.exit_code == 0) == (bool(runs) and all(run["ok"] for run in runs))
    assert table.output.count("no figures") >= sum(not run["ok"] for run in runs)
