# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""FrontEnd: how a source (audio, image, series) becomes the model's input, as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LogMel:
    """Log-mel spectrogram rows; librosa.feature.melspectrogram with its defaults where not named.

    rows = 10 * log10(mel + epsilon) for power 2 (20 / power * log10(...) in general), Slaney mel scale
    and area normalisation, periodic Hann window, zero padding of n_fft / 2 on both sides if `center`.
    """

    sample_rate_hz: int = 16000
    n_fft: int = 1024
    hop_samples: int = 512
    n_mels: int = 128
    fmin_hz: float = 0.0
    fmax_hz: float = 8000.0
    power: float = 2.0
    center: bool = True
    epsilon: float = 2.220446049250313e-16


@dataclass(frozen=True, slots=True)
class FrontEnd:
    """Source -> rows -> windows -> int8 input.

    `kind` names the C file runtime/front_end_<kind>.c (with _ for -). `rows` holds the parameters of
    that kind, None for `raw`. A window is `window_rows` rows; windows start every `stride_rows` rows;
    only rows first_row <= r < last_row of a clip are used (last_row None: to the end). Quantisation is
    always round-half-away-from-zero in float32, then clamp.
    """

    kind: str
    row_values: int
    window_rows: int
    stride_rows: int = 1
    first_row: int = 0
    last_row: int | None = None
    rows: LogMel | None = None
