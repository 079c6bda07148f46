# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Two runs of one model side by side."""

from __future__ import annotations

from pathlib import Path

from mcugen.paths import StrPath
from mcugen.records import Run
from mcugen.report.compare import Comparison, compare_runs
from mcugen.report.files import load_run


def compare(a: StrPath | Run, b: StrPath | Run) -> Comparison:
    """What differs in how two runs were made, and in their figures.

    Runs, or folders that `mcugen run` wrote. DataError when a folder holds no run, ConfigError when
    the runs are of different models.
    """
    return compare_runs(_run(a), _run(b))


def _run(given: StrPath | Run) -> Run:
    return given if isinstance(given, Run) else load_run(Path(given))
