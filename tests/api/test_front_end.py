# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The device's front-end in Python: the rows of its C, from clips, configurations and builds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import mcugen
from mcugen.errors import ConfigError
from mcugen.features.reference import cut_windows, row_extractor
from mcugen.features.spec import PRESETS
from mcugen.paths import examples_dir
from tests.conftest import require_tool
from tests.device.projects import LOG_MEL, Bench
from tests.features.c_front_end import TOLERANCES, noisy_tones


@pytest.fixture(autouse=True)
def compiler() -> None:
    require_tool("gcc")


@pytest.mark.parametrize("name", ["mlperf-ad", "mlperf-kws"])
def test_rows_and_windows_are_those_of_the_reference(name: str) -> None:
    spec = PRESETS[name]
    found = mcugen.CFrontEnd(name)
    source = noisy_tones(2.0)
    expected = row_extractor(spec)(source)
    np.testing.assert_allclose(found.rows(source), expected, rtol=0, atol=TOLERANCES[spec.kind])
    assert found.windows(source).shape == cut_windows(expected, spec).shape
    np.testing.assert_array_equal(found.rows(source), found.rows(source), "from a clean state")


def test_two_do_not_disturb_each_other() -> None:
    one, other = mcugen.CFrontEnd(LOG_MEL), mcugen.CFrontEnd(LOG_MEL)
    loud, soft = noisy_tones(0.5, 8000), noisy_tones(0.5, 8000) // 16
    alone = one.rows(loud)
    other.rows(soft)
    np.testing.assert_array_equal(one.rows(loud), alone)
    assert not np.array_equal(other.rows(soft), alone)


def test_it_is_made_of_a_build_a_folder_or_a_file(bench: Bench) -> None:
    clip = bench.found()[0].path
    of_build = mcugen.CFrontEnd(bench.folder)
    assert of_build.spec == LOG_MEL
    np.testing.assert_array_equal(
        of_build.windows(clip), mcugen.CFrontEnd(LOG_MEL).windows(str(clip))
    )
    assert mcugen.CFrontEnd(examples_dir() / "machine-sound").spec == PRESETS["mlperf-ad"]


def test_a_model_without_one_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="raw has no front-end"):
        mcugen.CFrontEnd("raw")
    with pytest.raises(ConfigError, match="unknown front-end 'mlperf-add'"):
        mcugen.CFrontEnd("mlperf-add")
