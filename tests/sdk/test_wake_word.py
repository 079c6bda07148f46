# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A streaming wake word in an SDK: probabilities of the reference, state that a reset forgets."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

from mcugen.codegen.tree_writer import write_tree
from mcugen.features.coding import input_coding, output_coding
from mcugen.features.reference import cut_windows, row_extractor
from mcugen.features.spec import PRESETS
from mcugen.model.reference import open_reference
from mcugen.scoring.wake_word import detections, running_means
from mcugen.sdk.build import SdkOptions, make_sdk
from tests.c_compiler import SANITIZERS, compile_program
from tests.device.test_streaming import TOML
from tests.features.c_front_end import noisy_tones
from tests.sdk.sdks import sources_of
from tests.streaming_models import keyword

TWICE = """#include <stdio.h>
#include "keyword.h"

MCUGEN_ARENA(arena, KEYWORD_ARENA_BYTES);
static keyword_t model;

static void on_event(void *context, const mcugen_event_t *event) {
  (void)context;
  printf("score %.9g\\n", (double)event->score);
}

int main(void) {
  static int16_t samples[16000];
  const size_t count = fread(samples, 2, 16000, stdin);
  mcugen_result_t result = keyword_init(&model, &arena);
  result = result ? result : keyword_self_test(&model);
  for (int clip = 0; clip < 2; ++clip) {
    result = result ? result : keyword_push_samples(&model, samples, count, on_event, NULL);
    result = result ? result : keyword_reset(&model);
  }
  return result;
}
"""
SAMPLES = noisy_tones(0.8)


@pytest.fixture(scope="module")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("word")
    (folder / "keyword.tflite").write_bytes(keyword())
    (folder / "mcugen.toml").write_text(TOML)
    options = SdkOptions(target="host", name="word")
    write_tree(make_sdk([folder], options, None).tree, folder / "sdk")
    return folder


def probabilities(folder: Path) -> np.ndarray:
    front_end = PRESETS["micro-wake-word"]
    windows = cut_windows(row_extractor(front_end)(SAMPLES), front_end)
    with open_reference(folder / "keyword.tflite") as reference:
        taken, given = input_coding(reference.graph), output_coding(reference.graph)
        (outputs,) = reference.run(taken.split(taken.encode(windows)))
        return given.decode(outputs.reshape(-1))


def answers(folder: Path, program: Path) -> str:
    sources = [*sources_of(folder / "sdk"), program]
    flags = ["-O0", "-g", *SANITIZERS, f"-I{folder / 'sdk' / 'include'}"]
    built = compile_program("gcc", sources, folder / program.stem, flags=flags)
    given = SAMPLES.astype("<i2").tobytes()
    done = subprocess.run([built], input=given, capture_output=True, timeout=60, check=True)
    return done.stdout.decode()


def test_scores_and_detections_of_the_example(sdk: Path) -> None:
    said = answers(sdk, sdk / "sdk" / "examples" / "stream_pcm.c")
    wanted = probabilities(sdk)
    scores = np.array(re.findall(r"window \d+: score ([^\s,]+)", said), np.float32)
    assert len(scores) == len(wanted) > 20 and (scores == wanted).all()
    found = detections(running_means(wanted, 3).tolist(), float(np.float32(0.4)), 4)
    assert found and [int(n) for n in re.findall(r"detected with window (\d+)", said)] == [*found]


def test_a_reset_forgets_the_state(sdk: Path) -> None:
    (sdk / "twice.c").write_text(TWICE)
    scores = np.array(re.findall(r"score (\S+)", answers(sdk, sdk / "twice.c")), np.float32)
    wanted = probabilities(sdk)
    assert (scores == np.concatenate([wanted, wanted])).all()
