# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from mcugen.errors import DataError
from mcugen.samples.wav import read_wav


def write(path: Path, samples: np.ndarray, sample_rate_hz: int = 16000) -> Path:
    import soundfile

    soundfile.write(path, samples, sample_rate_hz, subtype="PCM_16")
    return path


# librosa.load imports audioread, which imports modules that are deprecated in Python 3.11 and 3.12,
# and packages of the same names in 3.13.
@pytest.mark.filterwarnings(r"ignore:.*\b(aifc|audioop|sunau)\b:DeprecationWarning")
def test_samples_are_those_of_librosa_times_32768(tmp_path: Path) -> None:
    import librosa

    samples = np.random.default_rng(0).integers(-32768, 32768, 5000).astype(np.int16)
    path = write(tmp_path / "clip.wav", samples)
    loaded, rate_hz = librosa.load(path, sr=None)
    assert rate_hz == 16000
    np.testing.assert_array_equal(read_wav(path, 16000), samples)
    np.testing.assert_array_equal(loaded, samples.astype(np.float32) / 32768)


def missing(folder: Path) -> Path:
    return folder / "absent.wav"


def text(folder: Path) -> Path:
    (folder / "text.wav").write_text("this is no audio")
    return folder / "text.wav"


def empty(folder: Path) -> Path:
    (folder / "empty.wav").write_bytes(b"")
    return folder / "empty.wav"


def other_rate(folder: Path) -> Path:
    return write(folder / "rate.wav", np.zeros(9999, np.int16), 44100)


def stereo(folder: Path) -> Path:
    return write(folder / "stereo.wav", np.zeros((9999, 2), np.int16))


def short(folder: Path) -> Path:
    return write(folder / "short.wav", np.zeros(999, np.int16))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (missing, ["absent.wav", "no such file"]),
        (text, ["text.wav", "not a readable audio file"]),
        (empty, ["empty.wav", "not a readable audio file"]),
        (other_rate, ["rate.wav", "44100 Hz", "expects 16000 Hz"]),
        (stereo, ["stereo.wav", "2 channels", "expects 1 (mono)"]),
        (short, ["short.wav", "999 samples (0.06 s)", "needs 1024 (0.06 s)"]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_bad_clip_is_named_with_what_is_expected(
    make: object, words: list[str], tmp_path: Path
) -> None:
    assert callable(make)
    with pytest.raises(DataError) as caught:
        read_wav(make(tmp_path), 16000, least_samples=1024)
    assert caught.value.hint
    for word in words:
        assert word in caught.value.what


def test_a_truncated_wav_is_read_as_far_as_it_goes_or_refused(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.wav", np.ones(2000, np.int16)).read_bytes()
    cut = tmp_path / "cut.wav"
    for length in range(0, len(whole), 97):
        cut.write_bytes(whole[:length])
        try:
            assert read_wav(cut, 16000).max() == 1
        except DataError as error:
            assert "cut.wav" in error.what


@pytest.mark.parametrize("subtype", ["FLOAT", "DOUBLE"])
def test_float_samples_are_the_same_clip(subtype: str, tmp_path: Path) -> None:
    import soundfile

    samples = np.random.default_rng(1).integers(-32768, 32768, 2000).astype(np.int16)
    soundfile.write(tmp_path / "clip.wav", samples / 32768, 16000, subtype=subtype)
    np.testing.assert_array_equal(read_wav(tmp_path / "clip.wav", 16000), samples)


def test_float_samples_beyond_full_scale_are_clipped(tmp_path: Path) -> None:
    import soundfile

    soundfile.write(tmp_path / "clip.wav", np.array([1.5, -1.5, 1.0]), 16000, subtype="FLOAT")
    assert read_wav(tmp_path / "clip.wav", 16000).tolist() == [32767, -32768, 32767]


def test_float_samples_at_the_scale_of_integers_are_refused(tmp_path: Path) -> None:
    import soundfile

    quiet_clip = 60 * np.sin(np.arange(2000) / 9)
    soundfile.write(tmp_path / "clip.wav", quiet_clip, 16000, subtype="FLOAT")
    with pytest.raises(DataError, match=r"clip\.wav: float samples run to 60, full scale .* 1\.0"):
        read_wav(tmp_path / "clip.wav", 16000)


@pytest.mark.parametrize("before", [b"", b"LIST\x05\0\0\0hello\0"], ids=["plain", "LIST"])
def test_a_recorder_that_was_stopped_left_no_size(before: bytes, tmp_path: Path) -> None:
    samples = np.random.default_rng(2).integers(-32768, 32768, 3000).astype(np.int16)
    whole = write(tmp_path / "whole.wav", samples).read_bytes()
    data = whole.index(b"data")
    cut = whole[:4] + bytes(4) + whole[8:data] + before + b"data" + bytes(4) + whole[data + 8 :]
    (tmp_path / "clip.wav").write_bytes(cut)
    np.testing.assert_array_equal(read_wav(tmp_path / "clip.wav", 16000), samples)


def test_an_empty_clip_with_a_chunk_behind_is_empty(tmp_path: Path) -> None:
    whole = write(tmp_path / "clip.wav", np.zeros(0, np.int16)).read_bytes()
    (tmp_path / "clip.wav").write_bytes(whole + b"LIST\x04\0\0\0INFO")
    with pytest.raises(DataError, match="0 samples"):
        read_wav(tmp_path / "clip.wav", 16000)


def test_float_samples_that_are_no_numbers_are_named(tmp_path: Path) -> None:
    import soundfile

    soundfile.write(tmp_path / "clip.wav", np.array([0.5, np.nan]), 16000, subtype="FLOAT")
    with pytest.raises(DataError, match=r"clip\.wav: sample 1 is nan"):
        read_wav(tmp_path / "clip.wav", 16000)


def test_a_name_that_is_not_utf_8_is_read(tmp_path: Path) -> None:
    """A clip named on an old system: Python holds its bytes as surrogates."""
    samples = np.arange(-500, 500, dtype=np.int16)
    plain = write(tmp_path / "plain.wav", samples)
    odd = tmp_path / os.fsdecode(b"Gr\xfc\xdfe.wav")
    plain.rename(odd)
    np.testing.assert_array_equal(read_wav(odd, 16000), samples)
