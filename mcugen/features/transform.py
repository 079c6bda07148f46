# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The Fourier transform of the reference: float64, the same bits on every processor.

Every value is computed by the same operations, however many frames are transformed at once.
"""

from __future__ import annotations

import numpy as np

from mcugen.reproducible import Doubles, unit_circle


def real_spectrum(frames: Doubles) -> tuple[Doubles, Doubles]:
    """Real and imaginary parts [points / 2 + 1, frames] of real frames [points, frames].

    Even samples are taken as real parts and odd ones as imaginary parts of a transform of half the
    length, which is then split. `points` is a power of two. Equals numpy.fft.rfft but for rounding.
    """
    points = len(frames)
    re, im = _complex_spectrum(frames[0::2], frames[1::2])
    re, im = (np.concatenate([part, part[:1]]) for part in (re, im))
    cos, sin = (part[: len(re), None] for part in unit_circle(points))
    even_re, even_im = (re + re[::-1]) / 2, (im - im[::-1]) / 2
    odd_re, odd_im = (im + im[::-1]) / 2, (re[::-1] - re) / 2
    return (
        even_re + (cos * odd_re + sin * odd_im),
        even_im + (cos * odd_im - sin * odd_re),
    )


def _complex_spectrum(re: Doubles, im: Doubles) -> tuple[Doubles, Doubles]:
    """The transform along the first axis, by Stockham's algorithm with radix 2.

    Stage after stage, arrays [length, done, frames] hold `done` interleaved transforms of `length`.
    """
    points, frames = re.shape
    length, done = points, 1
    while length > 1:
        half = length // 2
        cos, sin = (part[:half, None, None] for part in unit_circle(length))
        (a_re, b_re), (a_im, b_im) = (part.reshape(2, half, done, frames) for part in (re, im))
        d_re, d_im = a_re - b_re, a_im - b_im
        next_re, next_im = (np.empty((half, 2, done, frames)) for _ in range(2))
        np.add(a_re, b_re, out=next_re[:, 0])
        np.add(a_im, b_im, out=next_im[:, 0])
        np.add(cos * d_re, sin * d_im, out=next_re[:, 1])
        np.subtract(cos * d_im, sin * d_re, out=next_im[:, 1])
        re, im, length, done = next_re, next_im, half, 2 * done
    return re.reshape(points, frames), im.reshape(points, frames)
