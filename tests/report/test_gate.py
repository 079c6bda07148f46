# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The gate of `mcugen compare --fail-if`: what it misses, what it cries about, what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from mcugen.cli import main
from mcugen.errors import ConfigError
from mcugen.records import EnergyRecord, LayerRecord, MemoryRecord, Run
from mcugen.report.compare import compare_runs
from mcugen.report.gate import parse_condition
from tests.conftest import ROOT
from tests.console_blocks import console_blocks, run_shown
from tests.report.runs import clip, head, labelled_run
from tests.report.test_files import save

WINDOWS, CLIPS = 25, 4
MakeRun = Callable[..., Run]


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


LAYERS = 12


def layered_run(random: np.random.Generator, factor: float = 1.0, inferences: int = 40) -> Run:
    """Layers of 500 to 90,000 cycles that jitter by 1 %; layer 4 costs `factor` times as much."""
    costs = np.geomspace(500, 90_000, LAYERS)
    costs[4] *= factor
    ticks = (costs[:, None] * random.normal(1, 0.01, (LAYERS, inferences))).round()
    layers = tuple(
        LayerRecord(n, "CONV_2D" if n % 2 else "ADD", f"model/block_{n}", "cycles", inferences,
                    min(each), float(np.median(each)), max(each), None, samples=tuple(each))
        for n, each in enumerate(ticks.tolist())
    )  # fmt: skip
    return Run(head(tick_unit="cycles"), layers=layers)


def powered_run(random: np.random.Generator, factor: float = 1.0) -> Run:
    """30 µJ an inference in 20 parts, and clips of 1 to 10 mJ, whose energies vary by 0.3 %."""
    parts = 30e-6 * factor * random.normal(1, 0.003, 20)
    clips = np.arange(1, 11) * 1e-3 * factor * random.normal(1, 0.0003, 10)
    names = tuple(f"{number:064x}" for number in range(10))
    rest = (0.0123, 0.004, "PPK2")
    return Run(head(), energies=(
        EnergyRecord("inference", 540, float(parts.mean()), *rest, samples=tuple(parts.tolist())),
        EnergyRecord("clip", 10, float(clips.mean()), *rest, tuple(clips.tolist()), names),
    ))  # fmt: skip


@pytest.mark.parametrize(
    ("make", "condition"),
    [
        (layered_run, "any layer > +3 %"),
        (powered_run, "energy per inference > +3 %"),
        (powered_run, "energy per clip > +3 %"),
    ],
)
def test_no_regression_of_a_layer_or_of_energy_is_missed(make: MakeRun, condition: str) -> None:
    random = np.random.default_rng(21)
    pairs = 100
    missed = false = 0
    for _ in range(pairs):
        before = make(random)
        missed += compare_runs(before, make(random, 1.03), [condition]).is_passed
        false += not compare_runs(before, make(random), [condition]).is_passed
    assert missed == 0
    assert false <= pairs // 100


def test_few_samples_do_not_know_their_own_error() -> None:
    """With five inferences a regression of the limit is not missed either."""
    random = np.random.default_rng(5)
    runs = [(layered_run(random, 1.0, 5), layered_run(random, 1.03, 5)) for _ in range(300)]
    assert not any(compare_runs(a, b, ["layer 4 > +3 %"]).is_passed for a, b in runs)


def test_layers_are_named_by_number_operator_or_tensor() -> None:
    a = layered_run(np.random.default_rng(1))
    grown = tuple(
        replace(one, samples=tuple(1.2 * tick for tick in one.samples))
        if one.layer in (5, 7)
        else one
        for one in a.layers
    )
    b = replace(a, layers=grown)
    failing = ("layer 5", "layer 5 CONV_2D", "layer conv_2d", "any layer", "layer model/block_5")
    gates = compare_runs(a, b, [f"{name} > +5 %" for name in (*failing, "layer ADD")]).gates
    assert [gate.is_failed for gate in gates] == [True] * 5 + [False]
    assert gates[0].reason.startswith("layer 5 CONV_2D: +20.00 % (")
    assert gates[2].reason.startswith("2 of 6 fail, most of all layer 5 CONV_2D: +20.00 %")
    judged = sum(one.median for one in a.layers) / 100
    count = sum(one.median >= judged for one in a.layers)
    assert gates[3].reason.startswith(f"2 of {count} fail") and count < LAYERS
    assert gates[5].reason.startswith("of 6 judged, layer ")


def test_layers_and_energies_that_cannot_be_judged() -> None:
    profiled, powered = (make(np.random.default_rng(1)) for make in (layered_run, powered_run))
    plain = labelled_run()
    for a, b, text, words in (
        (plain, plain, "any layer > +5 %", "a run has no layers"),
        (plain, plain, "energy per clip > +5 %", "run both with --energy"),
        (profiled, profiled, "layer 44 > +5 %", "did you mean 'layer 4"),
        (profiled, profiled, "layer 4 > +5 bytes", "layer 4 is in cycles"),
        (
            profiled,
            replace(profiled, layers=profiled.layers[1:]),
            "any layer > +5 %",
            "only one of",
        ),
        (powered, powered, "energy per inference > +5 mJ", "is in µJ"),
    ):
        with pytest.raises(ConfigError) as caught:
            compare_runs(a, b, [text])
        assert words in f"{caught.value.what} {caught.value.hint}"
    assert compare_runs(
        powered, powered, ["energy per inference > +5 uJ", "idle power > +1 %"]
    ).is_passed


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
    clips, layers = console_blocks((ROOT / "docs" / "gate.md").read_text())
    flash = (MemoryRecord("flash", 100_000, None, "linker"),)
    for name, cost in (("a", 150.0), ("b", 180.0)):
        conv = LayerRecord(0, "CONV_2D", "", "instructions", 1, 900.0, 900.0, 900.0, None)
        depth = replace(
            conv, layer=1, operator="DEPTHWISE_CONV_2D", median=cost, samples=(cost,) * 30
        )
        save(replace(labelled_run(), memories=flash, layers=(conv, depth)), tmp_path / name)
    run_shown(*clips[-1], tmp_path)
    assert (tmp_path / "gate.xml").is_file()
    run_shown(*layers[-1], tmp_path, status=3)
