# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Projects and the reference interpreter that all tests of a run share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mcugen.model.reference import Reference, open_reference
from tests.device.projects import Bench, make_bench


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return make_bench(tmp_path_factory.mktemp("bench"))


@pytest.fixture(scope="session")
def reference(bench: Bench) -> Iterator[Reference]:
    with open_reference(bench.model) as opened:
        yield opened
