# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Constants of 4 bits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray


def unpack_int4(shape: tuple[int, ...], packed: NDArray[Any]) -> NDArray[np.int8]:
    """int4 values, two in a byte and the first one in the lower half, as read-only int8.

    ValueError where there are not as many bytes as the shape needs.
    """
    count = math.prod(shape)
    if packed.nbytes != (count + 1) // 2:
        needed = (count + 1) // 2
        raise ValueError(f"int4 data needs {needed} bytes, the file has {packed.nbytes}")
    halves = np.stack([packed << 4, packed & 0xF0], axis=1).view(np.int8) >> 4
    values: NDArray[np.int8] = halves.reshape(-1)[:count].reshape(shape)
    values.flags.writeable = False
    return values
