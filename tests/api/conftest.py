# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The bench of tests/device, for the functions."""

from tests.device.conftest import bench

__all__ = ["bench"]
