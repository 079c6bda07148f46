# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The MLPerf Tiny text dialect of the firmware, string by string, and next to the framed one."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from mcugen import protocol
from mcugen.boards import find_board
from mcugen.protocol import Frame, FrameDecoder, Request
from tests.firmware.fake_firmware import build_for_board

FEATURES = (np.arange(12, dtype="<f4") / 4).tobytes()  # input + index: error (index / 4)^2
SCORE = float(np.mean((np.arange(12) / 4) ** 2))


@pytest.fixture(scope="module")
def scoring(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_for_board(find_board("host"), tmp_path_factory.mktemp("mlperf") / "scoring.elf")


@pytest.fixture(scope="module")
def classifying(tmp_path_factory: pytest.TempPathFactory) -> Path:
    macros = {"MCUGEN_SCORE_RECONSTRUCTION": "0", "FAKE_NAME": '"image"'}
    output = tmp_path_factory.mktemp("mlperf") / "classifying.elf"
    return build_for_board(find_board("host"), output, macros)


def say(
    elf: Path,
    *commands: str,
    banner: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> list[str]:
    """The answer to each command, without its m-ready; in front of them stands the banner."""
    text = "".join(f"{command}%" for command in commands)
    done = subprocess.run(
        [elf], input=text.encode(), capture_output=True, timeout=30, check=True, env=environment
    )
    assert done.stdout.endswith(b"m-ready\r\n")
    answers = done.stdout.decode("ascii").split("m-ready\r\n")[:-1]
    assert answers[: len(banner)] == list(banner)
    assert len(answers) == len(banner) + len(commands)
    return answers[len(banner) :]


ENERGY_BANNER = ["m-timestamp-mode-energy\r\nm-init-done\r\n"]
LEAST_PULSE_NS = 1000  # what the reference firmware asks for


@pytest.fixture(scope="module")
def energetic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The firmware of the energy mode."""
    output = tmp_path_factory.mktemp("mlperf") / "energetic.elf"
    return build_for_board(find_board("host"), output, {"MCUGEN_MLPERF_ENERGY": "1"})


def edges(path: Path) -> list[tuple[int, int]]:
    """Nanoseconds and level of each edge of the pin."""
    lines = (line.split() for line in path.read_text().splitlines())
    return [(int(ticks), int(level)) for ticks, level in lines]


def upload(data: bytes, chunk: int = 31) -> list[str]:
    """The commands of the official runner: 31 bytes each, the last one shorter."""
    pieces = [f"db {data[at : at + chunk].hex()}" for at in range(0, len(data), chunk)]
    return [f"db load {len(data)}", *pieces]


def test_name_and_profile(scoring: Path) -> None:
    assert say(scoring, "name", "profile") == [
        "m-name-dut-[mcugen]\r\n",
        "m-profile-[ULPMark for tinyML Firmware V0.0.1]\r\nm-model-[fake]\r\n",
    ]


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("db", "e-[Command 'db' requires a subcommand]\r\n"),
        ("db load", "e-[Command 'db load' requires the # of bytes]\r\n"),
        ("db load 0", "e-[Command 'db load' must be >0 bytes]\r\n"),
        ("db load abc", "e-[Command 'db load' must be >0 bytes]\r\n"),
        ("db load 48", "m-[Expecting 48 bytes]\r\n"),
        ("db load 99999999999", "Supplied buffer size 1000000000 exceeds maximum of 48\r\n"),
        ("db 123", "e-[Insufficent number of hex digits]\r\n"),
        ("infer 0", "e-[Inference iterations must be >0]\r\n"),
        ("infer 1 -1", "e-[Inference warmup must be >=0]\r\n"),
        ("selftest now", "e-[Unknown command: selftest]\r\n"),
    ],
)
def test_answers(scoring: Path, command: str, answer: str) -> None:
    assert say(scoring, command) == [answer]


def test_hex_digits_are_checked(scoring: Path) -> None:
    assert say(scoring, "db load 4", "db 00xy", "db 0a0B0C", "db 11", "db print") == [
        "m-[Expecting 4 bytes]\r\n",
        "e-[Invalid hex digit 'xy']\r\n",
        "m-load-done\r\n",  # the byte before the wrong one counts, as in the reference firmware
        "",
        "m-buffer-00-0a-0b-0c\r\n",
    ]


def test_anomaly_score(scoring: Path) -> None:
    *loading, inference, results = say(scoring, *upload(FEATURES), "infer 20 3", "results")
    assert loading == ["m-[Expecting 48 bytes]\r\n", "", "m-load-done\r\n"]
    pattern = (
        r"m-warmup-start-3\r\nm-warmup-done\r\nm-infer-start-20\r\n"
        r"m-lap-us-(\d+)\r\nm-lap-us-(\d+)\r\nm-infer-done\r\n(m-results-\[(.*)\]\r\n)"
    )
    match = re.fullmatch(pattern, inference)
    assert match is not None, inference
    assert int(match[1]) <= int(match[2])
    assert match[4] == f"{SCORE:.3f}"
    assert results == match[3]


def test_the_energy_mode_marks_time_stamps_on_the_pin(energetic: Path, tmp_path: Path) -> None:
    """A low pulse at start, one at `timestamp`, and one on either side of the timed inferences; no times."""
    pin = tmp_path / "pin"
    commands = ("timestamp", *upload(FEATURES, chunk=26), "infer 2000 3")
    answers = say(
        energetic,
        *commands,
        banner=ENERGY_BANNER,
        environment={**os.environ, "MCUGEN_PIN": str(pin)},
    )
    assert answers[0] == "" and "m-lap" not in "".join(answers)
    assert answers[-1] == (
        "m-warmup-start-3\r\nm-warmup-done\r\nm-infer-start-2000\r\nm-infer-done\r\n"
        f"m-results-[{SCORE:.3f}]\r\n"
    )
    found = edges(pin)
    assert [level for _, level in found] == [0, 1] * 4, "idle is high, no edge during inferences"
    falls, rises = found[::2], found[1::2]
    assert all(
        rise - fall >= LEAST_PULSE_NS for (fall, _), (rise, _) in zip(falls, rises, strict=True)
    )


def test_the_pin_is_high_while_an_inference_runs(scoring: Path, tmp_path: Path) -> None:
    pin = tmp_path / "pin"
    environment = {**os.environ, "MCUGEN_PIN": str(pin)}
    say(scoring, *upload(FEATURES), "infer 5 2", environment=environment)
    assert [level for _, level in edges(pin)] == [1, 0] * 7


def test_default_counts(scoring: Path) -> None:
    answer = say(scoring, *upload(FEATURES), "infer")[-1]
    assert answer.startswith("m-warmup-start-10\r\n")
    assert "m-infer-start-1\r\n" in answer


def test_pixels_are_shifted_and_outputs_listed(classifying: Path) -> None:
    pixels = bytes(range(120, 132))
    answers = say(classifying, *upload(pixels), "db print", "infer 1 0")
    assert answers[-2] == "m-buffer-78-79-7a-7b-7c-7d-7e-7f\r\nm-buffer-80-81-82-83\r\n"
    outputs = [0.25 * (pixel - 128 + index + 3) for index, pixel in enumerate(pixels)]
    expected = ",".join(f"{value:.3f}" for value in outputs)
    assert f"m-results-[{expected}]\r\n" in answers[-1]


@pytest.mark.parametrize(
    ("mlperf_id", "thousandths", "end"),
    [("kws01", np.floor, ""), ("vww01", np.round, ","), ("ic01", np.round, "")],
)
def test_results_are_printed_as_the_reference_of_the_benchmark_does(
    tmp_path: Path, mlperf_id: str, thousandths: Callable[[float], float], end: str
) -> None:
    macros = {
        "MCUGEN_SCORE_RECONSTRUCTION": "0",
        "FAKE_SCALE": "0.00390625f",  # 1/256, of a softmax
        "FAKE_MLPERF_ID": f'"{mlperf_id}"',
    }
    elf = build_for_board(find_board("host"), tmp_path / "firmware.elf", macros)
    data = bytes(range(12))
    outputs = [(value + index + 3) / 256 for index, value in enumerate(data)]
    expected = ",".join(f"{thousandths(value * 1000) / 1000:.3f}" for value in outputs)
    answers = say(elf, "profile", *upload(data), "infer 1 0")
    assert f"m-model-[{mlperf_id}]" in answers[0]
    assert f"m-results-[{expected}{end}]\r\n" in answers[-1]


def test_inference_without_input_is_an_error(scoring: Path) -> None:
    assert say(scoring, "infer 1 0", "results") == [
        "e-[The input is not complete]\r\nm-expected-bytes-48\r\n",
        "e-[No inference has run]\r\n",
    ]


def test_both_dialects_on_one_wire(scoring: Path) -> None:
    hello = protocol.encode_frame(Frame(Request.HELLO, 9, protocol.hello_payload(77)))
    stats = protocol.encode_frame(Frame(Request.STATS, 10, b""))
    wire = hello + b"name%" + stats + b"profile%"
    done = subprocess.run([scoring], input=wire, capture_output=True, timeout=30, check=True)
    kinds = [frame.type for frame in FrameDecoder().feed(done.stdout)]
    assert kinds == [Request.HELLO | 0x80, Request.STATS | 0x80]
    assert b"m-name-dut-[mcugen]\r\nm-ready\r\n" in done.stdout
    assert done.stdout.endswith(b"m-ready\r\n")


@pytest.mark.parametrize("waiting", [b"name%", None], ids=["command", "end of input"])
def test_an_endless_infer_is_ended_by_what_comes_next(scoring: Path, waiting: bytes | None) -> None:
    """By the next command, and by the end of the pipe of a host that is gone."""
    device = subprocess.Popen([scoring], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    commands = "".join(f"{command}%" for command in [*upload(FEATURES), "infer 1000000000 0"])
    answer, _ = device.communicate(commands.encode() + (waiting or b""), timeout=60)
    assert device.returncode == 0
    before, after = answer.split(b"m-infer-start-1000000000\r\n")
    assert b"m-load-done" in before
    assert re.fullmatch(rb"m-lap-us-\d+\r\n(m-name-dut-\[mcugen\]\r\nm-ready\r\n)?", after)
    assert after.endswith(b"m-ready\r\n") == (waiting is not None)


def test_an_upload_shows_the_bytes_that_came(scoring: Path) -> None:
    """Also those of a float that is not complete, and nothing of an upload before."""
    *_, shown = say(scoring, *upload(b"\xff" * 48), "db load 7", "db 01020304aabb", "db print")
    assert shown == "m-buffer-01-02-03-04-aa-bb\r\n"


def test_a_frame_that_starts_with_a_percent_sign_is_a_frame(scoring: Path) -> None:
    """Its COBS code is 0x25 when its first zero is byte 36; it was once taken for an empty command."""
    hello = protocol.encode_frame(Frame(Request.HELLO, 0x0100, protocol.hello_payload(77)))
    percent = protocol.encode_frame(Frame(Request.STATS, 0x0101, b"\1" * 32 + b"\0"))
    assert percent[1:2] == b"%"
    done = subprocess.run(
        [scoring], input=hello + percent, capture_output=True, timeout=30, check=True
    )
    assert [frame.sequence for frame in FrameDecoder().feed(done.stdout)] == [0x0100, 0x0101]
    assert b"m-ready" not in done.stdout
