# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Whole sessions with the real harness as a process: over good links, bad links and in QEMU."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mcugen.boards import find_board
from mcugen.device.client import Client
from mcugen.errors import DeviceError
from mcugen.protocol import PushReply, Source, What
from mcugen.transport.choose import link_for
from mcugen.transport.link import Link
from tests.conftest import require_tool
from tests.firmware.fake_firmware import build_for_board
from tests.transport.fake_link import FakeLink, Faults

ROWS, ROW_VALUES = 400, 4
FEATURES = np.random.default_rng(5).normal(scale=8, size=(ROWS, ROW_VALUES)).astype("<f4").tobytes()
SCALE, ZERO_POINT = 0.25, -3


@pytest.fixture(scope="module")
def host_elf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_for_board(find_board("host"), tmp_path_factory.mktemp("host") / "firmware.elf")


@contextmanager
def opened(link: Link) -> Iterator[Link]:
    link.open()
    try:
        yield link
    finally:
        link.close()


def push_clip(client: Client, source: Source, data: bytes, chunk_bytes: int) -> list[PushReply]:
    """The clip in small requests; ticks differ from run to run and are taken out."""
    replies = client.push(source, data, end=True, chunk_bytes=chunk_bytes)
    return [
        replace(
            reply, row_ticks=(), windows=tuple(replace(window, ticks=0) for window in reply.windows)
        )
        for reply in replies
    ]


def outputs_of(client: Client) -> list[bytes]:
    """Every third row, the output read after each: requests of several kinds in turn."""
    out = []
    for at in range(0, len(FEATURES), 3 * 4 * ROW_VALUES):
        list(client.push(Source.FEATURES, FEATURES[at : at + 3 * 4 * ROW_VALUES]))
        out.append(client.read(What.OUTPUT, 12) if at else b"")
    client.reset()
    return out


def test_device_quantises_slides_and_scores_as_numpy(host_elf: Path) -> None:
    values = np.frombuffer(FEATURES, "<f4").reshape(ROWS, ROW_VALUES)
    rounded = np.trunc(values / np.float32(SCALE) + np.copysign(np.float32(0.5), values))
    quantised = np.clip(rounded + ZERO_POINT, -128, 127).astype(np.int8)
    windows = np.lib.stride_tricks.sliding_window_view(quantised, (3, ROW_VALUES))
    inputs = windows.reshape(-1, 12)
    outputs = inputs + np.arange(12, dtype=np.int8)
    floats = np.lib.stride_tricks.sliding_window_view(values, (3, ROW_VALUES)).reshape(-1, 12)
    scores = ((SCALE * (outputs.astype(float) - ZERO_POINT) - floats) ** 2).mean(axis=1)

    with opened(link_for(find_board("host"), host_elf)) as link:
        client = Client(link, session=1)
        client.hello()
        replies = list(client.push(Source.FEATURES, FEATURES, end=True))
        found = [window.score for reply in replies for window in reply.windows]
        np.testing.assert_allclose(found, scores, rtol=1e-5)
        assert replies[-1].clip_windows == len(scores)
        assert replies[-1].clip_score == pytest.approx(scores.mean(), rel=1e-6)
        assert client.read(What.INPUT, 12) == inputs[-1].tobytes()
        assert client.read(What.OUTPUT, 12) == outputs[-1].tobytes()

        list(client.push(Source.INT8, quantised.tobytes(), end=True))
        assert client.read(What.OUTPUT, 12) == outputs[-1].tobytes()


@pytest.mark.parametrize("seed", range(2))
def test_bad_link_changes_nothing(host_elf: Path, seed: int) -> None:
    faults = Faults(drop=0.01, corrupt=0.01, duplicate=0.01, stall=0.01, reorder=0.01, stall_s=0.2)
    board = find_board("host")
    with opened(link_for(board, host_elf)) as link:
        clean = Client(link, session=7)
        clean.hello()
        expected = push_clip(clean, Source.FEATURES, FEATURES, 16), outputs_of(clean)
        inferences = clean.stats().inferences
    bad = FakeLink(link_for(board, host_elf), faults, seed)
    with opened(bad):
        client = Client(bad, session=8)
        client.hello()
        assert (push_clip(client, Source.FEATURES, FEATURES, 16), outputs_of(client)) == expected
        assert client.stats().inferences == inferences  # nothing was executed twice
    assert all(bad.counts[fault] > 0 for fault in ("drop", "corrupt", "duplicate", "stall"))
    assert client.counters.repeats > 0


def test_very_bad_link_still_delivers(host_elf: Path) -> None:
    faults = Faults(drop=0.2, corrupt=0.1, duplicate=0.2, stall=0.1, reorder=0.1, stall_s=0.1)
    link = FakeLink(link_for(find_board("host"), host_elf), faults, seed=4)
    with opened(link):
        client = Client(link, session=9, deadline_s=30.0)
        client.hello()
        replies = list(client.push(Source.INT8, bytes(400), end=True, chunk_bytes=40))
        assert sum(len(reply.windows) for reply in replies) == 98
        assert client.stats().inferences == 98


def test_restarted_device_is_noticed(host_elf: Path) -> None:
    link = link_for(find_board("host"), host_elf)
    with opened(link):
        client = Client(link, session=1)
        client.hello()
        link.close()
        link.open()
        with pytest.raises(DeviceError, match="was reset"):
            client.stats()
        client.hello()
        assert client.stats().inferences == 0


def test_wide_rows_travel_in_pieces(tmp_path: Path) -> None:
    board = find_board("host")
    macros = {
        "MCUGEN_ROW_VALUES": "27648u",
        "MCUGEN_WINDOW_ROWS": "1u",
        "MCUGEN_SCORE_RECONSTRUCTION": "0",
        "FAKE_FIRST_ROW": "0u",
    }
    elf = build_for_board(board, tmp_path / "firmware.elf", macros)
    image = np.random.default_rng(1).integers(0, 256, 27648, dtype=np.uint8)
    with opened(link_for(board, elf)) as link:
        client = Client(link, session=3)
        client.hello()
        (window,) = (
            window
            for reply in client.push(Source.INT8, image.tobytes(), end=True)
            for window in reply.windows
        )
        assert window.score == 0.0
        assert client.read(What.INPUT, 27648) == image.tobytes()
        expected = image + np.arange(27648).astype(np.uint8)
        assert client.read(What.OUTPUT, 27648) == expected.tobytes()
        with pytest.raises(DeviceError, match="not supported"):
            client.read(What.FEATURES, 4)

        # Each output is read before bytes of the next window come.
        images = np.random.default_rng(2).integers(0, 256, (3, 27648), dtype=np.uint8)
        rows = client.push(Source.INT8, images.tobytes(), end=True, chunk_bytes=27648)
        outputs = [client.read(What.OUTPUT, 27648) for reply in rows if reply.windows]
        shifted = images + np.arange(27648).astype(np.uint8)
        assert outputs == [output.tobytes() for output in shifted]


def test_emulated_board_answers(tmp_path: Path) -> None:
    require_tool("qemu-system-arm")
    board = find_board("mps2-an505")
    elf = build_for_board(board, tmp_path / "firmware.elf")
    with opened(link_for(board, elf)) as link:
        client = Client(link, session=2)
        identity = client.hello()
        assert identity.fact("model") == "fake"
        assert identity.ticks_per_second is None  # instructions are no time
        replies = push_clip(client, Source.FEATURES, FEATURES[: 40 * 16], 510)
        assert sum(len(reply.windows) for reply in replies) == 38
        ticks = client.infer(1, 20)
        assert all(50 <= count <= 500 and count % 50 == 0 for count in ticks)
        stats = client.stats()
        assert stats.stack_used_bytes is not None and 256 < stats.stack_used_bytes < 4096
        assert stats.bytes_overrun == 0
