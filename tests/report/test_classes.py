# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A classifier's run: predictions, right or wrong, confusion, in table, CSV, JSON and page."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

from rich.console import Console

from mcugen.records import ClipRecord, Decoded, Run
from mcugen.report.classes import classified, is_right
from mcugen.report.files import scores_csv, summary_json
from mcugen.report.findings import clip_notes
from mcugen.report.html import report_html
from mcugen.report.text import clip_table, figure_lines
from tests.report.runs import head

NAMES = ("cat", "dog", "owl")


def clip(label: str | None, *found: tuple[str, float], windows: int = 1) -> ClipRecord:
    decoded = tuple(Decoded(what, score) for what, score in found)
    name = f"{label}_{found[0][0]}.png"
    return ClipRecord(name, name, label, windows, None, None, decoded=decoded)


RUN = Run(
    head(score="none", threshold=None, classes=NAMES),
    (
        clip("cat", ("cat", 0.9), ("owl", 0.1)),
        clip("dog", ("cat", 0.6), ("dog", 0.4)),
        clip("owl", ("owl", 0.5), windows=2),
        clip(None, ("dog", 0.7)),
    ),
)


def text_of(run: Run) -> str:
    console = Console(file=io.StringIO(), width=200)
    console.print(clip_table(run))
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_right_and_wrong_are_counted() -> None:
    found = classified(RUN)
    assert found is not None
    assert (found.right, found.total, found.names) == (2, 3, NAMES)
    assert found.confusion.tolist() == [[1, 0, 0], [1, 0, 0], [0, 0, 1]]
    assert [is_right(c) for c in RUN.clips] == [True, False, True, None]


def test_table_and_figures_can_be_read() -> None:
    rows = [line.split() for line in text_of(RUN).splitlines() if line.strip()]
    assert rows[0] == ["clip", "class", "probability", "next", "label", "verdict"]
    assert rows[2] == ["cat_cat.png", "cat", "0.900", "owl", "0.100", "cat", "right"]
    assert rows[3] == ["dog_cat.png", "cat", "0.600", "dog", "0.400", "dog", "wrong"]
    assert figure_lines(RUN)[0] == (
        "top-1 accuracy 0.6667: 2 of 3 labelled clips are right; taken for another: dog as cat (1)"
    )
    assert clip_notes(RUN) == (
        "1 of 4 clips have several windows: the class is that of the last one; `mcugen evaluate` judges all.",
    )


def test_scores_that_are_no_probabilities_are_called_so() -> None:
    logits = replace(RUN, clips=(clip("cat", ("cat", 7.5)),))
    assert "score" in text_of(logits) and "probability" not in text_of(logits)


def test_csv_and_json_hold_the_classes() -> None:
    rows = list(csv.DictReader(io.StringIO(scores_csv(RUN).decode())))
    assert [(r["class"], r["class_score"], r["right"]) for r in rows] == [
        ("cat", "0.9", "right"),
        ("cat", "0.6", "wrong"),
        ("owl", "0.5", "right"),
        ("dog", "0.7", ""),
    ]
    summary = json.loads(summary_json(RUN))["classification"]
    assert summary["top_1_accuracy"] == 2 / 3 and summary["classes"] == list(NAMES)
    unlabelled = replace(RUN, clips=RUN.clips[3:])
    assert json.loads(summary_json(unlabelled))["classification"] is None


def test_page_shows_accuracy_confusion_and_verdicts() -> None:
    page = report_html(RUN).decode()
    assert "Top-1 accuracy" in page and "0.6667" in page
    assert "1 of class dog predicted as cat" in page
    assert '<span class="tag wrong">wrong</span>' in page
