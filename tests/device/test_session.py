# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Clips through a simulated device: scores, agreement, interruption, resumption, broken links."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from mcugen.device.session import measure_clip
from mcugen.errors import DataError, DeviceError
from mcugen.features.coding import input_coding
from mcugen.model.reference import Reference
from mcugen.records import ClipRecord, as_run, read_records
from mcugen.samples.clips import Clip
from mcugen.samples.expected import expected_outputs, expected_score
from mcugen.samples.stimulus import make_stimulus
from tests.device.projects import LOG_MEL, Bench, opened, run_bench
from tests.device.simulated_device import INFERENCE_TICKS, ROW_TICKS, Clock
from tests.transport.fake_link import Faults

WINDOWS = 36  # of rows 3 to 40, two rows each, of a clip of 0.8 s


def names(run_clips: tuple[ClipRecord, ...]) -> list[str]:
    return [Path(clip.clip).name for clip in run_clips]


@pytest.mark.parametrize("input_name", ["pcm", "features", "int8"])
def test_scores_equal_the_reference(
    bench: Bench, reference: Reference, tmp_path: Path, input_name: str
) -> None:
    outcome, _ = run_bench(bench, reference, tmp_path, input_name=input_name)
    assert outcome.is_complete and outcome.fault is None
    assert names(outcome.run.clips) == [
        "anomaly_1.wav", "anomaly_3.wav", "normal_0.wav", "normal_2.wav",
    ]  # fmt: skip
    for clip in outcome.run.clips:
        assert clip.windows == len(clip.window_scores) == len(clip.inference_ticks) == WINDOWS
        assert clip.score == pytest.approx(clip.reference_score, rel=1e-5)
        assert clip.label == Path(clip.clip).name.split("_")[0]
    scores = {clip.label: clip.score for clip in outcome.run.clips}
    assert scores["anomaly"] != scores["normal"]


def test_reference_score_is_the_definition(bench: Bench, reference: Reference) -> None:
    clip = bench.found()[0]
    coding = input_coding(bench.graph)
    stimulus = make_stimulus(clip.path, "features", LOG_MEL, coding)
    outputs = expected_outputs(reference, stimulus.inputs)[0]
    by_hand = [
        sum((0.481 * (int(q) - 40) - float(x)) ** 2 for q, x in zip(out, features, strict=True))
        / 16
        for out, features in zip(outputs, stimulus.windows, strict=True)
    ]
    assert expected_score(reference, stimulus, outputs) == pytest.approx(
        sum(by_hand) / len(by_hand), rel=1e-5
    )


def test_costs_and_memory_come_from_the_device(
    bench: Bench, reference: Reference, tmp_path: Path
) -> None:
    outcome, _ = run_bench(bench, reference, tmp_path, repeats=130)
    by_name = {latency.name: latency for latency in outcome.run.latencies}
    inference = by_name["inference"]
    assert (inference.unit, inference.count) == ("instructions", 4 * WINDOWS)
    assert inference.minimum == INFERENCE_TICKS + 1
    assert inference.median == INFERENCE_TICKS + (WINDOWS + 1) / 2
    assert by_name["front-end row"].maximum == ROW_TICKS
    repeated = by_name["inference, repeated on one input"]
    assert (repeated.count, repeated.warmup_count) == (130, 3)
    memories = {m.name: (m.used_bytes, m.given_bytes) for m in outcome.run.memories}
    assert memories == {"arena": (192, 256), "stack": (1416, None)}
    assert outcome.run.head.ticks_per_second is None


def test_pushed_features_have_no_front_end_cost(
    bench: Bench, reference: Reference, tmp_path: Path
) -> None:
    outcome, _ = run_bench(bench, reference, tmp_path, input_name="features")
    assert [latency.name for latency in outcome.run.latencies] == ["inference"]


@pytest.mark.parametrize("input_name", ["features", "int8"])
def test_every_output_is_compared(
    bench: Bench, reference: Reference, tmp_path: Path, input_name: str
) -> None:
    outcome, _ = run_bench(bench, reference, tmp_path, input_name=input_name, check_outputs=True)
    for clip in outcome.run.clips:
        assert (clip.outputs_compared, clip.outputs_different) == (WINDOWS * 16, 0)
        assert (clip.features_compared, clip.features_different) == (WINDOWS * 16, 0)


def test_another_rounding_is_seen_in_the_outputs(
    bench: Bench, reference: Reference, tmp_path: Path
) -> None:
    outcome, _ = run_bench(
        bench, reference, tmp_path, input_name="int8", check_outputs=True, rounding="single"
    )
    assert sum(clip.outputs_different or 0 for clip in outcome.run.clips) > 0


def test_unplugged_device_keeps_what_was_measured_and_resumes(
    bench: Bench, reference: Reference, tmp_path: Path
) -> None:
    clean, device = run_bench(bench, reference, tmp_path / "clean")
    stopped, _ = run_bench(bench, reference, tmp_path / "run", unplug_after=device.requests // 2)
    assert isinstance(stopped.fault, DeviceError) and "unplugged" in stopped.fault.what
    assert 0 < stopped.measured < 4 and not stopped.is_complete
    assert stopped.run.latencies, "what was measured is summarised"

    resumed, again = run_bench(bench, reference, tmp_path / "run")
    assert resumed.is_complete and resumed.skipped == stopped.measured
    assert again.inferences == WINDOWS * resumed.measured
    assert resumed.run == clean.run


@pytest.mark.parametrize("percent", [1, 5, 20])
def test_bursts_and_swaps_change_nothing(
    bench: Bench, reference: Reference, tmp_path: Path, percent: int
) -> None:
    """Of every hundred messages so many suffer a fault, in each direction; a burst is one fault of four
    messages. A run that a bad cable ends goes on with the same command, to the results of a good one.
    """
    options = {"input_name": "int8", "check_outputs": True}
    clean, _ = run_bench(bench, reference, tmp_path / "clean", **options)
    each = percent / 100 / 6
    faults = Faults(drop=each, corrupt=each, duplicate=each, stall=each, reorder=each, burst=each)
    counts: Counter[str] = Counter()
    for seed in range(40):
        try:
            outcome, device = run_bench(
                bench,
                reference,
                tmp_path / "run",
                faults=faults,
                seed=seed,
                counts=counts,
                **options,
            )
        except DeviceError:  # before the first clip
            continue
        if outcome.is_complete and outcome.fault is None:
            break
    assert outcome.is_complete and outcome.run.clips == clean.run.clips
    assert counts["reorder"] > 0 and counts["burst"] > 0


def test_interrupted_run_resumes(bench: Bench, reference: Reference, tmp_path: Path) -> None:
    def stop_in_third(clip: Clip, part: float) -> None:
        if clip.path.name == "normal_0.wav" and part > 0.5:
            raise KeyboardInterrupt

    stopped, _ = run_bench(bench, reference, tmp_path, on_progress=stop_in_third)
    assert stopped.interrupted and names(stopped.run.clips) == ["anomaly_1.wav", "anomaly_3.wav"]
    resumed, _ = run_bench(bench, reference, tmp_path)
    assert resumed.is_complete and resumed.measured == 2 and len(resumed.run.clips) == 4


def test_torn_last_line_is_measured_again(
    bench: Bench, reference: Reference, tmp_path: Path
) -> None:
    clean, _ = run_bench(bench, reference, tmp_path)
    path = tmp_path / "records.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2]) + lines[2][:100])
    resumed, _ = run_bench(bench, reference, tmp_path)
    assert (resumed.skipped, resumed.measured) == (1, 3)
    assert as_run(read_records(path), "").clips == clean.run.clips


def test_other_input_is_another_run(bench: Bench, reference: Reference, tmp_path: Path) -> None:
    first, _ = run_bench(bench, reference, tmp_path)
    second, _ = run_bench(bench, reference, tmp_path, input_name="int8")
    assert second.skipped == 0 and second.run.head.input == "int8"
    kept = as_run(read_records(tmp_path / "records.1.jsonl"), "")
    assert kept == first.run


def test_labels_given_later_reach_clips_measured_before(
    bench: Bench, reference: Reference, tmp_path: Path
) -> None:
    plain = tuple(Clip(c.name, c.path, c.sha256, None) for c in bench.found())
    run_bench(bench, reference, tmp_path, clips=plain)
    labelled, _ = run_bench(bench, reference, tmp_path)
    assert labelled.measured == 0
    assert [clip.label for clip in labelled.run.clips] == ["anomaly"] * 2 + ["normal"] * 2


def test_other_firmware_is_refused_with_both_hashes(bench: Bench, reference: Reference) -> None:
    clock = Clock()
    device = bench.device(clock, facts={"firmware_sha256": "cd" * 32})
    with pytest.raises(DeviceError) as caught, opened(bench, reference, device, clock):
        pass
    assert "ab" * 32 in caught.value.what and "cd" * 32 in caught.value.what
    assert "model_sha256" not in caught.value.what
    assert not device.is_open


def test_silent_device_is_an_error_after_the_deadline(bench: Bench, reference: Reference) -> None:
    clock = Clock()
    device = bench.device(clock, silent=True)
    with (
        pytest.raises(DeviceError, match="no answer to HELLO"),
        opened(bench, reference, device, clock),
    ):
        pass
    assert 9 < clock.now < 20 and not device.is_open


def test_garbage_instead_of_answers_is_shown(bench: Bench, reference: Reference) -> None:
    class Babbler:
        name = "babbler"

        def open(self) -> None: ...
        def close(self) -> None: ...
        def set_baud(self, baud: int) -> None: ...
        def write(self, data: bytes) -> None: ...

        def read(self, count: int, deadline: float) -> bytes:
            clock.now += 0.1
            return b"booting...\r\n" if clock.now < deadline else b""

    clock = Clock()
    with pytest.raises(DeviceError, match="booting"), opened(bench, reference, Babbler(), clock):
        pass


def test_noise_between_answers_changes_nothing(
    bench: Bench, reference: Reference, tmp_path: Path
) -> None:
    clean, _ = run_bench(bench, reference, tmp_path / "clean")
    noisy, _ = run_bench(bench, reference, tmp_path / "noisy", noise=b"\xa5\x07noise\x00\xff")
    assert noisy.run.clips == clean.run.clips


def test_faulty_link_gives_the_same_run(bench: Bench, reference: Reference, tmp_path: Path) -> None:
    clean, before = run_bench(
        bench, reference, tmp_path / "clean", input_name="int8", check_outputs=True
    )
    faults = Faults(drop=0.01, corrupt=0.01, duplicate=0.01, stall=0.01, reorder=0.01)
    faulty, device = run_bench(
        bench, reference, tmp_path / "faulty", faults=faults, input_name="int8", check_outputs=True
    )
    assert device.repeated > 0, "the faults did nothing"
    assert faulty.run.clips == clean.run.clips
    assert faulty.run.latencies == clean.run.latencies


def test_wrong_window_count_is_a_fault(bench: Bench, reference: Reference, tmp_path: Path) -> None:
    """A firmware whose front-end differs from the manifest must not pass for a score."""
    clock = Clock()
    device = bench.device(clock)
    device.manifest = replace(bench.manifest, front_end=replace(LOG_MEL, first_row=4))
    with (
        opened(bench, reference, device, clock) as session,
        pytest.raises(DeviceError, match="35 windows"),
    ):
        measure_clip(session, bench.found()[0], lambda clip, part: None)


def test_clip_that_changed_on_disk_is_a_data_error(
    bench: Bench, reference: Reference, tmp_path: Path
) -> None:
    clip = Clip("gone.wav", tmp_path / "gone.wav", "00" * 32, None)
    with pytest.raises(DataError, match="gone.wav"):
        run_bench(bench, reference, tmp_path / "run", clips=(clip,))
