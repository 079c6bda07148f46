# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The reconstruction error: how far a model's output is from the features it was given."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mcugen.reproducible import ordered_mean


def reconstruction_errors(
    features: NDArray[np.float32], outputs: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Mean squared difference of each window: features and dequantised outputs [windows, values].

    The sum runs in float64, in order. The device sums in float32, so its scores differ by about
    1e-6 of the value.
    """
    difference = outputs.astype(np.float64) - features.astype(np.float64)
    return ordered_mean(difference * difference)
