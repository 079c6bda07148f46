# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Classifiers side by side: accuracy and cost over sequence length, form of the LSTM, and step."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mcugen.errors import DataError, near_path
from mcugen.model.ir import Graph

MODEL_HEAD = (
    "model",
    "steps",
    "LSTM",
    "step",
    "top-1",
    "per inference, PC",
    "per inference, device",
)


@dataclass(frozen=True, slots=True)
class RecurrentForm:
    """How an LSTM became operators: "fused" into one, or "unrolled", each of `seq_len` steps."""

    name: str
    seq_len: int


@dataclass(frozen=True, slots=True)
class ModelRow:
    """One model at one step of the road."""

    model: str
    seq_len: int | None  # None: not recurrent
    form: str | None
    step: str
    accuracy: float
    host_us: float | None
    device_ticks: float | None
    tick_unit: str | None


def recurrent_form(graph: Graph) -> RecurrentForm | None:
    """The form of the model's LSTM; None when there is none."""
    shape = graph.tensors[graph.inputs[0]].shape
    kinds = [op.kind for op in graph.ops]
    if len(shape) != 3:
        return None
    if "UNIDIRECTIONAL_SEQUENCE_LSTM" in kinds:
        return RecurrentForm("fused", shape[1])
    # Two activations a step: of the candidate, and of the cell state.
    return RecurrentForm("unrolled", shape[1]) if kinds.count("TANH") >= 2 * shape[1] else None


def read_rows(folder: Path) -> tuple[ModelRow, ...]:
    """The rows of an evaluation that was written earlier; DataError when there is none."""
    path = folder / "evaluation.json"
    try:
        top = json.loads(path.read_text(encoding="utf-8"))
        return tuple(
            ModelRow(
                model=top["model"],
                seq_len=top["seq_len"],
                form=top["form"],
                step=step["name"],
                accuracy=step["accuracy"],
                host_us=step["host_us_per_inference"],
                device_ticks=step["device_ticks_per_inference"],
                tick_unit=step["tick_unit"],
            )
            for step in top["steps"]
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{path} is not an evaluation of a classifier",
            hint=near_path(folder) or "--beside takes folders that `mcugen evaluate --out` wrote",
        ) from error


def model_cells(rows: Iterable[ModelRow]) -> list[tuple[str, ...]]:
    """Cells below MODEL_HEAD."""
    return [
        (
            row.model,
            "" if row.seq_len is None else str(row.seq_len),
            row.form or "",
            row.step,
            f"{row.accuracy:.4f}",
            "" if row.host_us is None else f"{row.host_us:,.1f} µs",
            "" if row.device_ticks is None else f"{row.device_ticks:,.0f} {row.tick_unit}",
        )
        for row in rows
    ]
