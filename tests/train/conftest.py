# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""One small data set and one model trained on it, by the commands of docs/training.md."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from mcugen.train.synth_set import SetSpec, write_set
from tests.train.commands import facts


@pytest.fixture(scope="session")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four machines, three faults; 5 s leave 107 rows of the front-end, so 103 windows a clip."""
    root = tmp_path_factory.mktemp("sounds")
    write_set(root, SetSpec(train_clips=12, test_normals=3, test_anomalies=3, seconds=5.0))
    return root


@pytest.fixture(scope="session")
def trained(sounds: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an autoencoder trained and converted by the commands; features in ../cache."""
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("TensorFlow is not installed: pip install 'mcugen[train]'")
    out = tmp_path_factory.mktemp("model")
    common = ("--jobs", 1, "--cache", out / "cache")
    how = ("--epochs", 20, "--batch-size", 128, *common)
    (made,) = facts("trained", "train", "ad", sounds, "--out", out, *how)["models"]
    assert made["model"] == str(out / "gearbox" / "model.keras") and made["loss"] > 0
    written = facts("converted", "convert", made["model"], "--data", sounds, *common)
    for file in written["files"].values():
        assert Path(file["path"]).stat().st_size == file["bytes"]
    return out / "gearbox"


@pytest.fixture(scope="session")
def lstm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an LSTM of 10 steps; whoever converts another form works on a copy."""
    out = tmp_path_factory.mktemp("lstm")
    how = ("--windows", 400, "--units", 8, "--epochs", 12)
    (made,) = facts("trained", "train", "lstm", "--out", out, *how)["models"]
    assert made["epochs"] <= 12 and made["machine_type"] is None
    return out
