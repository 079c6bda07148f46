# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Records on disk: what is written is read back, and nothing else passes for a record."""

from __future__ import annotations

import json
import statistics
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcugen.errors import DataError
from mcugen.records import (
    KINDS,
    Decoded,
    EnergyRecord,
    LayerRecord,
    MemoryRecord,
    Record,
    StageRecord,
    as_run,
    from_json_line,
    read_records,
    summarise,
    to_json_line,
)
from tests.report.runs import clip, head, labelled_run

numbers = st.floats(allow_nan=False, allow_infinity=False)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "str": st.text(),
    "str | None": st.none() | st.text(),
    "int": st.integers(),
    "int | None": st.none() | st.integers(),
    "float | None": st.none() | numbers,
    "tuple[str, ...]": st.lists(st.text()).map(tuple),
    "tuple[int, ...]": st.lists(st.integers()).map(tuple),
    "tuple[float, ...]": st.lists(numbers).map(tuple),
    "tuple[tuple[str, str], ...]": st.lists(st.tuples(st.text(), st.text())).map(tuple),
}
VALUES["float"] = numbers
VALUES["tuple[Decoded, ...]"] = st.lists(
    st.builds(Decoded, **{f.name: VALUES[str(f.type)] for f in fields(Decoded)})
).map(tuple)
records = st.one_of(
    *(
        st.builds(kind, **{f.name: VALUES[str(f.type)] for f in fields(kind)})
        for kind in KINDS.values()
    )
)


@given(records)
def test_round_trip(record: Record) -> None:
    line = to_json_line(record)
    assert line.count("\n") == 1 and line.endswith("\n")
    assert from_json_line(line, "here") == record


@given(st.lists(records, min_size=1, max_size=3), st.data())
def test_a_torn_last_line_is_left_out(
    tmp_path_factory: pytest.TempPathFactory, written: list[Record], data: st.DataObject
) -> None:
    lines = [to_json_line(record).encode() for record in written]
    cut = data.draw(st.integers(1, len(lines[-1])))
    path = tmp_path_factory.getbasetemp() / "torn.jsonl"
    path.write_bytes(b"".join(lines)[:-cut])
    assert read_records(path) == tuple(written[:-1])


def test_not_a_number_is_never_written() -> None:
    with pytest.raises(ValueError, match="JSON"):
        to_json_line(replace(clip(1, None, 1.0, (1,)), score=float("nan")))


def altered(record: Record, **changes: object) -> str:
    body = json.loads(to_json_line(record)) | changes
    return json.dumps({key: value for key, value in body.items() if value != "remove"})


MEMORY = MemoryRecord("flash", 1, None, "linker")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (altered(MEMORY, schema=2), "schema version 2; this mcugen reads 1"),
        (altered(MEMORY, schema="remove"), "schema version None"),
        (altered(MEMORY, kind="memry"), "unknown kind of record 'memry'"),
        (altered(MEMORY, used_byte=1), "unknown key 'used_byte' (did you mean 'used_bytes'?)"),
        (altered(MEMORY, name="remove"), "key 'name' is missing"),
        (altered(MEMORY, used_bytes=1.5), "used_bytes = 1.5 is not int"),
        (altered(MEMORY, used_bytes=True), "used_bytes = True is not int"),
        (altered(clip(1, None, 1.0, (1,)), row_ticks=[1, "2"]), "row_ticks"),
        (altered(clip(1, None, 1.0, (1,)), score="1.0"), "score = '1.0' is not float | None"),
        (altered(head(), facts=[["a", "b", "c"]]), "facts"),
        ('{"schema":1,"kind":"memory","used_bytes":NaN', "not JSON"),
        ("[]", "not a JSON object"),
    ],
)
def test_a_wrong_line_says_where_and_what(line: str, words: str) -> None:
    with pytest.raises(DataError) as caught:
        from_json_line(line, "run/records.jsonl:7")
    assert caught.value.what.startswith("run/records.jsonl:7: ") and words in caught.value.what


def test_a_file_of_an_older_mcugen_is_read() -> None:
    assert from_json_line(altered(head(row_s=None), row_s="remove"), "here") == head(row_s=None)


def test_all_faults_of_a_line_are_told_at_once() -> None:
    with pytest.raises(DataError) as caught:
        from_json_line(altered(MEMORY, name=3, used_bytes="x", colour="red"), "f:1")
    assert all(word in caught.value.what for word in ("name", "used_bytes", "colour"))


@given(st.binary(max_size=60))
def test_any_bytes_give_records_or_a_data_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    path.write_bytes(content + b"\n")
    try:
        assert read_records(path) == ()
    except DataError as error:
        assert "any.jsonl" in error.what


def test_missing_file_is_a_data_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="No such file"):
        read_records(tmp_path / "records.jsonl")


def test_later_records_replace_earlier_ones() -> None:
    first, second = clip(1, None, 1.0, (1,)), clip(2, None, 2.0, (1,))
    labelled = replace(first, label="normal")
    old, new = MemoryRecord("arena", 1, 9, "device"), MemoryRecord("arena", 2, 9, "device")
    run = as_run((head(), first, old, second, labelled, new), "f")
    assert run.clips == (labelled, second)
    assert run.memories == (new,)


def test_the_stack_of_a_resumed_run_is_the_deepest_of_its_sessions() -> None:
    deep, shallow = (MemoryRecord("stack", used, None, "device") for used in (744, 456))
    linked = [MemoryRecord("ram", used, 999, "linker") for used in (90, 80)]
    assert as_run((head(), deep, shallow, *linked), "f").memories == (deep, linked[-1])
    assert as_run((head(), shallow, deep), "f").memories == (deep,)


@pytest.mark.parametrize("written", [(), (MEMORY,)])
def test_a_file_without_a_run_is_refused(written: tuple[Record, ...]) -> None:
    with pytest.raises(DataError, match="no run is described"):
        as_run(written, "f")


@given(st.lists(st.integers(0, 2**40), min_size=2, max_size=50))
def test_summary_equals_numpy(samples: list[int]) -> None:
    found = summarise("inference", "cycles", samples, warmup_count=3)
    expected = np.percentile(samples, [0, 50, 90, 99, 100])
    figures = (found.minimum, found.median, found.p90, found.p99, found.maximum)
    assert figures == pytest.approx(tuple(expected))
    assert found.mean == pytest.approx(np.mean(samples))
    assert found.stdev == pytest.approx(statistics.stdev(samples))
    assert (found.count, found.warmup_count) == (len(samples), 3)


def test_one_sample_has_no_deviation() -> None:
    found = summarise("inference", "cycles", [7])
    assert (found.minimum, found.median, found.p99, found.stdev) == (7.0, 7.0, 7.0, None)


def test_records_of_a_run_are_all_kinds() -> None:
    """Whatever kind a record is of, `as_run` keeps it."""
    run = labelled_run()
    layer = LayerRecord(0, "ADD", "sum", "cycles", 1, 1.0, 1.0, 1.0, None)
    energy = EnergyRecord("inference", 1, 1e-6, 0.01, 0.1, "PPK2")
    stage = StageRecord("mel", "power", 40, 320, 1e-6, 2.0)
    written = (run.head, *run.clips, *run.latencies, *run.memories, layer, energy, stage)
    assert {type(record) for record in written} == set(KINDS.values())
    whole = replace(run, layers=(layer,), energies=(energy,), stages=(stage,))
    assert as_run(written, "here") == whole
