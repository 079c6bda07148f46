# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Generated sources + Board -> a project. EXPORTERS is the table that `board.toml` chooses from."""
