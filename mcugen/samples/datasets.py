# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Data sets on disk -> Dataset: what there is, of which machine, with which label; nothing is loaded.

Layouts, recognised by what the folder holds:

dcase    <type>/{train,test,source_test,target_test}/*.wav, named as in DCASE 2020 to 2025 (see labels.py)
         or in folders normal/ and anomaly/; without a label where none is published
mlperf   y_labels.csv (file, classes, label[, window bytes, stride bytes]) beside .bin files
arrays   x_test.npy and y_test.npy, first axis the samples; x_train.npy and y_train.npy if there
pictures [train|test/]<label>/*.png, .jpg or .bmp
folders  <label>/*.wav, MIMII's <type>/id_NN/{normal,abnormal}/*.wav, or a flat folder of files named
         normal_* and anomaly_*
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from mcugen.errors import DataError, near_path
from mcugen.progress import OnNote
from mcugen.samples.arrays import load_labels, load_npy
from mcugen.samples.images import PICTURES
from mcugen.samples.labels import LABEL_WORDS, MACHINE_FOLDER, labels_of
from mcugen.scoring.labels import ANOMALY, NORMAL

WAVS = "*.[wW][aA][vV]"


@dataclass(frozen=True, slots=True)
class Sample:
    """One clip or one array row. Empty strings: not known in this layout."""

    path: Path
    split: str  # "train" or "test"
    label: str | None  # "normal", "anomaly" or a class; None: not known
    machine_type: str = ""
    machine_id: str = ""  # "id_01", "section_00"
    row: int | None = None  # index on the first axis of the array in `path`
    window_bytes: int = 0  # .bin only: a window, and from one to the next; 0: one input tensor
    stride_bytes: int = 0

    @property
    def name(self) -> str:
        """What result files call this sample."""
        return self.path.name if self.row is None else f"{self.path.name}[{self.row}]"


@dataclass(frozen=True, slots=True)
class Dataset:
    """All samples in path order. `source` is what they are: "audio" or "arrays" (pictures also)."""

    root: Path
    layout: str
    source: str
    samples: tuple[Sample, ...]
    left_out: tuple[Path, ...] = ()  # sound files that belong to no part of this layout

    def machine_types(self) -> tuple[str, ...]:
        """The types, sorted; one empty string where the layout has none."""
        return tuple(sorted({sample.machine_type for sample in self.samples}))

    def part(self, split: str, machine_type: str | None = None) -> tuple[Sample, ...]:
        """Samples of a split, and of a type when one is given."""
        return tuple(
            sample
            for sample in self.samples
            if sample.split == split and machine_type in (None, sample.machine_type)
        )


def load_dataset(root: Path) -> Dataset:
    """The data set in `root`; DataError when it is in none of the layouts or holds no sample."""
    if not root.is_dir():
        hint = near_path(root) or "name the folder of the data set"
        if not root.exists():
            raise DataError(f"{root} does not exist", hint=hint)
        raise DataError(f"{root} is not a folder", hint=hint)
    for layout, (source, recognises, read) in LAYOUTS.items():
        if recognises(root):
            samples = tuple(read(root))
            if not samples:
                raise DataError(f"{root}: no sample in this {layout} data set")
            return Dataset(root, layout, source, samples, _left_out(root, source, samples))
    raise DataError(
        f"{root} holds no data set: no <type>/train, y_labels.csv, x_test.npy, picture or .wav file",
        hint="mcugen data synth DIR makes one",
    )


def _files(folder: Path, suffixes: tuple[str, ...]) -> list[Path]:
    """Every file of such a type below a folder."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in suffixes)


def open_dataset(root: Path, on_note: OnNote) -> Dataset:
    """The data set in a folder; notes which of its sound files are in no part of it."""
    dataset = load_dataset(root)
    if dataset.left_out:
        first = dataset.left_out[0].relative_to(root)
        on_note(
            f"left out: {len(dataset.left_out)} sound files that are in no train or test folder, "
            f"for example {first}"
        )
    return dataset


def _wavs(folder: Path) -> list[Path]:
    return _files(folder, (".wav",))


def _left_out(root: Path, source: str, samples: Iterable[Sample]) -> tuple[Path, ...]:
    taken = {sample.path for sample in samples}
    return tuple(path for path in _wavs(root) if path not in taken) if source == "audio" else ()


SPLITS = {
    "train": "train",
    "source_train": "train",
    "target_train": "train",
    "test": "test",
    "source_test": "test",
    "target_test": "test",
}
"""Folder below a machine type -> split."""


def _type_folders(root: Path) -> list[Path]:
    """Folders with train/ or a test: `root` itself, its children, or those of dev_data/eval_data."""
    places = [root, *sorted(root.glob("*/")), *sorted(root.glob("*_data/*/"))]
    return [place for place in places if any((place / split).is_dir() for split in SPLITS)]


def _dcase(root: Path) -> Iterable[Sample]:
    samples = []
    for folder in _type_folders(root):
        machine_type = folder.resolve().name
        for part, split in SPLITS.items():
            for path in _wavs(folder / part):
                label, machine_id = _placed(path, folder / part)
                samples.append(Sample(path, split, label, machine_type, machine_id))
    return samples


def _placed(path: Path, root: Path) -> tuple[str | None, str]:
    """Label and machine id of a file: from its name, else from the folders between `root` and it."""
    label, machine_id = labels_of(path.name)
    for folder in path.relative_to(root).parts[:-1]:
        label = label or LABEL_WORDS.get(folder.lower())
        machine_id = machine_id or (folder.lower() if MACHINE_FOLDER.fullmatch(folder) else "")
    return label, machine_id


def _mlperf(root: Path) -> Iterable[Sample]:
    table = root / "y_labels.csv"
    faults, samples = [], []
    with table.open(newline="", encoding="utf-8-sig") as file:
        for line, cells in enumerate(csv.reader(file), 1):
            if not cells:
                continue
            try:
                sample = _mlperf_sample(root, [cell.strip() for cell in cells])
            except (ValueError, IndexError):
                faults.append(f"line {line} is not `file,classes,label[,window,stride]`")
                continue
            samples.append(sample)
            if not sample.path.is_file():
                faults.append(f"{sample.path.name} is missing")
    if faults:
        more = f" and {len(faults) - 3} more" if len(faults) > 3 else ""
        raise DataError(f"{table}: {'; '.join(faults[:3])}{more}")
    return samples


def _mlperf_sample(root: Path, cells: list[str]) -> Sample:
    name, label = cells[0], int(cells[2])
    anomaly_set = len(cells) > 3
    words = (NORMAL, ANOMALY)
    return Sample(
        path=root / name,
        split="test",
        label=words[label] if anomaly_set else str(label),
        machine_id=labels_of(name)[1],
        window_bytes=int(cells[3]) if anomaly_set else 0,
        stride_bytes=int(cells[4]) if anomaly_set else 0,
    )


def _arrays(root: Path) -> Iterable[Sample]:
    samples: list[Sample] = []
    for split in ("train", "test"):
        x, y = root / f"x_{split}.npy", root / f"y_{split}.npy"
        if not x.is_file():
            continue
        values = load_npy(x, mapped=True)
        labels = _array_labels(y, len(values)) if y.is_file() else [None] * len(values)
        samples += [Sample(x, split, label, row=row) for row, label in enumerate(labels)]
    return samples


def anomalous_steps(sample: Sample) -> Path | None:
    """The array beside a set of windows of a series that marks their anomalous steps, where there
    is one: steps_test.npy beside x_test.npy."""
    marks = sample.path.with_name(sample.path.name.replace("x_", "steps_", 1))
    return marks if sample.row is not None and marks.is_file() else None


def _array_labels(path: Path, count: int) -> list[str | None]:
    """Numbers as text, words as they are."""
    indices, names = load_labels(path)
    if len(indices) != count:
        raise DataError(f"{path} has {len(indices)} labels for {count} samples")
    return [names[index] if names else str(index) for index in indices]


def _pictures(root: Path) -> Iterable[Sample]:
    """A class is the name of the folder."""
    for path in _files(root, PICTURES):
        first, *folders = (*path.relative_to(root).parts[:-1], "")
        label = path.parent.name if any(folders) or first not in (*SPLITS, "") else None
        yield Sample(path, SPLITS.get(first, "test"), label)


def _holds_pictures(root: Path) -> bool:
    """Pictures and no sounds."""
    return not any(root.rglob(WAVS)) and bool(_files(root, PICTURES))


def _folders(root: Path) -> Iterable[Sample]:
    """A class is the name of the folder; below a machine's folder stands its type, as in MIMII."""
    for path in _wavs(root):
        label, machine_id = _placed(path, root)
        folders = path.relative_to(root).parts[:-1]
        machine = next((n for n, name in enumerate(folders) if MACHINE_FOLDER.fullmatch(name)), 0)
        machine_type = folders[machine - 1] if machine else ""
        if folders and not MACHINE_FOLDER.fullmatch(folders[-1]):
            label = LABEL_WORDS.get(folders[-1].lower(), folders[-1])
        yield Sample(path, "test", label, machine_type, machine_id)


Layout = tuple[str, Callable[[Path], bool], Callable[[Path], Iterable[Sample]]]

LAYOUTS: dict[str, Layout] = {
    "dcase": (
        "audio",
        lambda root: bool(_type_folders(root)) and not _holds_pictures(root),
        _dcase,
    ),
    "mlperf": ("arrays", lambda root: (root / "y_labels.csv").is_file(), _mlperf),
    "arrays": ("arrays", lambda root: (root / "x_test.npy").is_file(), _arrays),
    "pictures": ("arrays", _holds_pictures, _pictures),
    "folders": ("audio", lambda root: any(root.rglob(WAVS)), _folders),
}
"""Layout -> (source, whether a folder is in it, reader); the first that recognises a folder reads it."""


def check_two_classes(samples: Iterable[Sample], where: Path) -> None:
    """DataError unless there are labelled normals and labelled anomalies (an AUC needs both)."""
    labels = {sample.label for sample in samples}
    if labels == {None}:
        raise DataError(
            f"{where}: no sample has a label",
            hint="name the files normal_* and anomaly_*, or put them in folders of these names",
        )
    for needed in (NORMAL, ANOMALY):
        if needed not in labels:
            raise DataError(f"{where}: no sample is labelled '{needed}', so there is no AUC")
