# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""mcugen: from an int8 .tflite to firmware that is measured and proven against its reference."""

__version__ = "0.1.0"
