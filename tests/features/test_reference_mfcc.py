# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The MFCC reference against tf.signal, which MLPerf Tiny's training script calls."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from mcugen.features.reference import htk_mel_filters, least_samples, quantize, row_extractor
from mcugen.features.spec import PRESETS, Mfcc
from mcugen.model.ir import Quant
from tests.features.c_front_end import noisy_tones

MLPERF_KWS = PRESETS["mlperf-kws"]


def tf_signal_rows(samples: NDArray[np.int16], rows: Mfcc) -> NDArray[np.float32]:
    """get_dataset.py of mlcommons/tiny, keyword_spotting, without augmentation."""
    tf = pytest.importorskip("tensorflow", reason="extra `train` is not installed")
    wav = tf.cast(samples, tf.float32)
    wav = wav / tf.reduce_max(wav)
    wav = tf.pad(wav, [[0, rows.clip_samples - tf.shape(wav)[-1]]])
    stfts = tf.signal.stft(
        wav,
        frame_length=rows.frame_samples,
        frame_step=rows.hop_samples,
        fft_length=None,
        window_fn=tf.signal.hann_window,
    )
    weights = tf.signal.linear_to_mel_weight_matrix(
        rows.n_mels, stfts.shape[-1], rows.sample_rate_hz, rows.fmin_hz, rows.fmax_hz
    )
    log_mel = tf.math.log(tf.tensordot(tf.abs(stfts), weights, 1) + rows.epsilon)
    mfccs = tf.signal.mfccs_from_log_mel_spectrograms(log_mel)
    return np.asarray(mfccs[..., : rows.coefficients])


@pytest.mark.parametrize("count", [16000, 9001])
def test_rows_are_those_of_tf_signal(count: int) -> None:
    assert isinstance(MLPERF_KWS.rows, Mfcc)
    samples = noisy_tones(1.0)[:count]
    expected = tf_signal_rows(samples, MLPERF_KWS.rows)
    found = row_extractor(MLPERF_KWS)(samples)
    assert expected.shape == found.shape == (49, 10)
    np.testing.assert_allclose(found, expected, rtol=0, atol=2e-5)  # tf.signal sums in float32
    quant = Quant((0.5847029,), (83,))  # of kws_ref_model
    steps = np.abs(quantize(found, quant).astype(int) - quantize(expected, quant))
    assert steps.max() <= 1
    assert (steps == 0).mean() >= 0.99, "all but 4 of 490"


def test_filters_are_triangles_of_height_one_at_most() -> None:
    filters = htk_mel_filters(Mfcc())
    assert filters.shape == (40, 257)
    assert 0.5 < filters.max() <= 1.0
    assert filters.min() == 0.0
    assert not filters[:, 0].any()
    assert filters[0, 1] > 0 or filters[0, 2] > 0


def test_a_silent_clip_is_finite_and_flat() -> None:
    rows = row_extractor(MLPERF_KWS)(np.zeros(16000, np.int16))
    assert np.isfinite(rows).all()
    np.testing.assert_allclose(rows[:, 0], np.log(1e-6) * np.sqrt(2 * 40), rtol=1e-6)
    np.testing.assert_allclose(rows[:, 1:], 0.0, atol=1e-4)


def test_one_sample_is_a_clip() -> None:
    assert least_samples(MLPERF_KWS) == 1
    assert row_extractor(MLPERF_KWS)(np.ones(1, np.int16)).shape == (49, 10)
