# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Passes that prove what never matters, and remove it: one file a proof, its argument on top.

They run before the lowering, on graphs that the engine supports. No output changes, with either
rounding.
"""
