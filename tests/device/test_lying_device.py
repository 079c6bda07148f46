# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""No lie of a device hangs the host, breaks it, or is taken for a measurement.

Each policy is one lie. It ends in its time with one clear line, or it changes nothing.
"""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import pytest

from mcugen import protocol
from mcugen.boards import find_board
from mcugen.device.identity import check_sizes, check_unit
from mcugen.device.journal import open_journal
from mcugen.device.layers import ask_layers, places_of, single_windows
from mcugen.device.session import Outcome, describe_run, run_clips
from mcugen.device.verify import ask_device, vector_sets
from mcugen.errors import DeviceError
from mcugen.features.coding import input_coding
from mcugen.foreign_text import one_line
from mcugen.model.reference import Reference
from mcugen.protocol import Frame, Request
from mcugen.transport.link import Link
from tests.device.lies import LINKS, OTHERS, POLICIES
from tests.device.lying_device import (
    Lie,
    LyingLink,
    Pulled,
    Table,
    says,
)
from tests.device.projects import LOG_MEL, Bench, opened
from tests.device.simulated_device import INFERENCE_TICKS, Clock

LONGEST_S = 60.0  # a request has 10 s; the policies that answer honestly need some of them


def test_there_are_enough_policies() -> None:
    assert len(POLICIES) + len(LINKS) >= 40


@pytest.fixture(scope="module")
def honest(bench: Bench, reference: Reference, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return measured(bench, reference, tmp_path_factory.mktemp("honest"), bench.device(Clock()))


def measured(
    bench: Bench,
    reference: Reference,
    out: Path,
    link: Link,
    clock: Clock | None = None,
    input_name: str = "pcm",
) -> Outcome:
    """A run of one clip, every output compared, and five inferences more; its fault is raised."""
    out.mkdir(exist_ok=True)
    with opened(
        bench, reference, link, clock or Clock(), check_outputs=True, input_name=input_name
    ) as session:
        head = describe_run(session.identity, bench.manifest, input_name, "reference", "link")
        journal = open_journal(out, head)
        clips = bench.found()[:1]
        outcome = run_clips(session, journal, clips, lambda clip, part: None, repeats=5)
    if outcome.fault is not None:
        raise outcome.fault
    return outcome


def judge(error: DeviceError, said: str, clock: Clock) -> None:
    """One clear line, in time."""
    assert error.exit_status == 3
    assert one_line(error.what) == error.what
    assert clock.now < LONGEST_S
    assert said, f"the policy changes nothing, but: {error.what}"


@pytest.mark.parametrize("name", [*POLICIES, *LINKS])
def test_a_lie_is_an_error_or_changes_nothing(
    name: str, bench: Bench, reference: Reference, honest: Outcome, tmp_path: Path
) -> None:
    clock = Clock()
    if name in POLICIES:
        kind, lie, said = POLICIES[name]
        link: Link = LyingLink(bench.device(clock), clock, kind, lie)
    else:
        make, said = LINKS[name]
        link = make(bench.device(clock), clock)
    if not said:
        outcome = measured(bench, reference, tmp_path, link, clock)
        assert outcome.run.clips == honest.run.clips
        assert outcome.run.latencies == honest.run.latencies
        assert clock.now < LONGEST_S
        return
    with pytest.raises(DeviceError, match=said) as caught:
        measured(bench, reference, tmp_path, link, clock)
    judge(caught.value, said, clock)


@pytest.mark.filterwarnings(
    "ignore::RuntimeWarning"
)  # in the simulated device, of floats cut anywhere
@pytest.mark.parametrize("input_name", ["features", "int8"])
@pytest.mark.parametrize("name", [name for name in POLICIES if name.startswith("push")])
def test_other_inputs_are_checked_alike(
    name: str, input_name: str, bench: Bench, reference: Reference, tmp_path: Path
) -> None:
    kind, lie, said = POLICIES[name]
    if name == "push: rows saturate" or "makes rows" in name:
        said = "."  # of pushed rows other things are wrong first
    clock = Clock()
    link = LyingLink(bench.device(clock), clock, kind, lie)
    with pytest.raises(
        DeviceError, match=said if "windows of" not in said else "windows"
    ) as caught:
        measured(bench, reference, tmp_path, link, clock, input_name)
    judge(caught.value, said, clock)


READS: Table = {name: policy for name, policy in OTHERS.items() if policy[0] is Request.READ}


@pytest.mark.parametrize("layers", [False, True])
@pytest.mark.parametrize("name", READS)
def test_verify_takes_no_tensor_of_another_size(name: str, layers: bool, bench: Bench) -> None:
    kind, lie, said = READS[name]
    clock = Clock()
    link = LyingLink(bench.device(clock), clock, kind, lie)
    coding = input_coding(bench.graph)
    sets = vector_sets(LOG_MEL, coding, 4)
    with (
        pytest.raises(DeviceError, match=said),
        opened(bench, None, link, clock) as session,  # type: ignore[arg-type]
    ):
        check_sizes(session.identity, bench.graph)
        if layers:
            windows = single_windows(sets, LOG_MEL, 1)
            ask_layers(session.client, places_of(bench.graph), windows, LOG_MEL, coding)
        else:
            ask_device(session.client, bench.graph, sets, LOG_MEL, coding)


def test_other_outputs_are_counted(bench: Bench, reference: Reference, tmp_path: Path) -> None:
    """A device may compute something else; then every value that differs is counted."""
    clock = Clock()
    flip = says(lambda payload: bytes(byte ^ 1 for byte in payload))
    link = LyingLink(bench.device(clock), clock, Request.READ, flip)
    (clip,) = measured(bench, reference, tmp_path, link, clock, "int8").run.clips
    assert clip.outputs_different == clip.outputs_compared == clip.features_different == 36 * 16


def test_ticks_longer_than_the_request_are_no_time(
    bench: Bench, reference: Reference, tmp_path: Path
) -> None:
    """A clock that is stated much too slow is noticed where a tick is a time."""
    clock = Clock()

    def rate(hz: int) -> Lie:
        def lie(frame: Frame) -> bytes:
            payload = frame.payload.replace(b"tick_unit=instructions", b"tick_unit=cycles")
            payload = payload[:4] + struct.pack("<Q", hz) + payload[12:]
            return protocol.encode_frame(replace(frame, payload=payload))

        return lie

    link = LyingLink(bench.device(clock), clock, Request.HELLO, rate(INFERENCE_TICKS))
    with pytest.raises(DeviceError, match=r"which are .* s at 277000 ticks a second, in a request"):
        measured(bench, reference, tmp_path / "slow", link, clock)
    link = LyingLink(bench.device(clock), clock, Request.HELLO, rate(10**9))
    assert measured(bench, reference, tmp_path / "right", link, clock).is_complete


def test_what_padding_completes_at_once_is_counted_as_not_compared(
    bench: Bench, reference: Reference, tmp_path: Path
) -> None:
    """The simulated device completes the whole clip at its end, and only the last window is seen."""
    outcome = measured(bench, reference, tmp_path, bench.device(Clock()))
    (clip,) = outcome.run.clips
    assert clip.outputs_compared is not None
    assert outcome.values_unseen == 36 * 16 - clip.outputs_compared > 0


def test_an_emulator_that_claims_cycles_is_refused(bench: Bench, reference: Reference) -> None:
    clock = Clock()
    with opened(bench, reference, bench.device(clock), clock) as session:
        check_unit(session.identity, find_board("mps2-an505"))
        with pytest.raises(DeviceError, match="counts instructions, board host counts nanosec"):
            check_unit(session.identity, find_board("host"))


def test_a_run_that_was_cut_off_in_a_reply_resumes_to_the_same(
    bench: Bench, reference: Reference, honest: Outcome, tmp_path: Path
) -> None:
    clock = Clock()
    with pytest.raises(DeviceError, match="liar is gone"):
        measured(bench, reference, tmp_path, Pulled(bench.device(clock), clock, 4), clock)
    again = measured(bench, reference, tmp_path, bench.device(Clock()))
    assert again.run.clips == honest.run.clips and again.is_complete
