# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Three clips made of whole numbers, and the SHA-256 of what the reference makes of them.

`python -m tests.features.fixed_clips` prints the hashes as JSON, and which of NumPy's code for
newer processors ran: the same lines on every processor, with every BLAS.
"""

from __future__ import annotations

import hashlib
import json

import numpy as np
from numpy.typing import NDArray

from mcugen.features.reference import cut_windows, dequantize, quantize, row_extractor
from mcugen.features.spec import PRESETS, FrontEnd, LogMel
from mcugen.model.ir import Quant
from mcugen.scoring.classes import softmax
from mcugen.scoring.reconstruction import reconstruction_errors

SAMPLES = 32_000
MAGNITUDES = FrontEnd(
    "log-mel", 64, 5, rows=LogMel(n_fft=2048, hop_samples=300, n_mels=64, power=1.0, center=False)
)


def noise(samples: int, seed: int) -> NDArray[np.int64]:
    """-32768 to 32767, by the generator of POSIX's rand()."""
    values, state = [], seed
    for _ in range(samples):
        state = (1103515245 * state + 12345) % 2**31
        values.append((state >> 15) - 32768)
    return np.array(values)


def triangle(samples: int, period: int, peak: int) -> NDArray[np.int64]:
    """A wave that rises from -peak to peak and falls again."""
    place = np.arange(samples) * 4 * peak // period % (4 * peak)
    return np.abs(place - 2 * peak) - peak


def clips() -> dict[str, NDArray[np.int16]]:
    """Noise at full scale, a machine that hums and swells, and clicks in silence."""
    swell = triangle(SAMPLES, 16_000, 128) + 128
    hum = triangle(SAMPLES, 133, 6000) + triangle(SAMPLES, 7, 2000) + noise(SAMPLES, 2) // 64
    clicks = np.where(np.arange(SAMPLES) % 4000 == 1234, 20_000, 0)
    waves = {"noise": noise(SAMPLES, 1), "hum": hum * swell // 256, "clicks": clicks}
    return {name: wave.astype(np.int16) for name, wave in waves.items()}


def hashes() -> dict[str, str]:
    """What was computed -> SHA-256 of its little endian bytes, for all clips together."""
    found = {
        "log-mel": [row_extractor(PRESETS["mlperf-ad"])(clip) for clip in clips().values()],
        "log-mel magnitudes": [row_extractor(MAGNITUDES)(clip) for clip in clips().values()],
        "mfcc": [row_extractor(PRESETS["mlperf-kws"])(clip) for clip in clips().values()],
        "micro-speech": [row_extractor(PRESETS["micro-wake-word"])(c) for c in clips().values()],
    }
    scores = [reconstruction_score(rows) for rows in found["log-mel"]]
    probabilities = [softmax(rows) for rows in found["mfcc"]]
    return {
        **{name: sha256(rows, "<f4") for name, rows in found.items()},
        "reconstruction errors": sha256(scores, "<f8"),
        "probabilities": sha256(probabilities, "<f8"),
    }


def reconstruction_score(rows: NDArray[np.float32]) -> NDArray[np.float64]:
    """Errors of windows by a model that gives its quantised input back."""
    windows = cut_windows(rows, FrontEnd("raw", 128, 5))
    quant = Quant((0.39101523,), (89,))
    return reconstruction_errors(windows, dequantize(quantize(windows, quant), quant))


def sha256(arrays: list[NDArray[np.float32]] | list[NDArray[np.float64]], dtype: str) -> str:
    """Of all values, one array after the other."""
    return hashlib.sha256(b"".join(array.astype(dtype).tobytes() for array in arrays)).hexdigest()


def dispatched_features() -> list[str]:
    """The processor's features beyond NumPy's baseline that NumPy has code for, and uses."""
    from numpy._core import _multiarray_umath as umath

    return [name for name in umath.__cpu_dispatch__ if umath.__cpu_features__[name]]


if __name__ == "__main__":
    print(json.dumps({"features": dispatched_features(), "hashes": hashes()}, indent=2))
