# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A run and a comparison of runs as text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mcugen.records import Run
from mcugen.report.classes import classified, prediction, right_text
from mcugen.report.compare import Comparison
from mcugen.report.configurations import is_configuration
from mcugen.report.detection import at_threshold, auc_interval_text, detect
from mcugen.report.gains import gains
from mcugen.report.layers import HEADER, LayerProfile, layer_costs
from mcugen.report.load import load_lines
from mcugen.report.numbers import (
    NOT_MEASURED,
    bytes_text,
    checks,
    cost_text,
    difference,
    difference_text,
    energy_text,
    largest_difference,
    meaning_text,
    score_text,
    verdict,
)

if TYPE_CHECKING:
    from rich.table import Table

CLIPS_SHOWN = 20


def clip_table(run: Run) -> Table:
    """Clip, device score, reference score, difference, verdict; the first clips of a long run.

    Of a classifier: its classes.
    """
    if run.head.classes:
        return class_table(run)
    table = _table(("clip", "device", "reference", "difference"))
    has_verdict = run.head.threshold is not None
    if has_verdict:
        table.add_column("verdict")
    has_meaning = any(meaning_text(clip, run.head) for clip in run.clips)
    if has_meaning:
        table.add_column("outputs mean")
    for clip in run.clips[:CLIPS_SHOWN]:
        cells = [
            Path(clip.clip).name,
            score_text(clip.score),
            score_text(clip.reference_score),
            difference_text(difference(clip)),
        ]
        cells += [verdict(clip, run.head)] if has_verdict else []
        table.add_row(*cells, *([meaning_text(clip, run.head)] if has_meaning else []))
    if len(run.clips) > CLIPS_SHOWN:
        table.add_row(f"and {len(run.clips) - CLIPS_SHOWN} more, in scores.csv")
    return table


def class_table(run: Run) -> Table:
    """Clip, predicted class and its probability (or score), the next best classes, label, right or wrong."""
    has_labels = any(clip.label is not None for clip in run.clips)
    scores = [one.score for clip in run.clips for one in clip.decoded]
    score = "probability" if all(0 <= one <= 1 for one in scores) else "score"
    table = _table(("clip", "class", score, "next", *(("label", "verdict") if has_labels else ())))
    paths = [Path(clip.clip) for clip in run.clips]
    parts = 1 if len({path.name for path in paths}) == len(paths) else 2
    for clip, path in zip(run.clips[:CLIPS_SHOWN], paths, strict=False):
        best = prediction(clip)
        cells = [
            "/".join(path.parts[-parts:]),
            "" if best is None else best.what,
            NOT_MEASURED if best is None else f"{best.score:.3f}",
            ", ".join(f"{one.what} {one.score:.3f}" for one in clip.decoded[1:]),
        ]
        table.add_row(*cells, *((clip.label or "", right_text(clip)) if has_labels else ()))
    if len(run.clips) > CLIPS_SHOWN:
        table.add_row(f"and {len(run.clips) - CLIPS_SHOWN} more, in scores.csv")
    return table


def layer_table(costs: LayerProfile) -> Table:
    """What each layer costs, in the order of the model."""
    names = [name.format(unit=costs.unit) for name in HEADER]
    table = _table(names)
    for one in costs.layers:
        table.add_row(*one.cells)
    return table


def figure_lines(run: Run) -> tuple[str, ...]:
    """AUC, agreement, costs and memory, one per line, each with its unit."""
    lines = []
    detection = detect(run.clips)
    if detection is not None:
        lines.append(
            f"AUC {detection.auc:.4f}, pAUC {detection.pauc:.4f} ({auc_interval_text(run.clips)}"
            f"{detection.negatives} normal, {detection.positives} anomaly)"
        )
    decided = at_threshold(run.clips, run.head.threshold)
    if decided is not None:
        lines.append(f"at the threshold {run.head.threshold:g}: {decided.text}")
    classes = classified(run)
    if classes is not None:
        lines.append(classes.text)
    worst = largest_difference(run.clips)
    if worst is not None:
        lines.append(f"largest score difference {difference_text(worst)} to {run.head.reference}")
    lines.extend(check.text for check in checks(run))
    lines.extend(
        f"{x.name}: {cost_text(x, run.head)}"
        + (f" on {x.accelerator}" if is_configuration(x) else "")
        for x in run.latencies
    )
    lines.extend(note for costs in layer_costs(run) for note in costs.notes)
    lines.extend(load_lines(run))
    lines.extend(f"energy per {one.name}: {energy_text(one)}" for one in run.energies)
    lines.extend(gains(run.latencies))
    lines.extend(
        f"{m.name}: {bytes_text(m.used_bytes)}"
        + (f" of {bytes_text(m.given_bytes)}" if m.given_bytes else "")
        for m in run.memories
    )
    return tuple(lines)


def comparison_table(comparison: Comparison) -> Table:
    """Figures of two runs side by side, with the ratio of the second to the first."""
    table = _table(("", "A", "B", "B / A"))
    for row in comparison.rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.3f}"
        table.add_row(row.name, row.a, row.b, ratio)
    return table


def _table(names: Sequence[str]) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column(names[0], overflow="fold")
    for name in names[1:]:
        table.add_column(name, justify="right", overflow="fold")
    return table
