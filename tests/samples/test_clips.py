# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Which files become clips, with which labels, and what is said of those that cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcugen.errors import DataError
from mcugen.samples.arrays import ARRAYS
from mcugen.samples.clips import find_clips, label_of
from mcugen.samples.labels import read_labels


def touch(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_folders_are_searched_and_sorted_and_nothing_comes_twice(tmp_path: Path) -> None:
    b = touch(tmp_path / "set" / "b.wav")
    a = touch(tmp_path / "set" / "deep" / "a.WAV")
    touch(tmp_path / "set" / "notes.txt")
    found = find_clips([b, tmp_path / "set"], [".wav"])
    assert [clip.path for clip in found] == [b, a]


def test_all_wrong_names_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    text = touch(tmp_path / "a.txt")
    with pytest.raises(DataError) as caught:
        find_clips([tmp_path / "gone.wav", tmp_path / "empty", text], [".wav"])
    for words in ("gone.wav: no such file", "empty: no .wav file", "a.txt: not a .wav file"):
        assert words in caught.value.what


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("normal_id_01_00000000.wav", "normal"),
        ("anomaly_id_01_00000000.wav", "anomaly"),
        ("Abnormal_3.wav", "anomaly"),
        ("section_00_target.wav", None),
        ("normality.wav", None),
    ],
)
def test_labels_from_names(name: str, label: str | None) -> None:
    assert label_of(Path("x") / name, None) == label


def test_a_label_file_beats_the_names(tmp_path: Path) -> None:
    path = touch(
        tmp_path / "labels.csv", b"file,label\nnormal_1.wav,1\nsub/b.wav, NORMAL\nc.wav,dog\n\n"
    )
    labels = read_labels(path)
    assert labels == {"normal_1.wav": "anomaly", "b.wav": "normal", "c.wav": "dog"}
    assert label_of(Path("normal_1.wav"), labels) == "anomaly"
    assert label_of(Path("normal_2.wav"), labels) is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a.wav,0\nb.wav\n", "labels.csv:2: not `file,label`"),
        (b"a.wav,0\na.wav,1\n", "labels.csv:2: a.wav has two labels, normal and anomaly"),
        (b"file,label\n", "holds no labels"),
        (b"\xff\xfe\x00", "cannot read labels"),
    ],
)
def test_a_wrong_label_file_names_the_line(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(DataError) as caught:
        read_labels(touch(tmp_path / "labels.csv", content))
    assert words in caught.value.what


CLASSES = ("cat", "Dog", "owl")


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("dog/1.png", "Dog"),
        ("OWL/normal_1.png", "owl"),
        ("x/cat_01.wav", "cat"),
        ("x/dog2.wav", "Dog"),
        ("x/owl.bin", "owl"),
        ("x/catalogue.png", None),
        ("normal/1.png", None),
    ],
)
def test_classes_are_names_of_folders_or_files(name: str, label: str | None) -> None:
    assert label_of(Path(name), None, CLASSES) == label


def test_labels_may_be_classes_or_their_numbers(tmp_path: Path) -> None:
    path = touch(tmp_path / "labels.csv", b"file,label\na.png,dog\nb.png,2\nc.bin, 3, 0\n")
    assert read_labels(path, CLASSES) == {"a.png": "Dog", "b.png": "owl", "c.bin": "cat"}
    touch(path, b"a.png,doge\n")
    with pytest.raises(DataError, match="labels.csv:1: 'doge' is none of the 3 classes"):
        read_labels(path, CLASSES)


def test_a_folder_with_an_array_for_each_input_is_one_clip(tmp_path: Path) -> None:
    for name in ("a/x.npy", "a/y.bin", "deep/b/x.npy", "deep/b/y.npy", "c.npz", "d/z.npy"):
        touch(tmp_path / name, name.encode())
    found = find_clips([tmp_path], ARRAYS, tensors=2)
    assert [c.path.relative_to(tmp_path).as_posix() for c in found] == [
        *("a", "deep/b"),
        *("c.npz", "d/z.npy"),
    ]
    before = found[0].sha256
    touch(tmp_path / "a" / "x.npy", b"other")
    assert find_clips([tmp_path / "a"], ARRAYS, tensors=2)[0].sha256 != before
    assert len(find_clips([tmp_path], ARRAYS)) == 6
