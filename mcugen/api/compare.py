# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Two runs of one model side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mcugen.paths import StrPath
from mcugen.records import Run
from mcugen.report.compare import Comparison, compare_runs
from mcugen.report.files import load_run


def compare(
    a: StrPath | Run, b: StrPath | Run, *, fail_if: Sequence[str] = (), unlike: bool = False
) -> Comparison:
    """What differs in how two runs were made, and in their figures; `gates` are the conditions of
    `fail_if` ("inference > +3 %") and what became of them.

    Runs, or folders that `mcugen run` wrote. DataError when a folder holds no run. ConfigError for a
    condition that is none, and when the runs are of different models or, with conditions, of other
    clips, boards or flags, unless `unlike` allows it.
    """
    return compare_runs(_run(a), _run(b), fail_if, is_unlike_allowed=unlike)


def _run(given: StrPath | Run) -> Run:
    return given if isinstance(given, Run) else load_run(Path(given))
