# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A front-end that takes clips as a whole (MFCC) in an SDK: classes of the reference, clip by clip."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import numpy as np

from mcugen.codegen.tree_writer import write_tree
from mcugen.features.coding import input_coding, output_coding
from mcugen.features.reference import cut_windows, row_extractor
from mcugen.features.spec import PRESETS
from mcugen.model.reference import open_reference
from mcugen.sdk.build import SdkOptions, make_sdk
from tests.c_compiler import SANITIZERS, compile_program
from tests.features.c_front_end import noisy_tones
from tests.sdk.sdks import sources_of
from tests.tflite_writer import fully_connected

TOML = """schema = 1
[model]
file = "words.tflite"
[front_end]
preset = "mlperf-kws"
"""
CLIP = 16_000


def words() -> bytes:
    """49 x 10 MFCCs into 5 classes."""
    random = np.random.default_rng(7)
    weights = random.integers(-127, 128, (5, 490)).astype(np.int8)
    return fully_connected(weights, np.zeros(5, np.int32), input_quant=(0.6, 80))


def test_the_example_scores_clip_by_clip(tmp_path: Path) -> None:
    (tmp_path / "words.tflite").write_bytes(words())
    (tmp_path / "mcugen.toml").write_text(TOML)
    sdk = tmp_path / "sdk"
    write_tree(make_sdk([tmp_path], SdkOptions(target="host", name="words"), None).tree, sdk)
    samples = np.concatenate([noisy_tones(1.0), noisy_tones(1.5)[::-1]])  # half a clip at the end

    sources = [*sources_of(sdk), sdk / "examples" / "stream_pcm.c"]
    flags = ["-O0", "-g", *SANITIZERS, f"-I{sdk / 'include'}"]
    built = compile_program("gcc", sources, tmp_path / "stream_pcm", flags=flags)
    given = samples.astype("<i2").tobytes()
    said = subprocess.run([built], input=given, capture_output=True, timeout=60, check=True).stdout
    found = re.findall(r"window 0: score (\S+), class (\d+)", said.decode())

    front_end = PRESETS["mlperf-kws"]
    clips = [samples[at : at + CLIP] for at in range(0, len(samples), CLIP)]
    windows = [cut_windows(row_extractor(front_end)(clip), front_end) for clip in clips]
    with open_reference(tmp_path / "words.tflite") as reference:
        taken, values = input_coding(reference.graph), output_coding(reference.graph)
        (outputs,) = reference.run(taken.split(taken.encode(np.concatenate(windows))))
        wanted = values.decode(outputs.reshape(len(clips), -1))
    assert len(found) == len(clips) == 3
    assert [int(index) for _, index in found] == [*wanted.argmax(axis=1)]
    assert (np.array([score for score, _ in found], np.float32) == wanted.max(axis=1)).all()
