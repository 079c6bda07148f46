# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures of training and evaluation: SVG text for HTML pages, PNG files beside a model."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

NORMAL_COLOUR, ANOMALY_COLOUR, LINE_COLOUR = "#2166b8", "#c8501e", "#5b6676"

Points = Sequence[tuple[float, float]]
Draw = Callable[[Any], None]
"""Draws on one matplotlib Axes."""


def svg(draw: Draw, width_in: float = 5.0, height_in: float = 3.2) -> str:
    """One picture as an <svg> element; the same bytes for the same data."""
    figure, matplotlib = _figure(width_in, height_in)
    draw(figure.subplots())
    text = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": "mcugen", "svg.fonttype": "none"}):
        figure.savefig(
            text, format="svg", transparent=True, metadata={"Date": None, "Creator": None}
        )
    content = text.getvalue()
    return content[content.index("<svg") :]


def png(draw: Draw, path: Path, width_in: float = 7.0, height_in: float = 4.2) -> None:
    """One picture as a PNG file."""
    figure, _ = _figure(width_in, height_in)
    draw(figure.subplots())
    figure.savefig(path, format="png", dpi=120, metadata={"Software": None})


def _figure(width_in: float, height_in: float) -> tuple[Any, Any]:
    """A figure of its own: no window system, no state shared between pictures."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width_in, height_in), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, matplotlib


def losses(training: Sequence[float], validation: Sequence[float]) -> Draw:
    """Loss per epoch; the validation curve is left out when it is empty."""

    def draw(axes: Any) -> None:
        axes.plot(range(1, len(training) + 1), training, label="training")
        if validation:
            axes.plot(range(1, len(validation) + 1), validation, label="validation")
        axes.set(xlabel="epoch", ylabel="loss", yscale="log", title="Loss")
        axes.grid(alpha=0.3)
        axes.legend()

    return draw


def roc(curves: Mapping[str, Points], title: str) -> Draw:
    """Receiver operating characteristics; the part that pAUC counts is shaded."""

    def draw(axes: Any) -> None:
        axes.axvspan(0.0, 0.1, color="#8a5a00", alpha=0.10, linewidth=0)
        axes.plot((0, 1), (0, 1), color=LINE_COLOUR, linestyle=":", linewidth=1)
        for name, points in curves.items():
            axes.plot(*zip(*points, strict=True), label=name)
        axes.set(xlabel="false positive rate", ylabel="true positive rate", title=title)
        axes.legend(loc="lower right", fontsize="small")

    return draw


def histogram(
    normals: Sequence[float],
    anomalies: Sequence[float],
    unlabelled: Sequence[float],
    threshold: float | None,
    title: str,
) -> Draw:
    """Scores of clips by label, and the threshold."""

    def draw(axes: Any) -> None:
        groups = {"normal": normals, "anomaly": anomalies, "not labelled": unlabelled}
        colours = (NORMAL_COLOUR, ANOMALY_COLOUR, LINE_COLOUR)
        edges = np.histogram_bin_edges([*normals, *anomalies, *unlabelled], bins=24)
        for (name, scores), colour in zip(groups.items(), colours, strict=True):
            if len(scores):
                axes.hist(scores, bins=edges, label=name, color=colour, alpha=0.7)
        if threshold is not None:
            axes.axvline(threshold, color="#8a5a00", linestyle="--", label="threshold")
        axes.yaxis.get_major_locator().set_params(integer=True)
        axes.set(xlabel="score", ylabel="clips", title=title)
        axes.legend(fontsize="small")

    return draw


def confusion(cells: NDArray[np.int64], names: Sequence[str], title: str) -> Draw:
    """Confusion matrix with its counts."""

    def draw(axes: Any) -> None:
        share = cells / np.maximum(cells.sum(axis=1, keepdims=True), 1)
        axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
        for (row, column), count in np.ndenumerate(cells):
            colour = "white" if share[row, column] > 0.5 else "black"
            axes.text(column, row, str(count), ha="center", va="center", color=colour)
        axes.set_xticks(range(len(names)), names, rotation=45, ha="right")
        axes.set_yticks(range(len(names)), names)
        axes.set(xlabel="predicted", ylabel="true", title=title)

    return draw


def series(values: NDArray[np.float32], spikes: Sequence[int], title: str) -> Draw:
    """One window of a series, its anomalous steps marked."""

    def draw(axes: Any) -> None:
        axes.plot(values, color=NORMAL_COLOUR, marker=".", markersize=3, linewidth=1)
        if len(spikes):
            axes.plot(
                spikes,
                values[list(spikes)],
                "o",
                color=ANOMALY_COLOUR,
                fillstyle="none",
                markersize=9,
                label="anomalous step",
            )
            axes.legend(fontsize="small")
        axes.set(xlabel="step", ylabel="value", title=title)

    return draw
