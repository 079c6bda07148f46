# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Real SSH servers for the tests of sessions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mcugen.transport.ssh import SshSession
from tests.ssh_server import KINDS, Server, running_server


@pytest.fixture(scope="module", params=KINDS)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    with running_server(request.param, tmp_path_factory.mktemp(request.param)) as running:
        yield running


@pytest.fixture
def session(server: Server) -> Iterator[SshSession]:
    with SshSession(server.target) as opened:
        yield opened
