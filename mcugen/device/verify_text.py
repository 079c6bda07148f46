# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""What `mcugen verify` found, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mcugen.model.reference import OWN_REFERENCE

if TYPE_CHECKING:
    from mcugen.device.layers import LayerVerdict
    from mcugen.device.verify import Verdict


def verdict_lines(verdict: Verdict) -> list[str]:
    """How many output values equal one reference, and where the first difference is."""
    equal = verdict.values - verdict.different
    counted = (
        f"{verdict.reference}: {equal} of {verdict.values} output values equal "
        f"({verdict.vectors} vectors)"
    )
    if verdict.reference.startswith(OWN_REFERENCE) and verdict.rounding == "double":
        counted += "; TFLite Micro is not installed here, so the reference is mcugen's own"
    if verdict.first is None and verdict.float_tolerance:
        what = "float32 outputs to 18 bits: the last ones of expf and the like are the C library's"
        return [counted, f"equal with {verdict.rounding} rounding; {what}"]
    if verdict.first is None:
        return [counted, f"bit-exact with {verdict.rounding} rounding"]
    first = verdict.first
    lines = [
        counted,
        f"{verdict.different} differ, by {verdict.largest_difference:g} at most; the first in "
        f"{first.vectors} vector {first.vector}, output {first.output}, value {first.index}: "
        f"device {first.device}, reference {first.reference}",
    ]
    if verdict.tolerance_lsb:
        within = "within" if verdict.is_accepted else "beyond"
        lines.append(
            f"{within} the NPU's tolerance of {verdict.tolerance_lsb} (NXP: not bit-exact)"
        )
    return lines


def layer_lines(
    verdicts: Sequence[LayerVerdict], windows: int, unit: str = "ticks", tolerance_lsb: int = 0
) -> list[str]:
    """One line per layer output, then what is to be said of the first one that differs by more than
    `tolerance_lsb`."""
    lines = [
        f"layer {v.layer} {v.kind}: {v.values - v.different} of {v.values} values equal"
        + (f", largest difference {v.largest_difference:g}" if v.different else "")
        + (f"; {v.ticks:,.0f} {unit}" if v.ticks is not None else "")
        for v in verdicts
    ]
    wrong = next((v for v in verdicts if v.largest_difference > tolerance_lsb), None)
    if wrong is None or wrong.first is None:
        if any(v.different for v in verdicts):
            how = f"within the NPU's tolerance of {tolerance_lsb} (NXP: not bit-exact)"
        else:
            how = "bit-exact"
        return [*lines, f"all layers are {how} ({windows} inputs)"]
    first = wrong.first
    if tolerance_lsb:
        reason = f"the NPU's tolerance is {tolerance_lsb}"
    elif first.explained_by:
        reason = f"{first.explained_by} rounding explains it"
    elif first.explained_by is None:
        reason = f"there is no reference of {wrong.kind} with another rounding to explain it"
    else:
        reason = "no other rounding explains it"
    return [
        *lines,
        f"the first layer that differs is {wrong.layer} {wrong.kind} ({wrong.tensor}): input "
        f"{first.vector}, value {first.index}: device {first.device:g}, reference "
        f"{first.reference:g}; {reason}",
    ]
