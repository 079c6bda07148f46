# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""docs/front-ends.md says what the code has."""

from __future__ import annotations

import re
import tomllib

from mcugen.features.spec import KINDS, PRESETS, LogMel
from mcugen.features.toml import front_end_from_dict
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "front-ends.md").read_text(encoding="utf-8")


def test_every_kind_and_preset_is_on_the_page() -> None:
    assert set(re.findall(r"^\| `([a-z-]+)` \| (?!\d)", PAGE, re.MULTILINE)) == set(KINDS)
    listed = re.search(r"^Presets: (.*)\. In", PAGE, re.MULTILINE)
    assert listed is not None
    assert re.findall("`([^`]+)`", listed[1]) == list(PRESETS)


def test_the_example_is_read() -> None:
    blocks = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    tables = [tomllib.loads(block)["front_end"] for block in blocks]
    assert [front_end_from_dict(table, "page").rows for table in tables] == [LogMel(n_mels=64)]
