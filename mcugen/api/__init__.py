# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""One function per verb: what the command does, without printing. docs/python.md describes them."""
