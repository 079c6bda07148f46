# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Where the time of an inference goes: its layers, their part of it, and how well they use it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mcugen.records import INFERENCE, REPEATED, LayerRecord, Run
from mcugen.report.numbers import NOT_MEASURED, count_text, percent_text

SMALL = 0.01
"""Layers that take less than this part of an inference are not called the worst at anything."""


@dataclass(frozen=True, slots=True)
class ProfiledLayer:
    """A layer in its inference. `macs_per_tick` is None for operators that are not made of MACs."""

    record: LayerRecord
    share: float
    macs_per_tick: float | None

    @property
    def name(self) -> str:
        """`2 CONV_2D`."""
        return f"{self.record.layer} {self.record.operator}"

    @property
    def cells(self) -> tuple[str, ...]:
        """Layer, ticks, part of the inference, MACs, MACs per tick."""
        per_tick = self.macs_per_tick
        return (
            self.name,
            count_text(round(self.record.median)),
            percent_text(self.share),
            count_text(self.record.macs) if self.record.macs else NOT_MEASURED,
            NOT_MEASURED if per_tick is None else f"{per_tick:.2f}",
        )


@dataclass(frozen=True, slots=True)
class LayerProfile:
    """The layers that ran on one accelerator; `whole` is one inference without marks, where known."""

    accelerator: str
    unit: str
    layers: tuple[ProfiledLayer, ...]
    whole: float | None

    @property
    def total(self) -> float:
        """All layers together, in ticks."""
        return sum(one.record.median for one in self.layers)

    @property
    def notes(self) -> tuple[str, ...]:
        """How the sum compares with the whole, and which layers are the worst."""
        biggest = max(self.layers, key=lambda one: one.record.median)
        notes = [f"most of it: layer {biggest.name} with {percent_text(biggest.share)}"]
        if self.whole:
            notes.insert(
                0,
                f"layers sum to {count_text(round(self.total))} of {count_text(round(self.whole))} "
                f"{self.unit} ({percent_text(self.total / self.whole, 2)})",
            )
        slow = [one for one in self.layers if one.macs_per_tick is not None and one.share >= SMALL]
        if len(slow) > 1:
            slowest = min(slow, key=lambda one: one.macs_per_tick or 0.0)
            best = max(one.macs_per_tick or 0.0 for one in slow)
            unit = self.unit.removesuffix("s")
            notes.append(
                f"worst used: layer {slowest.name} with {slowest.macs_per_tick:.2f} MACs per {unit}, the "
                f"best has {best:.2f}"
            )
        return tuple(notes)


HEADER = ("layer", "{unit}", "part", "MACs", "MACs per tick")
"""Over ProfiledLayer.cells."""


def layer_costs(run: Run) -> tuple[LayerProfile, ...]:
    """Per accelerator; empty for a run without `--profile`."""
    groups: dict[str, list[LayerRecord]] = {}
    for record in run.layers:
        groups.setdefault(record.accelerator, []).append(record)
    return tuple(
        LayerProfile(accelerator, records[0].unit, _costs(records), _whole(run, accelerator))
        for accelerator, records in groups.items()
    )


def _costs(records: Iterable[LayerRecord]) -> tuple[ProfiledLayer, ...]:
    ordered = sorted(records, key=lambda record: record.layer)
    total = sum(record.median for record in ordered)
    return tuple(
        ProfiledLayer(
            record,
            record.median / total if total else 0.0,
            record.macs / record.median if record.macs and record.median else None,
        )
        for record in ordered
    )


def _whole(run: Run, accelerator: str) -> float | None:
    """The inference on the same input where it was repeated, else that of the clips."""
    found = {x.name: x.median for x in run.latencies if x.accelerator == accelerator}
    return found.get(REPEATED, found.get(INFERENCE))
