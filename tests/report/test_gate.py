# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The gate of `mcugen compare --fail-if`: what it misses, what it cries about, what it refuses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from mcugen.cli import main
from mcugen.errors import ConfigError
from mcugen.records import MemoryRecord, Run
from mcugen.report.compare import compare_runs
from mcugen.report.gate import parse_condition
from tests.conftest import ROOT
from tests.console_blocks import console_blocks, run_shown
from tests.report.runs import clip, head, labelled_run
from tests.report.test_files import save

WINDOWS, CLIPS = 25, 4


def noisy_run(random: np.random.Generator, factor: float) -> Run:
    """Costs in cycles that depend on the window, jitter by 1 %, and are disturbed now and then."""
    costs = 277_000 * (1 + 0.02 * np.sin(np.arange(CLIPS * WINDOWS)))
    jitter = random.normal(1, 0.01, costs.size) + 0.2 * (random.random(costs.size) < 0.02)
    ticks = (factor * costs * jitter).astype(int).reshape(CLIPS, WINDOWS).tolist()
    clips = tuple(clip(number, None, 1.0, tuple(each)) for number, each in enumerate(ticks))
    return Run(head(tick_unit="cycles", ticks_per_second=150_000_000), clips)


def test_no_regression_of_3_percent_is_missed_and_few_alarms_are_false() -> None:
    random = np.random.default_rng(19)
    pairs = 1000
    missed = false = 0
    for _ in range(pairs):
        before = noisy_run(random, 1.0)
        slower, same = noisy_run(random, 1.03), noisy_run(random, 1.0)
        missed += compare_runs(before, slower, ["inference > +3 %"]).is_passed
        false += not compare_runs(before, same, ["inference > +3 %"]).is_passed
    assert missed == 0
    assert false <= pairs // 100


def test_equal_runs_pass_and_figures_without_samples_are_exact() -> None:
    a = labelled_run()
    flash = MemoryRecord("flash", 100_000, None, "linker")
    a = replace(a, memories=(flash,))
    b = replace(a, memories=(replace(flash, used_bytes=100_513),))
    conditions = ["inference > +0 %", "score_auc < -0.001", "flash > +512 bytes", "flash > +1 %"]
    found = compare_runs(a, b, conditions).gates
    assert [gate.is_failed for gate in found] == [False, False, True, False]
    assert found[2].reason == "+513 bytes (100,000 to 100,513)"


def test_a_worse_detector_fails_and_few_clips_do_not_hide_it() -> None:
    a = labelled_run()
    spoilt = tuple(
        replace(each, score=10.0) if each.label == "anomaly" and number % 3 else each
        for number, each in enumerate(a.clips)
    )
    (gate,) = compare_runs(a, replace(a, clips=spoilt), ["auc < -0.01"]).gates
    assert gate.is_failed and gate.change < -0.1 and gate.bound < gate.change


def test_too_few_samples_say_so() -> None:
    random = np.random.default_rng(3)
    runs = [noisy_run(random, 1.0) for _ in range(2)]
    few = [replace(run, clips=(replace(run.clips[0], inference_ticks=(277_000, 330_000, each)),))
           for run, each in zip(runs, (278_000, 301_000), strict=True)]  # fmt: skip
    (gate,) = compare_runs(*few, ["inference > +10 %"]).gates
    assert gate.is_failed and "does not exclude the limit: measure more" in gate.reason


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("inference", "is no condition"),
        ("inference > -3 %", "would forbid runs without a change"),
        ("auc < 0.01", "would forbid runs without a change"),
        ("inferense > +3 %", "did you mean 'inference'"),
        ("inference > +3 bytes", "inference is in instructions"),
    ],
)
def test_conditions_that_cannot_be_judged(text: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        compare_runs(labelled_run(), labelled_run(), [text])
    assert words in f"{caught.value.what} {caught.value.hint}"


def test_names_and_units_are_read() -> None:
    found = parse_condition("  front-end per window>+1.5%")
    assert (found.figure, found.limit, found.is_relative) == ("front-end per window", 0.015, True)


def test_unlike_runs_are_refused_unless_allowed() -> None:
    a, b = labelled_run(), labelled_run()
    b = replace(b, head=replace(b.head, flags="-Os", board="host"), clips=b.clips[1:])
    with pytest.raises(ConfigError, match="the runs differ in board, flags, clips"):
        compare_runs(a, b, ["inference > +3 %"])
    assert compare_runs(a, b).rows, "side by side is no judgement"
    assert compare_runs(a, b, ["inference > +3 %"], is_unlike_allowed=True).is_passed


def test_the_command_exits_with_3_and_writes_junit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a = labelled_run()
    slower = tuple(
        replace(each, inference_ticks=tuple(int(t * 1.05) for t in each.inference_ticks))
        for each in a.clips
    )
    folders = save(a, tmp_path / "a"), save(replace(a, clips=slower), tmp_path / "b")
    words = ["compare", *map(str, folders), "--junit", str(tmp_path / "gate.xml")]
    with pytest.raises(SystemExit) as ended:
        main([*words, "--fail-if", "inference > +3 %", "--fail-if", "auc < -0.01"])
    said = capsys.readouterr().out
    assert ended.value.code == 3
    assert "FAILED: inference > +3 %: +5.00 %" in said and "passed: auc < -0.01: +0" in said
    suite = ElementTree.parse(tmp_path / "gate.xml").getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert [case.find("failure") is not None for case in suite] == [True, False]


def test_the_commands_of_the_page_print_what_it_shows(tmp_path: Path) -> None:
    (commands,) = console_blocks((ROOT / "docs" / "gate.md").read_text())
    flash = (MemoryRecord("flash", 100_000, None, "linker"),)
    for name in ("a", "b"):
        save(replace(labelled_run(), memories=flash), tmp_path / name)
    run_shown(*commands[-1], tmp_path)
    assert (tmp_path / "gate.xml").is_file()
