# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Data sets on disk: every layout is read, every fault is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mcugen.errors import DataError
from mcugen.samples.datasets import check_two_classes, load_dataset
from mcugen.samples.inputs import held_out_normals, training_samples
from mcugen.samples.labels import labels_of
from mcugen.train.synth_set import write_wav

SILENCE = np.zeros(160, np.int16)


def touch(root: Path, *names: str) -> None:
    for name in names:
        write_wav(root / name, SILENCE)


@pytest.mark.parametrize(
    ("name", "label", "machine"),
    [
        ("normal_id_01_00000003.wav", "normal", "id_01"),
        ("anomaly_id_02_00000000.wav", "anomaly", "id_02"),
        ("id_05_00000000.wav", None, "id_05"),
        ("section_00_source_train_normal_0000_strength_1_ambient.wav", "normal", "section_00"),
        ("section_02_target_test_anomaly_0007.wav", "anomaly", "section_02"),
        ("section_03_source_test_0000.wav", None, "section_03"),
        ("section_00_0199.wav", None, "section_00"),
        ("Normal_x.wav", "normal", ""),
        ("kitchen.wav", None, ""),
    ],
)
def test_names_tell_label_and_machine(name: str, label: str | None, machine: str) -> None:
    assert labels_of(name) == (label, machine)


def test_dcase_development_and_evaluation(tmp_path: Path) -> None:
    touch(
        tmp_path,
        "dev_data/ToyCar/train/normal_id_01_00000000.wav",
        "dev_data/ToyCar/test/anomaly_id_01_00000000.wav",
        "eval_data/fan/train/normal_id_00_00000000.wav",
        "eval_data/fan/test/id_00_00000000.wav",
    )
    dataset = load_dataset(tmp_path)
    assert dataset.layout == "dcase"
    assert dataset.machine_types() == ("ToyCar", "fan")
    assert [s.label for s in dataset.part("test")] == ["anomaly", None]
    assert load_dataset(tmp_path / "dev_data").machine_types() == ("ToyCar",)
    assert load_dataset(tmp_path / "dev_data" / "ToyCar").machine_types() == ("ToyCar",)


def test_dcase_2021_has_a_test_folder_for_each_domain(tmp_path: Path) -> None:
    touch(
        tmp_path,
        "fan/train/section_00_source_train_normal_0000_a.wav",
        "fan/source_test/section_00_source_test_normal_0000.wav",
        "fan/target_test/section_00_target_test_anomaly_0000.wav",
        "fan/supplemental/section_00_supplemental_0000.wav",
    )
    dataset = load_dataset(tmp_path)
    assert [(s.split, s.label) for s in dataset.samples] == [
        ("train", "normal"),
        ("test", "normal"),
        ("test", "anomaly"),
    ]
    assert {s.machine_id for s in dataset.samples} == {"section_00"}
    assert [path.parent.name for path in dataset.left_out] == ["supplemental"]


def test_labels_may_be_folders_of_the_test_part(tmp_path: Path) -> None:
    touch(tmp_path, "pump/train/a.wav", "pump/test/normal/b.wav", "pump/test/Anomaly/c.wav")
    dataset = load_dataset(tmp_path)
    assert [s.label for s in dataset.part("test", "pump")] == ["anomaly", "normal"]
    assert dataset.left_out == ()


def test_mimii_names_machine_and_label_by_folders(tmp_path: Path) -> None:
    for machine in ("fan/id_00", "fan/id_02", "pump/id_00"):
        touch(tmp_path, f"{machine}/normal/00000000.wav", f"{machine}/abnormal/00000000.wav")
    dataset = load_dataset(tmp_path)
    assert dataset.machine_types() == ("fan", "pump")
    fans = dataset.part("test", "fan")
    assert [(s.machine_id, s.label) for s in fans] == [
        ("id_00", "anomaly"),
        ("id_00", "normal"),
        ("id_02", "anomaly"),
        ("id_02", "normal"),
    ]
    assert {s.label for s in training_samples(dataset, "pump")} == {"normal"}
    assert {s.machine_type for s in training_samples(dataset, "pump")} == {"pump"}


def test_mlperf_anomaly_and_class_rows(tmp_path: Path) -> None:
    for name in ("normal_id_01_00000003_hist.bin", "b.bin"):
        (tmp_path / name).write_bytes(bytes(8))
    (tmp_path / "y_labels.csv").write_text(
        "normal_id_01_00000003_hist.bin,2,1,2560,512\nb.bin,12,7\n\n"
    )
    first, second = load_dataset(tmp_path).samples
    assert (first.label, first.machine_id) == ("anomaly", "id_01")
    assert (first.window_bytes, first.stride_bytes) == (2560, 512)
    assert (second.label, second.window_bytes) == ("7", 0)


def test_all_bad_rows_of_y_labels_are_named(tmp_path: Path) -> None:
    (tmp_path / "y_labels.csv").write_text("a.bin,2,x\nmissing.bin,12,7\n")
    with pytest.raises(DataError, match=r"line 1 .*missing\.bin is missing"):
        load_dataset(tmp_path)


def test_array_pairs_one_hot_or_numbers(tmp_path: Path) -> None:
    np.save(tmp_path / "x_test.npy", np.zeros((3, 4), np.float32))
    np.save(tmp_path / "y_test.npy", np.eye(3)[[2, 0, 1]])
    np.save(tmp_path / "x_train.npy", np.zeros((2, 4), np.float32))
    dataset = load_dataset(tmp_path)
    assert [s.label for s in dataset.part("test")] == ["2", "0", "1"]
    assert [s.row for s in dataset.part("train")] == [0, 1]
    np.save(tmp_path / "y_test.npy", np.zeros(5))
    with pytest.raises(DataError, match="5 labels for 3 samples"):
        load_dataset(tmp_path)
    (tmp_path / "x_test.npy").write_bytes(b"no array")
    with pytest.raises(DataError, match=r"x_test\.npy: not a readable"):
        load_dataset(tmp_path)


def test_plain_folders(tmp_path: Path) -> None:
    touch(tmp_path, "abnormal/a.wav", "normal/b.wav", "anomaly_id_03_1.wav", "loose.wav")
    labels = {s.path.name: s.label for s in load_dataset(tmp_path).samples}
    assert labels == {
        "a.wav": "anomaly",
        "b.wav": "normal",
        "anomaly_id_03_1.wav": "anomaly",
        "loose.wav": None,
    }
    training = training_samples(load_dataset(tmp_path), "")
    assert [s.path.name for s in training] == ["loose.wav", "b.wav"]


def test_faults_of_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist"):
        load_dataset(tmp_path / "nowhere")
    with pytest.raises(DataError, match="holds no data set"):
        load_dataset(tmp_path)
    (tmp_path / "fan" / "train").mkdir(parents=True)
    with pytest.raises(DataError, match="no sample in this dcase"):
        load_dataset(tmp_path)


def test_training_on_anomalies_is_refused(tmp_path: Path) -> None:
    touch(tmp_path, "fan/train/anomaly_id_00_1.wav")
    with pytest.raises(DataError, match="anomaly_id_00_1"):
        training_samples(load_dataset(tmp_path), "fan")
    with pytest.raises(DataError, match="no training clip of type 'pump'"):
        training_samples(load_dataset(tmp_path), "pump")


def test_two_labelled_classes_are_needed(tmp_path: Path) -> None:
    touch(tmp_path, "a/test/id_00_1.wav", "b/test/normal_id_00_1.wav")
    dataset = load_dataset(tmp_path)
    with pytest.raises(DataError, match="no sample has a label"):
        check_two_classes(dataset.part("test", "a"), tmp_path)
    with pytest.raises(DataError, match="no sample is labelled 'anomaly'"):
        check_two_classes(dataset.part("test", "b"), tmp_path)


def test_thresholds_come_from_held_out_normals(tmp_path: Path) -> None:
    touch(tmp_path, "a/train/normal_1.wav", "a/test/normal_2.wav", "a/test/anomaly_3.wav")
    touch(tmp_path, "b/train/normal_4.wav", "b/test/id_00_5.wav")
    dataset = load_dataset(tmp_path)
    assert [s.path.name for s in held_out_normals(dataset, "a")] == ["normal_2.wav"]
    assert [s.path.name for s in held_out_normals(dataset, "b")] == ["normal_4.wav"]


def test_labels_may_be_words(tmp_path: Path) -> None:
    np.save(tmp_path / "x_test.npy", np.zeros((3, 4), np.float32))
    np.save(tmp_path / "y_test.npy", np.array(["dog", "cat", "dog"]))
    assert [s.label for s in load_dataset(tmp_path).samples] == ["dog", "cat", "dog"]
    np.save(tmp_path / "y_test.npy", np.array([[0, 1], [1, 1], [1, 0]]))
    with pytest.raises(DataError, match=r"y_test\.npy: row 1 of the labels is not one-hot"):
        load_dataset(tmp_path)
