# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Shortest time in ns of a model's inference in LiteRT with XNNPACK on one thread.

Run by vectors.py with the Python of an environment that has ai-edge-litert, which mcugen has not; by
litert_aarch64.py with a number of inferences, whose instructions are counted: then nothing is timed.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from ai_edge_litert.interpreter import Interpreter

REPEATS = 500

interpreter = Interpreter(sys.argv[1], num_threads=1)
interpreter.allocate_tensors()
for tensor in interpreter.get_input_details():
    interpreter.set_tensor(tensor["index"], np.zeros(tensor["shape"], tensor["dtype"]))
if len(sys.argv) > 2:
    invoke = interpreter._interpreter.Invoke  # without Python's checks around it
    for _ in range(int(sys.argv[2])):
        invoke()
    sys.exit()
shortest_ns = 0
for _ in range(REPEATS):
    start_ns = time.perf_counter_ns()
    interpreter.invoke()
    passed_ns = time.perf_counter_ns() - start_ns
    shortest_ns = min(shortest_ns or passed_ns, passed_ns)
print(shortest_ns)
