# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The call that shows a tensor of the model whole, although a pass removed channels of it."""

from __future__ import annotations

import numpy as np

from mcugen.engines.aot.variants import Call, Kernel, Table, Value
from mcugen.engines.passes.rewrite import View
from mcugen.model.ir import Tensor

_KERNEL = Kernel("mcugen_restore", "mcugen_restore_t", "restore.h", "restore.c")


def restore(view: View, tensor: Tensor, given: Value, made: Value) -> Call:
    """From `given`, the NATIVE value of the view's tensor, to `made`, all of `tensor`."""
    rows = tensor.elements // len(view.source)
    source = Table(f"{made.name}_source", np.asarray(view.source, np.int32), "channels")
    fields = (
        ("source", source),
        ("rows", rows),
        ("channels", len(view.source)),
        ("in_channels", given.elements // rows),
    )
    return Call(_KERNEL, fields, (given, made))
