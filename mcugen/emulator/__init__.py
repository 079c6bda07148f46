# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The exact image on a modelled chip: a process of its own, since Unicorn is GPL-2.0."""
