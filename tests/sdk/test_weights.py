# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Weights apart from code: another model through the same code, and a store that power cuts leave whole."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import numpy as np
import pytest

from mcugen.model.reference import open_reference
from mcugen.sdk.weights import HEADER_BYTES, SIGNATURE_BYTES
from tests.c_compiler import SANITIZERS, compile_program
from tests.c_program import RUNTIME, compile_for_board, run_on_board, run_on_host
from tests.cli.calls import Answer, call
from tests.conftest import ROOT, require_tool
from tests.schemas import written_as
from tests.sdk.sdks import SOUND, slot_sdk, sources_of
from tests.tflite_writer import fully_connected

STORE_TEST = ROOT / "firmware_tests" / "unit" / "test_store.c"
STORE = [RUNTIME / "sdk" / f"{name}.c" for name in ("store", "weights", "sha256", "instance")]
Capture = pytest.CaptureFixture[str]

DRIVER = """
#include <stdio.h>
#include "dense.h"
MCUGEN_ARENA(arena, DENSE_ARENA_BYTES);
static dense_t model;
MCUGEN_ALIGNED static uint8_t weights[4096];
int main(int argc, char **argv) {
  FILE *const file = fopen(argv[1], "rb");
  const size_t bytes = argc > 2 || file == NULL ? 0 : fread(weights, 1, sizeof weights, file);
  mcugen_result_t result = dense_init(&model, &arena, weights, bytes, NULL);
  printf("%s\\n", mcugen_result_text(result));
  if (result == MCUGEN_OK) {
    printf("%s\\n", mcugen_result_text(dense_self_test(&model)));
    for (int vector = 0; vector < 50; ++vector) {
      for (int i = 0; i < 4; ++i) {
        dense_input(&model)[i] = (int8_t)(vector * 29 + i * 71);
      }
      dense_invoke(&model);
      for (int i = 0; i < 3; ++i) {
        printf("%d ", dense_output(&model)[i]);
      }
    }
  }
  return 0;
}
"""


def test_no_power_cut_and_no_bad_weights_get_through(tmp_path: Path) -> None:
    """Every write of an installation cut, every bit of the header, 1,000 random sequences."""
    for header in (RUNTIME / "sdk").glob("*.h"):
        (tmp_path / header.name).write_bytes(header.read_bytes())
    assert " 0 failed" in run_on_host([STORE_TEST, *STORE], tmp_path)


def test_the_store_on_an_emulated_board(tmp_path: Path) -> None:
    require_tool("qemu-system-arm")
    program = compile_for_board([STORE_TEST, *STORE], tmp_path, [RUNTIME / "sdk"])
    assert " 0 failed" in run_on_board(program, 240)


def other_dense(units: int = 3) -> bytes:
    """The network of sdks.dense with other weights and other quantisation."""
    random = np.random.default_rng(8)
    weights = random.integers(-127, 128, (units, 4)).astype(np.int8)
    bias = random.integers(-500, 500, units).astype(np.int32)
    scales = tuple(0.004 * (i + 2) for i in range(units))
    return fully_connected(
        weights, bias, input_quant=(0.07, 11), weight_scales=scales, output_quant=(0.3, -20)
    )


def write_weights(capfd: Capture, model: bytes, folder: Path, *words: object) -> Answer:
    path = folder / "other.tflite"
    path.write_bytes(model)
    out = folder / "weights.bin"
    sdk = slot_sdk("host")
    return call(capfd, "weights", path, "--for", sdk, "--as", "dense", "--out", out, *words)


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """DRIVER with the SDK of slots, under sanitizers."""
    folder = tmp_path_factory.mktemp("driver")
    (folder / "driver.c").write_text(DRIVER)
    sdk = slot_sdk("host")
    flags = ("-O0", "-g", *SANITIZERS, f"-I{sdk / 'include'}")
    sources = [folder / "driver.c", *sources_of(sdk)]
    return compile_program("gcc", sources, folder / "driver", flags=flags)


def said_with(driver: Path, weights: Path) -> list[str]:
    """What the driver prints of these weights."""
    done = subprocess.run(
        [str(driver), str(weights)], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.splitlines()


def test_another_model_runs_in_the_same_code(driver: Path, tmp_path: Path, capfd: Capture) -> None:
    """Its outputs are those of TFLite Micro for the other model."""
    answer = write_weights(capfd, other_dense(), tmp_path, "--version", 7)
    assert answer.status == 0, answer.err
    blob = (tmp_path / "weights.bin").read_bytes()
    assert int.from_bytes(blob[4:8], "little") == 7
    init, self_test, outputs = said_with(driver, tmp_path / "weights.bin")
    assert (init, self_test) == ("ok", "ok")
    vectors = np.array([[v * 29 + i * 71 for i in range(4)] for v in range(50)]).astype(np.int8)
    with open_reference(tmp_path / "other.tflite") as reference:
        (expected,) = reference.run([vectors[:, None]])
    assert np.array_equal(np.array(outputs.split(), np.int8), expected.reshape(-1))


def test_a_model_of_another_architecture_is_refused(tmp_path: Path, capfd: Capture) -> None:
    answer = write_weights(capfd, other_dense(units=4), tmp_path, "--version", 2)
    assert answer.status == 2 and not (tmp_path / "weights.bin").exists()
    assert "has another architecture than dense: call 0 of 1 differs" in answer.err


def test_damaged_files_are_refused_by_the_code(
    driver: Path, tmp_path: Path, capfd: Capture
) -> None:
    assert write_weights(capfd, other_dense(), tmp_path, "--version", 2).status == 0
    path = tmp_path / "weights.bin"
    blob = path.read_bytes()
    bad = "the weights are cut, damaged or not signed as they must be"
    for damaged in (blob[:-1], blob[:200], b"", blob + b"\0", blob[:300] + b"\x55" + blob[301:]):
        path.write_bytes(damaged)
        assert said_with(driver, path) == [bad]


def test_the_signature_is_of_the_key(tmp_path: Path, capfd: Capture) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (tmp_path / "key.pem").write_bytes(pem)
    words = ("--version", 3, "--sign", tmp_path / "key.pem")
    assert write_weights(capfd, other_dense(), tmp_path, *words).status == 0
    blob = (tmp_path / "weights.bin").read_bytes()
    end = HEADER_BYTES - SIGNATURE_BYTES
    digest, signature = blob[end - 32 : end], blob[end:HEADER_BYTES]
    assert digest == hashlib.sha256(blob[: end - 32] + blob[HEADER_BYTES:]).digest()
    key.public_key().verify(signature, digest)
    with pytest.raises(InvalidSignature):
        Ed25519PrivateKey.generate().public_key().verify(signature, digest)
    (tmp_path / "key.pem").write_text("no key")
    refused = write_weights(capfd, other_dense(), tmp_path, *words)
    assert refused.status == 2 and "holds no private key" in refused.err


def test_the_example_installs_and_uses_them(tmp_path: Path, capfd: Capture) -> None:
    """Whole weights go through the store; without any the code's own are used."""
    sdk, program = slot_sdk("host"), tmp_path / "replace"
    example = sdk / "examples" / "replace_weights.c"
    words = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", f"-I{sdk / 'include'}"]
    sources = map(str, sources_of(sdk))
    command = [require_tool("gcc"), *words, str(example), *sources, "-lm", "-o", str(program)]
    subprocess.run(command, check=True, timeout=300)
    sound, path = SOUND / "machine_sound_int8.tflite", tmp_path / "weights.bin"
    words = ("--as", "machine_sound_int8", "--version", 2, "--out", path)
    answer = call(capfd, "weights", sound, "--for", sdk, *words, "--json")
    assert answer.status == 0, answer.err
    made = written_as("weights", answer.out)
    assert (made["bytes"], made["signed"]) == (path.stat().st_size, False)
    not_ready = "no input has been written since the last invoke"
    for given, verdict in ((path.read_bytes(), "ok"), (b"", not_ready)):
        done = subprocess.run([str(program)], input=given, capture_output=True, timeout=60)
        assert done.stdout.decode().splitlines() == [verdict, "ok"]
